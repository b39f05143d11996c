"""What a duty officer does to an emergency besides tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import CaseCommand

MESSAGE = "emergency.call_again"
"""What a case throws when nobody of a called unit has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNext(CaseCommand):
    """Call the next in line for a unit that does not answer, before its time has run out."""

    NAME = "emergency.call_next"
    PRIVATE = ("reason",)
    user_task_id: str
    """The call that nobody answers."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAgain(CaseCommand):
    """Tell whoever was called and has not answered once more; sent by the model of the case itself."""

    NAME = "emergency.call_again"
    unit: str
    number: int
    """Which call of this unit it is."""
    calls: tuple[Mapping[str, Any], ...]
    """The open calls: ``token_id`` of each, and ``subjects``, who is told."""
