"""What happened to whose a task is, beyond what the model says."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskFellTo(Event):
    """Nobody the model names can take the task: it goes to the head of a unit, or to the administrators."""

    KIND = "user_task.fell_to"
    token_id: int
    element_id: str
    group: str
    """``head:`` with the unit, or the administrators."""
    because: str
    """``nobody`` (the model names no one, or groups without people) or ``barred`` (none of them may do it)."""
    instead_of: list[str]
    """Whom the model names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskKeptFrom(Event):
    """Somebody the model names does not get the task: others may take it."""

    KIND = "user_task.kept_from"
    token_id: int
    element_id: str
    people: list[str]
    because: str
    """``barred`` (they may not do it) or ``gone`` (they are no longer there)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseConflictDeclared(Event):
    """A person takes no further part in the case."""

    KIND = "case.conflict_declared"
    PRIVATE = ("reason",)
    person: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseConflictLifted(Event):
    """The person may take part again."""

    KIND = "case.conflict_lifted"
    PRIVATE = ("reason",)
    person: str
    reason: str | None = None
