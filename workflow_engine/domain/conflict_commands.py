"""Keeping somebody out of a case who has an interest in it."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import CaseCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareCaseConflict(CaseCommand):
    """The person takes no further part in the case: by themselves, or by who operates cases.

    What they hold in it goes back on offer, or to the head of the unit that answers for the case.
    """

    NAME = "case.declare_conflict"
    PRIVATE = ("reason",)
    person_id: str
    reason: str
    released: tuple[str, ...] = ()
    """Settled: their tasks that go back to others who may take them,"""
    fallen: tuple[tuple[str, str], ...] = ()
    """those that nobody else may take, each with the group that it falls to,"""
    returned: tuple[str, ...] = ()
    """those that they prepare for an owner,"""
    withdrawn: tuple[str, ...] = ()
    """and the opinions that they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftCaseConflict(CaseCommand):
    """There is no conflict any more, or never was: by somebody else who operates cases."""

    NAME = "case.lift_conflict"
    PRIVATE = ("reason",)
    person_id: str
    reason: str
