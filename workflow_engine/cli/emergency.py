"""``emergency``: situation reports and the briefing of an emergency, from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import click

from workflow_engine import (
    Assembled,
    ConfirmReportReceived,
    DueReportRow,
    Lateness,
    SendSituationReport,
    SituationReportDetail,
    SituationReportRow,
    assembled_dict,
    new_id,
)
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person
from workflow_engine.cli.output import Output, short_instant, table
from workflow_engine.domain.situation_reports import EXPECTED


@click.group()
def emergency() -> None:
    """Look at what emergencies have reported, and note how it went up."""


@emergency.command()
@click.argument("case_id", required=False)
@with_person
@with_output
def reports(output: Output, case_id: str | None, person: str | None) -> None:
    """List reports that are due and that were issued: of CASE_ID, or of every emergency within reach."""
    with opened() as engine:
        actor, questions, now = actor_for(engine, person), engine.queries.situation_reports, engine.clock.now()
        due = questions.due(actor, case_id)
        rows = questions.list(case_id, actor) if case_id else questions.issued(actor, limit=500).items
    output.tell(
        {"due": due, "issued": rows}, table(("report", "case", "state", "due_at", "at", "sent_at", "received_at"), [
            *(_due_line(row, now) for row in due), *(_line(row) for row in rows),
        ])
    )  # fmt: skip


@emergency.command()
@click.argument("case_id")
@click.argument("number", type=click.IntRange(1))
@click.option("--version", type=click.IntRange(1), help="Default: the version that holds.")
@with_person
@with_output
def report(output: Output, case_id: str, number: int, version: int | None, person: str | None) -> None:
    """Print report NUMBER of CASE_ID; `--json` gives the whole document."""
    with opened() as engine:
        actor = actor_for(engine, person)
        found = engine.queries.situation_reports.get_by_number(case_id, number, actor, version)
    output.tell(found, _document(found))


@emergency.command()
@click.argument("case_id")
@with_person
@with_output
def assemble(output: Output, case_id: str, person: str | None) -> None:
    """Show the next report of CASE_ID as the case would fill it in now, each value with its source."""
    with opened() as engine:
        found = engine.queries.situation_reports.assemble(case_id, actor_for(engine, person))
    output.tell({key: assembled_dict(one) for key, one in found.items()}, _assembled(found.values()))


@emergency.command()
@click.argument("case_id")
@click.argument("number", type=click.IntRange(1))
@click.option("--to", "recipient", required=True, help="Whom it goes to.")
@click.option("--by", "channel", required=True, help="phone, system, fax, mail or courier.")
@with_person
@with_output
def send(output: Output, case_id: str, number: int, recipient: str, channel: str, person: str | None) -> None:
    """Note that report NUMBER of CASE_ID goes up now; prints the id of the transmission."""
    with opened() as engine:
        actor = actor_for(engine, person)
        row = engine.queries.situation_reports.get_by_number(case_id, number, actor).row
        command = SendSituationReport(
            command_id=new_id(), report_id=row.report_id, recipient=recipient, channel=channel
        )
        result = dict(engine.handle(command, actor).result)
    output.tell(result, [str(result["transmission_id"])])


@emergency.command()
@click.argument("transmission_id")
@click.option("--by", "received_by", required=True, help="Who took it.")
@with_person
@with_output
def received(output: Output, transmission_id: str, received_by: str, person: str | None) -> None:
    """Note that TRANSMISSION_ID arrived now, and who took it."""
    command = ConfirmReportReceived(command_id=new_id(), transmission_id=transmission_id, received_by=received_by)
    with opened() as engine:
        result = dict(engine.handle(command, actor_for(engine, person)).result)
    output.tell(result, ["Done."])


def _due_line(row: DueReportRow, now: datetime) -> tuple[str, ...]:
    return (row.element_id, row.case_id, _state(row.lateness(now)), _instant(row.due_at), "-", "-", "-")


def _line(row: SituationReportRow) -> tuple[str, ...]:
    return (
        f"{row.number} {row.kind} v{row.version}", row.case_id, _state(row.lateness()), _instant(row.due_at),
        short_instant(row.issued_at), _instant(row.sent_at), _instant(row.received_at),
    )  # fmt: skip


def _state(late: Lateness) -> str:
    return late.state if late.state in ("on_time", "open") else f"{late.state} {late.seconds} s"


def _instant(at: datetime | None) -> str:
    return "-" if at is None else short_instant(at)


def _document(found: SituationReportDetail) -> Iterator[str]:
    row = found.row
    yield f"Report {row.number} ({row.kind}), version {found.version}, level {row.level}: {_state(row.lateness())}"
    yield f"due {_instant(row.due_at)}, issued {short_instant(row.issued_at)}"
    yield f"prepared by {row.prepared_by}, approved by {row.approved_by}"
    if not found.intact:
        yield "The content has another fingerprint than the one on record."
    if found.content is None:
        yield "What it said is erased."
        return
    for one in found.content["fields"]:
        if one["value"] is not None:
            mark = f"  [the case said: {one['assembled']}]" if one.get("changed") and one.get("assembled") else ""
            yield f"{one['id']}: {one['value']}{mark}"
        elif one["id"] in EXPECTED and one.get("assembled") is None:
            yield f"{one['id']}: not known yet"
    for sent in found.transmissions:
        taken = f", received {_instant(sent.received_at)} by {sent.received_by}" if sent.received_at else ""
        yield f"sent to {sent.recipient} by {sent.channel} {short_instant(sent.sent_at)}{taken}"


def _assembled(found: Iterable[Assembled]) -> Iterator[str]:
    for one in found:
        if one.value is not None:
            yield f"{one.field.id}: {one.value}  [{'; '.join(source.label for source in one.sources)}]"
        if one.unconfirmed_source is not None:
            yield f"{one.field.id}: not confirmed by health: {one.unconfirmed}  [{one.unconfirmed_source.label}]"
