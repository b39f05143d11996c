"""The dispatcher's desk: requests in a list, one with everything known of it, and the ones that are alike."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file

from web.auth import current_actor
from web.context import engine
from web.permissions import may, requires
from web.presenters import request_desk as desk
from web.presenters.request_words import WORDS, category_groups
from web.ui.requests import cursor
from workflow_engine import EngineError, ServiceRequestDetail, new_id

blueprint = Blueprint("service_requests", __name__)


@blueprint.get("/service-requests")
@requires("service_request.see")
def index() -> str:
    """What is open, the newest first, or what the address asks for."""
    wish, actor = desk.read_desk_wish(), current_actor()
    found = engine().queries.service_requests.list(actor, wish.wish(), cursor(), desk.PAGE_ROWS)
    lines = desk.desk_lines(found.items)
    return render_template(
        "pages/service_requests.html", lines=lines, wish=wish, after=cursor(), next_cursor=found.next_cursor,
        words=WORDS, groups=category_groups(), mistyped=desk.is_mistyped(wish), points=desk.map_points(lines),
        legend=desk.legend(), may_handle=may("service_request.handle"),
        may_submit=may("service_request.submit"),
    )  # fmt: skip


@blueprint.get("/service-requests/<request_id>")
def page(request_id: str) -> str:
    """One request with everything known of it, for those within whose reach it lies."""
    return render_request(request_id)


@blueprint.get("/service-requests/photos/<photo_id>")
def photo(photo_id: str) -> Response:
    """A photo as it came; with what the camera wrote into it, so for staff only, and never shown in a page's place."""
    found = engine().queries.service_requests.find_photo(photo_id, current_actor())
    if found is None:
        abort(404)
    answer = send_file(engine().files.open(found.public_digest), mimetype=found.media_type, etag=False, max_age=0)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def render_request(request_id: str, error: EngineError | None = None, refused: str = "") -> str:
    """The page of a request; ``refused`` names the form that ``error`` is about."""
    actor = current_actor()
    detail: ServiceRequestDetail = engine().queries.service_requests.get(request_id, actor)
    row = detail.row
    may_handle = may("service_request.handle", unit_id=row.unit_id, process_id=row.process_id)
    return render_template(
        "pages/service_request.html", line=desk.desk_line(row), **_parts(detail), words=WORDS,
        alike=desk.alike_to(row, actor) if may_handle else [], language=desk.language(), may_handle=may_handle,
        points=desk.map_points([desk.desk_line(row)]),
        groups=category_groups() if may_handle else [], error=error, refused=refused, command_id=new_id,
        typed=request.form,
    )  # fmt: skip


def _parts(detail: ServiceRequestDetail) -> dict[str, Any]:
    """Its story and those it is merged with, each by its number."""
    others = [*detail.merged, *([detail.row.merged_into] if detail.row.merged_into else [])]
    known = engine().queries.service_requests.numbers(others)
    return {
        "row": detail.row, "steps": detail.steps, "photos": detail.photos, "cases": detail.cases,
        "merged": [(one, known.get(one, one)) for one in detail.merged],
        "into": known.get(detail.row.merged_into or "", detail.row.merged_into),
    }  # fmt: skip
