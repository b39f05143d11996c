"""Opening hours of an office within one day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from workflow_engine.domain.errors import RejectedError

WEEKDAYS = (0, 1, 2, 3, 4)
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


class CalendarError(RejectedError, ValueError):
    """A working calendar's hours, zone or days are not what they should be."""

    code = "invalid_calendar"


@dataclass(frozen=True, slots=True)
class Opening:
    """From ``opens`` to ``closes``, in minutes after local midnight; 1440 is the midnight that ends the day."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24 * 60:
            raise CalendarError(f"Expected an opening within one day, but got minutes {self.opens} to {self.closes}.")

    @classmethod
    def parse(cls, text: str) -> Opening:
        """Read ``09:00-12:00``."""
        ends = [_CLOCK.fullmatch(part.strip()) for part in text.split("-")]
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            raise CalendarError(f"Expected opening hours like 09:00-12:00, but got {text!r}.")
        return cls(*(int(end[1]) * 60 + int(end[2]) for end in ends if end is not None))

    def __str__(self) -> str:
        return "-".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (self.opens, self.closes))


OFFICE_HOURS = (Opening.parse("09:00-12:00"), Opening.parse("13:00-18:00"))


def check_zone(name: str) -> None:
    """Raise ``CalendarError`` unless ``name`` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise CalendarError(f"Expected an IANA time zone such as Asia/Shanghai, but got {name!r}.") from error


def check_openings(weekly: Mapping[int, Sequence[Opening]], make_up_hours: Sequence[Opening]) -> None:
    """Raise ``CalendarError`` unless some weekday is open and each day's openings are in order and apart."""
    if not any(weekly.values()) or not make_up_hours:
        raise CalendarError("Expected opening hours for at least one weekday and for make-up days, but there are none.")
    for weekday, openings in [*weekly.items(), (0, make_up_hours)]:
        if weekday not in range(7):
            raise CalendarError(f"Expected a weekday from 0 (Monday) to 6, but got {weekday}.")
        for before, after in pairwise(openings):
            if after.opens < before.closes:
                raise CalendarError(f"Expected openings in order and apart, but {after} begins before {before} ends.")
