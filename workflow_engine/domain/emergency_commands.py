"""What a duty officer does to an emergency besides tasks."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import CaseCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNext(CaseCommand):
    """Call the next in line for a unit that does not answer, before its time has run out."""

    NAME = "emergency.call_next"
    PRIVATE = ("reason",)
    user_task_id: str
    """The call that nobody answers."""
    reason: str
