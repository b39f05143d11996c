"""Joint decisions: the agenda, one's own votes, one ballot with its text, votes and result, and its documents."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from web.auth import current_actor
from web.context import engine
from web.presenters.ballots import ballot_line, ballot_page, compared, lines_of, opened_for, with_texts
from web.presenters.decision_papers import papers_page
from web.ui.requests import cursor, one_of
from workflow_engine import BallotDetail, EngineError, InvalidVariablesError

blueprint = Blueprint("decisions", __name__)
PAGE_ROWS = 30
LISTS = ("running", "mine", "ended")
LONGEST_RECEIPT = 64


@blueprint.get("/decisions")
def index() -> str:
    """What is being decided, what waits for me and what I cast, or what has been decided."""
    actor, questions = current_actor(), engine().queries.ballots
    show = one_of("show", LISTS, "running")
    found = questions.page(actor, show, cursor(), PAGE_ROWS)
    cast, next_cast, waiting = [], None, 0
    if show == "mine":
        own = questions.cast_by(actor, request.args.get("cast") or None, PAGE_ROWS)
        cast, next_cast = [ballot_line(one.ballot, one.cast_at) for one in own.items], own.next_cursor
    else:
        waiting = len(questions.page(actor, "mine", None, PAGE_ROWS).items)
    return render_template(
        "pages/decisions.html", show=show, lines=lines_of(found.items), next_cursor=found.next_cursor, after=cursor(),
        cast=cast, next_cast=next_cast, waiting_count=waiting,
    )  # fmt: skip


@blueprint.get("/decisions/<ballot_id>")
def page(ballot_id: str) -> str:
    """One ballot."""
    return render_decision(ballot_id)


@blueprint.get("/decisions/<ballot_id>/live")
def live(ballot_id: str) -> str:
    """A part of the page that changes while people vote."""
    detail = get_ballot(ballot_id)
    return render_template(
        "fragments/ballot_live.html", page=ballot_page(detail, current_actor()),
        part=one_of("part", ("main", "tally", "result"), "main"),
    )  # fmt: skip


@blueprint.get("/decisions/<ballot_id>/minutes")
def minutes(ballot_id: str) -> str:
    """The minutes, to print."""
    return render_template("pages/minutes.html", **papers_page(get_ballot(ballot_id), current_actor()))


@blueprint.get("/decisions/<ballot_id>/sheet")
def sheet(ballot_id: str) -> str:
    """The decision sheet, to print."""
    return render_template("pages/decision_sheet.html", **papers_page(get_ballot(ballot_id), current_actor()))


def get_ballot(ballot_id: str) -> BallotDetail:
    """The ballot, within the visitor's reach."""
    return engine().queries.ballots.get(ballot_id, current_actor())


def render_decision(ballot_id: str, *, act: str = "", error: EngineError | None = None) -> str:
    """The page; ``act`` names the form that was refused and is shown again with what was typed."""
    detail, actor = get_ballot(ballot_id), current_actor()
    problems = dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
    receipt = request.args.get("receipt", "").strip().lower()[:LONGEST_RECEIPT]
    return render_template(
        "pages/decision.html", page=ballot_page(detail, actor), forms=opened_for(detail), act=act,
        error=None if problems else error, typed=request.form if error else None, problems=problems, receipt=receipt,
        in_box=bool(receipt) and engine().queries.ballots.has_receipt(ballot_id, receipt, actor),
        published=engine().queries.publications.of_case(detail.ballot.case_id, actor), **_versions(detail),
    )  # fmt: skip


def _versions(detail: BallotDetail) -> dict[str, Any]:
    """Which two texts stand side by side: those asked for, else the last two; none where there is only one."""
    rounds = with_texts(detail)
    if len(rounds) < 2:
        return {"pairs": None, "text_rounds": rounds, "before": 0, "after": 0}
    before = _round_of("before", rounds, rounds[-2])
    after = _round_of("after", rounds, rounds[-1])
    return {"pairs": compared(detail, before, after), "text_rounds": rounds, "before": before, "after": after}


def _round_of(name: str, rounds: list[int], otherwise: int) -> int:
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else otherwise
    return number if number in rounds else otherwise
