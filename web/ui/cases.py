"""Cases: the list, and one case with its diagram, story, values, people at work, clocks and stops."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.i18n import marked
from web.presenters.case_lines import case_lines
from web.presenters.case_page import case_page
from web.presenters.case_parts import doors
from web.presenters.inbox_page import process_names, unit_choices
from web.presenters.story import record_of
from web.ui.requests import cursor, is_partial, unless_known
from web.ui.wishes import KINDS, case_wish, my_views, read_wish
from workflow_engine import CaseDetail, NotFoundError

blueprint = Blueprint("cases", __name__)
PAGE_ROWS = 40
STATES = {
    "active": marked("Running"),
    "suspended": marked("Suspended"),
    "completed": marked("Closed"),
    "terminated": marked("Ended early"),
    "cancelled": marked("Cancelled"),
}


@blueprint.get("/cases")
def index() -> Answer:
    """Cases within reach, running and ended ones alike, the newest first."""
    views = my_views("cases")
    wish = read_wish("cases", views)
    found = engine().queries.case_lists.page(current_actor(), case_wish(wish), cursor(), PAGE_ROWS)
    lines = case_lines(found.items)
    values: dict[str, Any] = {"wish": wish, "lines": lines, "next_cursor": found.next_cursor, "after": cursor()}
    if is_partial():
        shown = [(line.row.case_id, line.row.state, line.row.incident_count) for line in lines]
        return unless_known("fragments/case_list.html", repr((shown, found.next_cursor)), values)
    page = render_template(
        "pages/cases.html", **values, views=views, states=STATES, kinds=KINDS, processes=process_names(),
        units=unit_choices(current_actor(), wish.get("unit")),
    )  # fmt: skip
    return make_response(page)


@blueprint.get("/cases/<case_id>")
def page(case_id: str) -> str:
    """One case."""
    whole = request.args.get("story") == "all"
    case = _get(case_id)
    return render_template("pages/case.html", doors=doors(case), **case_page(case, current_actor(), whole))


@blueprint.get("/cases/<case_id>/live")
def live(case_id: str) -> Response | str:
    """The parts of the case page that change; nothing (204) while the story is as long as the page says."""
    page_values = case_page(_get(case_id), current_actor())
    if request.args.get("seen") == str(page_values["seen"]):
        return Response(status=204)
    return render_template("fragments/case_live.html", **page_values)


@blueprint.get("/cases/<case_id>/records/<int:seq>")
def record(case_id: str, seq: int) -> str:
    """One entry of the case's record, exactly as kept."""
    history = engine().queries.get_history(case_id, current_actor())
    row = next((row for row in history if row.seq == seq), None)
    if row is None:
        raise NotFoundError(f"Expected entry {seq} of case {case_id[:64]}, but there is none.")
    return render_template("fragments/record.html", row=row, record=record_of(row))


def _get(case_id: str) -> CaseDetail:
    return engine().queries.get_case(case_id, current_actor())
