"""One task: its form, the case's facts beside it, the diagram with the place marked, and the story so far."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.forms import check
from web.i18n import gettext as _
from web.preferences import note_seen, preference
from web.presenters.names import names_of
from web.presenters.task_page import Typed, form_of_task, task_page
from web.presenters.times import zone
from web.ui.requests import command_id
from workflow_engine import (
    CompleteUserTask,
    EngineError,
    InvalidVariablesError,
    UserTaskRow,
    new_id,
)

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/tasks/<user_task_id>")
def page(user_task_id: str) -> str:
    """The task as it stands; from now on it is not new to this person."""
    task = get_task(user_task_id)
    note_seen(task)
    return render_task(task, command_id=new_id())


@blueprint.post("/tasks/<user_task_id>/complete")
def complete(user_task_id: str) -> Response:
    """Check the form and complete the task; then the next task opens."""
    task = get_task(user_task_id)
    typed: Typed = MultiDict(request.form.items(multi=True))
    key = command_id()
    keep_input(lambda error: render_task(get_task(user_task_id), command_id=key, error=error, typed=typed))
    submission = check(form_of_task(task), typed, zone(), task.variables, engine().clock.now())
    if submission.errors:
        raise InvalidVariablesError("Expected values that fit the form, but some do not.", submission.errors)
    engine().handle(
        CompleteUserTask(command_id=key, user_task_id=task.user_task_id, variables=submission.values), current_actor()
    )
    return _onwards(task)


def _onwards(task: UserTaskRow) -> Response:
    """The next task of the same case that is mine, else that of the list, else my first one, else the inbox."""
    flash(_("Done: %(task)s", task=form_of_task_name(task)), "done")
    if preference("next_task") == "off":
        return redirect(url_for("inbox.page"), 303)
    same_case, first = engine().queries.tasks.next_mine(current_actor(), task.case_id)
    following = same_case or request.form.get("next_task") or first
    if following is None:
        return redirect(url_for("inbox.page"), 303)
    return redirect(url_for("tasks.page", user_task_id=following), 303)


def form_of_task_name(task: UserTaskRow) -> str:
    """The task's name in the visitor's language."""
    return names_of(task.definition_id).element(task.element_id, task.name)


def get_task(user_task_id: str) -> UserTaskRow:
    """The task, within the visitor's reach."""
    return engine().queries.get_user_task(user_task_id, current_actor())


def render_task(task: UserTaskRow, **values: Any) -> str:
    """The task's page; ``refused`` names the verb whose form is shown again with what was typed."""
    error: EngineError | None = values.pop("error", None)
    return render_template("pages/task.html", **task_page(task, current_actor(), error=error, **values))
