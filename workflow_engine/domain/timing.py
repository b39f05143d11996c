"""Timers' texts and their due instants: durations, instants and repeating cycles of ISO 8601.

Catching up after a stop: firings that fell due while nobody looked are *coalesced*. The latest one
fires once; the others are counted as skipped and still use up repetitions, so ``R3/PT1H`` never
fires after its third hour (``catch_up``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from workflow_engine.domain.durations import (
    Duration,
    TimingError,
    add,
    as_utc,
    clean_text,
    parse_duration,
    parse_instant,
    subtract,
)

__all__ = [
    "CatchUp",
    "Cycle",
    "Duration",
    "TimingError",
    "add",
    "as_utc",
    "catch_up",
    "missed",
    "parse_cycle",
    "parse_duration",
    "parse_instant",
    "subtract",
]

_REPEAT = re.compile(r"R(-1|[0-9]{0,9})")
_CRON = re.compile(r"[0-9A-Za-z*?/,\-#]+(?:\s+[0-9A-Za-z*?/,\-#]+){4,6}")
_HIGHEST_INDEX = 10**18
_MISSED_LIMIT = 1000
_Test = Callable[[datetime], bool]
_IndexTest = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating timer: every ``duration``, ``repetitions`` times (None: for ever).

    Firing 1 falls at ``start`` when given, else one ``duration`` after the anchor, the instant at which
    the timer was armed. With ``end`` the firings lie on the grid that ends there, and the last is ``end``.
    Occurrences of a fixed grid that lie before the anchor never happen.
    """

    repetitions: int | None
    duration: Duration
    start: datetime | None = None
    end: datetime | None = None

    def due(self, n: int, anchor: datetime) -> datetime | None:
        """When firing ``n`` (from 1, counted since arming) falls due; None when the cycle has ended by then.

        Every answer is reckoned from the anchor or the grid itself, so nothing drifts and a month stays a month.
        """
        if n < 1:
            raise TimingError(f"Expected the number of a firing from 1 on, but got {n}.")
        return self._at(self._skipped(as_utc(anchor)) + n, as_utc(anchor))

    def next_after(self, instant: datetime, anchor: datetime) -> tuple[int, datetime] | None:
        """The first firing after ``instant``: its number since arming and its due instant; None when none is left."""
        anchor = as_utc(anchor)
        skipped = self._skipped(anchor)
        index = max(self._count_until(as_utc(instant), anchor), skipped) + 1
        due = self._at(index, anchor)
        return None if due is None else (index - skipped, due)

    def _at(self, index: int, anchor: datetime) -> datetime | None:
        """Occurrence ``index`` (from 1) of the whole grid."""
        if self.repetitions is not None and index > self.repetitions:
            return None
        if self.start is not None:
            return add(self.start, self.duration.times(index - 1))
        if self.end is None:
            return add(anchor, self.duration.times(index))
        last = self._last_index(anchor, self.end)
        return None if index > last else subtract(self.end, self.duration.times(last - index))

    def _last_index(self, anchor: datetime, end: datetime) -> int:
        """The index of the occurrence at ``end``; an endless cycle starts counting at its first one from the anchor."""
        if self.repetitions is not None:
            return self.repetitions
        if end < anchor:
            return 0

        def reaches_back_too_far(steps: int) -> bool:
            try:
                return subtract(end, self.duration.times(steps)) < anchor
            except TimingError:
                return True

        return _first_true(reaches_back_too_far, 1)

    def _skipped(self, anchor: datetime) -> int:
        """How many occurrences of a fixed grid lie before the anchor."""
        if self.start is None and (self.end is None or self.repetitions is None):
            return 0
        return self._first_where(lambda due: due >= anchor, anchor) - 1

    def _count_until(self, instant: datetime, anchor: datetime) -> int:
        return self._first_where(lambda due: due > instant, anchor) - 1

    def _first_where(self, holds: _Test, anchor: datetime) -> int:
        def reached(index: int) -> bool:
            try:
                due = self._at(index, anchor)
            except TimingError:
                return True
            return due is None or holds(due)

        return _first_true(reached, 1)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What to fire now: the latest firing that is due, its number since arming, and how many were skipped before it."""

    number: int
    due_at: datetime
    skipped: int


def parse_cycle(text: str) -> Cycle:
    """Read ``Rn/duration``, ``Rn/start/duration``, ``Rn/duration/end`` or ``Rn/start/end``; ``R`` alone never ends.

    Raises ``TimingError``; cron text and a zero period are refused.
    """
    text = clean_text(text, "cycle")
    head, *parts = text.split("/")
    found = _REPEAT.fullmatch(head)
    if found is None:
        _refuse_cycle(text)
    if len(parts) not in (1, 2) or not all(parts):
        _refuse(text, "expected one or two parts after R, such as R3/PT1H or R3/2030-01-01T08:00Z/P1D")
    repetitions = None if found[1] in ("", "-1") else int(found[1])
    if repetitions == 0:
        _refuse(text, "a timer that fires zero times never goes on; give R1 or more")
    return _cycle_of(text, repetitions, parts)


def catch_up(cycle: Cycle, anchor: datetime, fired: int, now: datetime) -> CatchUp | None:
    """The one firing that stands for all that are due and not fired yet; None when none is.

    ``fired`` is the number of the latest firing so far (0: none). Continue with ``CatchUp.number`` as ``fired``.
    """
    anchor, now = as_utc(anchor), as_utc(now)
    number = cycle._count_until(now, anchor) - cycle._skipped(anchor)
    if number <= fired:
        return None
    due = cycle.due(number, anchor)
    return None if due is None else CatchUp(number, due, number - fired - 1)


def missed(cycle: Cycle, anchor: datetime, fired: int, now: datetime) -> list[datetime]:
    """Every due instant after firing ``fired`` up to ``now``, oldest first, at most the latest 1,000."""
    latest = catch_up(cycle, anchor, fired, now)
    if latest is None:
        return []
    first = max(fired + 1, latest.number - _MISSED_LIMIT + 1)
    due = [cycle.due(number, anchor) for number in range(first, latest.number)]
    return [instant for instant in due if instant is not None] + [latest.due_at]


def _cycle_of(text: str, repetitions: int | None, parts: list[str]) -> Cycle:
    spans = [part.startswith(("P", "-P", "+P")) for part in parts]
    if all(spans) and len(parts) == 2:
        _refuse(text, "two durations; expected a start or an end beside the duration")
    if not any(spans):
        if len(parts) == 1:
            _refuse(text, "the period is missing, such as PT1H")
        start, end = (parse_instant(part) for part in parts)
        if end <= start:
            _refuse(text, "the end must lie after the start")
        return Cycle(repetitions, Duration(time=end - start), start=start)
    duration = parse_duration(parts[spans.index(True)])
    if not duration:
        _refuse(text, "the period must be longer than nothing")
    if len(parts) == 1:
        return Cycle(repetitions, duration)
    if spans[0]:
        return Cycle(repetitions, duration, end=parse_instant(parts[1]))
    return Cycle(repetitions, duration, start=parse_instant(parts[0]))


def _first_true(test: _IndexTest, low: int) -> int:
    """The smallest index from ``low`` at which the monotone ``test`` holds, by doubling and halving."""
    step = 1
    high = low
    while not test(high):
        low = high + 1
        step *= 2
        high = min(high + step, _HIGHEST_INDEX)
        if low > _HIGHEST_INDEX:
            return low
    while low < high:
        middle = (low + high) // 2
        if test(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _refuse_cycle(text: str) -> NoReturn:
    if _CRON.fullmatch(text) and not text.startswith("R"):
        _refuse(text, "this is a cron expression, which BPMN does not know; write a period such as R/PT5M")
    if text.startswith("P"):
        _refuse(text, f"a single duration does not repeat; use a timeDuration, or write R/{text}")
    _refuse(text, "expected a form like R3/PT1H or R/2030-01-01T08:00Z/P1D")


def _refuse(text: str, why: str) -> NoReturn:
    raise TimingError(f"Expected an ISO 8601 cycle, but {text!r} is none: {why}.", text=text)
