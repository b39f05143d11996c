"""Who is signed in: the person behind the session, looked up anew for every request, so that rights end at once."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from flask import Flask, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from web.context import engine
from web.security import is_api_request
from web.sessions import ServerSession
from workflow_engine import Actor, PersonRow

PASSWORD, DIRECTORY, PROVIDER, DEMO = "password", "directory", "provider", "demo"
FOR_MACHINES = frozenset({"health.live", "health.ready", "health.metrics", "calendar.feed", "static_files.file"})
"""Answered without looking who asks."""
OPEN_ENDPOINTS = FOR_MACHINES | frozenset({
    "sign_in.page", "sign_in.with_password", "sign_in.as_demo_person", "provider.send", "provider.answer",
    "preferences.language", "preferences.theme", "static_files.favicon", "consultations.index",
    "consultations.list_data", "consultations.page", "consultations.data", "consultations.submit",
    "consultations.find",
    "warnings.index", "warnings.page", "warnings.message", "warnings.end_message", "warnings.feed",
    "public_decisions.index", "public_decisions.data", "public_decisions.page", "public_decisions.document",
    "parameters.public", "parameters.public_data",
    "public_indicators.index", "public_indicators.page", "public_indicators.data", "public_indicators.comment",
    "open_data.page", "open_data.definitions", "open_data.month_json", "open_data.month_csv", "open_data.checksums",
})  # fmt: skip
OPEN_BLUEPRINTS = frozenset({"places", "portal", "reporting", "tracking"})
"""Pages that are all for everybody."""


def init_app(app: Flask) -> None:
    """Ask for a sign-in wherever a page is not open to all."""
    app.before_request(load_person)
    app.before_request(require_sign_in)


def load_person() -> None:
    """Put ``g.person`` and ``g.actor`` in place; both None for visitors."""
    g.person = g.actor = None
    if is_api_request():
        return
    person_id = session.get("person_id")
    if not person_id or request.endpoint in FOR_MACHINES:
        return
    found = engine().queries.organisation.find_acting(person_id)
    if found is None or _has_ended(found[0]):
        session.clear()
        return
    g.person, g.actor = found


def _has_ended(person: PersonRow) -> bool:
    """Whether the session began before the person's password changed."""
    begun = session.get("signed_in_at")
    return person.sessions_from is not None and (begun is None or datetime.fromisoformat(begun) < person.sessions_from)


def require_sign_in() -> Response | None:
    """Send visitors to the sign-in page and remember where they wanted to go."""
    if request.endpoint in OPEN_ENDPOINTS or request.blueprint in OPEN_BLUEPRINTS:
        return None
    if request.endpoint is None or is_api_request():
        return None
    if g.actor is not None:
        return _require_own_password()
    target = url_for("sign_in.page")
    if request.method == "GET" and "HX-Request" not in request.headers and request.path != "/":
        target += "?" + urlencode({"next": request.full_path.rstrip("?")})
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _require_own_password() -> Response | None:
    """A password that an administrator has set opens the page where another one is chosen, and nothing else."""
    if not (g.person.password_temporary and session.get("by") == PASSWORD):
        return None
    if request.endpoint in ("account.page", "account.change_password", "sign_in.leave", "preferences.language"):
        return None
    return redirect(url_for("account.page"), 303)


def sign_in(person: PersonRow, by: str) -> None:
    """Begin a session for this person under a new id; ``by`` tells how they proved who they are."""
    session.clear()
    cast(ServerSession, session).renew()
    session.update(person_id=person.person_id, signed_in_at=engine().clock.now().isoformat(), by=by)


def sign_out() -> None:
    """End the session; the cookie opens nothing any more."""
    session.clear()
    session.modified = True


def current_actor() -> Actor:
    """The actor of this request; only for views behind the sign-in."""
    return cast(Actor, g.actor)
