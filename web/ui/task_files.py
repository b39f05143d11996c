"""Files put to a case: taken, given out as downloads only, removed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from web.attachments import given_out, plain_name
from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.ui.requests import command_id, required_reason
from web.ui.tasks import get_task, render_task
from workflow_engine import AddAttachment, InvalidVariablesError, RemoveAttachment, new_id

blueprint = Blueprint("task_files", __name__)


@blueprint.post("/tasks/<user_task_id>/files")
def attach(user_task_id: str) -> Response:
    """Put a file to the case."""
    task = get_task(user_task_id)
    keep_input(
        lambda error: render_task(get_task(user_task_id), command_id=new_id(), refused="attach", refusal=error)
    )
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidVariablesError(_("Choose a file."), {"file": _("Choose a file.")})
    kept = engine().files.keep(upload.stream)
    command = AddAttachment(
        command_id=command_id(), case_id=task.case_id, user_task_id=task.user_task_id, digest=kept.digest,
        size=kept.size, media_type=kept.media_type, name=plain_name(upload.filename),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The file was added."), "done")
    return redirect(url_for("tasks.page", user_task_id=user_task_id, _anchor="files"), 303)


@blueprint.get("/files/<attachment_id>")
def download(attachment_id: str) -> Response:
    """Give a file out, never to be shown in the page's place."""
    return given_out(engine().queries.work.get_attachment(attachment_id, current_actor()))


@blueprint.post("/tasks/<user_task_id>/files/<attachment_id>/remove")
def remove(user_task_id: str, attachment_id: str) -> Response:
    """Take a file off the case; its content is erased."""
    task = get_task(user_task_id)
    keep_input(
        lambda error: render_task(get_task(user_task_id), command_id=new_id(), refused="attach", refusal=error)
    )
    command = RemoveAttachment(
        command_id=command_id(), case_id=task.case_id, attachment_id=attachment_id, reason=required_reason()
    )
    engine().handle(command, current_actor())
    flash(_("The file was removed."), "done")
    return redirect(url_for("tasks.page", user_task_id=user_task_id, _anchor="files"), 303)
