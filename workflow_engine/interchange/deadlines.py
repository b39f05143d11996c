"""Deadlines as a calendar (iCalendar, RFC 5545) that people subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event, vDuration

ALARM_BEFORE = timedelta(minutes=30)
REFRESH = timedelta(minutes=15)
LENGTH = timedelta(minutes=15)
"""Of a deadline in the calendar; it ends when the deadline does."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One task that is due."""

    uid: str
    due_at: datetime
    title: str
    text: str
    url: str
    changed_at: datetime


def calendar_of(name: str, deadlines: Iterable[Deadline]) -> bytes:
    """The calendar file: one event for each deadline, with an alarm half an hour before."""
    calendar = Calendar()
    calendar.add("prodid", "-//Liandong//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"value": "DURATION"})
    for deadline in deadlines:
        calendar.add_component(_event(deadline))
    return bytes(calendar.to_ical())


def _event(deadline: Deadline) -> Event:
    event = Event()
    event.add("uid", deadline.uid)
    event.add("dtstamp", deadline.changed_at)
    event.add("dtstart", deadline.due_at - LENGTH)
    event.add("dtend", deadline.due_at)
    event.add("summary", deadline.title)
    event.add("description", deadline.text)
    event.add("url", deadline.url)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", deadline.title)
    alarm.add("trigger", -ALARM_BEFORE)
    event.add_component(alarm)
    return event
