"""For administrators: programs elsewhere that are told of events, and how sending goes."""

from __future__ import annotations

import json
import secrets

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.ui.requests import command_id, cursor
from workflow_engine import (
    AddWebhook,
    EngineError,
    InvalidVariablesError,
    NotFoundError,
    PauseWebhook,
    RemoveWebhook,
    ResumeWebhook,
    SendAgain,
    WebhookRow,
    new_id,
    secret_of,
)

blueprint = Blueprint("webhooks", __name__, url_prefix="/operations/webhooks")
VERB = "settings.change"
PAGE_ROWS = 50
_MOVES = {"pause": PauseWebhook, "resume": ResumeWebhook}


@blueprint.get("")
@requires(VERB)
def index() -> str:
    """All webhooks, and the form for another."""
    return _render()


@blueprint.post("")
@requires(VERB)
def add() -> Response:
    """Make a webhook; this answer is the only one that ever shows its secret."""
    typed = {name: request.form.get(name, "").strip() for name in ("name", "url", "kinds", "process_id")}
    keep_input(lambda error: _render(error=error, typed=typed))
    secret = secret_of(secrets.token_bytes(32))
    command = AddWebhook(
        command_id=command_id(), webhook_id=new_id(), name=typed["name"], url=typed["url"], secret=secret,
        kinds=tuple(typed["kinds"].replace(",", " ").split()), process_id=typed["process_id"] or None,
    )  # fmt: skip
    engine().handle(command, current_actor())
    answer = make_response(_render(secret=secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<webhook_id>")
@requires(VERB)
def page(webhook_id: str) -> str:
    """One webhook and its deliveries."""
    found = engine().queries.telling.list_deliveries(webhook_id, cursor(), PAGE_ROWS)
    return render_template(
        "pages/webhook.html", webhook=_get(webhook_id), after=cursor(), next_cursor=found.next_cursor,
        deliveries=[(row, json.loads(row.content)) for row in found.items],
    )  # fmt: skip


@blueprint.post("/<webhook_id>/<any(pause, resume):move>")
@requires(VERB)
def change(webhook_id: str, move: str) -> Redirect:
    """Pause it, or let it go on."""
    engine().handle(_MOVES[move](command_id=command_id(), webhook_id=webhook_id), current_actor())
    return redirect(url_for("webhooks.page", webhook_id=webhook_id), 303)


@blueprint.post("/<webhook_id>/remove")
@requires(VERB)
def remove(webhook_id: str) -> Redirect:
    """End it, with what waits for it."""
    name = _get(webhook_id).name
    engine().handle(RemoveWebhook(command_id=command_id(), webhook_id=webhook_id), current_actor())
    flash(_("%(name)s is told nothing any more.", name=name), "done")
    return redirect(url_for("webhooks.index"), 303)


@blueprint.post("/<webhook_id>/again")
@requires(VERB)
def again(webhook_id: str) -> Redirect:
    """Try a delivery again that was given up."""
    delivery_id = request.form.get("delivery_id", "")[:200]
    engine().handle(SendAgain(command_id=command_id(), delivery_id=delivery_id), current_actor())
    flash(_("It is sent again."), "done")
    return redirect(url_for("webhooks.page", webhook_id=webhook_id), 303)


def _get(webhook_id: str) -> WebhookRow:
    for row in engine().queries.telling.list_webhooks():
        if row.webhook_id == webhook_id:
            return row
    raise NotFoundError("Expected a webhook, but there is no such one.")


def _render(
    *, secret: str | None = None, error: EngineError | None = None, typed: dict[str, str] | None = None
) -> str:
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/webhooks.html", webhooks=engine().queries.telling.list_webhooks(), secret=secret, problems=problems,
        error=None if problems else error, command_id=new_id(),
        typed=typed or {"name": "", "url": "", "kinds": "", "process_id": ""},
    )  # fmt: skip
