"""Files put to a case: taken, given out as downloads only, removed."""

from __future__ import annotations

import unicodedata

from flask import Blueprint, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.ui.requests import command_id, required_reason
from web.ui.tasks import get_task, render_task
from workflow_engine import AddAttachment, InvalidVariablesError, RemoveAttachment, file_suffix, new_id

blueprint = Blueprint("task_files", __name__)
LONGEST_NAME = 150


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
        size=kept.size, media_type=kept.media_type, name=_plain_name(upload.filename),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The file was added."), "done")
    return redirect(url_for("tasks.page", user_task_id=user_task_id, _anchor="files"), 303)


@blueprint.get("/files/<attachment_id>")
def download(attachment_id: str) -> Response:
    """Give a file out, never to be shown in the page's place."""
    row = engine().queries.work.get_attachment(attachment_id, current_actor())
    suffix = file_suffix(row.media_type)
    name = row.name if row.name.lower().endswith(suffix) else row.name + suffix
    answer = send_file(
        engine().files.open(row.digest), mimetype=row.media_type, as_attachment=True, download_name=name, etag=False,
        max_age=0,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


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


def _plain_name(name: str) -> str:
    """The name a person gave, without folders and characters that no file name has."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(" " if unicodedata.category(letter)[0] == "C" or letter in '<>:"|?*' else letter for letter in last)
    return " ".join(plain.split()).lstrip(".")[:LONGEST_NAME] or "file"
