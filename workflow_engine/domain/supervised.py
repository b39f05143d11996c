"""What the supervision board counts: matters with a clock, by the unit that has to act, and how they stand in time.

A case is one matter for each unit in which a clock of it runs, by the earliest of them; a service request counts by
its own limit in the unit that handles it. The same count is added up from the lowest unit to the city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

STATES = ("overdue", "at_risk", "on_time", "stopped")
"""overdue: its time is over; at_risk: in the last part of it; stopped: its clock stands, for a cause."""
LAST_PART = 1 / 3
LONGEST_LAST_PART = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case: whose it is, since when it runs, when it ends, and whether it stands."""

    unit_id: str
    began_at: datetime
    due_at: datetime
    cause: str = ""
    """Why it stands; empty: it runs."""
    user_task_id: str | None = None
    """None: the limit of the service request itself."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A case in one unit, as the board counts it."""

    case_id: str
    unit_id: str
    process_id: str
    is_request: bool
    began_at: datetime
    due_at: datetime
    state: str
    cause: str
    turns_at: datetime | None
    """When it will stand otherwise if nothing happens; None: never by time alone."""
    user_task_id: str | None

    @property
    def counted_as(self) -> tuple[str, str, bool, str, str]:
        """Where it is one more in the counts."""
        return self.unit_id, self.process_id, self.is_request, self.state, self.cause


def risk_begins(began_at: datetime, due_at: datetime) -> datetime:
    """The last third of the time, at most 24 hours before its end."""
    return max(due_at - LONGEST_LAST_PART, due_at - (due_at - began_at) * LAST_PART)


def state_at(began_at: datetime, due_at: datetime, now: datetime) -> tuple[str, datetime | None]:
    """How a running clock stands, and when that changes by itself."""
    if now >= due_at:
        return "overdue", None
    begins = risk_begins(began_at, due_at)
    return ("at_risk", due_at) if now >= begins else ("on_time", begins)


def matters(case_id: str, process_id: str, clocks: Iterable[Clock], now: datetime, *, is_request: bool) -> list[Matter]:
    """The matters of one case: by unit, what runs goes before what stands, the earliest end before later ones."""
    found: dict[str, Clock] = {}
    for clock in clocks:
        known = found.get(clock.unit_id)
        if known is None or (bool(clock.cause), clock.due_at) < (bool(known.cause), known.due_at):
            found[clock.unit_id] = clock
    made = []
    for unit_id, clock in found.items():
        state, turns_at = ("stopped", None) if clock.cause else state_at(clock.began_at, clock.due_at, now)
        made.append(
            Matter(
                case_id, unit_id, process_id, is_request, clock.began_at, clock.due_at, state, clock.cause, turns_at,
                clock.user_task_id,
            )
        )  # fmt: skip
    return made


def differences(before: Iterable[Matter], after: Iterable[Matter]) -> Mapping[tuple[str, str, bool, str, str], int]:
    """By how much each count changes; only those that do."""
    changed: dict[tuple[str, str, bool, str, str], int] = {}
    for sign, some in ((-1, before), (1, after)):
        for one in some:
            changed[one.counted_as] = changed.get(one.counted_as, 0) + sign
    return {key: by for key, by in sorted(changed.items()) if by}
