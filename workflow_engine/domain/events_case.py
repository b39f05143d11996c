"""Events of the case itself, of its elements and of its faults."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event, Json, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStarted(Event):
    """The case began."""

    KIND = "case.started"
    PRIVATE = ("variables",)
    process_id: str
    definition_id: str
    """Digest of the deployed version."""
    business_key: str | None = None
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCompleted(Event):
    """The last token ended, or a terminate end event ended the case."""

    KIND = "case.completed"
    PRIVATE = ("variables",)
    outcome: str = "completed"
    """``completed`` or ``terminated`` (a terminate end event)."""
    variables: Variables | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCancelled(Event):
    """Somebody ended the case before its end."""

    KIND = "case.cancelled"
    PRIVATE = ("reason",)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSuspended(Event):
    """Nothing in the case moves until it is resumed."""

    KIND = "case.suspended"
    PRIVATE = ("reason",)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResumed(Event):
    """The case goes on."""

    KIND = "case.resumed"
    PRIVATE = ("reason",)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesChanged(Event):
    """Set from outside the flow: by an administrator, or by an importer that updates a case."""

    KIND = "variables.changed"
    PRIVATE = ("variables",)
    names: list[str]
    scope_id: int | None = None
    variables: Variables | None = None


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
    """The element did its work."""

    KIND = "element.completed"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCancelled(Event):
    """The element was withdrawn before it was done."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(Event):
    """A fault stopped a token; people have to mend it."""

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
    """The fault needs no one any more."""

    KIND = "incident.resolved"
    incident_no: int
    token_id: int | None
    resolution: str
    """``retried``, ``cancelled`` or ``superseded``."""
