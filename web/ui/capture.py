"""Quick capture for inspectors on the phone: category, place, photo; settled at once, or sent up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters import categories as shown
from web.ui.requests import command_id
from workflow_engine import (
    Category,
    CompleteUserTask,
    EngineError,
    InvalidVariablesError,
    SubmitServiceRequest,
    new_id,
    take_photo,
)

blueprint = Blueprint("capture", __name__)
SUBMIT = "service_request.submit"
PROCESS, CHECK = "grid_case", "check"
MOST_PHOTOS = 4
FIELDS = ("category", "note", "address", "place_code", "lat", "lon")


@blueprint.get("/capture")
@requires(SUBMIT)
def page() -> str:
    """The form, empty."""
    return _page()


@blueprint.post("/capture")
@requires(SUBMIT)
def send() -> Response:
    """Report it and, as whoever stands there, say at once what the first step asks: that it is so, or settled."""
    keep_input(_page)
    category, settle = _category(), "settle" in request.form
    problems = _problems(category, settle=settle)
    if problems or category is None:
        raise InvalidVariablesError("Expected a report that can be sent.", problems)
    name, note = shown.name_of(category), request.form.get("note", "").strip()
    uploads = [upload for upload in request.files.getlist("photos") if upload.filename]
    key = command_id()
    command = SubmitServiceRequest(
        command_id=key, request_id=key, source="inspector", category=category.code, process_id=PROCESS,
        title=f"{name} · {_field('address')}"[:80] if _field("address") else name, description=note or name,
        address=_field("address"), place_code=_field("place_code") or None, lat=_degrees("lat"), lon=_degrees("lon"),
        photos=[take_photo(engine().files, upload.stream) for upload in uploads],
    )  # fmt: skip
    result = engine().handle(command, current_actor()).result
    checked = _check(str(result["case_id"]), "settled" if settle else "real", note or name, f"{key}-check")
    flash(_told(str(result["tracking_number"]), settle=settle and checked, checked=checked), "done")
    return redirect(url_for("capture.page"), 303)


def _check(case_id: str, found: str, note: str, key: str) -> bool:
    """Do the first task of the case, if it is one's own; else the community of the place does."""
    actor = current_actor()
    tasks = engine().queries.get_case(case_id, actor).user_tasks
    task = next((task for task in tasks if task.element_id == CHECK and task.state == "ready"), None)
    if task is None or actor.groups.isdisjoint(task.candidate_groups):
        return task is None
    answers = {"check_result": found, "check_note": note}
    command = CompleteUserTask(command_id=key, user_task_id=task.user_task_id, variables=answers)
    engine().handle(command, actor)
    return True


def _told(number: str, *, settle: bool, checked: bool) -> str:
    if settle:
        return _("Settled on the spot and closed: %(number)s.", number=number)
    if checked:
        return _("Sent up as %(number)s: the supervision centre decides whether to file it.", number=number)
    return _("Taken in as %(number)s: the community of the place checks it on the spot.", number=number)


def _category() -> Category | None:
    found = engine().queries.service_categories.find(_field("category"))
    return found if found is not None and found.process_id == PROCESS else None


def _problems(category: Category | None, *, settle: bool) -> dict[str, str]:
    problems: dict[str, str] = {}
    photos = [upload for upload in request.files.getlist("photos") if upload.filename]
    if category is None:
        problems["category"] = _("Choose what it is.")
    elif category.photo_before and not photos:
        problems["photos"] = _("This needs a photo of how it is.")
    if len(photos) > MOST_PHOTOS:
        problems["photos"] = _("%(most)s photos at most.", most=MOST_PHOTOS)
    if settle and category is not None and not category.small:
        problems["category"] = _("Only small matters are settled on the spot; send this up.")
    if settle and not _field("note"):
        problems["note"] = _("Say how it was settled.")
    if (_degrees("lat") is None or _degrees("lon") is None) and not _field("place_code"):
        problems["place"] = _("Give your position, or choose the community.")
    return problems


def _degrees(name: str) -> float | None:
    try:
        value = float(_field(name))
    except ValueError:
        return None
    return value if abs(value) <= (90 if name == "lat" else 180) else None


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:2000]


def _page(error: EngineError | None = None) -> str:
    categories = [one for one in engine().queries.service_categories.list() if one.process_id == PROCESS]
    problems: dict[str, Any] = dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/capture.html", groups=shown.lines(categories), problems=problems, error=None if problems else error,
        typed={name: request.form.get(name, "") for name in FIELDS}, command_id=new_id, places=_places(),
        most_photos=MOST_PHOTOS,
    )  # fmt: skip


def _places() -> list[tuple[str, str]]:
    """Code and name of the visitor's own communities, or of every one for who belongs to none."""
    units = [one for one in engine().queries.organisation.list_units() if one.level == "community" and one.place_code]
    own = [one for one in units if f"unit:{one.unit_id}" in current_actor().groups]
    return [(str(one.place_code), shown.unit_name(one)) for one in own or units]
