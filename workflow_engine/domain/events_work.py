"""Events of work: people's tasks, jobs of outside workers, decisions."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event, Json, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCreated(Event):
    """A person has to act."""

    KIND = "user_task.created"
    token_id: int
    element_id: str
    name: str | None = None
    lane: str | None = None
    assignee: str | None = None
    candidate_users: list[str] | None = None
    candidate_groups: list[str] | None = None
    form_key: str | None = None
    due_at: str | None = None
    follow_up_at: str | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskClaimed(Event):
    """A candidate took the task."""

    KIND = "user_task.claimed"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    assignee: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskReleased(Event):
    """The one who had the task gave it back."""

    KIND = "user_task.released"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskAssigned(Event):
    """Given to a person by somebody else."""

    KIND = "user_task.assigned"
    token_id: int
    element_id: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCompleted(Event):
    """A person did the task and submitted this."""

    KIND = "user_task.completed"
    PRIVATE = ("variables",)
    token_id: int
    element_id: str
    completed_by: str
    form_key: str | None = None
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskActedFor(Event):
    """Somebody did something with a task on behalf of another person; what they did is the event beside it."""

    KIND = "user_task.acted_for"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    by: str
    on_behalf_of: str
    capacity: str
    """``deputy`` or ``administrator``."""
    is_completion: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCancelled(Event):
    """The task was withdrawn."""

    KIND = "user_task.cancelled"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreated(Event):
    """Work for a connector or an outside worker."""

    KIND = "job.created"
    PRIVATE = ("variables", "headers")
    token_id: int
    element_id: str
    topic: str
    retries: int
    variables: Variables | None = None
    headers: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCompleted(Event):
    """The worker did it and answered this."""

    KIND = "job.completed"
    PRIVATE = ("variables",)
    token_id: int
    element_id: str
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(Event):
    """A try failed."""

    KIND = "job.failed"
    PRIVATE = ("error",)
    token_id: int
    element_id: str
    retries_left: int
    retry_at: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled(Event):
    """The work is no longer wanted."""

    KIND = "job.cancelled"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvaluated(Event):
    """A decision table answered; the exact version is named, so the answer can be explained for ever."""

    KIND = "decision.evaluated"
    PRIVATE = ("inputs", "outputs", "required")
    token_id: int
    element_id: str
    decision_id: str
    hit_policy: str
    matched_rules: list[int]
    """1-based row numbers."""
    definition_id: str | None = None
    """The version whose table answered; a called process has its own."""
    inputs: Json = None
    outputs: Json = None
    required: Json = None
    """The same of the tables asked on the way: ``decision_id``, ``hit_policy``, ``matched_rules``, ``inputs`` each."""
