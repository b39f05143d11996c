"""Asking for resources on a page: any number of lines, with script or without."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.presenters import request_intake as intake
from web.presenters import resource_asking as asking
from web.presenters import resources as words
from web.ui.requests import command_id
from web.ui.resources import PROCESS
from workflow_engine import MOST_REQUEST_LINES, EngineError, InvalidVariablesError, StartCase, new_case_id, new_id

blueprint = Blueprint("resource_asking", __name__, url_prefix="/resources/requests")


@blueprint.get("/new")
def form() -> str:
    """What is needed, line by line."""
    engine().queries.catalogue.get_start(PROCESS, current_actor())
    return _form()


@blueprint.post("/new")
def ask() -> str | Response:
    """Ask for it; or show more lines, where there is no script to do so."""
    actor = current_actor()
    engine().queries.catalogue.get_start(PROCESS, actor)
    if "more" in request.form:
        return _form(more=True)
    keep_input(_form)
    variables = asking.read_request(request.form, intake.places())
    command = StartCase(
        command_id=command_id(), case_id=new_case_id(), process_id=PROCESS, variables=variables,
        title=variables["request_title"],
    )  # fmt: skip
    case_id = engine().handle(command, actor).case_id or command.case_id
    flash(_("It is asked for: the coordinator has it."), "done")
    made = engine().queries.resources.requests_of_case(case_id, actor)
    if made:
        return redirect(url_for("resource_requests.page", request_id=made[0].request_id), 303)
    return redirect(url_for("cases.page", case_id=case_id), 303)


def _form(error: EngineError | None = None, more: bool = False) -> str:
    return render_template(
        "pages/resource_ask.html", error=error, typed=request.form, command_id=command_id() if more else new_id(),
        problems=error.problems if isinstance(error, InvalidVariablesError) else {}, places=intake.places(),
        numbers=range(asking.line_count(request.form, more)), most=MOST_REQUEST_LINES,
        choices=asking.choices(engine().queries.resources.types(current_actor())), **words.WORDS,
    )  # fmt: skip
