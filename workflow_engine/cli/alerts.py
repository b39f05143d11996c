"""``alert``: take in alerts of the Common Alerting Protocol, and see to where they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from workflow_engine import Actor, Engine, EngineError, ImportAlert, PollAlertSource, UnavailableError, new_id
from workflow_engine.cli.asking import actor_for, opened, read_bytes, with_output, with_person
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output, table
from workflow_engine.interchange.feed import parse_alerts

_LARGEST_FILE_BYTES = 8_000_000
REFUSED = "refused"


@click.group()
def alert() -> None:
    """Take in alerts."""


@alert.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--exercise", is_flag=True, help="Treat every alert as part of an exercise.")
@click.option("--unit", help="The unit (its id) that answers for the cases they start.")
@with_person
@with_output
def import_alerts(output: Output, files: tuple[str, ...], exercise: bool, unit: str | None, person: str | None) -> None:
    """Take in CAP 1.2 alerts and Atom feeds of them; FILE may be - for standard input.

    Tells of each alert what became of it: it started or updated a case, was cancelled, was known already, is kept apart
    (exercises and tests), or was refused and why. What is refused does not keep the others out; the exit code is 2.
    """
    told: list[dict[str, Any]] = []
    with opened() as engine, output.progress("importing", None) as advance:
        actor = actor_for(engine, person)
        for name in files:
            for outcome in _import_file(engine, actor, name, exercise, unit):
                told.append(outcome)
                advance()
    counts = Counter(outcome["outcome"] for outcome in told)
    output.tell({"alerts": told, "counts": dict(sorted(counts.items()))}, (_line(outcome) for outcome in told))
    if counts[REFUSED]:
        raise PartlyRefusedError


def _import_file(engine: Engine, actor: Actor, name: str, exercise: bool, unit: str | None) -> Iterator[dict[str, Any]]:
    try:
        feed = parse_alerts(read_bytes(name, _LARGEST_FILE_BYTES))
    except (EngineError, click.UsageError) as error:
        yield _refused({"file": name, "number": None, "identifier": ""}, error)
        return
    for entry in feed.entries:
        found = {"file": name, "number": entry.number, "identifier": entry.alert.identifier}
        command = ImportAlert(
            command_id=new_id(), alert=entry.alert.to_dict(), source=name[-200:], exercise=exercise, unit_id=unit
        )
        try:
            result = engine.handle(command, actor).result
        except UnavailableError:
            raise
        except EngineError as error:
            yield _refused(found, error)
        else:
            outcome = "duplicate" if result.get("duplicate") else result["disposition"]
            yield {**found, "outcome": outcome, "case_id": result.get("case_id"), "alert_key": result["alert_key"]}
    for refusal in feed.refusals:
        yield {
            "file": name, "number": refusal.number, "identifier": refusal.entry_id, "outcome": REFUSED,
            "reason": "; ".join(map(str, refusal.problems)), "problems": [str(one) for one in refusal.problems],
        }  # fmt: skip


def _refused(found: dict[str, Any], error: EngineError | click.UsageError) -> dict[str, Any]:
    problems = [str(problem) for problem in getattr(error, "problems", ())]
    return {**found, "outcome": REFUSED, "reason": error.message, "problems": problems}


def _line(outcome: dict[str, Any]) -> str:
    where = outcome["file"] if outcome["number"] in (None, 1) else f"{outcome['file']} ({outcome['number']})"
    text = f"{where}: {outcome['identifier'] or 'alert'}: {outcome['outcome'].replace('_', ' ')}"
    if outcome["outcome"] == REFUSED:
        return f"{text}: {outcome['reason']}"
    return f"{text}, case {outcome['case_id']}" if outcome["case_id"] else text


@alert.command("sources")
@with_output
def list_sources(output: Output) -> None:
    """List the addresses that are asked for alerts, and how asking them goes."""
    with opened() as engine:
        rows = engine.queries.alert_sources.list()
    columns = ("source_id", "name", "url", "state", "answered_at", "failures", "last_error")
    output.tell({"sources": rows}, table(columns, ([getattr(row, name) for name in columns] for row in rows)))


@alert.command("poll")
@click.argument("source_id")
@with_person
@with_output
def poll_source(output: Output, source_id: str, person: str | None) -> None:
    """Ask one source now instead of when it is due; a running server does it within seconds."""
    with opened() as engine:
        engine.handle(PollAlertSource(command_id=new_id(), source_id=source_id), actor_for(engine, person))
    output.tell({"source_id": source_id}, [f"{source_id} is asked next."])
