"""One's own account: the password, who stands in when one is away, and as what one is known."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from web import auth, city
from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.presenters.organisation import deputy_lines, problems_of
from web.throttle import SignInThrottle
from web.ui.requests import command_id
from workflow_engine import ChangePassword, EngineError, InvalidVariablesError, hash_password, is_easy_to_guess, new_id

blueprint = Blueprint("account", __name__)
LONGEST_PASSWORD = 1_000


@blueprint.get("/account")
def page() -> str:
    """The page."""
    return render_account()


@blueprint.post("/account/password")
def change_password() -> Response:
    """Another password; who is at the keyboard proves the one that holds now. Every other session ends."""
    keep_input(render_account)
    person = g.person
    given = request.form.get("current", "")[:LONGEST_PASSWORD]
    _require_good(request.form.get("new", ""), request.form.get("again", ""), person.sign_in_name, given)
    throttle: SignInThrottle = current_app.extensions["throttle"]
    address = request.remote_addr or ""
    is_open = throttle.begin(person.sign_in_name, address)
    if not is_open or engine().queries.authenticate(person.sign_in_name, given) is None:
        raise InvalidVariablesError(
            "Expected the password that holds now.", {"current": _("This is not your password as it is now.")}
        )
    throttle.forgive(person.sign_in_name, address)
    change = ChangePassword(command_id=command_id(), password_hash=hash_password(request.form["new"]))
    engine().handle(change, current_actor())
    auth.sign_in(person, session.get("by", auth.PASSWORD))
    flash(_("Your password is changed. Everywhere else you are signed out."), "done")
    return redirect(url_for("account.page"), 303)


def _require_good(new: str, again: str, sign_in_name: str, current: str) -> None:
    """Raise InvalidVariablesError that names what is wrong with a new password."""
    shortest = city.profile().shortest_password
    problems: dict[str, str] = {}
    if not shortest <= len(new) <= LONGEST_PASSWORD:
        problems["new"] = _("At least %(number)s characters.", number=shortest)
    elif sign_in_name.casefold() in new.casefold():
        problems["new"] = _("Your name must not be in it.")
    elif new == current:
        problems["new"] = _("Another one than now.")
    elif len(set(new)) < 5:
        problems["new"] = _("At least five different characters.")
    elif is_easy_to_guess(new, (g.person.display_name_en, g.person.display_name_zh)):
        problems["new"] = _("Easy to guess. Take several words that do not belong together.")
    elif new != again:
        problems["again"] = _("The two are not the same.")
    if problems:
        raise InvalidVariablesError("Expected another password.", problems)


def render_account(error: EngineError | None = None) -> str:
    """The page, perhaps with a refusal."""
    problems = problems_of(error)
    person = g.person
    return render_template(
        "pages/account.html",
        person=person,
        member=engine().queries.organisation.get_member(person.person_id),
        deputies=deputy_lines(engine().queries.organisation.list_deputies(person.person_id)),
        problems=problems,
        error=None if problems else error,
        shortest=city.profile().shortest_password,
        command_id=new_id,
    )
