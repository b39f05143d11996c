"""Consultations of the public: what is asked, what was said, what became of it; anybody reads and answers."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request, url_for

from web.context import engine
from web.errors import keep_input
from web.pace import Pace
from web.presenters.consultations import STANCES, WORDS, channel_words, detail_data, row_data
from web.ui.requests import command_id, cursor, one_of
from workflow_engine import Actor, EngineError, InvalidVariablesError, PublicOpinion, SubmitOpinion, new_id

blueprint = Blueprint("consultations", __name__, url_prefix="/consultations")
PAGE_ROWS = 20
LONGEST_CODE = 100
FIELDS = ("subject_class", "stance", "text", "district", "name", "contact")
VISITOR = Actor("public:web")


@blueprint.get("")
def index() -> str:
    """What the public is asked about now, or was."""
    over = one_of("show", ("now", "over"), "now") == "over"
    found = engine().queries.consultations.list_public(cursor(), PAGE_ROWS, over=over)
    return render_template(
        "pages/consultations.html", rows=found.items, over=over, after=cursor(), next_cursor=found.next_cursor,
        now=engine().clock.now(), **WORDS,
    )  # fmt: skip


@blueprint.get("/data.json")
def list_data() -> Response:
    """The same for programs."""
    over = one_of("show", ("now", "over"), "now") == "over"
    found = engine().queries.consultations.list_public(cursor(), PAGE_ROWS, over=over)
    return jsonify({"consultations": [row_data(row) for row in found.items], "next": found.next_cursor})


@blueprint.get("/<consultation_id>")
def page(consultation_id: str) -> str:
    """One consultation: its text, its course, the opinions, and the form for another."""
    return _page(consultation_id)


@blueprint.get("/<consultation_id>/data.json")
def data(consultation_id: str) -> Response:
    """The same for programs."""
    questions = engine().queries.consultations
    detail = questions.get_public(consultation_id)
    found = questions.list_opinions(consultation_id, cursor(), 100)
    return jsonify(detail_data(detail, list(found.items), found.next_cursor))


@blueprint.post("/<consultation_id>/opinions")
def submit(consultation_id: str) -> str | tuple[str, int]:
    """Take an opinion in, and show its receipt."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    wants_hearing, code = request.form.get("wants_hearing") == "yes", request.form.get("code", "")[:LONGEST_CODE]
    engine().queries.consultations.get_public(consultation_id)
    keep_input(lambda error: _page(consultation_id, error=error, typed=typed, wants_hearing=wants_hearing))
    pace: Pace = current_app.extensions["opinion_pace"]
    if not pace.step(request.remote_addr or ""):
        return _page(consultation_id, typed=typed, wants_hearing=wants_hearing, too_often=True), 429
    command = SubmitOpinion(
        command_id=command_id(), consultation_id=consultation_id, channel="web", code=code or secrets.token_urlsafe(16),
        wants_hearing=wants_hearing, **typed,
    )  # fmt: skip
    receipt = engine().handle(command, VISITOR)
    detail = engine().queries.consultations.get_public(consultation_id)
    return render_template("pages/consultation_receipt.html", detail=detail, receipt=receipt.result, code=command.code)


@blueprint.post("/<consultation_id>/receipt")
def find(consultation_id: str) -> str:
    """One's own opinion, found by the code of its receipt."""
    code = request.form.get("code", "").strip()[:LONGEST_CODE]
    mine = engine().queries.consultations.find_by_code(consultation_id, code) if code else None
    return _page(consultation_id, mine=mine, looked=True)


def _page(
    consultation_id: str,
    *,
    error: EngineError | None = None,
    typed: dict[str, str] | None = None,
    wants_hearing: bool = False,
    too_often: bool = False,
    mine: PublicOpinion | None = None,
    looked: bool = False,
) -> str:
    questions = engine().queries.consultations
    detail = questions.get_public(consultation_id)
    stance = one_of("stance", tuple(STANCES), "")
    found = questions.list_opinions(consultation_id, cursor(), PAGE_ROWS, stance)
    problems = dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
    here = url_for("consultations.page", consultation_id=consultation_id)
    return render_template(
        "pages/consultation.html", detail=detail, row=detail.row, is_open=detail.row.is_open(engine().clock.now()),
        opinions=found.items, after=cursor(), next_cursor=found.next_cursor, stance=stance, here=here,
        channel_words=channel_words(detail.row), error=None if problems else error, problems=problems,
        typed=typed or dict.fromkeys(FIELDS, ""), wants_hearing=wants_hearing, too_often=too_often, mine=mine,
        looked=looked, command_id=new_id(), code=secrets.token_urlsafe(16), is_staff=g.actor is not None, **WORDS,
    )  # fmt: skip
