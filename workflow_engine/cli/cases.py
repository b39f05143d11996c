"""``start`` and ``case``: begin a case, look at it, and step in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from workflow_engine import (
    CancelCase,
    CaseCommand,
    CaseDetail,
    HistoryRow,
    HoldCase,
    LiftHold,
    NotFoundError,
    ResumeCase,
    RetryIncident,
    StartCase,
    SuspendCase,
    new_id,
)
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person, with_values
from workflow_engine.cli.output import Output, json_text, short_instant, table


@click.command()
@click.argument("process")
@click.option("--version", type=int, help="Which released version; default: the newest.")
@click.option("--key", "business_key", help="The case's key in your own records.")
@click.option("--title", help="The case's title in lists.")
@with_values
@with_person
@with_output
def start(
    output: Output,
    process: str,
    version: int | None,
    business_key: str | None,
    title: str | None,
    values: dict[str, Any],
    person: str | None,
) -> None:
    """Start a case of PROCESS (a process id) with these variables; prints the case's id."""
    with opened() as engine:
        case_id = new_id()
        command = StartCase(
            command_id=new_id(), case_id=case_id, process_id=process, version=version, business_key=business_key,
            title=title, variables=values,
        )  # fmt: skip
        actor = actor_for(engine, person)
        receipt = engine.handle(command, actor)
    data = {"case_id": case_id, "process_id": process, "seq": receipt.seq, "entry_hash": receipt.entry_hash}
    output.tell(data, [case_id])


@click.group()
def case() -> None:
    """Look at a case, or step in: cancel, suspend, retry, modify, migrate and more."""


@case.command("list")
@click.option("--process", help="Only cases of this process.")
@click.option("--state", type=click.Choice(["active", "suspended", "completed", "terminated", "cancelled"]))
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_output
def list_cases(output: Output, process: str | None, state: str | None, limit: int) -> None:
    """List cases, the newest first."""
    with opened() as engine:
        rows = engine.queries.find_cases(actor_for(engine, None), process_id=process, state=state, limit=limit).items
    columns = ("case_id", "process_id", "state", "started_at", "incident_count", "title")
    output.tell({"cases": rows}, table(columns, ([getattr(row, name) for name in columns] for row in rows)))


@case.command()
@click.argument("case_id")
@with_person
@with_output
def show(output: Output, case_id: str, person: str | None) -> None:
    """Show where a case stands: its tasks, what it waits for, its incidents and its variables."""
    with opened() as engine:
        detail = engine.queries.get_case(case_id, actor_for(engine, person))
    output.tell(detail, _shown(detail))


@case.command()
@click.argument("case_id")
@with_person
@with_output
def history(output: Output, case_id: str, person: str | None) -> None:
    """Tell the case's story: every command and what it caused, in order."""
    with opened() as engine:
        rows = list(engine.queries.get_history(case_id, actor_for(engine, person)))
    output.tell({"case_id": case_id, "entries": rows}, (line for row in rows for line in _told(row)))


def _changing(name: str, kind: Any, text: str, **reason: Any) -> None:
    """Adds a command that changes the case's state; ``reason`` says whether a reason must be given."""

    @case.command(name, help=text)
    @click.argument("case_id")
    @click.option("--reason", help="Stays in the record.", **reason)
    @with_person
    @with_output
    def change(output: Output, case_id: str, reason: str, person: str | None) -> None:
        _send(output, kind(command_id=new_id(), case_id=case_id, reason=reason), person)


_changing("cancel", CancelCase, "End a case for good; what is open in it ends too.", required=True)
_changing("suspend", SuspendCase, "Hold a case: nothing in it goes on until it is resumed.", required=True)
_changing("resume", ResumeCase, "Let a suspended case go on.", default="")
_changing("hold", HoldCase, "Keep an ended case beyond its time, until the hold is lifted.", required=True)
_changing("lift-hold", LiftHold, "Let the time of a held case count again.", required=True)


@case.command()
@click.argument("case_id")
@click.option("--incident", type=int, help="Number of the incident; default: the oldest open one.")
@with_values
@with_person
@with_output
def retry(output: Output, case_id: str, incident: int | None, values: dict[str, Any], person: str | None) -> None:
    """Run a faulted element again, after its variables were mended with --set or --data."""
    with opened() as engine:
        if incident is None:
            actor = actor_for(engine, None)
            open_ones = [row for row in engine.queries.get_case(case_id, actor).incidents if row.state == "open"]
            if not open_ones:
                raise NotFoundError(f"Expected an open incident on case {case_id}, but there is none.")
            incident = min(row.incident_no for row in open_ones)
    _send(output, RetryIncident(command_id=new_id(), case_id=case_id, incident_no=incident, variables=values), person)


def _send(output: Output, command: CaseCommand | HoldCase | LiftHold, person: str | None) -> None:
    with opened() as engine:
        actor = actor_for(engine, person)
        receipt = engine.handle(command, actor)
        state = engine.queries.get_case(command.case_id, actor_for(engine, None)).case.state
    data = {"case_id": command.case_id, "state": state, "seq": receipt.seq, "entry_hash": receipt.entry_hash}
    output.tell(data, [f"Case {command.case_id} is {state}."])


def _shown(detail: CaseDetail) -> Iterator[str]:
    row = detail.case
    yield f"{row.title or row.process_name or row.process_id}  ({row.process_id} version {row.version})"
    yield f"case {row.case_id}, {row.state}, started {short_instant(row.started_at)} by {row.started_by}"
    if row.ended_at is not None:
        yield f"ended {short_instant(row.ended_at)}"
    sections: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
        ("Tasks", detail.user_tasks, ("user_task_id", "name", "state", "assignee", "candidate_groups", "due_at")),
        ("Timers", detail.timers, ("element_id", "due_at")),
        ("Waits for", detail.subscriptions, ("element_id", "kind", "name")),
        ("Jobs", detail.jobs, ("element_id", "topic", "state", "retries")),
        ("Incidents", detail.incidents, ("incident_no", "element_id", "code", "message", "state")),
    )
    for title, rows, columns in sections:
        if rows:
            yield f"\n{title}"
            yield from (
                f"  {line}" for line in table(columns, ([getattr(one, name) for name in columns] for one in rows))
            )
    if detail.variables:
        yield "\nVariables"
        yield from (f"  {line}" for line in json_text(detail.variables).splitlines())


def _told(row: HistoryRow) -> Iterator[str]:
    what = row.command.get("command", "")
    yield f"{row.seq:>4}  {short_instant(row.at)}  {row.actor_name or row.actor_id}: {what}"
    for event in row.events:
        where = event.get("element_id") or ""
        yield f"        {event.get('event', '')}{f'  {where}' if where else ''}"
