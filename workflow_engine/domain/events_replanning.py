"""Running work re-planned for an emergency: in each case what became of its tasks, in one stream what was called."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskReplanned(Event):
    """What one emergency makes of one task from now on; told again with each change of its level."""

    KIND = "user_task.replanned"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    emergency_id: str
    replan_id: str
    level: str
    deadline: str
    """``shorten``, ``push_back`` or ``keep``."""
    given_due_at: str | None = None
    """What the model gave."""
    due_at: str | None = None
    """What holds now."""
    given_priority: int
    priority: int
    offered: list[str]
    legal: bool = False
    """The deadline is one of the law."""
    rule: int
    """Number of the row of the table."""
    words: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskPlanEnded(Event):
    """One emergency wants nothing of the task any more."""

    KIND = "user_task.plan_ended"
    token_id: int
    element_id: str
    emergency_id: str
    replan_id: str | None = None
    due_at: str | None = None
    """What holds now."""
    priority: int
    kept: list[str]
    """What could not be reverted: ``passed`` (a clock that ran out meanwhile), ``in_hand`` (on duty they have it),
    ``clock_stands``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskReprioritised(Event):
    """The task has another place in every list."""

    KIND = "user_task.reprioritised"
    token_id: int
    element_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskOffersChanged(Event):
    """The task is offered to others too, or no longer."""

    KIND = "user_task.offers_changed"
    token_id: int
    element_id: str
    added: list[str]
    removed: list[str]
    candidate_groups: list[str]
    """All groups from now on."""
    taken: bool
    """Somebody has the task at the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanCalled(Event):
    """An emergency wants running work re-planned."""

    KIND = "replan.called"
    PRIVATE = ("reason",)
    replan_id: str
    emergency_id: str
    number: int
    direction: str
    level: str
    policy: int
    superseded: list[str]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanFinished(Event):
    """Every case that it concerns has been looked at."""

    KIND = "replan.finished"
    replan_id: str
    cases: int
    changed: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanPolicyChanged(Event):
    """The city treats running work in emergencies by another table."""

    KIND = "replan.policy_changed"
    version: int
    sha256: str
    reason: str


EVENT_KINDS.update(
    {
        kind.KIND: kind
        for kind in (
            UserTaskReplanned, UserTaskPlanEnded, UserTaskReprioritised, UserTaskOffersChanged, ReplanCalled,
            ReplanFinished, ReplanPolicyChanged,
        )
    }
)  # fmt: skip
