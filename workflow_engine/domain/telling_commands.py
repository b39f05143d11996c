"""Webhooks and mail: what people choose, and what the sender does."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWebhook(Command):
    """Send events of these kinds to an address from now on, signed with the secret."""

    NAME = "webhook.add"
    PRIVATE = ("secret",)
    webhook_id: str
    name: str
    url: str
    secret: str
    kinds: tuple[str, ...]
    """Like ``user_task.completed``, ``case.*``, or ``*`` for all."""
    process_id: str | None = None
    """Only events of cases of this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCommand(Command):
    """A command to one webhook."""

    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWebhook(WebhookCommand):
    """Send nothing for now; what happens meanwhile waits."""

    NAME = "webhook.pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeWebhook(WebhookCommand):
    """Send again, what waits first."""

    NAME = "webhook.resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWebhook(WebhookCommand):
    """End it, with what waits for it."""

    NAME = "webhook.remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgain(Command):
    """Try a delivery again that was given up."""

    NAME = "delivery.send_again"
    delivery_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseMail(Command):
    """What the actor, a person, is told by mail."""

    NAME = "mail.choose"
    FOR_READERS = True
    assigned: bool
    """A task was given to me."""
    notes: bool
    """I was mentioned, urged, or got something back."""
    digest: bool
    """Each working day in the morning: what is due and overdue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadEvents(Command):
    """Note for every entry of the log that is new who is to be told of it (sent by the engine itself)."""

    NAME = "telling.spread"
    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDeliveries(Command):
    """Hand deliveries that are due to one sender for a while (sent by the engine itself)."""

    NAME = "telling.take"
    most: int = 50
    lane: int | None = None
    """Only of this lane; None: of all, emergencies first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDelivery(Command):
    """Say how sending went (sent by the engine itself)."""

    NAME = "telling.settle"
    PRIVATE = ("error",)
    delivery_id: str
    error: str | None = None
    """None: it was delivered."""
    final: bool = False
    """Trying again would not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDeliveries(Command):
    """Delete what was delivered a week ago (sent by the engine itself)."""

    NAME = "telling.clean"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareDigests(Command):
    """Note a digest for everybody who wants one and has none for this day (sent by the engine itself)."""

    NAME = "telling.prepare_digests"
    day: str
    """ISO date, local."""
    most: int = 500
