"""Following one's own report up: by its number and secret code, which the visitor's session then holds for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.pace import Pace
from web.presenters import portal as shown
from web.public.photos import take_photos
from web.public.portal import picture, unit_of
from web.ui.requests import command_id
from workflow_engine import (
    Actor,
    AddToServiceRequest,
    Command,
    CommentServiceRequest,
    CorrectServiceRequest,
    EngineError,
    InvalidVariablesError,
    RateServiceRequest,
    ReopenServiceRequest,
    ServiceRequestDetail,
    SetReporterContact,
    WithdrawServiceRequest,
    new_id,
)

blueprint = Blueprint("tracking", __name__, url_prefix="/portal/track")
VISITOR = Actor("public:web")
MOST_REMEMBERED = 10
LONGEST = 100
_KEY = "followed"


def remember(request_id: str, code: str) -> None:
    """Let this visitor's session open the report, until it ends or they leave."""
    known = {key: value for key, value in session.get(_KEY, {}).items() if key != request_id}
    while len(known) >= MOST_REMEMBERED:
        known.pop(next(iter(known)))
    session[_KEY] = known | {request_id: code}


@blueprint.get("")
def find() -> str:
    """The form for number and code, and what this visitor opened before."""
    return _find()


@blueprint.post("")
def open_one() -> Response | tuple[str, int]:
    """Open the report; a wrong number and a wrong code are answered alike."""
    number, code = (request.form.get(name, "").strip()[:LONGEST] for name in ("number", "code"))
    pace: Pace = current_app.extensions["track_pace"]
    if not pace.step(request.remote_addr or ""):
        return _find(number=number, too_often=True), 429
    found = engine().queries.service_requests.track(number, code.lower())
    if found is None:
        return _find(number=number, missed=True), 404
    remember(found.row.request_id, code.lower())
    return redirect(url_for("tracking.page", request_id=found.row.request_id), 303)


@blueprint.post("/leave")
def leave() -> Response:
    """Forget what this visitor opened: others may use the device."""
    session.pop(_KEY, None)
    flash(_("Nothing of your reports is open on this device any more."), "done")
    return redirect(url_for("tracking.find"), 303)


@blueprint.get("/<request_id>")
def page(request_id: str) -> str | Response:
    """How it stands, what comes next, and everything that happened."""
    if request_id not in session.get(_KEY, {}):
        return redirect(url_for("tracking.find"), 303)
    return _page(request_id)


@blueprint.get("/<request_id>/photos/<photo_id>")
def photo(request_id: str, photo_id: str) -> Response:
    """A photo of one's own report."""
    detail, _code = _opened(request_id)
    found = next((one for one in detail.photos if one.photo_id == photo_id), None)
    if found is None:
        abort(404)
    return picture(found.public_digest, "image/jpeg")


@blueprint.post("/<request_id>/add")
def add(request_id: str) -> Response | tuple[str, int]:
    """Say or show more."""
    taken = take_photos(request_id, request.files.getlist("photos"))
    if taken.problems:
        return _page(request_id, act="add", problems=taken.problems), 422
    text = request.form.get("text", "")
    answer = _act(
        request_id, "add", _("Thank you. It was added."),
        lambda fixed: AddToServiceRequest(text=text, photos=taken.photos, **fixed),
    )  # fmt: skip
    take_none(request_id)
    return answer


@blueprint.post("/<request_id>/correct")
def correct(request_id: str) -> Response:
    """Put right what was written."""
    detail, _code = _opened(request_id)
    given = {name: request.form.get(name, "").strip() for name in ("description", "address")}
    description, address = (None if given[name] == getattr(detail.row, name) else given[name] for name in given)
    return _act(
        request_id, "correct", _("It was put right."),
        lambda fixed: CorrectServiceRequest(description=description, address=address, **fixed),
    )  # fmt: skip


@blueprint.post("/<request_id>/contact")
def contact(request_id: str) -> Response:
    """Another way to be reached, or none."""
    name, way = (request.form.get(field, "") for field in ("reporter_name", "reporter_contact"))
    return _act(
        request_id, "contact", _("From now on you are reached like that."),
        lambda fixed: SetReporterContact(reporter_name=name, reporter_contact=way, **fixed),
    )  # fmt: skip


@blueprint.post("/<request_id>/withdraw")
def withdraw(request_id: str) -> Response:
    """Take it back."""
    reason = request.form.get("reason", "")
    return _act(
        request_id, "withdraw", _("It was taken back."), lambda fixed: WithdrawServiceRequest(reason=reason, **fixed)
    )


@blueprint.post("/<request_id>/reopen")
def reopen(request_id: str) -> Response:
    """It is not settled."""
    reason = request.form.get("reason", "")
    return _act(
        request_id, "reopen", _("It is open again, and on its way to those in charge."),
        lambda fixed: ReopenServiceRequest(reason=reason, **fixed),
    )  # fmt: skip


@blueprint.post("/<request_id>/rate")
def rate(request_id: str) -> Response:
    """How it went."""
    given = request.form.get("rating", "")
    resolved = {"yes": True, "no": False}.get(request.form.get("resolved", ""))
    comment = request.form.get("comment", "")
    return _act(
        request_id, "rate", _("Thank you for rating it."),
        lambda fixed: RateServiceRequest(
            rating=int(given) if given.isdigit() else 0, resolved=resolved, comment=comment, **fixed
        ),
    )  # fmt: skip


@blueprint.post("/<request_id>/comment")
def comment(request_id: str) -> Response:
    """A word to those who work on it."""
    text = request.form.get("text", "")
    return _act(
        request_id, "comment", _("Your message was sent."), lambda fixed: CommentServiceRequest(text=text, **fixed)
    )


# ------------------------------------------------------------------------------------------------ inside
def take_none(request_id: str) -> None:
    """Forget photos that went out with a form."""
    drafts = dict(session.get("photos", {}))
    if drafts.pop(request_id, None) is not None:
        session["photos"] = drafts


def _opened(request_id: str) -> tuple[ServiceRequestDetail, str]:
    """The report that this visitor's session opens, and its code; else there is none for them."""
    code = session.get(_KEY, {}).get(request_id, "")
    found = engine().queries.service_requests.track_by_id(request_id, code) if code else None
    if found is None:
        abort(404)
    return found, code


def _act(request_id: str, act: str, done: str, make: Callable[[dict[str, Any]], Command]) -> Response:
    """One act of the reporter; refused, the page comes back with what was typed."""
    _detail, code = _opened(request_id)
    keep_input(lambda error: _page(request_id, act=act, error=error))
    pace: Pace = current_app.extensions["act_pace"]
    if not pace.step(request.remote_addr or ""):
        return Response(_page(request_id, act=act, too_often=True), 429)
    engine().handle(make({"command_id": command_id(), "request_id": request_id, "code": code}), VISITOR)
    flash(done, "done")
    return redirect(url_for("tracking.page", request_id=request_id), 303)


def _page(
    request_id: str,
    *,
    act: str = "",
    error: EngineError | None = None,
    problems: dict[str, str] | None = None,
    too_often: bool = False,
) -> str:
    detail, _code = _opened(request_id)
    row, now = detail.row, engine().clock.now()
    found = dict(error.problems) if isinstance(error, InvalidVariablesError) else dict(problems or {})
    return render_template(
        "pages/portal_track.html", detail=detail, row=row, act=act, problems=found, words=shown.PROBLEMS,
        error=None if found else error, typed=request.form if act else {}, too_often=too_often,
        next=shown.next_of(row, now), stages=shown.STAGES, stage=shown.stage_of(row), meaning=shown.MEANING,
        status=shown.status_words(row), title=shown.title_of(row), mark_state=shown.mark_of(row, now),
        step_title=shown.step_title, place=shown.place_names([row.place_code]).get(row.place_code or "", ""),
        unit=unit_of(row.unit_id), new_key=new_id,
    )  # fmt: skip


def _find(*, number: str = "", missed: bool = False, too_often: bool = False) -> str:
    known = [
        found
        for request_id, code in session.get(_KEY, {}).items()
        if (found := engine().queries.service_requests.track_by_id(request_id, code)) is not None
    ]
    return render_template(
        "pages/portal_find.html", number=number or request.args.get("number", "")[:40], missed=missed,
        too_often=too_often, known=[(one.row, shown.title_of(one.row), shown.status_words(one.row)) for one in known],
    )  # fmt: skip
