"""What happened to webhooks and to people's choice of mail."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAdded(Event):
    """Events of these kinds go to the address from now on."""

    KIND = "webhook.added"
    webhook_id: str
    url: str
    kinds: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPaused(Event):
    """Nothing is sent for now."""

    KIND = "webhook.paused"
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResumed(Event):
    """Sending goes on."""

    KIND = "webhook.resumed"
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRemoved(Event):
    """It ended, with what waited for it."""

    KIND = "webhook.removed"
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChosen(Event):
    """A person decided what they are told by mail."""

    KIND = "mail.chosen"
    person_id: str
    assigned: bool
    notes: bool
    digest: bool


TELLING_EVENTS: tuple[type[Event], ...] = (WebhookAdded, WebhookPaused, WebhookResumed, WebhookRemoved, MailChosen)
EVENT_KINDS.update({kind.KIND: kind for kind in TELLING_EVENTS})
