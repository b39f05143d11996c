"""Webhooks: made, paused, removed; and each delivery: noted once per event, taken under a lease, settled."""

from __future__ import annotations

from datetime import timedelta

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.events_telling import (
    MailChosen,
    WebhookAdded,
    WebhookPaused,
    WebhookRemoved,
    WebhookResumed,
)
from workflow_engine.domain.lanes import lanes_of
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.telling import (
    LEASE_SECONDS,
    LONGEST_NAME,
    MOST_ATTEMPTS,
    MOST_WEBHOOKS,
    unknown_kinds,
    url_problem,
)
from workflow_engine.domain.telling_commands import (
    AddWebhook,
    ChooseMail,
    CleanDeliveries,
    PauseWebhook,
    RemoveWebhook,
    ResumeWebhook,
    SendAgain,
    SettleDelivery,
    TakeDeliveries,
    WebhookCommand,
)
from workflow_engine.handlers.handling import Handling
from workflow_engine.interchange.cloudevents import is_secret
from workflow_engine.storage import telling as store
from workflow_engine.storage.access import is_person

STREAM = "telling:all"
VERB = "settings.change"
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 3600
_LONGEST_ERROR = 1_000
KEEP_DAYS = 7


def add_webhook(work: Handling, command: AddWebhook) -> Receipt:
    """Events that happen from now on go to the address."""
    require_permission(work.actor, VERB, "add a webhook")
    if problems := _problems(command):
        raise InvalidVariablesError("Expected a webhook that can be, but some fields do not fit.", problems)
    if store.count_webhooks(work.unit) >= MOST_WEBHOOKS:
        raise InvalidStateError(f"Expected at most {MOST_WEBHOOKS} webhooks: remove one that is not needed.")
    kinds = sorted(set(command.kinds))
    store.add_webhook(
        work.unit,
        {
            "webhook_id": command.webhook_id, "name": command.name.strip(), "url": command.url,
            "secret": command.secret, "kinds": " ".join(kinds), "process_id": command.process_id or None,
            "state": "active", "created_at": work.now, "created_by": work.actor.actor_id,
        },
    )  # fmt: skip
    event = WebhookAdded(webhook_id=command.webhook_id, url=command.url, kinds=kinds)
    return work.record_in_stream(STREAM, [event], {"webhook_id": command.webhook_id})


def pause_webhook(work: Handling, command: PauseWebhook) -> Receipt:
    """Nothing is sent until it is resumed."""
    _require(work, command, "pause", "active")
    store.move_webhook(work.unit, command.webhook_id, "paused")
    return work.record_in_stream(STREAM, [WebhookPaused(webhook_id=command.webhook_id)])


def resume_webhook(work: Handling, command: ResumeWebhook) -> Receipt:
    """What waited is sent now."""
    _require(work, command, "resume", "paused")
    store.move_webhook(work.unit, command.webhook_id, "active")
    return work.record_in_stream(STREAM, [WebhookResumed(webhook_id=command.webhook_id)])


def remove_webhook(work: Handling, command: RemoveWebhook) -> Receipt:
    """The webhook ends, with what waits for it."""
    _require(work, command, "remove", None)
    store.remove_webhook(work.unit, command.webhook_id)
    return work.record_in_stream(STREAM, [WebhookRemoved(webhook_id=command.webhook_id)])


def choose_mail(work: Handling, command: ChooseMail) -> Receipt:
    """The actor decides what they are told by mail."""
    person_id = work.actor.actor_id
    if not is_person(work.unit, person_id):
        raise NotPermittedError("Expected a person to choose their mail.")
    choice = {"assigned": command.assigned, "notes": command.notes, "digest": command.digest}
    store.choose_mail(work.unit, {"person_id": person_id, **choice})
    return work.record_in_stream(STREAM, [MailChosen(person_id=person_id, **choice)])


def send_again(work: Handling, command: SendAgain) -> Receipt:
    """A delivery that was given up is tried once more, from the first attempt."""
    what = "send a delivery again"
    require_permission(work.actor, VERB, what)
    found = store.find_delivery(work.unit, command.delivery_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such delivery.")
    if found.state != "dead":
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    store.send_again(work.unit, command.delivery_id, work.now)
    return Receipt(command_id=command.command_id)


def take_deliveries(work: Handling, command: TakeDeliveries) -> Receipt:
    """Deliveries that are due, for one sender; a crash of it leaves them due again when the lease ends."""
    require_permission(work.actor, "job.work", "take deliveries")
    until = work.now + timedelta(seconds=LEASE_SECONDS)
    found = store.take_due(work.unit, work.now, until, command.most, lanes_of(command.lane))
    work.unchanged = not found
    return Receipt(command_id=command.command_id, result={"deliveries": found})


def settle_delivery(work: Handling, command: SettleDelivery) -> Receipt:
    """Delivered, to be tried again later, or given up."""
    what = "settle a delivery"
    require_permission(work.actor, "job.work", what)
    found = store.find_delivery(work.unit, command.delivery_id)
    if found is None or found.state != "pending":
        # Its webhook was removed, or another sender that took over was faster: nothing is left to say.
        work.unchanged = True
        return Receipt(command_id=command.command_id)
    if command.error is None:
        state, next_at = "delivered", work.now
    elif command.final or found.attempts >= MOST_ATTEMPTS:
        state, next_at = "dead", work.now
    else:
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (found.attempts - 1), _LONGEST_PAUSE_SECONDS)
        state, next_at = "pending", work.now + timedelta(seconds=pause)
    store.settle(
        work.unit, command.delivery_id, state, next_at=next_at, error=(command.error or "")[:_LONGEST_ERROR] or None,
        settled_at=None if state == "pending" else work.now,
    )  # fmt: skip
    return Receipt(command_id=command.command_id, result={"state": state})


def clean_deliveries(work: Handling, command: CleanDeliveries) -> Receipt:
    """What was delivered is kept for a week; what was given up stays until somebody looks."""
    require_permission(work.actor, "job.work", "clean deliveries")
    gone = store.clean(work.unit, work.now - timedelta(days=KEEP_DAYS))
    work.unchanged = not gone
    return Receipt(command_id=command.command_id, result={"deleted": gone})


def _require(work: Handling, command: WebhookCommand, verb: str, state: str | None) -> None:
    what = f"{verb} webhook {command.webhook_id[:40]}"
    require_permission(work.actor, VERB, what)
    found = store.find_webhook_state(work.unit, command.webhook_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such webhook.")
    if state is not None and found != state:
        raise InvalidStateError(f"Expected to {what}, but it is {found}.", state=found)


def _problems(command: AddWebhook) -> dict[str, str]:
    problems = {}
    if not 0 < len(command.name.strip()) <= LONGEST_NAME:
        problems["name"] = f"Expected a name of 1 to {LONGEST_NAME} characters."
    if problem := url_problem(command.url):
        problems["url"] = problem
    if not is_secret(command.secret):
        problems["secret"] = "Expected a secret of 32 random bytes, as whsec_ and base64."  # noqa: S105 - words
    if not command.kinds:
        problems["kinds"] = "Expected at least one kind of event."
    elif unknown := unknown_kinds(command.kinds):
        problems["kinds"] = f"Expected kinds of events that there are, but not {', '.join(unknown)[:200]}."
    return problems
