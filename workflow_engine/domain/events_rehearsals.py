"""What happened to rehearsals."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalAsked(Event):
    """This version of a model is to be played by this plan; digests are SHA-256 of the plans."""

    KIND = "rehearsal.asked"
    rehearsal_id: str
    process_id: str
    definition_id: str
    version: int
    plan_digest: str
    against_digest: str | None
    cases: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalBegun(Event):
    """It is played on this machine."""

    KIND = "rehearsal.begun"
    rehearsal_id: str
    player: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalEnded(Event):
    """It is over; the digest is that of the result, where there is one."""

    KIND = "rehearsal.ended"
    rehearsal_id: str
    state: str
    result_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalRemoved(Event):
    """It was taken away; what its result was, by its digest."""

    KIND = "rehearsal.removed"
    rehearsal_id: str
    state: str
    result_digest: str | None


REHEARSAL_EVENTS: tuple[type[Event], ...] = (RehearsalAsked, RehearsalBegun, RehearsalEnded, RehearsalRemoved)
EVENT_KINDS.update({kind.KIND: kind for kind in REHEARSAL_EVENTS})
