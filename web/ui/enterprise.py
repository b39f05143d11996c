"""The desk of an enterprise: its own tasks, notices and service levels; each task with its form and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from web import city
from web.attachments import given_out, plain_name
from web.auth import current_actor
from web.context import engine
from web.enterprise import is_enterprise
from web.errors import keep_input
from web.forms import check
from web.forms.shown import show
from web.i18n import gettext as _
from web.i18n import pgettext
from web.presenters.names import in_language, names_of
from web.presenters.supervision import WORDS, percent
from web.presenters.task_page import Typed, form_of_task
from web.presenters.tasks import line_of, rows_of
from web.presenters.times import zone
from web.ui.requests import command_id, cursor
from workflow_engine import (
    AddAttachment,
    AttachmentRow,
    ClaimUserTask,
    CompleteUserTask,
    EngineError,
    InvalidVariablesError,
    NoticeWish,
    UserTaskRow,
    new_id,
)

blueprint = Blueprint("enterprise", __name__, url_prefix="/enterprise")
PAGE_ROWS = 40
DAYS = 90
TOLD = ("number", "title", "description", "address", "category")
"""What a service request tells the enterprise that has a task in it."""


@blueprint.before_request
def require_enterprise() -> None:
    """For nobody else: everybody else has an inbox."""
    if not is_enterprise():
        raise NotFound


@blueprint.get("")
def desk() -> str:
    """What is to be done, what is asked of the enterprise, and how it stands."""
    queries, actor = engine().queries, current_actor()
    today = engine().clock.now().astimezone(ZoneInfo(city.profile().time_zone)).date()
    mine, offered, done = (queries.inbox(actor, queue, limit=PAGE_ROWS) for queue in ("mine", "offered", "done"))
    levels = queries.enterprise.service_levels(actor, today, DAYS)
    return render_template(
        "pages/enterprise.html", mine=rows_of(mine.items), offered=rows_of(offered.items),
        done=rows_of(done.items[:10]), levels=levels, percent=percent, now=engine().clock.now(),
        notices=queries.supervision.notices(actor, NoticeWish(state="running", mine=True), cursor(), 20).items,
        unit=g.person, **WORDS,
    )  # fmt: skip


@blueprint.get("/tasks/<user_task_id>")
def task(user_task_id: str) -> str:
    """One task: what is known of it, its form, and the evidence put to it."""
    return _page(user_task_id)


@blueprint.post("/tasks/<user_task_id>/claim")
def claim(user_task_id: str) -> Response:
    """Take it on."""
    keep_input(lambda error: _page(user_task_id, error))
    _get(user_task_id)
    engine().handle(ClaimUserTask(command_id=command_id(), user_task_id=user_task_id), current_actor())
    return redirect(url_for("enterprise.task", user_task_id=user_task_id), 303)


@blueprint.post("/tasks/<user_task_id>/complete")
def complete(user_task_id: str) -> Response:
    """Check the form and complete the task."""
    found = _get(user_task_id)
    typed: Typed = MultiDict(request.form.items(multi=True))
    key = command_id()
    keep_input(lambda error: _page(user_task_id, error, typed))
    submission = check(form_of_task(found), typed, zone(), found.variables, engine().clock.now())
    if submission.errors:
        raise InvalidVariablesError("Expected values that fit the form, but some do not.", submission.errors)
    command = CompleteUserTask(command_id=key, user_task_id=user_task_id, variables=submission.values)
    engine().handle(command, current_actor())
    flash(_("Done: %(task)s", task=names_of(found.definition_id).element(found.element_id, found.name)), "done")
    return redirect(url_for("enterprise.desk"), 303)


@blueprint.post("/tasks/<user_task_id>/files")
def attach(user_task_id: str) -> Response:
    """Put evidence to the case."""
    found = _get(user_task_id)
    keep_input(lambda error: _page(user_task_id, error))
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidVariablesError(_("Choose a file."), {"file": _("Choose a file.")})
    kept = engine().files.keep(upload.stream)
    command = AddAttachment(
        command_id=command_id(), case_id=found.case_id, user_task_id=user_task_id, digest=kept.digest, size=kept.size,
        media_type=kept.media_type, name=plain_name(upload.filename),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The file was added."), "done")
    return redirect(url_for("enterprise.task", user_task_id=user_task_id, _anchor="files"), 303)


@blueprint.get("/files/<attachment_id>")
def file(attachment_id: str) -> Response:
    """A file that somebody of the enterprise put there; those of others stay inside."""
    row = engine().queries.work.get_attachment(attachment_id, current_actor())
    if row.added_by not in _colleagues():
        raise NotFound
    return given_out(row)


def _get(user_task_id: str) -> UserTaskRow:
    """A task of one's own: of the enterprise, or one that one did. Others of the same case are not there."""
    found = engine().queries.get_user_task(user_task_id, current_actor())
    actor = current_actor()
    names = {actor.actor_id, *actor.groups}
    offered = not names.isdisjoint((*found.candidate_users, *found.candidate_groups))
    held = {found.assignee, found.completed_by} & _colleagues()
    if not (offered or held):
        raise NotFound
    return found


def _colleagues() -> set[str]:
    """The people of the same unit, and oneself."""
    unit_id = g.person.unit_id
    return {g.person.person_id, *(row.person_id for row in engine().queries.list_people(f"unit:{unit_id}"))}


def _page(user_task_id: str, error: EngineError | None = None, typed: Typed | None = None) -> str:
    found = _get(user_task_id)
    names, form = names_of(found.definition_id), form_of_task(found)
    is_open = found.state in ("ready", "claimed")
    problems: Mapping[str, str] = error.problems if isinstance(error, InvalidVariablesError) else {}
    shown = show(form, found.variables, zone(), typed if is_open else None, problems)
    mine = found.assignee == current_actor().actor_id
    return render_template(
        "pages/enterprise_task.html", task=found, line=line_of(found), names=names, is_open=is_open,
        fields=[part for part in shown if part.field.takes_answer or not part.field.is_input],
        givens_list=[part for part in shown if part.field.readonly and part.field.is_input and part.words],
        may_complete=is_open and (mine or found.assignee is None), may_claim=is_open and found.assignee is None,
        told=_told(found.variables) + (_reporter(found) if is_open else []), files=_own_files(found), problems=problems,
        error=None if problems and "file" not in problems else error, command_id=new_id(),
    )  # fmt: skip


def _told(variables: Mapping[str, Any]) -> list[tuple[str, str]]:
    request_told = variables.get("request")
    if not isinstance(request_told, Mapping):
        return []
    labels = {
        "number": pgettext("reference", "Number"), "title": pgettext("letter", "Subject"),
        "description": _("What is reported"), "address": _("Place"),
        "category": _("Category"),
    }  # fmt: skip
    return [(labels[name], in_language(str(request_told[name]))) for name in TOLD if request_told.get(name)]


def _reporter(found: UserTaskRow) -> list[tuple[str, str]]:
    """Whom to contact, while the enterprise is the one that handles the request; nobody else's reporters."""
    row = engine().queries.service_requests.find_of_case(found.case_id, current_actor())
    if row is None or row.unit_id != g.person.unit_id:
        return []
    known = ((_("Reported by"), row.reporter_name), (_("To be reached at"), row.reporter_contact))
    return [(label, text) for label, text in known if text]


def _own_files(found: UserTaskRow) -> list[AttachmentRow]:
    colleagues = _colleagues()
    rows = engine().queries.work.attachments(found.case_id, current_actor())
    return [row for row in rows if row.removed_at is None and row.added_by in colleagues]
