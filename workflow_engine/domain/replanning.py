"""Re-planning running work for an emergency: whom a response touches, and what becomes of a task's time and place.

A response calls (``Call``); the city's table says how each task is treated (``Treatment``) by how it is related to the
response; ``targets`` says what that makes of the task's instants. What is planned is always reckoned from what the
task's model gave, never from an earlier plan, so that any number of raises and lowerings leave no trace behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from workflow_engine.domain.areas import Area
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.lifecycle import Table

MESSAGE = "emergency.replan"
STREAM = "area:replanning"
DIRECTIONS = ("activate", "raise", "lower", "end")
ROMANS = ("I", "II", "III", "IV")
OWN, AREA, UNIT, OTHER = "own", "area", "unit", "other"
RELATIONS = (OWN, AREA, UNIT, OTHER)
"""The emergency's own case, a case in the area it affects, work of a unit that it calls, and everything else."""
KEEP, SHORTEN, PUSH_BACK = "keep", "shorten", "push_back"
KINDS = (KEEP, SHORTEN, PUSH_BACK)
LEGAL = "liandong:legalDeadline"
"""Property of a user task: ``yes`` or ``no``. Unsaid, a deadline reckoned in working time counts as one of the law."""
REPLAN: Table = {
    "collecting": frozenset({"applying", "superseded"}),
    "applying": frozenset({"done", "superseded"}),
    "done": frozenset(),
    "superseded": frozenset(),
}
REPLAN_CASE: Table = {
    "pending": frozenset({"changed", "unchanged", "failed", "skipped"}),
    # A call in force looks again at cases in which something began since.
    "changed": frozenset({"failed"}),
    "unchanged": frozenset({"changed", "failed"}),
    "failed": frozenset({"changed", "unchanged"}),
    "skipped": frozenset(),
}
RUNNING = ("collecting", "applying")
LEAST_PRIORITY, MOST_PRIORITY = 0, 100
_LONGEST = 500
_MOST_UNITS = 200


@dataclass(frozen=True, slots=True)
class Call:
    """What a case of an emergency asks for when its response begins, changes its level or ends."""

    direction: str
    rank: int
    units: tuple[str, ...] = ()
    area: Area = field(default_factory=Area)
    hazard: str = ""
    reason: str = ""

    @property
    def level(self) -> str:
        """The level in Roman figures."""
        return ROMANS[self.rank - 1]

    def subjects(self) -> list[str]:
        """Under which names tasks are offered to the units that are called."""
        return [f"{kind}:{unit}" for unit in self.units for kind in ("unit", "head", "duty")]

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "direction": self.direction, "rank": self.rank, "units": list(self.units), "area": self.area.content(),
            "hazard": self.hazard, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """An open user task, as far as the table and the plan depend on it."""

    case_id: str
    token_id: int
    process_id: str
    definition_id: str
    element_id: str
    lane: int
    state: str
    assignee: str | None
    priority: int
    """As it stands now."""
    groups: tuple[str, ...]
    unit_id: str | None
    """Answers for the case."""
    due_at: datetime | None
    """As it stands now."""
    created_at: datetime
    exercise: bool
    category: str | None = None
    """Of the service request, where the case is one."""
    tier: str | None = None
    promised_until: datetime | None = None
    """What whoever reported it was promised."""
    place_code: str | None = None
    lat: float | None = None
    lon: float | None = None

    def relations(self, call: Call, emergency_id: str, called_at: datetime) -> list[str]:
        """How the task is related to a response, the closest first; nothing where it is not."""
        if self.case_id == emergency_id:
            # What the model begins together with its call has the clock of the new level already.
            return [OWN] if self.created_at < called_at else []
        found = []
        if self.category is not None and call.area.holds(self.place_code, self.lat, self.lon):
            found.append(AREA)
        if self.unit_id in call.units or not set(self.groups).isdisjoint(call.subjects()):
            found.append(UNIT)
        return found


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the city's table says about a task; ``rule`` is the number of its row, from 1."""

    deadline: str = KEEP
    percent: int = 100
    """Of the time that is left, when it is shortened."""
    seconds: int = 0
    """By how much it is pushed back."""
    priority: int = 0
    """Added to what its model gave."""
    duty: bool = False
    """It is offered to whoever is on duty too."""
    words: str = ""
    rule: int = 0

    @property
    def does_nothing(self) -> bool:
        """Whether the task stays as it is."""
        return self.deadline == KEEP and not self.priority and not self.duty


def read_call(letter: Mapping[str, Any], affected: object = None) -> Call:
    """The call in a letter to the desk; ``affected`` is the case's own ``affected_area``.

    Raises:
        RejectedError: it does not say what it has to.
    """
    direction = letter.get("direction")
    if direction not in DIRECTIONS:
        raise RejectedError(f"Expected a letter to re-plan to give its direction, one of {', '.join(DIRECTIONS)}.")
    rank = letter.get("rank")
    if direction == "end" and rank not in (1, 2, 3, 4):
        rank = len(ROMANS)
    if isinstance(rank, bool) or rank not in (1, 2, 3, 4):
        raise RejectedError("Expected a letter to re-plan to give the rank of the level, 1 (the worst) to 4.")
    units = _texts([one.get("unit") if isinstance(one, Mapping) else one for one in _list(letter.get("units"))])
    codes = [*_texts(letter.get("place_codes")), *_texts(letter.get("districts"))]
    area = Area.read(letter.get("affected_area") or affected).with_codes(codes)
    return Call(
        str(direction), int(rank), tuple(unit.removeprefix("unit:") for unit in units[:_MOST_UNITS]), area,
        _line(letter.get("hazard")), _line(letter.get("reason")),
    )  # fmt: skip


def call_from(content: Mapping[str, Any]) -> Call:
    """The call back from what ``Call.content`` made."""
    return Call(
        content["direction"], content["rank"], tuple(content["units"]), Area.read(content["area"]), content["hazard"],
        content["reason"],
    )  # fmt: skip


def replan_id_of(message_id: str) -> str:
    """The same for every try of one letter."""
    return sha256(message_id.encode()).hexdigest()[:32]


def command_id_of(replan_id: str, case_id: str) -> str:
    """The command that does one case's part; the same for whoever does it."""
    return f"replan-{sha256(f'{replan_id} {case_id}'.encode()).hexdigest()[:40]}"


def following_command_id_of(replan_id: str, case_id: str, seq: int) -> str:
    """The command that looks at one case again after this entry of its chain."""
    return f"replan-{sha256(f'{replan_id} {case_id} {seq}'.encode()).hexdigest()[:40]}"


# ------------------------------------------------------------------------------------------------ instants
@dataclass(frozen=True, slots=True)
class Layer:
    """What one emergency wants of one deadline."""

    kind: str
    at: datetime


def target(
    treatment: Treatment, due: datetime, now: datetime, *, legal: bool, until: datetime | None
) -> datetime | None:
    """To where this treatment moves a deadline that its model gave; None: it stays. One of the law never goes back."""
    if due <= now:
        return None
    if treatment.deadline == SHORTEN and treatment.percent < 100:
        return now + (due - now) * max(treatment.percent, 1) / 100
    if treatment.deadline == PUSH_BACK and not legal:
        wanted = due + timedelta(seconds=treatment.seconds)
        wanted = wanted if until is None else max(due, min(wanted, until))
        return wanted if wanted > due else None
    return None


def follow(at: datetime, due: datetime, moved: datetime, now: datetime) -> datetime:
    """Where a clock of a task goes when its due date moves: reminders with the time left, what comes later with it."""
    if at > due or moved > due:
        return at + (moved - due)
    return at if at <= now else now + (at - now) * ((moved - now) / (due - now))


def effective(given: datetime, layers: Iterable[Layer]) -> datetime:
    """What holds where several emergencies plan: sooner goes before later, the soonest and the latest win."""
    found = list(layers)
    sooner = [layer.at for layer in found if layer.kind == SHORTEN]
    if sooner:
        return min(given, *sooner)
    return max((layer.at for layer in found), default=given)


def effective_priority(given: int, deltas: Sequence[int]) -> int:
    """The same of priorities: the highest rise, or else the deepest fall; the range of pages is not left."""
    if not deltas:
        return given
    delta = max(deltas) if max(deltas) > 0 else min(deltas)
    wanted = given + delta
    return given if delta == 0 else max(min(wanted, max(given, MOST_PRIORITY)), min(given, LEAST_PRIORITY))


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _texts(value: object) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str) and one]


def _line(value: object) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""
