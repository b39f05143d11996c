"""What the read side gives about the supervision board: counts by unit, matters, days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BoardWish:
    """What the board is to show; empty: everything within reach."""

    unit_id: str = ""
    """This unit and all below it."""
    kind: str = ""
    """``requests`` or ``cases`` (all that are no service requests)."""
    process_id: str = ""
    state: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open matters stand how; added up, never averaged."""

    overdue: int = 0
    at_risk: int = 0
    on_time: int = 0
    stopped: int = 0
    notices: int = 0
    """Notices of supervision that run."""

    @property
    def running(self) -> int:
        """Those whose clock runs: what the rate is of."""
        return self.overdue + self.at_risk + self.on_time

    @property
    def open(self) -> int:
        return self.running + self.stopped

    @property
    def overdue_rate(self) -> float | None:
        """Overdue of those whose clock runs; None where none does."""
        return self.overdue / self.running if self.running else None

    def plus(self, other: Standing) -> Standing:
        """Both together."""
        return Standing(
            self.overdue + other.overdue, self.at_risk + other.at_risk, self.on_time + other.on_time,
            self.stopped + other.stopped, self.notices + other.notices,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """A unit with everything below it."""

    unit_id: str
    parent_id: str | None
    level: str | None
    name_zh: str
    name_en: str
    subject_class: str
    whole: Standing
    """The unit and all below it."""
    own: Standing
    has_below: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The board of one unit: it and what lies directly below, its levels, why clocks stand, and of when it is."""

    unit: UnitStanding
    path: tuple[UnitStanding, ...]
    """From the top of the actor's reach down to the unit, without it."""
    below: tuple[UnitStanding, ...]
    """Where it burns most first."""
    worst: tuple[UnitStanding, ...]
    """The units anywhere below with the most overdue matters of their own."""
    levels: tuple[tuple[str, Standing], ...]
    """Each level's own, from the city down."""
    causes: tuple[tuple[str, int], ...]
    processes: tuple[tuple[str, Standing], ...]
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One open matter in a list."""

    case_id: str
    unit_id: str
    unit_name_zh: str
    unit_name_en: str
    process_id: str
    definition_id: str
    process_name: str
    is_request: bool
    title: str | None
    business_key: str | None
    step: str | None
    """The name of the task whose clock it is; none: the limit of the request itself."""
    element_id: str | None
    began_at: datetime
    due_at: datetime
    state: str
    cause: str
    reason: str | None
    """Why its clock stands, in words."""
    held_at: datetime | None
    rung: str | None
    """Of the notice that runs about it."""
    notice_id: str | None
    may_open: bool
    """Whether the actor may look into the case."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What one day brought to a unit and all below it."""

    day: str
    came: int
    in_time: int
    late: int
    overdue: int
    """At the day's end."""
