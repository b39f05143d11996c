"""When people are there: always, in office hours by the calendar, at hours of the day, in turns, or by the roster."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from workflow_engine.domain.working_time import Calendar

_DAY = timedelta(days=1)
_DAYS_LOOKED = 400


class Hours(Protocol):
    """Of one team; ``member`` counts its people from 0."""

    def opens(self, member: int, at: datetime) -> datetime | None:
        """``at`` itself where the person is there then, else when they come next; None: not within a year."""
        ...

    def done(self, member: int, begun: datetime, seconds: float) -> datetime:
        """When so much work is done that was begun then, while the person was there."""
        ...

    def there(self, member: int, since: datetime, until: datetime) -> float:
        """For how many seconds the person is there between."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """Day and night."""

    def opens(self, member: int, at: datetime) -> datetime | None:
        """At once."""
        return at

    def done(self, member: int, begun: datetime, seconds: float) -> datetime:
        """Without a break."""
        return begun + timedelta(seconds=seconds)

    def there(self, member: int, since: datetime, until: datetime) -> float:
        """All of it."""
        return (until - since).total_seconds()


@dataclass(frozen=True, slots=True)
class Office:
    """The hours in which an office is open by its calendar; work goes on there the next time it opens."""

    calendar: Calendar

    def opens(self, member: int, at: datetime) -> datetime | None:
        """Now, or with the next opening."""
        soon = self.calendar.add_working_time(at, timedelta(microseconds=1)).due_at - timedelta(microseconds=1)
        return at if soon <= at else soon

    def done(self, member: int, begun: datetime, seconds: float) -> datetime:
        """Counted while it is open."""
        return self.calendar.add_working_time(begun, timedelta(seconds=seconds)).due_at

    def there(self, member: int, since: datetime, until: datetime) -> float:
        """While it is open."""
        return self.calendar.working_time_between(since, until).total_seconds()


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns that relieve one another at fixed times; who has begun finishes, whoever comes next."""

    zone: ZoneInfo
    turns: int
    changes: tuple[int, ...]
    """Minutes of the local day."""

    def opens(self, member: int, at: datetime) -> datetime | None:
        """Now, or at the next change that brings the person's turn."""
        for since, until, turn in self._from(at):
            if turn == member % self.turns and until > at:
                return max(since, at)
        return None

    def done(self, member: int, begun: datetime, seconds: float) -> datetime:
        """Without a break, into the next turn if need be."""
        return begun + timedelta(seconds=seconds)

    def there(self, member: int, since: datetime, until: datetime) -> float:
        """Every so many turns."""
        total = 0.0
        for begins, ends, turn in self._from(since):
            if begins >= until:
                break
            if turn == member % self.turns:
                total += max(0.0, (min(ends, until) - max(begins, since)).total_seconds())
        return total

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        """Turns from the one before this instant on, each with its number."""
        day = at.astimezone(self.zone).date() - _DAY
        number = day.toordinal() * len(self.changes)
        begins: datetime | None = None
        for _ in range(_DAYS_LOOKED):
            for minutes in self.changes:
                local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=self.zone)
                instant = local.astimezone(UTC)
                if begins is not None:
                    yield begins, instant, (number - 1) % self.turns
                begins, number = instant, number + 1
            day += _DAY


@dataclass(frozen=True, slots=True)
class Roster:
    """The duty roster itself: who stands in it is there; one list of spans per person, in order and apart."""

    spans: tuple[tuple[tuple[datetime, datetime], ...], ...]
    _starts: tuple[tuple[datetime, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        starts = tuple(tuple(begins for begins, _ends in one) for one in self.spans)
        object.__setattr__(self, "_starts", starts)

    def opens(self, member: int, at: datetime) -> datetime | None:
        """Now, or with the person's next duty; nobody is behind a member beyond the roster."""
        if member >= len(self.spans):
            return None
        place = bisect_right(self._starts[member], at)
        spans: Sequence[tuple[datetime, datetime]] = self.spans[member]
        if place and spans[place - 1][1] > at:
            return at
        return spans[place][0] if place < len(spans) else None

    def done(self, member: int, begun: datetime, seconds: float) -> datetime:
        """Without a break."""
        return begun + timedelta(seconds=seconds)

    def there(self, member: int, since: datetime, until: datetime) -> float:
        """By the roster."""
        if member >= len(self.spans):
            return 0.0
        parts = ((min(ends, until) - max(begins, since)).total_seconds() for begins, ends in self.spans[member])
        return sum(part for part in parts if part > 0)


def roster_of(rows: Iterable[tuple[str, datetime, datetime]]) -> Roster:
    """The roster out of its rows: person, from, until."""
    people: dict[str, list[tuple[datetime, datetime]]] = {}
    for person, begins, ends in sorted(rows):
        spans = people.setdefault(person, [])
        if spans and begins <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(ends, spans[-1][1]))
        else:
            spans.append((begins, ends))
    return Roster(tuple(tuple(spans) for spans in people.values()))
