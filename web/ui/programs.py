"""Programs that act in my name: their tokens made, shown once, and taken back; and the page that describes the API."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from web.api.description import DOCUMENT
from web.api.tokens import new_token, token_sha256
from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.presenters.api_page import chapters, scope_words
from web.ui.requests import command_id
from workflow_engine import (
    CALENDAR_SCOPE,
    SCOPES,
    ChooseMail,
    CreateApiToken,
    EngineError,
    InvalidVariablesError,
    RevokeApiToken,
    new_id,
)

blueprint = Blueprint("programs", __name__)
DAYS = (30, 90, 180, 365)


@blueprint.get("/account/programs")
def page() -> str:
    """My tokens, and the form for another."""
    return _render()


@blueprint.post("/account/programs")
def create() -> Response:
    """Make a token; this answer is the only one that ever shows it."""
    typed = {"name": request.form.get("name", ""), "scopes": tuple(request.form.getlist("scopes"))}
    days = request.form.get("days", "")
    keep_input(lambda error: _render(error=error, typed={**typed, "days": days}))
    token = new_token()
    command = CreateApiToken(
        command_id=command_id(), token_id=new_id(), token_sha256=token_sha256(token), name=str(typed["name"]),
        scopes=tuple(typed["scopes"]), days=int(days) if days.isdecimal() and len(days) < 5 else 0,
    )  # fmt: skip
    engine().handle(command, current_actor())
    answer = make_response(_render(fresh=token))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/account/programs/<token_id>/revoke")
def revoke(token_id: str) -> Redirect:
    """Take a token back."""
    engine().handle(RevokeApiToken(command_id=command_id(), token_id=token_id), current_actor())
    flash(_("The token is revoked. It opens nothing any more."), "done")
    return redirect(url_for("programs.page"), 303)


@blueprint.post("/account/calendar")
def subscribe() -> Response:
    """Make an address for my calendar of deadlines; this answer is the only one that ever shows it."""
    token = new_token()
    command = CreateApiToken(
        command_id=command_id(), token_id=new_id(), token_sha256=token_sha256(token), name=_("Calendar of deadlines"),
        scopes=(CALENDAR_SCOPE,), days=DAYS[-1],
    )  # fmt: skip
    keep_input(lambda error: _render(error=error))
    engine().handle(command, current_actor())
    answer = make_response(_render(address=url_for("calendar.feed", token=token, _external=True)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/account/mail")
def mail() -> Redirect:
    """Choose what I am told by mail."""
    chosen = {name: request.form.get(name) == "yes" for name in ("assigned", "notes", "digest")}
    engine().handle(ChooseMail(command_id=command_id(), **chosen), current_actor())
    flash(_("Saved."), "done")
    return redirect(url_for("programs.page"), 303)


@blueprint.get("/developers")
def developers() -> str:
    """What programs may ask and tell, out of the API's own description."""
    return render_template("pages/developers.html", document=DOCUMENT, chapters=chapters(DOCUMENT))


def _render(
    *,
    fresh: str | None = None,
    address: str | None = None,
    error: EngineError | None = None, typed: dict[str, object] | None = None
) -> str:
    now = engine().clock.now()
    tokens = engine().queries.access.list_tokens(current_actor().actor_id)
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/programs.html",
        live=[token for token in tokens if token.revoked_at is None and token.expires_at > now],
        over=[token for token in tokens if token.revoked_at is not None or token.expires_at <= now],
        fresh=fresh, address=address, error=None if problems else error, problems=problems, command_id=new_id(),
        choice=asdict(engine().queries.telling.get_mail_choice(current_actor().actor_id)),
        typed=typed or {"name": "", "scopes": (), "days": "90"}, scopes=scope_words(SCOPES), days=DAYS,
    )  # fmt: skip
