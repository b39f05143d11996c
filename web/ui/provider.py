"""Signing in by the organisation's own identity provider: there, and back again."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from web import auth
from web.identity import provider
from web.identity.accounts import person_of
from web.identity.provider import SignInRefusedError
from web.security import safe_next

blueprint = Blueprint("provider", __name__)


@blueprint.get("/sign-in/provider")
def send() -> Response:
    """Off to the provider, with the page wanted kept here."""
    session["next"] = safe_next(request.args.get("next"), "")
    return provider.send_there()


@blueprint.get("/sign-in/provider/answer")
def answer() -> Response:
    """Back from the provider: begin a session for whom it vouches for, if that is a person of ours."""
    account = provider.account_from_answer()
    person = person_of(account)
    if person is None:
        raise SignInRefusedError
    target = safe_next(session.get("next"), url_for("inbox.page"))
    auth.sign_in(person, auth.PROVIDER)
    return redirect(target, 303)
