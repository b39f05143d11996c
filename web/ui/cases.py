"""Cases: the list, and one case with its diagram, story, values, people at work, clocks and stops."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from web.auth import current_actor
from web.context import engine
from web.i18n import marked
from web.presenters.case_page import case_lines, case_page
from web.presenters.names import names_of
from web.presenters.story import record_of
from web.ui.requests import cursor, is_partial, one_of, search_words
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
def index() -> str:
    """Cases within reach, newest first, filtered by process, state and words."""
    state = one_of("state", tuple(STATES), "")
    processes = {row.process_id: row for row in reversed(engine().queries.list_definitions())}
    process_id = one_of("process", tuple(processes), "")
    search = search_words()
    found = engine().queries.find_cases(
        current_actor(), process_id=process_id or None, state=state or None, search=search or None,
        after=cursor(), limit=PAGE_ROWS,
    )  # fmt: skip
    return render_template(
        "fragments/case_list.html" if is_partial() else "pages/cases.html",
        lines=case_lines(found.items),
        next_cursor=found.next_cursor,
        after=cursor(),
        states=STATES,
        state=state,
        processes=[(row.process_id, names_of(row.definition_id).process(row.name)) for row in processes.values()],
        process_id=process_id,
        search=search,
    )


@blueprint.get("/cases/<case_id>")
def page(case_id: str) -> str:
    """One case."""
    whole = request.args.get("story") == "all"
    return render_template("pages/case.html", **case_page(_get(case_id), current_actor(), whole))


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
