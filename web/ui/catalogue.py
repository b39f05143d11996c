"""Starting a case: the catalogue of what can be started, the start form, and who will get the first task."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.forms import Form, check, form_of
from web.forms.shown import show
from web.i18n import gettext as _
from web.presenters.catalogue import catalogue_shelves, start_values
from web.presenters.foresight import foresight_lines
from web.presenters.names import names_of
from web.presenters.task_page import Typed
from web.presenters.times import zone
from web.ui.requests import command_id, search_words
from workflow_engine import EngineError, Foresight, InvalidVariablesError, StartCase, StartPage, new_case_id, new_id

blueprint = Blueprint("catalogue", __name__)
LONGEST_TITLE = 200


@blueprint.get("/start")
def index() -> str:
    """Everything that people start, by what it is about and at which stage."""
    words = search_words()
    rows = engine().queries.catalogue.list_startable(current_actor())
    return render_template("pages/catalogue.html", shelves=catalogue_shelves(rows, words), search=words)


@blueprint.get("/start/<process_id>")
def page(process_id: str) -> str:
    """The form that starts a case of this process."""
    return _page(_get(process_id), command_id=new_id())


@blueprint.post("/start/<process_id>")
def start(process_id: str) -> Response:
    """Start the case, once."""
    found = _get(process_id)
    typed: Typed = MultiDict(request.form.items(multi=True))
    key = command_id()
    keep_input(lambda error: _page(found, command_id=key, error=error, typed=typed))
    values = _checked(found, typed)
    case_id = new_case_id()
    receipt = engine().handle(
        StartCase(
            command_id=key, case_id=case_id, process_id=process_id, variables=values,
            title=_text("title", LONGEST_TITLE), business_key=_text("business_key", LONGEST_TITLE),
        ),
        current_actor(),
    )  # fmt: skip
    flash(_("The case is started."), "done")
    return redirect(url_for("cases.page", case_id=receipt.case_id or case_id), 303)


@blueprint.post("/start/<process_id>/next")
def foresee(process_id: str) -> str:
    """Who would get the first task with what is typed so far; nothing is started."""
    found = _get(process_id)
    typed: Typed = MultiDict(request.form.items(multi=True))
    submission = check(_form(found), typed, zone(), {}, engine().clock.now())
    foresight: Foresight | None = None
    if not submission.errors:
        foresight = engine().foresee_start(current_actor(), process_id, submission.values)
    if request.headers.get("HX-Request") != "true":
        return _page(found, command_id=command_id(), typed=typed, foresight=foresight, asked=True)
    return render_template(
        "fragments/foresight.html", missing=bool(submission.errors),
        foresight=None if foresight is None else foresight_lines(foresight),
    )  # fmt: skip


def _checked(found: StartPage, typed: Typed) -> dict[str, Any]:
    submission = check(_form(found), typed, zone(), {}, engine().clock.now())
    if submission.errors:
        raise InvalidVariablesError("Expected values that fit the form, but some do not.", submission.errors)
    return dict(submission.values)


def _form(found: StartPage) -> Form:
    return form_of(found.form, found.row.fields, {}, names_of(found.row.definition_id).text)


def _get(process_id: str) -> StartPage:
    return engine().queries.catalogue.get_start(process_id, current_actor())


def _text(name: str, longest: int) -> str | None:
    return request.form.get(name, "").strip()[:longest] or None


def _page(
    found: StartPage,
    *,
    command_id: str,
    error: EngineError | None = None,
    typed: Typed | None = None,
    foresight: Foresight | None = None,
    asked: bool = False,
) -> str:
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    fields = [
        shown for shown in show(_form(found), {}, zone(), typed, problems)
        if shown.field.takes_answer or not shown.field.is_input
    ]  # fmt: skip
    return render_template(
        "pages/start.html", **start_values(found.row), fields=fields, problems=problems,
        error=None if problems else error, typed=typed or {}, command_id=command_id,
        asked=asked, foresight=None if foresight is None else foresight_lines(foresight),
        missing=asked and foresight is None,
    )  # fmt: skip
