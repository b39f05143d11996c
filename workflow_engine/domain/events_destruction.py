"""What happened to the personal data of a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionOrdered(Event):
    """One person decided it, another signed."""

    KIND = "destruction.ordered"
    destruction_id: str
    case_id: str
    decided_by: str
    signed_by: str
    names: tuple[str, ...]
    files: bool
    comments: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionBegun(Event):
    """What goes is known, by its salted hashes only; these cases are gone through."""

    KIND = "destruction.begun"
    destruction_id: str
    cases: tuple[str, ...]
    value_count: int
    too_short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataErased(Event):
    """A running case knows nothing personal any more."""

    KIND = "case.personal_data_erased"
    destruction_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionAdvanced(Event):
    """A piece of a case is done: entries whose values were erased, rows changed by table, files given up.

    ``documents``: those out of which something was cut, and the digest of what each says since.
    """

    KIND = "destruction.advanced"
    destruction_id: str
    case_id: str
    entries: tuple[int, ...]
    rows: dict[str, int]
    files: tuple[str, ...]
    documents: dict[str, str]
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionFinished(Event):
    """Everything is gone that was to go."""

    KIND = "destruction.finished"
    destruction_id: str
    totals: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionChecked(Event):
    """Somebody looked for the values everywhere: how many tables and files, what was found."""

    KIND = "destruction.checked"
    destruction_id: str
    looked_at: int
    left: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TracesForgotten(Event):
    """The hashes are gone too; nothing can be looked for any more."""

    KIND = "destruction.traces_forgotten"
    destruction_id: str


DESTRUCTION_EVENTS: tuple[type[Event], ...] = (
    DestructionOrdered, DestructionBegun, PersonalDataErased, DestructionAdvanced, DestructionFinished,
    DestructionChecked, TracesForgotten,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in DESTRUCTION_EVENTS})
