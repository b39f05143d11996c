"""Events of waiting: timers, messages, signals, errors."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event, Json, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerScheduled(Event):
    """The case waits for this instant."""

    KIND = "timer.scheduled"
    token_id: int
    position: int
    """Which event definition of the token; 0 unless the element waits for several."""
    element_id: str
    due_at: str
    interrupting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """The instant came."""

    KIND = "timer.fired"
    token_id: int
    position: int
    element_id: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCancelled(Event):
    """The case no longer waits for it."""

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
    """The case no longer waits for this message or signal."""

    KIND = "subscription.closed"
    token_id: int
    position: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCaught(Event):
    """A message reached its one catcher."""

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
    """A signal reached one of its catchers."""

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
