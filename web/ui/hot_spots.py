"""Hot spots: where more is reported than usual, and what people make of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may
from web.presenters import hot_spots as shown
from web.presenters.picking import UNITS, picked
from web.presenters.request_words import WORDS
from web.ui.organisation import typed
from web.ui.requests import command_id, cursor, one_of, required_reason
from workflow_engine import DismissHotSpot, EngineError, InvalidVariablesError, RaiseTopic, new_case_id, new_id

blueprint = Blueprint("hot_spots", __name__)
PAGE_ROWS = 40


@blueprint.get("/hot-spots")
def index() -> str:
    """Those that have not gone by, the most surprising first; or those that have."""
    which = one_of("which", ("current", "past"), "current")
    queries, actor = engine().queries.hot_spots, current_actor()
    if which == "past":
        page = queries.past(actor, cursor(), PAGE_ROWS)
        rows, further = page.items, page.next_cursor
    else:
        rows, further = queries.current(actor), None
    lines = shown.spot_lines(rows)
    return render_template(
        "pages/hot_spots.html", lines=lines, which=which, next_cursor=further, after=cursor(), words=shown,
        has_past=bool(lines) or queries.has_past(), points=shown.spot_points(lines), legend=shown.legend(),
    )  # fmt: skip


@blueprint.get("/hot-spots/<hot_spot_id>")
def page(hot_spot_id: str) -> str:
    """One with its days and reports."""
    return _page(hot_spot_id)


@blueprint.post("/hot-spots/<hot_spot_id>/topic")
def raise_topic(hot_spot_id: str) -> Response:
    """Start a topic from it."""
    keep_input(lambda error: _page(hot_spot_id, error))
    row = picked(typed(("title", "owner", "why")), owner=UNITS)
    case_id = new_case_id()
    receipt = engine().handle(
        RaiseTopic(
            command_id=command_id(), hot_spot_id=hot_spot_id, case_id=case_id, title=row.get("title") or "",
            owner=row.get("owner") or "", why=row.get("why") or "",
        ),
        current_actor(),
    )  # fmt: skip
    flash(_("The topic is raised."), "done")
    return redirect(url_for("cases.page", case_id=receipt.case_id or case_id), 303)


@blueprint.post("/hot-spots/<hot_spot_id>/dismiss")
def dismiss(hot_spot_id: str) -> Response:
    """Say why it needs no topic."""
    keep_input(lambda error: _page(hot_spot_id, error))
    command = DismissHotSpot(command_id=command_id(), hot_spot_id=hot_spot_id, reason=required_reason())
    engine().handle(command, current_actor())
    flash(_("Noted. It is not found again before it has gone by."), "done")
    return redirect(url_for("hot_spots.page", hot_spot_id=hot_spot_id), 303)


def _page(hot_spot_id: str, error: EngineError | None = None) -> str:
    story = engine().queries.hot_spots.get(hot_spot_id, current_actor())
    line = shown.spot_line(story.row)
    wrong = error.problems if isinstance(error, InvalidVariablesError) else {}
    problems = {field: _(shown.PROBLEMS[field]) for field in wrong if field in shown.PROBLEMS}
    given = request.form or {"title": shown.topic_title(line), "owner": story.unit_id or ""}
    return render_template(
        "pages/hot_spot.html", story=story, line=line, time=shown.timeline(story), words=shown, statuses=WORDS,
        points=shown.report_points(story.reports), may_decide=may("hot_spot.decide"),
        may_see_requests=may("service_request.see"), problems=problems, error=None if problems else error,
        typed=given, command_id=new_id,
    )  # fmt: skip
