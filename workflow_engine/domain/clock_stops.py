"""What a clock that stood does to a deadline: it moves in what it is reckoned in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflow_engine.domain.working_time import Calendar, Deadline

WORKING_DAYS, WORKING_HOURS = "working days", "working hours"
Span = tuple[datetime, datetime]


def moved(calendar: Calendar, due: datetime, unit: str | None, spans: Iterable[Span]) -> Deadline:
    """The deadline after its clock stood for these spans.

    In working days by those after the day on which the clock stopped, up to and with the one on which it went on; in
    working hours by the time that the offices were open; in plain time (None) by all that passed.
    """
    if unit == WORKING_DAYS:
        days = sum(calendar.working_days_between(*span) for span in spans)
        return calendar.add_working_days(due, days)
    if unit == WORKING_HOURS:
        stood = sum((calendar.working_time_between(*span) for span in spans), timedelta())
        return calendar.add_working_time(due, stood)
    return Deadline(due + sum((end - start for start, end in spans), timedelta()), provisional=False)
