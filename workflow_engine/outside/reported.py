"""Questions about what is reported: its category, the end of a limit in days, and the number of its case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflow_engine.domain.durations import TimingError
from workflow_engine.domain.outside import Answer
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.outside.working_time import known_calendar
from workflow_engine.storage import case_numbers, photos
from workflow_engine.storage import service_categories as store

MOST_DAYS = 4_000
_GRID = re.compile(r"[A-Za-z0-9-]{1,40}")
_NO_GRID = "000000000000"
_DRILL = "YL"
"""Exercises (演练) are numbered by themselves, so that real numbers have no gaps."""


def _service_category(ground: Ground, code: str | None) -> Answer:
    """Every field of the category; null where the version in force has none of this code."""
    version, catalogue = store.in_force(ground.unit, ground.now)
    found = None if code is None else catalogue.categories.get(code)
    return Answer(None if found is None else found.content(), {"categories": version})


def _days_after(ground: Ground, start: str, days: float) -> Answer:
    """The end of the ``days``-th day after that of ``start``, in the city."""
    if days != int(days) or not 0 <= days <= MOST_DAYS:
        raise TimingError(f"Expected a whole number of days from 0 to {MOST_DAYS}, but got {days}.")
    known = known_calendar(ground)
    day = known.calendar.local_day(known.moment(start)) + timedelta(days=int(days))
    end = datetime.combine(day, time.max, ZoneInfo(known.calendar.zone)).astimezone(UTC)
    return Answer(end.isoformat().replace("+00:00", "Z"), {"profile": known.source["profile"]})


def _case_number(ground: Ground, grid: str | None) -> Answer:
    """The next number of the day in the city and the grid: ``20261126-430182001001-0007``."""
    if grid is not None and not _GRID.fullmatch(grid):
        raise ValueError("Expected the code of a grid: letters, digits and dashes, 40 at most.")
    day = known_calendar(ground).calendar.local_day(ground.now)
    series = f"{_DRILL if ground.exercise else ''}{day:%Y%m%d}-{grid or _NO_GRID}"
    give = case_numbers.take_next if ground.keeps else case_numbers.foresee_next
    return Answer(f"{series}-{give(ground.unit, series):04}")


def _photos_of_case(ground: Ground, since: str | None = None) -> Answer:
    """How many photos came to the case after an instant, or ever: its files, and those of its service request."""
    if ground.case_id is None:
        raise ValueError("Expected a case that has begun.")
    after = None if since is None else known_calendar(ground).moment(since)
    return Answer(photos.count_photos(ground.unit, ground.case_id, after))


REPORTED_FUNCTIONS: Mapping[str, OutsideFunction] = {
    "service category": _service_category,
    "days after": _days_after,
    "case number": _case_number,
    "photos of case": _photos_of_case,
}
