"""The duty room: all running emergencies on one board that many look at, and a room for each of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web import city
from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import current_language
from web.i18n import gettext as _
from web.live_board import state_of, tag_of
from web.permissions import may
from web.presenters.emergency_cards import area_shape, card_of, summary
from web.presenters.emergency_data import data_of
from web.ui.requests import LONGEST_REASON, command_id, is_partial, one_of, unless_known
from workflow_engine import CallNext, EmergencyView, EngineError, new_id

blueprint = Blueprint("emergency", __name__, url_prefix="/emergency")
SHOWN = ("all", "real", "exercises")


@blueprint.get("")
def board() -> Answer:
    """Every emergency within reach, the worst first; for a page without a live connection, the cards alone."""
    wall = request.args.get("wall") == "1"
    found = engine().queries.emergencies.list(current_actor(), include_ended=not (wall or is_partial()))
    running = [view for view in found if view.phase != "ended"]
    cards = [card_of(view) for view in running]
    tag = _tag(running)
    if is_partial():
        return unless_known("fragments/emergency_cards.html", tag, {"cards": cards})
    page = render_template(
        "pages/emergency.html", cards=cards, ended=[card_of(view) for view in found if view.phase == "ended"],
        tag=tag, now=engine().clock.now(), wall=wall, show=one_of("show", SHOWN, "all"), summary=summary(cards),
        zone=city.profile().time_zone,
        drills=sum(card.view.exercise and not card.view.is_over for card in cards), areas=_areas(running),
    )  # fmt: skip
    return make_response(page)


@blueprint.get("/board.json")
def data() -> Response:
    """The same for programs."""
    found = engine().queries.emergencies.list(current_actor())
    answer = jsonify({"now": engine().clock.now().isoformat(), "emergencies": [data_of(view) for view in found]})
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


@blueprint.get("/<case_id>")
def room(case_id: str) -> str:
    """One emergency with all its parts."""
    return _page(case_id)


@blueprint.post("/<case_id>/call-next")
def call_next(case_id: str) -> Answer:
    """Call the next in line for a unit that does not answer."""
    user_task_id, reason = request.form.get("user_task_id", "")[:200], request.form.get("reason", "").strip()
    keep_input(lambda error: _page(case_id, error, user_task_id, reason))
    command = CallNext(
        command_id=command_id(), case_id=case_id, user_task_id=user_task_id, reason=reason[:LONGEST_REASON]
    )
    engine().handle(command, current_actor())
    flash(_("The next in line is being called."), "done")
    return redirect(url_for("emergency.room", case_id=case_id), 303)


@blueprint.get("/<case_id>/live")
def live(case_id: str) -> Answer:
    """What changes in the room; nothing (304) while nothing has."""
    values = _room(case_id)
    return unless_known("fragments/emergency_room.html", values["card"].state, values)


def _page(case_id: str, error: EngineError | None = None, refused: str = "", reason: str = "") -> str:
    return render_template("pages/emergency_room.html", **_room(case_id, error, refused, reason))


def _room(case_id: str, error: EngineError | None = None, refused: str = "", reason: str = "") -> dict[str, Any]:
    """The values of a room; ``refused`` is the call whose form is shown again with what was typed."""
    view = engine().queries.emergencies.get(case_id, current_actor())
    return {
        "case_id": case_id, "view": view, "card": card_of(view), "error": error, "refused": refused, "reason": reason,
        "command_id": new_id(), "may_call": may("emergency.call"),
    }  # fmt: skip


def _tag(views: list[EmergencyView]) -> str:
    return tag_of({view.case.case_id: state_of(view) for view in views}, current_language().tag)


def _areas(views: list[EmergencyView]) -> str:
    shapes = [area_shape(view) for view in views if view.area.is_drawn and not view.is_over]
    return jsonify(shapes).get_data(as_text=True).strip()
