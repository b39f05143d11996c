"""Signing in and out. Wrong name, wrong password and too many attempts get the very same answer."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from web import auth
from web.context import engine, settings
from web.i18n import gettext as _
from web.identity import provider
from web.identity.accounts import person_of
from web.identity.directory import Directory
from web.identity.provider import SignInRefusedError
from web.security import safe_next
from web.throttle import SignInThrottle
from workflow_engine import PersonRow

blueprint = Blueprint("sign_in", __name__)
LONGEST_NAME = 200
LONGEST_PASSWORD = 1_000


@blueprint.get("/sign-in")
def page() -> str | Response:
    """The form, and on a demo the people to sign in as."""
    if g.actor is not None:
        return redirect(_target(), 303)
    return _page()


@blueprint.post("/sign-in")
def with_password() -> Response | tuple[str, int]:
    """Check name and password."""
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    password = request.form.get("password", "")[:LONGEST_PASSWORD]
    throttle: SignInThrottle = current_app.extensions["throttle"]
    address = request.remote_addr or ""
    found = _check(name, password) if throttle.begin(name, address) else None
    if found is None:
        return _page(name=name, refused=True), 401
    throttle.forgive(name, address)
    auth.sign_in(*found)
    return redirect(_target(), 303)


@blueprint.post("/sign-in/demo")
def as_demo_person() -> Response:
    """Become one of the demo people; exists on demos only."""
    if not current_app.extensions["web_settings"].demo:
        raise NotFound
    person = engine().queries.find_person(request.form.get("person_id", ""))
    if person is None:
        raise NotFound
    auth.sign_in(person, auth.DEMO)
    return redirect(_target(), 303)


@blueprint.post("/sign-out")
def leave() -> Response:
    """End the session."""
    auth.sign_out()
    flash(_("You are signed out."))
    return redirect(url_for("sign_in.page"), 303)


def _check(name: str, password: str) -> tuple[PersonRow, str] | None:
    """Who signs in with these, by our own passwords or by the directory's; and by which."""
    person = engine().queries.authenticate(name, password)
    if person is not None:
        return person, auth.PASSWORD
    directory: Directory | None = current_app.extensions["directory"]
    account = None if directory is None else directory.authenticate(name, password)
    person = None if account is None else person_of(account)
    return None if person is None else (person, auth.DIRECTORY)


@blueprint.app_errorhandler(SignInRefusedError)
def refused(_error: SignInRefusedError) -> tuple[str, int]:
    """Signing in elsewhere did not work."""
    return _page(refused=True), 401


def _page(name: str = "", refused: bool = False) -> str:
    people: list[PersonRow] = []
    if current_app.extensions["web_settings"].demo:
        people = list(engine().queries.list_people())
    next_page = safe_next(request.values.get("next"), "")
    return render_template(
        "pages/sign_in.html", people=people, name=name, refused=refused, next_page=next_page,
        provider_name=settings().oidc_name if provider.is_there() else None,
    )  # fmt: skip


def _target() -> str:
    return safe_next(request.values.get("next"), url_for("inbox.page"))
