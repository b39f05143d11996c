"""``service-requests``: reports of residents from files and to files, and whether they were settled on time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click

from workflow_engine import Engine, InvalidVariablesError, SystemClock, parse_json
from workflow_engine.cli.asking import actor_for, opened, read_bytes, with_output, with_person
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output, short_instant, table
from workflow_engine.interchange.georeport_write import JSON, XML, list_around, request_fragment
from workflow_engine.interchange.on_time import Difference, compare
from workflow_engine.interchange.report_files import LARGEST_BYTES, PROFILES, read_reports
from workflow_engine.interchange.report_rows import BadRow, write_csv
from workflow_engine.report_exchange import ImportWish, exported_rows, georeport_of, import_reports, report_of

FIRST_INSTANT = datetime(1900, 1, 1, tzinfo=UTC)
_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"])
with_profile = click.option(
    "--profile",
    type=click.Choice(sorted(PROFILES)),
    help="Of which city's export FILE is. Default: GeoReport v2 or CSV.",
)


@click.group("service-requests")
def service_requests() -> None:
    """Take in and give out reports of residents, and reckon whether they were settled on time."""


@service_requests.command("import")
@click.argument("file")
@with_profile
@click.option("--origin", help="Where the ids of FILE come from. Default: the profile, or “file”.")
@click.option("--map", "mapping", metavar="JSON", help="File that names our category for each of theirs.")
@click.option("--otherwise", metavar="CODE", help="Category of whatever the city has none for; else it is refused.")
@click.option("--exercise", is_flag=True, help="Keep all of it apart from what is real.")
@click.option("--unit", help="The unit (its id) that answers for the cases.")
@with_person
@with_output
def import_file(
    output: Output,
    file: str,
    profile: str | None,
    origin: str | None,
    mapping: str | None,
    otherwise: str | None,
    exercise: bool,
    unit: str | None,
    person: str | None,
) -> None:
    """Take reports over as cases, each with its record; FILE may be - for standard input.

    What was taken over before is left alone, so that the same file can be imported again, also after a stop in the
    middle. What does not fit is listed and does not keep the others out; the exit code is 2 then.
    """
    wish = ImportWish(origin or profile or "file", _read_mapping(mapping), otherwise, exercise, unit)
    reports = list(read_reports(read_bytes(file, LARGEST_BYTES), profile))
    with opened() as engine, output.progress("importing", len(reports)) as advance:
        tally = import_reports(engine, actor_for(engine, person), reports, wish, advance)
    lines = [
        f"{tally.imported} imported, {tally.known} known already, {len(tally.refused)} refused.",
        *map(bad_row_line, tally.refused),
    ]
    output.tell(tally, lines)
    if tally.refused:
        raise PartlyRefusedError


@service_requests.command("export")
@click.argument("file", type=click.File("wb", atomic=True))
@click.option(
    "--format", "form", type=click.Choice(["georeport-xml", "georeport-json", "csv"]), default="georeport-xml"
)
@click.option("--since", type=_INSTANT, help="Received at or after, as 2026-05-01T00:00:00+08:00.")
@click.option("--until", type=_INSTANT, help="Received at or before.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@with_output
def export_file(
    output: Output, file: BinaryIO, form: str, since: datetime | None, until: datetime | None, language: str
) -> None:
    """Write the reports that are public, the newest first, as everybody may read them."""
    count = 0
    with opened() as engine, output.progress("exporting") as advance:
        span = since or FIRST_INSTANT, until or engine.clock.now()
        for piece in _csv(engine, *span, language) if form == "csv" else _georeport(engine, *span, language, form):
            file.write(piece)
            count += 1
            advance()
    output.tell({"exported": count - 2}, [f"{count - 2} exported."])


@service_requests.command()
@click.argument("file")
@with_profile
@click.option("--at", "instant", type=_INSTANT, help="Now, for what is still open.")
@with_output
def ontime(output: Output, file: str, profile: str | None, instant: datetime | None) -> None:
    """Reckon of each report in FILE whether it was settled on time, and list where the file itself says otherwise.

    On time is what has no target, was closed by its target, or is open and its target is to come.
    """
    found = compare(read_reports(read_bytes(file, LARGEST_BYTES), profile), instant or SystemClock().now())
    lines = [
        f"{found.on_time + found.overdue} reports: {found.on_time} on time, {found.overdue} overdue.",
        f"{len(found.differences)} differ from what the file says, {len(found.unreadable)} could not be read.",
        *_differences(found.differences),
        *map(bad_row_line, found.unreadable),
    ]
    output.tell(found, lines)


def bad_row_line(row: BadRow) -> str:
    """One line for a row that does not fit."""
    return f"{row.number}: {row.external_id or 'report'}: {'; '.join(row.problems)}"


def _differences(listed: tuple[Difference, ...]) -> list[str]:
    if not listed:
        return []
    words = {True: "on time", False: "overdue", None: "nothing"}
    columns = ("report", "reckoned", "the file says", "target", "closed")
    rows = (
        (one.external_id, words[one.reckoned], words[one.said], short_instant(one.due_at), short_instant(one.closed_at))
        for one in listed
    )
    return ["", *table(columns, rows)]


def _georeport(engine: Engine, since: datetime, until: datetime, language: str, form: str) -> Iterator[bytes]:
    kind = XML if form == "georeport-xml" else JSON
    categories = engine.queries.service_categories.catalogue()[1].categories
    zone = ZoneInfo(engine.queries.organisation.profile()[0].time_zone)
    head, between, tail = list_around(kind)
    yield head
    for number, row in enumerate(exported_rows(engine, since, until)):
        shown = georeport_of(row, categories.get(row.request.category), zone, language)
        yield (between if number else b"") + request_fragment(shown, kind)
    yield tail


def _csv(engine: Engine, since: datetime, until: datetime, language: str) -> Iterator[bytes]:
    yield "\ufeff".encode()
    for line in write_csv(report_of(row, language) for row in exported_rows(engine, since, until)):
        yield line.encode()


def _read_mapping(name: str | None) -> dict[str, str]:
    if name is None:
        return {}
    try:
        found = parse_json(read_bytes(name, LARGEST_BYTES))
    except InvalidVariablesError as error:
        raise click.UsageError(f"Expected JSON in {name}, but: {'; '.join(error.problems.values())}") from error
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise click.UsageError(f'Expected {{"theirs": "ours"}} in {name}, but it holds something else.')
    return found
