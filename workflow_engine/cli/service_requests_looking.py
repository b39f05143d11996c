"""``service-requests list`` and ``show``: how reports stand, and what happened to one."""

from __future__ import annotations

import click

from workflow_engine import RequestWish
from workflow_engine.cli.asking import actor_for, opened, with_output
from workflow_engine.cli.output import Output, short_instant, table
from workflow_engine.cli.service_requests import service_requests

__all__ = ["service_requests"]

_COLUMNS = ("request_id", "tracking_number", "category", "status", "unit_id", "received_at", "due_at")


@service_requests.command("list")
@click.option("--status", default="", help="States by commas; open and closed stand for all of them.")
@click.option("--category", default="", help="Codes by commas.")
@click.option("--unit", default="", help="A unit (its id), with those below it.")
@click.option("--waiting", is_flag=True, help="Only those that wait for a moderator.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_output
def list_requests(output: Output, status: str, category: str, unit: str, waiting: bool, limit: int) -> None:
    """List reports, the newest first."""
    wish = RequestWish(status=status, category=category, unit_id=unit, moderation="waiting" if waiting else "")
    with opened() as engine:
        rows = engine.queries.service_requests.list(actor_for(engine, None), wish, limit=limit).items
    output.tell(
        {"service_requests": rows}, table(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows))
    )


@service_requests.command("show")
@click.argument("request")
@with_output
def show_request(output: Output, request: str) -> None:
    """Show REQUEST (its id, or its tracking number) with everything that happened to it."""
    with opened() as engine:
        actor, queries = actor_for(engine, None), engine.queries.service_requests
        found = queries.list(actor, RequestWish(number=request), limit=1).items
        detail = queries.get(found[0].request_id if found else request, actor)
    row = detail.row
    head = [
        f"{row.tracking_number}  {row.status}  {row.category}  {row.title}".rstrip(),
        f"unit: {row.unit_id or '–'}  due: {short_instant(row.due_at)}  cases: {', '.join(detail.cases)}",
        "",
    ]
    steps = [
        [short_instant(step.at), step.kind, step.status or "", " ".join(step.marks), step.note("en") or step.text or ""]
        for step in detail.steps
    ]
    output.tell(detail, [*head, *table(("at", "what", "status", "marks", "words"), steps)])
