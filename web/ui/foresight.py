"""Who gets it next: asked of the task page with what is typed so far; nothing is sent."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from web.auth import current_actor
from web.context import engine
from web.forms import check
from web.presenters.foresight import foresight_lines
from web.presenters.task_page import Typed, form_of_task
from web.presenters.times import zone

blueprint = Blueprint("foresight", __name__)


@blueprint.post("/tasks/<user_task_id>/next")
def of_task(user_task_id: str) -> str:
    """Who would get the next task if this one were completed with these answers."""
    actor = current_actor()
    task = engine().queries.get_user_task(user_task_id, actor)
    typed: Typed = MultiDict(request.form.items(multi=True))
    submission = check(form_of_task(task), typed, zone(), task.variables, engine().clock.now())
    missing = bool(submission.errors)
    foresight = None if missing else engine().foresee_completion(actor, user_task_id, submission.values)
    return render_template(
        "fragments/foresight.html" if request.headers.get("HX-Request") == "true" else "pages/foresight.html",
        missing=missing, foresight=None if foresight is None else foresight_lines(foresight), task=task,
    )  # fmt: skip
