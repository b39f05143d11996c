"""``supervision``: formal notices to units, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from workflow_engine import (
    RUNGS,
    AcceptAnswer,
    AnswerNotice,
    Command,
    IssueNotice,
    NoticeDetail,
    NoticeWish,
    RejectAnswer,
    WithdrawNotice,
    new_id,
)
from workflow_engine.cli.asking import actor_for, existing, opened, with_output, with_person
from workflow_engine.cli.output import Output, short_instant, table

_COLUMNS = ("notice_id", "rung", "year", "number", "unit_id", "state", "answer_by", "case_id", "subject")


@click.group()
def supervision() -> None:
    """Issue, answer and judge notices of supervision."""


@supervision.command("list")
@click.option("--state", help="A state, or running, overdue or settled.")
@click.option("--unit", default="", help="Only notices to this unit and those below it.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_person
@with_output
def list_notices(output: Output, state: str | None, unit: str, limit: int, person: str | None) -> None:
    """List notices within reach, the newest first."""
    with opened() as engine:
        wish = NoticeWish(state=state or "", unit_id=unit)
        rows = engine.queries.supervision.notices(actor_for(engine, person), wish, limit=limit).items
    output.tell({"notices": rows}, table(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows)))


@supervision.command()
@click.argument("notice_id")
@with_person
@with_output
def show(output: Output, notice_id: str, person: str | None) -> None:
    """Show NOTICE_ID with its answers and the ladder it stands on."""
    with opened() as engine:
        detail = engine.queries.supervision.get_notice(notice_id, actor_for(engine, person))
    output.tell(detail, _lines(detail))


@supervision.command()
@click.argument("rung", type=click.Choice(RUNGS))
@click.argument("unit")
@click.option("--case", "case_id", help="The case it is about; without it, how the unit works.")
@click.option("--reason", required=True, help="Why; stands on the notice.")
@click.option("--subject", default="", help="What it is about, in a line.")
@click.option("--text", default="", help="What is demanded.")
@click.option("--answer-by", default="", metavar="INSTANT", help="Default: the rung's usual working days.")
@click.option("--skip-reason", default="", help="Needed when a rung of the ladder is left out.")
@click.option("--follows", help="The notice to go up from, where there is no case.")
@with_person
@with_output
def issue(output: Output, person: str | None, **fields: Any) -> None:
    """Issue a notice of RUNG to UNIT; prints its id."""
    command = IssueNotice(command_id=new_id(), unit_id=fields.pop("unit"), **fields)
    with opened() as engine:
        receipt = engine.handle(command, actor_for(engine, person))
    output.tell(dict(receipt.result), [str(receipt.result["notice_id"])])


@supervision.command()
@click.argument("notice_id")
@click.option("--text", required=True, help="What the unit says.")
@click.option("--file", "paths", multiple=True, metavar="FILE", help="Evidence; may be repeated.")
@with_person
@with_output
def answer(output: Output, notice_id: str, text: str, paths: tuple[str, ...], person: str | None) -> None:
    """Answer NOTICE_ID for its unit, by the person given by --as."""
    with opened() as engine:
        files = []
        for path in map(existing, paths):
            with path.open("rb") as source:
                kept = engine.files.keep(source)
            files.append({
                "digest": kept.digest, "size": kept.size, "media_type": kept.media_type, "name": path.name
            })  # fmt: skip
        command = AnswerNotice(command_id=new_id(), notice_id=notice_id, text=text, files=files)
        receipt = engine.handle(command, actor_for(engine, person))
    output.tell(dict(receipt.result), [f"Answer {receipt.result['answer_no']} is in."])


@supervision.command()
@click.argument("notice_id")
@click.option("--reason", default="", help="Stays in the record.")
@with_person
@with_output
def accept(output: Output, notice_id: str, reason: str, person: str | None) -> None:
    """Accept the answer to NOTICE_ID; it is settled."""
    _send(output, AcceptAnswer(command_id=new_id(), notice_id=notice_id, reason=reason), person)


@supervision.command()
@click.argument("notice_id")
@click.option("--reason", required=True, help="What is wrong with the answer.")
@click.option("--answer-by", default="", metavar="INSTANT", help="Default: the rung's usual working days.")
@with_person
@with_output
def reject(output: Output, notice_id: str, reason: str, answer_by: str, person: str | None) -> None:
    """Reject the answer to NOTICE_ID; another one is due."""
    command = RejectAnswer(command_id=new_id(), notice_id=notice_id, reason=reason, answer_by=answer_by)
    _send(output, command, person)


@supervision.command()
@click.argument("notice_id")
@click.option("--reason", required=True, help="Stays in the record.")
@with_person
@with_output
def withdraw(output: Output, notice_id: str, reason: str, person: str | None) -> None:
    """Take NOTICE_ID back; its number stays used."""
    _send(output, WithdrawNotice(command_id=new_id(), notice_id=notice_id, reason=reason), person)


def _send(output: Output, command: Command, person: str | None) -> None:
    with opened() as engine:
        receipt = engine.handle(command, actor_for(engine, person))
    output.tell(dict(receipt.result), ["Done."])


def _lines(detail: NoticeDetail) -> Iterator[str]:
    row = detail.row
    yield f"{row.rung} {row.year}-{row.number} to {row.unit_id}: {row.state}, answer by {short_instant(row.answer_by)}"
    yield f"{row.subject or ''}: {row.reason or 'erased'}"
    if row.skip_reason:
        yield f"{row.skipped} left out: {row.skip_reason}"
    headers = ("answer", "at", "by", "verdict", "text")
    lines = [
        (one.answer_no, short_instant(one.answered_at), one.answered_by, one.verdict, one.text)
        for one in detail.answers
    ]
    yield from table(headers, lines)
