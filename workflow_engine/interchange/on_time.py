"""Whether reports were settled on time, and where a file says otherwise than it reckons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflow_engine.interchange.report_rows import BadRow, ReportRow


@dataclass(frozen=True, slots=True)
class Difference:
    """A report whose flag in the file is not what its instants give; ``said`` is None where the file says nothing."""

    external_id: str
    reckoned: bool
    said: bool | None
    due_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OnTime:
    """How many are on time and overdue, by the instants; every difference; rows that could not be read."""

    on_time: int
    overdue: int
    differences: tuple[Difference, ...]
    unreadable: tuple[BadRow, ...]


def is_on_time(report: ReportRow, now: datetime) -> bool:
    """Without a target always; closed by its target; open as long as the target is to come."""
    return report.due_at is None or (report.closed_at or now) <= report.due_at


def compare(reports: Iterable[ReportRow | BadRow], now: datetime) -> OnTime:
    """Reckon each and hold it against what the file says."""
    reckoned: list[tuple[ReportRow, bool]] = []
    unreadable: list[BadRow] = []
    for report in reports:
        if isinstance(report, BadRow):
            unreadable.append(report)
        else:
            reckoned.append((report, is_on_time(report, now)))
    differences = tuple(
        Difference(report.external_id, found, report.on_time, report.due_at, report.closed_at)
        for report, found in reckoned
        if report.on_time is not found
    )
    on_time = sum(found for _, found in reckoned)
    return OnTime(on_time, len(reckoned) - on_time, differences, tuple(unreadable))
