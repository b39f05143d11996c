"""Reporting something without an account: the form, reports alike before it is sent, and the receipt."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.context import engine
from web.errors import keep_input
from web.i18n import CHINESE, current_language
from web.pace import Pace
from web.presenters import portal as shown
from web.public.photos import draft_photo, kept_photos, take_photos
from web.public.portal import picture, subdistricts
from web.public.puzzle import BITS, is_solved
from web.public.questions import field_of, read_answers, words_of
from web.public.tracking import remember
from web.ui.requests import command_id
from workflow_engine import (
    Actor,
    Category,
    EngineError,
    InvalidVariablesError,
    PublicServiceRequest,
    SubmitServiceRequest,
    new_id,
)
from workflow_engine import Draft as SimilarTo

blueprint = Blueprint("reporting", __name__, url_prefix="/portal")
VISITOR = Actor("public:web")
FIELDS = (
    "category", "kind", "title", "description", "address", "place_code", "lat", "lon", "reporter_name",
    "reporter_contact",
)  # fmt: skip
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is read as something else."""
NEAR_METRES, MOST_ALIKE = 150, 4
TRAP = "website"
"""A field that people do not see; programs that fill in every field give themselves away."""


@dataclass(slots=True)
class Draft:
    """A report as far as it is written."""

    request_id: str
    code: str
    typed: dict[str, str]
    photos: list[dict[str, Any]] = field(default_factory=list)
    show: bool = True
    answer: str = ""
    """To the puzzle."""
    seen: frozenset[str] = frozenset()
    """Reports alike that were shown already."""


@blueprint.get("/report")
def form() -> Response:
    """An empty form; an address may choose the category and the place already."""
    typed = {name: request.args.get(name, "")[:200] for name in FIELDS}
    return _answer(_form(Draft(new_id(), new_code(), typed)))


@blueprint.post("/report/alike")
def alike() -> str:
    """Reports alike, as a piece of the form."""
    draft = read_draft()
    found = [] if draft.typed["description"] == draft.typed["category"] == "" else find_alike(draft.typed)
    return render_template("fragments/portal_alike.html", alike=shown.views(found))


@blueprint.get("/receipt")
def receipt() -> Response:
    """A receipt is shown once; afterwards there is the page for following up."""
    return redirect(url_for("tracking.find"), 303)


@blueprint.post("/receipt")
def send() -> Response | tuple[str, int]:
    """Take the report in, and show its receipt."""
    draft = read_draft()
    keep_input(lambda error: _form(draft, error=error))
    taken = take_photos(draft.request_id, request.files.getlist("photos"))
    draft.photos = taken.photos
    problems = _problems(draft) | taken.problems
    if problems:
        return _form(draft, problems=problems), 422
    found = [one for one in find_alike(draft.typed) if one.request_id not in draft.seen]
    if found and "anyway" not in request.form:
        return _form(draft, alike=found), 200
    pace: Pace = current_app.extensions["report_pace"]
    if not pace.step(request.remote_addr or ""):
        return _form(draft, too_often=True), 429
    result = engine().handle(_command(draft), VISITOR).result
    remember(draft.request_id, draft.code)
    row = engine().queries.service_requests.track_by_id(draft.request_id, draft.code)
    return make_response(
        render_template(
            "pages/portal_receipt.html", number=result["tracking_number"], code=draft.code, detail=row,
            next=None if row is None else shown.next_of(row.row, engine().clock.now()),
            waits=result["moderation"] == "waiting",
        )
    )  # fmt: skip


def read_draft() -> Draft:
    """What was sent."""
    given = request.form
    typed = {name: given.get(name, "").strip() for name in FIELDS}
    request_id, code = given.get("request_id", ""), given.get("code", "")
    if not (request_id.isalnum() and 8 <= len(request_id) <= 40 and 16 <= len(code) <= 60):
        request_id, code = new_id(), new_code()
    return Draft(
        request_id, code, typed, kept_photos(request_id), given.get("show") != "no", given.get("answer", ""),
        frozenset(given.getlist("seen")[:20]),
    )  # fmt: skip


def new_code() -> str:
    """The secret with which somebody comes back: four times four letters."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def find_alike(typed: Mapping[str, str]) -> Sequence[PublicServiceRequest]:
    """Open reports that say the same, or of the same kind close by; nothing where kind or place is not known."""
    lat, lon = point(typed)
    category = engine().queries.service_categories.find(typed["category"])
    if lat is None or lon is None or category is None:
        return []
    queries = engine().queries.service_requests
    draft = SimilarTo(
        words=typed["description"], at=engine().clock.now(), category=category.code, lat=lat, lon=lon,
    )  # fmt: skip
    near = [one.request for one in queries.near(lat, lon, NEAR_METRES, category.code, limit=MOST_ALIKE)]
    found = [one.request for one in queries.similar(draft, MOST_ALIKE)] + near
    return list({one.request_id: one for one in found}.values())[:MOST_ALIKE]


def point(typed: Mapping[str, str]) -> tuple[float | None, float | None]:
    """The pin in numbers; none where none was set, or what was typed is no number."""
    try:
        lat, lon = float(typed["lat"]), float(typed["lon"])
    except ValueError:
        return None, None
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else (None, None)


def _problems(draft: Draft) -> dict[str, str]:
    typed, problems = draft.typed, {}
    if not typed["description"]:
        problems["description"] = ""
    found = engine().queries.service_categories.find(typed["category"])
    if found is None or not found.public:
        problems["category"] = ""
    wrong_point = bool(typed["lat"] or typed["lon"]) and point(typed) == (None, None)
    if wrong_point:
        problems["lat"] = ""
    elif point(typed) == (None, None) and not typed["address"] and not typed["place_code"] and _needs_place(found):
        problems["place"] = ""
    if request.form.get(TRAP):
        problems[TRAP] = ""
    return problems | ({} if found is None else read_answers(found, request.form)[1])


def _needs_place(category: Category | None) -> bool:
    """Of a thing or an event somebody has to find it; a question has no place."""
    return category is not None and category.kind != "request"


def _command(draft: Draft) -> SubmitServiceRequest:
    typed = draft.typed
    lat, lon = point(typed)
    category = engine().queries.service_categories.get(typed["category"])
    kind = typed["kind"] if typed["kind"] in shown.KINDS else "report"
    return SubmitServiceRequest(
        command_id=command_id(), request_id=draft.request_id, code=draft.code, category=typed["category"],
        kind=kind, title=typed["title"], description=typed["description"], address=typed["address"], lat=lat, lon=lon,
        place_code=None if lat is not None else typed["place_code"] or None, reporter_name=typed["reporter_name"],
        reporter_contact=typed["reporter_contact"], photos=draft.photos, show=draft.show,
        attributes=read_answers(category, request.form)[0],
        proved=is_solved(draft.request_id, draft.answer),
        language="zh_CN" if current_language() is CHINESE else "en",
    )  # fmt: skip


def _form(
    draft: Draft,
    *,
    error: EngineError | None = None,
    problems: Mapping[str, str] | None = None,
    alike: Sequence[PublicServiceRequest] | None = None,
    too_often: bool = False,
) -> str:
    found = dict(error.problems) if isinstance(error, InvalidVariablesError) else dict(problems or {})
    return render_template(
        "pages/portal_report.html", draft=draft, typed=draft.typed, problems=found, words=shown.PROBLEMS,
        error=None if found else error, too_often=too_often, groups=shown.public_categories(),
        kinds=shown.KINDS, places=subdistricts(), alike=None if alike is None else shown.views(alike), bits=BITS,
        command_id=new_id(), trap=TRAP, field_of=field_of, words_of=words_of, given=request.form,
    )  # fmt: skip


def _answer(page: str) -> Response:
    """The page of the form; there, and nowhere else, may a browser tell its position, if its person lets it."""
    answer = make_response(page)
    answer.headers["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
    return answer


@blueprint.get("/report/photos/<draft_id>/<digest>")
def draft_picture(draft_id: str, digest: str) -> Response:
    """A photo that this visitor put into a form that is not sent yet."""
    found = draft_photo(draft_id, digest)
    if found is None:
        abort(404)
    return picture(found["public_digest"], "image/jpeg")
