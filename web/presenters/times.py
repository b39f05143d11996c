"""Instants as people read them: how long ago, how long left, how late; the exact time always at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import flask_babel  # type: ignore[import-untyped]

from web import city
from web.context import engine
from web.i18n import CHINESE, current_language
from web.i18n import gettext as _

Urgency = Literal["overdue", "soon", "later", "none"]
SOON_SECONDS = 30 * 60
SOON_SHARE = 0.2
"""What is left of the whole time when a task counts as due soon."""
_DURATION = re.compile(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?")
MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Due:
    """The clock of a task: how urgent, in words, and exactly."""

    urgency: Urgency
    words: str
    at: datetime


def zone() -> ZoneInfo:
    """The time zone of the pages."""
    return ZoneInfo(city.profile().time_zone)


def now() -> datetime:
    """The engine's present instant."""
    return engine().clock.now()


def instant(value: datetime | str | None) -> datetime | None:
    """An aware instant from a row or from an event's ISO text."""
    if value is None or isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def span(seconds: float) -> str:
    """A length of time by its two largest units: ``2 d 4 h``, ``1 h 5 min``, ``12 min``, ``40 s``."""
    left = max(0, int(seconds))
    days, hours, minutes = left // DAY, left % DAY // HOUR, left % HOUR // MINUTE
    if days >= 10 or (days and not hours):
        return _("%(days)d d", days=days)
    if days:
        return _("%(days)d d %(hours)d h", days=days, hours=hours)
    if hours:
        return (
            _("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes) if minutes else _("%(hours)d h", hours=hours)
        )
    return _("%(minutes)d min", minutes=minutes) if minutes else _("%(seconds)d s", seconds=left)


def duration(text: str) -> str | None:
    """An ISO 8601 duration of days and smaller units in words; None for any other text."""
    found = _DURATION.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return span(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def ago(value: datetime) -> str:
    """How long ago, or the day when that says more."""
    seconds = (now() - value).total_seconds()
    if seconds < -MINUTE:
        return _("in %(span)s", span=span(-seconds))
    if seconds < MINUTE:
        return _("just now")
    return _("%(span)s ago", span=span(seconds)) if seconds < DAY else day(value)


def due_of(due_at: datetime | None, created_at: datetime | None = None) -> Due | None:
    """The clock of a task that is due then; None when it has none."""
    if due_at is None:
        return None
    left = (due_at - now()).total_seconds()
    if left < 0:
        return Due("overdue", _("%(span)s late", span=span(-left)), due_at)
    whole = (due_at - created_at).total_seconds() if created_at else 0
    urgency: Urgency = "soon" if left < max(SOON_SECONDS, min(whole * SOON_SHARE, DAY)) else "later"
    return Due(urgency, _("due in %(span)s", span=span(left)), due_at)


def exact(value: datetime) -> str:
    """Day and time to the second, in the time zone of the pages."""
    return value.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S")


def clock_time(value: datetime) -> str:
    """Hours and minutes, with the day when it is not today."""
    local = value.astimezone(zone())
    return local.strftime("%H:%M") if local.date() == now().astimezone(zone()).date() else day(value)


def day(value: datetime) -> str:
    """The day with its time, the year only when it is another."""
    local = value.astimezone(zone())
    today = now().astimezone(zone()).date()
    clock = local.strftime("%H:%M")
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(time)s", time=clock)
    if current_language() is CHINESE:
        pattern = "M月d日" if local.year == today.year else "y年M月d日"
    else:
        pattern = "d MMM" if local.year == today.year else "d MMM y"
    return f"{flask_babel.format_date(local.date(), pattern)} {clock}"


def long_day(value: date) -> str:
    """A day as a heading: weekday, day, month."""
    today = now().astimezone(zone()).date()
    if value == today:
        return _("Today")
    if value == today - timedelta(days=1):
        return _("Yesterday")
    return str(flask_babel.format_date(value, "y年M月d日 EEEE" if current_language() is CHINESE else "EEEE d MMMM y"))


def local_date(value: datetime) -> date:
    """The day in the time zone of the pages."""
    return value.astimezone(zone()).date()
