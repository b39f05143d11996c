"""What happened outside cases: to definitions, messages, signals, alerts and the organisation."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event
from workflow_engine.domain.events_audit import CasesExported


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionDeployed(Event):
    """``created`` is False when the same content was there already."""

    KIND = "definition.deployed"
    definition_id: str
    process_id: str
    version: int
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionReleased(Event):
    """A version may be started from now on."""

    KIND = "definition.released"
    definition_id: str
    process_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRetired(Event):
    """A version starts no more."""

    KIND = "definition.retired"
    definition_id: str
    process_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWaiting(Event):
    """A message was published and nobody catches it yet."""

    KIND = "message.waiting"
    message_id: str
    name: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageExpired(Event):
    """Nobody caught the message within its time to live; it is shown among the undelivered ones."""

    KIND = "message.expired"
    message_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalBroadcast(Event):
    """A signal was sent; ``cases`` caught it or are started by it, one delivery each."""

    KIND = "signal.broadcast"
    signal_id: str
    name: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRetried(Event):
    """Somebody has a delivery tried again that was given up."""

    KIND = "outbox.retried"
    outbox_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertImported(Event):
    """An alert was taken in; ``disposition`` says what became of it."""

    KIND = "alert.imported"
    alert_key: str
    disposition: str
    case_id: str | None = None


STREAM_EVENTS: tuple[type[Event], ...] = (
    DefinitionDeployed, DefinitionReleased, DefinitionRetired, MessageWaiting, MessageExpired, SignalBroadcast,
    DeliveryRetried, AlertImported, CasesExported,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in STREAM_EVENTS})
