"""``batch``: look at what is done to many cases, and pause, continue or stop it."""

from __future__ import annotations

from typing import Any

import click

from workflow_engine import ContinueBatch, PauseBatch, StopBatch, new_id
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person
from workflow_engine.cli.output import Output, short_instant, table


@click.group()
def batch() -> None:
    """Look at batches, or step in: list, show, pause, continue, stop."""


@batch.command("list")
@click.option("--state", type=click.Choice(["running", "paused", "finished", "stopped"]))
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_person
@with_output
def list_batches(output: Output, state: str | None, limit: int, person: str | None) -> None:
    """List batches, the newest first."""
    with opened() as engine:
        rows = engine.queries.operation.list_batches(actor_for(engine, person), state, limit=limit).items
    columns = ("batch_id", "operation", "state", "done", "failed", "total", "created_by", "reason")
    output.tell({"batches": rows}, table(columns, ([getattr(row, name) for name in columns] for row in rows)))


@batch.command()
@click.argument("batch_id")
@click.option("--state", type=click.Choice(["pending", "done", "failed", "skipped"]), help="Only items in this state.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True)
@with_person
@with_output
def show(output: Output, batch_id: str, state: str | None, limit: int, person: str | None) -> None:
    """Show how far a batch is, and what became of each."""
    with opened() as engine:
        row = engine.queries.operation.get_batch(batch_id, actor_for(engine, person))
        items = engine.queries.operation.list_batch_items(batch_id, state, limit=limit).items
    columns = ("position", "case_id", "subject", "state", "code", "message")
    lines = [
        f"{row.operation}, {row.state}: {row.done} done, {row.failed} refused of {row.total}",
        f"begun {short_instant(row.created_at)} by {row.created_by}: {row.reason}",
        "",
        *table(columns, ([getattr(item, name) for name in columns] for item in items)),
    ]
    output.tell({"batch": row, "items": items}, lines)


def _changing(name: str, kind: Any, text: str, **reason: Any) -> None:
    @batch.command(name, help=text)
    @click.argument("batch_id")
    @click.option("--reason", help="Stays in the record.", **reason)
    @with_person
    @with_output
    def change(output: Output, batch_id: str, reason: str, person: str | None) -> None:
        with opened() as engine:
            actor = actor_for(engine, person)
            engine.handle(kind(command_id=new_id(), batch_id=batch_id, reason=reason), actor)
            state = engine.queries.operation.get_batch(batch_id, actor).state
        output.tell({"batch_id": batch_id, "state": state}, [f"Batch {batch_id} is {state}."])


_changing("pause", PauseBatch, "Begin nothing more of a batch until it goes on.", default="")
_changing("continue", ContinueBatch, "Let a paused batch go on.", default="")
_changing("stop", StopBatch, "Leave undone what a batch has not done yet.", required=True)
