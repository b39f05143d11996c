"""``tasks``, ``claim``, ``give-back``, ``complete``: a person's work from the command line."""

from __future__ import annotations

from typing import Any

import click

from workflow_engine import ClaimUserTask, CompleteUserTask, ReleaseUserTask, new_id
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person, with_values
from workflow_engine.cli.output import Output, table
from workflow_engine.domain.commands import StandingCommand

_COLUMNS = ("user_task_id", "name", "case_title", "state", "assignee", "candidate_groups", "due_at")


@click.command()
@click.option("--for", "person", metavar="PERSON", help="A person's id or sign-in name; default: everybody's tasks.")
@click.option(
    "--queue",
    type=click.Choice(["mine", "offered", "all_open", "done"]),
    help="Which list; default: offered and own tasks of the person, or everybody's open tasks.",
)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_output
def tasks(output: Output, person: str | None, queue: str | None, limit: int) -> None:
    """List open tasks."""
    with opened() as engine:
        actor = actor_for(engine, person)
        queues = [queue] if queue else ["all_open"] if person is None else ["mine", "offered"]
        rows = [row for name in queues for row in engine.queries.inbox(actor, queue=name, limit=limit).items]
    rows = rows[:limit]
    output.tell({"tasks": rows}, table(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows)))


@click.command()
@click.argument("task")
@click.option("--reason", help="Why; stays on the record.")
@with_person
@with_output
def claim(output: Output, task: str, reason: str | None, person: str | None) -> None:
    """Take TASK (a task's id) for the person given by --as."""
    _send(output, ClaimUserTask(command_id=new_id(), user_task_id=task, reason=reason), person, "claimed")


@click.command("give-back")
@click.argument("task")
@click.option("--reason", required=True, help="Why; stays on the record.")
@with_person
@with_output
def give_back(output: Output, task: str, reason: str, person: str | None) -> None:
    """Give TASK (a task's id), which the person given by --as has, back to all it was offered to."""
    _send(output, ReleaseUserTask(command_id=new_id(), user_task_id=task, reason=reason), person, "ready")


@click.command()
@click.argument("task")
@with_values
@with_person
@with_output
def complete(output: Output, task: str, values: dict[str, Any], person: str | None) -> None:
    """Complete TASK (a task's id) with these values, on behalf of the person given by --as."""
    command = CompleteUserTask(command_id=new_id(), user_task_id=task, variables=values)
    _send(output, command, person, "completed")


def _send(output: Output, command: StandingCommand, person: str | None, what: str) -> None:
    with opened() as engine:
        actor = actor_for(engine, person)
        receipt = engine.handle(command, actor)
    data = {
        "user_task_id": command.user_task_id, "case_id": command.case_id, "state": what, "by": actor.actor_id,
        "seq": receipt.seq, "entry_hash": receipt.entry_hash,
    }  # fmt: skip
    output.tell(data, [f"Task {command.user_task_id} is {what}."])
