"""The supervision board: where it burns, from the city down to a case, and up again by the same formula."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as Answer

from web import city
from web.auth import current_actor
from web.context import engine
from web.csv_files import csv_answer
from web.permissions import requires
from web.presenters.league import league as table_of
from web.presenters.supervision import (
    KINDS,
    STATES,
    WORDS,
    board_words,
    matter_lines,
    percent,
    process_names,
    trend,
    unit_words,
)
from web.ui.requests import cursor, is_partial, one_of, unless_known
from workflow_engine import Board, BoardWish, UnitStanding

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")
VERB = "supervision.see"
PAGE_ROWS = 50
MOST_IN_FILE = 5_000


@blueprint.get("")
@requires(VERB)
def board() -> Answer:
    """The board of a unit; asked by htmx, only what changes, and nothing (304) while it is what the page has."""
    wish = _wish()
    found = engine().queries.supervised.board(current_actor(), wish)
    values = _values(found, wish)
    if not is_partial():
        return make_response(render_template("pages/supervision.html", **values))
    shown = (found.unit, found.below, found.causes, [row.state for row in values["notices"]], found.worst)
    return unless_known("fragments/supervision_board.html", repr(shown), values)


@blueprint.get("/units.csv")
@requires(VERB)
def units_csv() -> Response:
    """The unit and those below it with the counts behind the rate, for a spreadsheet."""
    found = engine().queries.supervised.board(current_actor(), _wish())
    head = (
        "unit", "name", "level", "overdue", "at_risk", "in_time", "clock_stands", "open", "rate_numerator",
        "rate_denominator", "overdue_rate", "notices_running",
    )  # fmt: skip
    return csv_answer(f"supervision-{found.unit.unit_id}", head, map(_unit_line, (found.unit, *found.below)))


@blueprint.get("/cases")
@requires(VERB)
def matters() -> str:
    """Open matters, the earliest due first."""
    wish = _wish("overdue")
    found = engine().queries.supervised.matters(current_actor(), wish, cursor(), PAGE_ROWS)
    board_found = engine().queries.supervised.board(current_actor(), BoardWish(unit_id=wish.unit_id, kind=wish.kind))
    return render_template(
        "pages/supervision_cases.html", tab="cases", wish=wish, lines=matter_lines(found.items), after=cursor(),
        next_cursor=found.next_cursor, board=board_found, **board_words(board_found), **WORDS,
    )  # fmt: skip


@blueprint.get("/cases.csv")
@requires(VERB)
def matters_csv() -> Response:
    """The same for a spreadsheet, up to five thousand."""
    wish, after = _wish("overdue"), None
    rows: list[Any] = []
    while len(rows) < MOST_IN_FILE:
        found = engine().queries.supervised.matters(current_actor(), wish, after, 500)
        rows += matter_lines(found.items)
        if (after := found.next_cursor) is None:
            break
    head = ("case", "title", "process", "step", "unit", "state", "began_at", "due_at", "cause", "reason", "notice")
    return csv_answer(
        "supervision-cases", head,
        (
            (
                line.row.case_id, line.title, line.process_name, line.step, line.unit, line.row.state,
                line.row.began_at.isoformat(), line.row.due_at.isoformat(), line.row.cause, line.row.reason,
                line.row.rung,
            )
            for line in rows
        ),
    )  # fmt: skip


@blueprint.get("/league")
@requires(VERB)
def league() -> str:
    """Units of a level by one indicator, with its formula and both counts."""
    return render_template("pages/supervision_league.html", tab="league", **_league())


@blueprint.get("/league.csv")
@requires(VERB)
def league_csv() -> Response:
    """The same for a spreadsheet, with the method."""
    found = _league()
    one = found["indicator"]
    head = (
        "rank", "unit", "name", "value", "numerator", "denominator", "suppressed", "state", "indicator", "formula",
        "method_version", "period", "level",
    )  # fmt: skip
    rows = (
        (
            row.rank, row.unit_id, row.name, row.value, row.numerator, row.denominator, row.suppressed, row.state,
            one.indicator_id, one.formula_text, one.method_version, found["period"], found["level"],
        )
        for row in found["rows"]
    )  # fmt: skip
    return csv_answer("league", head, rows)


def _league() -> dict[str, Any]:
    asked = (request.args.get(name, "")[:100] for name in ("indicator", "level", "period"))
    return table_of(current_actor(), *asked)


def _wish(state: str = "") -> BoardWish:
    return BoardWish(
        unit_id=request.args.get("unit", "")[:200], kind=one_of("kind", tuple(KINDS), ""),
        process_id=request.args.get("process", "")[:200], state=one_of("state", (*STATES, ""), state),
        cause=one_of("cause", ("applicant", "other_body", "other"), ""),
    )  # fmt: skip


def _values(found: Board, wish: BoardWish) -> dict[str, Any]:
    queries, actor = engine().queries, current_actor()
    today = engine().clock.now().astimezone(ZoneInfo(city.profile().time_zone)).date()
    unit_id = found.unit.unit_id
    days = queries.supervised.days(actor, BoardWish(unit_id=unit_id, kind=wish.kind), today)
    return {
        "tab": "board", "board": found, "wish": wish, "unit_id": unit_id,
        "now_at": engine().clock.now(), "notices": queries.supervision.running(actor, unit_id),
        "trend": trend(days, found.unit.whole.overdue), "process_names": process_names(), **board_words(found), **WORDS,
    }  # fmt: skip


def _unit_line(row: UnitStanding) -> tuple[object, ...]:
    whole = row.whole
    return (
        row.unit_id, unit_words(row), row.level, whole.overdue, whole.at_risk, whole.on_time, whole.stopped,
        whole.open, whole.overdue, whole.running, percent(whole.overdue_rate), whole.notices,
    )  # fmt: skip
