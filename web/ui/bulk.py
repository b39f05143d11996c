"""Several tasks at once: taking them on, or giving all the same answer. What became of each is told row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import text_of
from web.forms import check
from web.forms.shown import show
from web.i18n import gettext as _
from web.presenters.task_page import Typed, form_of_task
from web.presenters.tasks import TaskLine, line_of
from web.presenters.times import zone
from web.security import safe_next
from web.ui.requests import command_id
from workflow_engine import (
    ClaimUserTask,
    Command,
    CompleteUserTask,
    EngineError,
    InboxRow,
    MarkCopiesRead,
    MarkNotesRead,
    UserTaskRow,
    new_id,
)

blueprint = Blueprint("bulk", __name__)
MOST_TASKS = 100
MOST_QUESTIONS = 6
"""A longer form wants to be read with its case, one at a time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of the tasks."""

    task: TaskLine
    done: bool
    why: str = ""


@blueprint.post("/inbox/claim")
def claim() -> Response | str:
    """Take on every task that was selected."""
    rows, gone = _selected()
    if not rows and not gone:
        return _nothing_selected()
    key = command_id()
    commands: list[Command] = [
        ClaimUserTask(command_id=_key(key, row.user_task_id), user_task_id=row.user_task_id) for row in rows
    ]
    return _told(_("Taken on"), _handled(rows, commands), gone)


@blueprint.post("/inbox/decide")
def decide() -> Response | str:
    """The one small form with which all the selected tasks can be answered, or why they cannot."""
    rows, gone = _selected()
    if not rows:
        return _nothing_selected()
    return _form(_tasks(rows), gone)


@blueprint.post("/inbox/decide/send")
def send() -> Response | str:
    """Give every task the answer, each checked against its own form."""
    rows, gone = _selected()
    if not rows:
        return _nothing_selected()
    tasks = _tasks(rows)
    if _why_not(tasks):
        return _form(tasks, gone)
    typed: Typed = MultiDict(request.form.items(multi=True))
    key, now = command_id(), engine().clock.now()
    checked = [check(form_of_task(task), typed, zone(), task.variables, now) for task in tasks]
    if all(submission.errors for submission in checked):
        return _form(tasks, gone, typed, checked[0].errors, 422)
    fitting = [(row, found) for row, found in zip(rows, checked, strict=True) if not found.errors]
    commands: list[Command] = [
        CompleteUserTask(
            command_id=_key(key, row.user_task_id), user_task_id=row.user_task_id, variables=found.values
        )
        for row, found in fitting
    ]
    outcomes = _handled([row for row, _found in fitting], commands)
    outcomes += [
        Outcome(line_of(row), False, _("The answer does not fit this task; open it by itself."))
        for row, found in zip(rows, checked, strict=True)
        if found.errors
    ]
    return _told(_("Completed"), outcomes, gone)


@blueprint.post("/inbox/read")
def read() -> Response:
    """The visitor has taken note of copies of a case, or of a note."""
    actor = current_actor()
    if case_id := request.form.get("case"):
        engine().handle(MarkCopiesRead(command_id=command_id(), case_id=case_id), actor)
    elif note_id := request.form.get("note"):
        engine().handle(MarkNotesRead(command_id=command_id(), note_ids=(note_id,)), actor)
    return redirect(url_for("inbox.page", queue="copied"), 303)


def _selected() -> tuple[list[InboxRow], int]:
    """The tasks that were selected and are still open to the visitor, and how many of them are not."""
    ids = list(dict.fromkeys(request.form.getlist("task")))[:MOST_TASKS]
    rows = engine().queries.tasks.get_many(current_actor(), ids)
    return rows, len(ids) - len(rows)


def _tasks(rows: Sequence[InboxRow]) -> list[UserTaskRow]:
    return [engine().queries.get_user_task(row.user_task_id, current_actor()) for row in rows]


def _why_not(tasks: Sequence[UserTaskRow]) -> str:
    """Why these tasks cannot be answered together; empty when they can."""
    if len({(task.process_id, task.element_id) for task in tasks}) > 1:
        return _("These are different tasks. Select tasks of the same kind to answer them together.")
    asked = [tuple(field for field in form_of_task(task).fields if field.takes_answer) for task in tasks]
    if any([field.key for field in fields] != [field.key for field in asked[0]] for fields in asked):
        return _("The forms of these tasks differ. Answer them one at a time.")
    if len(asked[0]) > MOST_QUESTIONS:
        return _("This form asks too much to be answered for several cases at once.")
    return ""


def _form(
    tasks: Sequence[UserTaskRow],
    gone: int,
    typed: Typed | None = None,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    form = form_of_task(tasks[0])
    fields = [shown for shown in show(form, {}, zone(), typed, problems) if shown.field.takes_answer]
    page = render_template(
        "pages/bulk_decide.html", tasks=[line_of(task) for task in tasks], fields=fields, why_not=_why_not(tasks),
        gone=gone, problems=problems or {}, command_id=new_id(), back=_back(),
    )  # fmt: skip
    return make_response(page, status)


def _handled(rows: Sequence[InboxRow], commands: Sequence[Command]) -> list[Outcome]:
    """All in one transaction; what is refused does not disturb the others."""
    actor = current_actor()
    answers = engine().handle_many([(command, actor) for command in commands])
    whys = [text_of(answer) if isinstance(answer, EngineError) else "" for answer in answers]
    return [Outcome(line_of(row), not why, why) for row, why in zip(rows, whys, strict=True)]


def _told(verb: str, outcomes: list[Outcome], gone: int) -> str:
    return render_template("pages/bulk_told.html", verb=verb, outcomes=outcomes, gone=gone, back=_back())


def _nothing_selected() -> Response:
    flash(_("Select tasks first; they may also have been taken meanwhile."))
    return redirect(_back(), 303)


def _back() -> str:
    return safe_next(request.form.get("back"), url_for("inbox.page"))


def _key(command_id: str, user_task_id: str) -> str:
    """A key of its own for each task: the form sent twice does everything once."""
    return sha256(f"{command_id}/{user_task_id}".encode()).hexdigest()[:40]
