"""What visitors set for themselves: language, colours, and how their pages behave."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web import theme as themes
from web.auth import current_actor
from web.context import engine
from web.i18n import COOKIE, COOKIE_SECONDS, LANGUAGES
from web.i18n import gettext as _
from web.security import safe_next
from web.ui.requests import command_id
from workflow_engine import PREFERENCES, SetPreferences, new_id

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/language")
def language() -> Response:
    """Read on in another language, on the same page."""
    return _remember(COOKIE, request.form.get("language", ""), frozenset(LANGUAGES))


@blueprint.post("/theme")
def theme() -> Response:
    """Read on in other colours, on the same page."""
    return _remember(themes.COOKIE, request.form.get("theme", ""), frozenset(themes.THEMES))


@blueprint.get("/preferences")
def page() -> str:
    """How one's pages behave."""
    chosen = engine().queries.desk.preferences(current_actor().actor_id)
    return render_template("pages/preferences.html", chosen=chosen, command_id=new_id())


@blueprint.post("/preferences")
def save() -> Response:
    """Set what the form says; a switch that is not sent is off."""
    values = {name: "on" if request.form.get(name) == "on" else "off" for name in PREFERENCES}
    engine().handle(SetPreferences(command_id=command_id(), values=values), current_actor())
    flash(_("Your settings are saved."), "done")
    return redirect(url_for("preferences.page"), 303)


def _remember(cookie: str, value: str, allowed: frozenset[str]) -> Response:
    answer = redirect(safe_next(request.form.get("next"), url_for("inbox.page")), 303)
    if value in allowed:
        answer.set_cookie(
            cookie, value, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )  # fmt: skip
    return answer
