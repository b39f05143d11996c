"""Who is signed in: the person behind the session, looked up anew for every request, so that rights end at once."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from flask import Flask, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from web.context import engine
from web.security import is_api_request
from web.sessions import ServerSession
from workflow_engine import Actor, PersonRow

OPEN_ENDPOINTS = frozenset({
    "sign_in.page", "sign_in.with_password", "sign_in.as_demo_person",
    "preferences.language", "preferences.theme", "health.show", "calendar.feed", "static_files.file",
    "static_files.favicon",
})  # fmt: skip


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
    if not person_id or request.endpoint in ("static_files.file", "health.show", "calendar.feed"):
        return
    found = engine().queries.organisation.find_acting(person_id)
    if found is None:
        session.clear()
        return
    g.person, g.actor = found


def require_sign_in() -> Response | None:
    """Send visitors to the sign-in page and remember where they wanted to go."""
    if g.actor is not None or request.endpoint in OPEN_ENDPOINTS or request.endpoint is None or is_api_request():
        return None
    target = url_for("sign_in.page")
    if request.method == "GET" and "HX-Request" not in request.headers and request.path != "/":
        target += "?" + urlencode({"next": request.full_path.rstrip("?")})
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def sign_in(person: PersonRow) -> None:
    """Begin a session for this person under a new id."""
    session.clear()
    cast(ServerSession, session).renew()
    session["person_id"] = person.person_id


def sign_out() -> None:
    """End the session; the cookie opens nothing any more."""
    session.clear()
    session.modified = True


def current_actor() -> Actor:
    """The actor of this request; only for views behind the sign-in."""
    return cast(Actor, g.actor)
