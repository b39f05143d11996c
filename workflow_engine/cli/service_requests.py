"""``service-requests``: reports of residents from files and to files, and whether they were settled on time."""

from __future__ import annotations

from datetime import datetime

import click

from workflow_engine import SystemClock
from workflow_engine.cli.asking import read_bytes, with_output
from workflow_engine.cli.output import Output, short_instant, table
from workflow_engine.interchange.on_time import Difference, compare
from workflow_engine.interchange.report_files import LARGEST_BYTES, PROFILES, read_reports
from workflow_engine.interchange.report_rows import BadRow

with_profile = click.option(
    "--profile",
    type=click.Choice(sorted(PROFILES)),
    help="Of which city's export FILE is. Default: GeoReport v2 or CSV.",
)


@click.group("service-requests")
def service_requests() -> None:
    """Take in and give out reports of residents, and reckon whether they were settled on time."""


@service_requests.command()
@click.argument("file")
@with_profile
@click.option("--at", "instant", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="Now, for what is still open.")
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
