"""The yearly notice of days off and make-up work days, as calendar files carry it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflow_engine.domain.office_hours import CalendarError


@dataclass(frozen=True, slots=True)
class YearNotice:
    """One year's days off and make-up work days; both are final."""

    year: int
    days_off: frozenset[date]
    make_up_days: frozenset[date]


def read_notice(document: Mapping[str, object]) -> YearNotice:
    """Read ``{"holidays": {"2025-01-01": "…"}, "workdays": {…}, "inLieuDays": {…}}``.

    ``inLieuDays`` are days off as well; plain weekends are not listed. Raises ``CalendarError``.
    """
    holidays, workdays, in_lieu = (_days(document, key) for key in ("holidays", "workdays", "inLieuDays"))
    days_off = holidays | in_lieu
    if not days_off:
        raise CalendarError("Expected the days off of a year under “holidays”, but there are none.")
    both = days_off & workdays
    if both:
        raise CalendarError(f"Expected each day off or worked, but {min(both)} is both.")
    year = Counter(day.year for day in days_off).most_common(1)[0][0]
    return YearNotice(year, days_off, workdays)


def _days(document: Mapping[str, object], key: str) -> frozenset[date]:
    entries = document.get(key, {})
    if not isinstance(entries, Mapping):
        raise CalendarError(f"Expected an object of dates under “{key}”, but got {type(entries).__name__}.")
    try:
        return frozenset(date.fromisoformat(day) for day in entries)
    except (TypeError, ValueError) as error:
        raise CalendarError(f"Expected dates like 2025-01-01 under “{key}”, but {error}.") from error
