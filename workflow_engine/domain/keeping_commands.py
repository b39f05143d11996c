"""How long ended cases are kept: removed when their time is over, unless somebody holds them."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCase(Command):
    """Keep a case beyond its time, until the hold is lifted: for a lawsuit, an inspection, an appeal."""

    NAME = "case.hold"
    PRIVATE = ("reason",)
    case_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold(Command):
    """Let the time of a held case count again."""

    NAME = "case.lift_hold"
    PRIVATE = ("reason",)
    case_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCase(Command):
    """Remove what an ended case holds, once its time is over; its chain stays, without a single value."""

    NAME = "case.remove"
    case_id: str
