"""``calendar seed``, ``import``, ``check`` and ``show``: the working calendar from the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from workflow_engine import ChangeCalendar, Engine, new_id, notice_changes
from workflow_engine.cli.asking import actor_for, opened, read_bytes, with_output, with_person
from workflow_engine.cli.output import Output, table
from workflow_engine.demo.days import days_of_china
from workflow_engine.domain.calendar_content import differences

_LARGEST_BYTES = 1_000_000
Days = Mapping[str, Mapping[str, str]]


@click.group()
def calendar() -> None:
    """The working calendar: days off, make-up working days, and which years are final."""


@calendar.command()
@click.argument("years", nargs=-1, required=True, type=click.IntRange(1970, 9000))
@with_person
@with_output
def seed(output: Output, years: tuple[int, ...], person: str | None) -> None:
    """Set China's days off and make-up working days of YEARS, out of the package `holidays`.

    A year for which the package knows no notice is left as it is, and counts plain weekends until its notice comes.
    """
    days: dict[str, dict[str, str]] = {}
    known = {year: found for year in years if (found := days_of_china(year))}
    for found in known.values():
        days.update(found)
    without = [year for year in years if year not in known]
    with opened() as engine:
        version = _change(engine, person, days, {str(year): True for year in known}, "package holidays")
    told = [f"Version {version}: {len(days)} days of {', '.join(map(str, known)) or 'no year'}."]
    told += [f"No notice is known for {year}; it stays provisional." for year in without]
    output.tell({"version": version, "years": list(known), "days": len(days), "unknown_years": without}, told)


@calendar.command("import")
@click.argument("file")
@click.option("--reason", default="notice", show_default=True, help="Stays in the record.")
@with_person
@with_output
def import_notice(output: Output, file: str, reason: str, person: str | None) -> None:
    """Bring in a year's notice: a JSON FILE with `holidays`, `workdays` and `inLieuDays` by date.

    The year is final from then on; running cases whose deadlines are others now are brought to it by the clock.
    """
    days, year = _read(file)
    with opened() as engine:
        version = _change(engine, person, days, {str(year): True}, reason)
    output.tell({"version": version, "year": year, "days": len(days)}, [f"Version {version}: {year} is final."])


@calendar.command()
@click.argument("files", nargs=-1, required=True)
@with_output
@click.pass_context
def check(context: click.Context, output: Output, files: tuple[str, ...]) -> None:
    """Compare the calendar with notices (JSON FILES), and list every day that is worked in one and not in the other.

    Exit code 1 when there are differences.
    """
    with opened() as engine:
        worked = engine.queries.organisation.working_calendar()
    rows = []
    for file in files:
        days, year = _read(file)
        rows += [(day, here, there) for day, here, there in differences(worked, days, year)]
    told = list(table(("day", "calendar", "notice"), rows)) if rows else ["No differences."]
    output.tell({"differences": [dict(zip(("day", "calendar", "notice"), row, strict=True)) for row in rows]}, told)
    context.exit(1 if rows else 0)


@calendar.command()
@click.argument("year", type=click.IntRange(1970, 9000))
@with_output
def show(output: Output, year: int) -> None:
    """List the days of YEAR that are not what their weekday says."""
    with opened() as engine:
        content, version = engine.queries.organisation.calendar()
    days = {day: dict(told) for day, told in sorted(content.days.items()) if day.startswith(f"{year}-")}
    final = year in content.published
    lines = [f"Version {version.version}; {year} is {'final' if final else 'provisional'}."]
    lines += [f"{day}  {told['kind']:<5} {told['name']}" for day, told in days.items()]
    output.tell({"version": version.version, "year": year, "final": final, "days": days}, lines)


def _change(engine: Engine, person: str | None, days: Days, years: Mapping[str, bool], reason: str) -> int:
    base = engine.queries.organisation.calendar()[1].version
    command = ChangeCalendar(command_id=new_id(), days=days, years=years, base_version=base, reason=reason)
    return int(engine.handle(command, actor_for(engine, person)).result["version"])


def _read(file: str) -> tuple[dict[str, dict[str, str]], int]:
    try:
        document: Any = json.loads(read_bytes(file, _LARGEST_BYTES))
    except ValueError as error:
        raise click.UsageError(f"Expected {file} to hold JSON, but: {error}.") from error
    if not isinstance(document, dict):
        raise click.UsageError(f"Expected {file} to hold an object with `holidays`.")
    return notice_changes(document)
