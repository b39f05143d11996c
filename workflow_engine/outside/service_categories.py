"""Questions to the catalogue of categories; the answer names the version that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflow_engine.domain.durations import TimingError
from workflow_engine.domain.outside import Answer
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.outside.working_time import known_calendar
from workflow_engine.storage import service_categories as store

MOST_DAYS = 4_000


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


CATEGORY_FUNCTIONS: Mapping[str, OutsideFunction] = {
    "service category": _service_category,
    "days after": _days_after,
}
