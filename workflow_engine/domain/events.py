"""What happened inside a case, written once: past-tense facts, in the order in which they happened.

An event's fields are JSON. Fields named in ``PRIVATE`` hold what people typed or services answered; they never stand in
the audit entry itself, only their salted commitment does, and the values live where they can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

Json = Any
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Root of all events; ``KIND`` is the stable tag under which it is recorded."""

    KIND: ClassVar[str] = ""
    PRIVATE: ClassVar[tuple[str, ...]] = ()

    def body(self) -> dict[str, Any]:
        """Public part as JSON: the tag and every field that is set and not private."""
        out: dict[str, Any] = {"event": self.KIND}
        for name in _public_fields(type(self)):
            value = getattr(self, name)
            if value is not None:
                out[name] = value
        return out

    def values(self) -> dict[str, Any]:
        """Private part as JSON; empty when there is none."""
        return {name: value for name in self.PRIVATE if (value := getattr(self, name)) is not None}


_PUBLIC: dict[type[Event], tuple[str, ...]] = {}


def _public_fields(kind: type[Event]) -> tuple[str, ...]:
    names = _PUBLIC.get(kind)
    if names is None:
        names = _PUBLIC[kind] = tuple(f.name for f in fields(kind) if f.name not in kind.PRIVATE)
    return names


# ------------------------------------------------------------------------------------------------ the case
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStarted(Event):
    KIND = "case.started"
    PRIVATE = ("variables",)
    process_id: str
    definition_id: str
    """Digest of the deployed version."""
    business_key: str | None = None
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCompleted(Event):
    KIND = "case.completed"
    PRIVATE = ("variables",)
    outcome: str = "completed"
    """``completed`` or ``terminated`` (a terminate end event)."""
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCancelled(Event):
    KIND = "case.cancelled"
    PRIVATE = ("reason",)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSuspended(Event):
    KIND = "case.suspended"
    PRIVATE = ("reason",)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResumed(Event):
    KIND = "case.resumed"
    PRIVATE = ("reason",)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesChanged(Event):
    """Set from outside the flow: by an administrator, or by an importer that updates a case."""

    KIND = "variables.changed"
    PRIVATE = ("variables",)
    names: list[str]
    variables: Variables | None = None


# ------------------------------------------------------------------------------------------------ elements
@dataclass(frozen=True, slots=True, kw_only=True)
class ElementActivated(Event):
    """A token entered a flow node."""

    KIND = "element.activated"
    token_id: int
    element_id: str
    element_kind: str
    scope_id: int | None = None
    """Token of the enclosing sub-process or call activity; None at the top."""
    flow_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCompleted(Event):
    KIND = "element.completed"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCancelled(Event):
    KIND = "element.cancelled"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeConflict(Event):
    """Parallel branches wrote the same variable differently; the later branch won, both values are kept here."""

    KIND = "variables.conflict"
    PRIVATE = ("conflicts",)
    token_id: int
    element_id: str
    paths: list[str]
    conflicts: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensMerged(Event):
    """A joining gateway consumed one token of each of its flows; ``token_id`` goes on for all of them."""

    KIND = "tokens.merged"
    token_id: int
    element_id: str
    merged: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResolved(Event):
    """A call activity chose the exact version of what it calls."""

    KIND = "call.resolved"
    token_id: int
    element_id: str
    process_id: str
    definition_id: str


# ------------------------------------------------------------------------------------------------ user tasks
@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCreated(Event):
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
    KIND = "user_task.claimed"
    token_id: int
    element_id: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskReleased(Event):
    KIND = "user_task.released"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskAssigned(Event):
    """Given to a person by somebody else."""

    KIND = "user_task.assigned"
    token_id: int
    element_id: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCompleted(Event):
    KIND = "user_task.completed"
    PRIVATE = ("variables",)
    token_id: int
    element_id: str
    completed_by: str
    form_key: str | None = None
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCancelled(Event):
    KIND = "user_task.cancelled"
    token_id: int
    element_id: str


# ------------------------------------------------------------------------------------------------ waiting for time and messages
@dataclass(frozen=True, slots=True, kw_only=True)
class TimerScheduled(Event):
    KIND = "timer.scheduled"
    token_id: int
    position: int
    """Which event definition of the token; 0 unless the element waits for several."""
    element_id: str
    due_at: str
    interrupting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    KIND = "timer.fired"
    token_id: int
    position: int
    element_id: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCancelled(Event):
    KIND = "timer.cancelled"
    token_id: int
    position: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionOpened(Event):
    """The case waits for a message or a signal of this name."""

    KIND = "subscription.opened"
    token_id: int
    position: int
    element_id: str
    subscription_kind: str
    """``message`` or ``signal``."""
    name: str
    correlation: str | None = None
    """Canonical JSON of the correlation this catcher demands; None matches any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionClosed(Event):
    KIND = "subscription.closed"
    token_id: int
    position: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCaught(Event):
    KIND = "message.caught"
    PRIVATE = ("payload",)
    token_id: int
    element_id: str
    name: str
    message_id: str | None = None
    payload: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageThrown(Event):
    """A message was thrown: to a catcher inside the case (``caught_by``), or it leaves the case with the commit."""

    KIND = "message.thrown"
    PRIVATE = ("payload", "correlation")
    message_id: str
    token_id: int
    element_id: str
    name: str
    caught_by: str | None = None
    correlation: Json = None
    payload: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalCaught(Event):
    KIND = "signal.caught"
    PRIVATE = ("payload",)
    token_id: int
    element_id: str
    name: str
    payload: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalThrown(Event):
    """A signal left the case; catchers inside it have it already, those of other cases get it after the commit."""

    KIND = "signal.thrown"
    PRIVATE = ("payload",)
    signal_id: str
    token_id: int
    element_id: str
    name: str
    payload: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCaught(Event):
    """A BPMN error or escalation reached its catcher (or, for an escalation, nobody: then ``caught_by`` is None)."""

    KIND = "error.caught"
    error_kind: str
    code: str | None
    token_id: int
    element_id: str
    caught_by: str | None = None


# ------------------------------------------------------------------------------------------------ work outside
@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreated(Event):
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
    KIND = "job.completed"
    PRIVATE = ("variables",)
    token_id: int
    element_id: str
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(Event):
    KIND = "job.failed"
    PRIVATE = ("error",)
    token_id: int
    element_id: str
    retries_left: int
    retry_at: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled(Event):
    KIND = "job.cancelled"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvaluated(Event):
    """A decision table answered; the exact version is named, so the answer can be explained for ever."""

    KIND = "decision.evaluated"
    PRIVATE = ("inputs", "outputs")
    token_id: int
    element_id: str
    decision_id: str
    hit_policy: str
    matched_rules: list[int]
    """1-based row numbers."""
    inputs: Json = None
    outputs: Json = None


# ------------------------------------------------------------------------------------------------ faults
@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(Event):
    KIND = "incident.opened"
    PRIVATE = ("message", "variables")
    incident_no: int
    """Counts within the case."""
    token_id: int | None
    element_id: str | None
    code: str
    message: str
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(Event):
    KIND = "incident.resolved"
    incident_no: int
    token_id: int | None
    resolution: str
    """``retried``, ``cancelled`` or ``superseded``."""


EVENT_KINDS: dict[str, type[Event]] = {kind.KIND: kind for kind in Event.__subclasses__()}


def event_from(body: Mapping[str, Any], values: Mapping[str, Any] | None = None) -> Event:
    """The event back from its recorded public body and, where not erased, its private values.

    Raises:
        KeyError: the tag is unknown.
    """
    data = dict(body)
    kind = EVENT_KINDS[data.pop("event")]
    wanted = {f.name for f in fields(kind)}
    merged = {**data, **(values or {})}
    for f in fields(kind):
        if f.name not in merged and f.name in wanted and f.default is f.default_factory:  # no default at all
            merged[f.name] = None if f.name not in kind.PRIVATE else ""
    return kind(**{name: value for name, value in merged.items() if name in wanted})
