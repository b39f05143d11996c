"""Commands that re-plan running work for emergencies: one case at a time, and what workers ask of the list of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import CaseCommand, Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanCase(CaseCommand):
    """Bring the open tasks of a case to what an emergency's present level wants of them (sent by workers).

    Once the call is done: those that began since, as long as it is in force.
    """

    NAME = "case.replan"
    PRIVATE = ("reason",)
    replan_id: str
    emergency_id: str = ""
    """Settled by the handler, like all that follow."""
    level: str = ""
    reason: str = ""
    tasks: tuple[Mapping[str, Any], ...] = ()
    """Of each task what it depends on: how it is treated, and what its row says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertReplan(CaseCommand):
    """Give the tasks of a case back what they had before an emergency re-planned them."""

    NAME = "case.revert_replan"
    PRIVATE = ("reason",)
    emergency_id: str
    reason: str
    replan_id: str | None = None
    """The call that ends it; None: a person takes the case out."""
    tasks: tuple[Mapping[str, Any], ...] = ()
    """Settled by the handler."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanCommand(Command):
    """A command to one call."""

    replan_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReplanCases(ReplanCommand):
    """Note the next cases that a call may concern (sent by workers)."""

    NAME = "replan.collect"
    most: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReplanCases(Command):
    """Take the next cases of the oldest call for the length of a lease (sent by workers)."""

    NAME = "replan.claim"
    worker_id: str
    lease_seconds: int = 60
    most: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReplanCases(ReplanCommand):
    """Note what became of claimed cases (sent by workers); the last one finishes the call."""

    NAME = "replan.settle"
    PRIVATE = ("outcomes",)
    fence: int
    outcomes: tuple[Mapping[str, Any], ...]
    """``{"case_id": …, "state": "changed", "tasks": 2}``, or ``{…, "state": "failed", "code": …, "message": …}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReplanFollowed(ReplanCommand):
    """Note how far the log was looked at for a call in force, and what became of the cases in it (sent by workers)."""

    NAME = "replan.note_followed"
    PRIVATE = ("outcomes",)
    upto: int
    outcomes: tuple[Mapping[str, Any], ...] = ()
    """As those of ``SettleReplanCases``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndReplan(Command):
    """Give everything back that an emergency re-planned, although its case did not say so."""

    NAME = "replan.end"
    PRIVATE = ("reason",)
    emergency_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReplanPolicy(Command):
    """Put another table in force for calls from now on."""

    NAME = "replan.change_policy"
    files: Mapping[str, bytes]
    """``replan.dmn``; recorded by its digest."""
    base_version: int
    reason: str
