"""``case stop-clock``, ``case start-clock`` and ``case deadlines``: deadlines of cases from the command line."""

from __future__ import annotations

import click

from workflow_engine import CLOCK_CAUSES, StartClock, StopClock, new_id
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person
from workflow_engine.cli.changing import case
from workflow_engine.cli.output import Output, table

__all__ = ["case"]

_COLUMNS = ("token_id", "position", "due_at", "unit", "calendar", "provisional", "held_at", "cause")


@case.command("stop-clock")
@click.argument("case_id")
@click.option("--task", help="Only of this task (a task's id); default: of every open one.")
@click.option("--cause", type=click.Choice(CLOCK_CAUSES), required=True, help="What is waited for.")
@click.option("--reason", required=True, help="Stays in the record.")
@with_person
@with_output
def stop_clock(output: Output, case_id: str, task: str | None, cause: str, reason: str, person: str | None) -> None:
    """Let deadlines stand still while others have to act first."""
    command = StopClock(command_id=new_id(), case_id=case_id, user_task_id=task, cause=cause, reason=reason)
    _send(output, command, person, "stands")


@case.command("start-clock")
@click.argument("case_id")
@click.option("--task", help="Only of this task; default: of what was stopped with the whole case.")
@click.option("--reason", default="", help="Stays in the record.")
@with_person
@with_output
def start_clock(output: Output, case_id: str, task: str | None, reason: str, person: str | None) -> None:
    """Let deadlines go on, moved by the time that they stood."""
    command = StartClock(command_id=new_id(), case_id=case_id, user_task_id=task, reason=reason)
    _send(output, command, person, "runs")


@case.command()
@click.argument("case_id")
@with_person
@with_output
def deadlines(output: Output, case_id: str, person: str | None) -> None:
    """List deadlines in working time and those whose clock stands or stood."""
    with opened() as engine:
        rows = engine.queries.deadlines.of_visible_case(case_id, actor_for(engine, person))
    output.tell({"deadlines": rows}, table(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows)))


def _send(output: Output, command: StopClock | StartClock, person: str | None, what: str) -> None:
    with opened() as engine:
        receipt = engine.handle(command, actor_for(engine, person))
    data = {"case_id": command.case_id, "clock": what, "seq": receipt.seq, "entry_hash": receipt.entry_hash}
    output.tell(data, [f"The clock of {command.user_task_id or command.case_id} {what}."])
