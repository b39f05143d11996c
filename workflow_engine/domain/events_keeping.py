"""What happened to cases beyond their end."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHeld(Event):
    """The case is kept beyond its time."""

    KIND = "case.held"
    PRIVATE = ("reason",)
    case_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(Event):
    """The case's time counts again."""

    KIND = "case.hold_lifted"
    PRIVATE = ("reason",)
    case_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRemoved(Event):
    """Values and rows of the case are gone; its chain, which ended like this, stays."""

    KIND = "case.removed"
    case_id: str
    process_id: str
    definition_id: str
    entries: int
    chain_head: str
    due_at: str


KEEPING_EVENTS: tuple[type[Event], ...] = (CaseHeld, HoldLifted, CaseRemoved)
EVENT_KINDS.update({kind.KIND: kind for kind in KEEPING_EVENTS})
