"""The duty room: all running emergencies on one board that many look at, and a room for each of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as Answer

from web import city
from web.auth import current_actor
from web.context import engine
from web.i18n import current_language
from web.live_board import state_of, tag_of
from web.presenters.emergency_cards import area_shape, card_of, summary
from web.presenters.emergency_data import data_of
from web.ui.requests import is_partial, one_of, unless_known
from workflow_engine import EmergencyView

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
    return render_template("pages/emergency_room.html", **_room(case_id))


@blueprint.get("/<case_id>/live")
def live(case_id: str) -> Answer:
    """What changes in the room; nothing (304) while nothing has."""
    values = _room(case_id)
    return unless_known("fragments/emergency_room.html", values["card"].state, values)


def _room(case_id: str) -> dict[str, Any]:
    view = engine().queries.emergencies.get(case_id, current_actor())
    return {"case_id": case_id, "view": view, "card": card_of(view)}


def _tag(views: list[EmergencyView]) -> str:
    return tag_of({view.case.case_id: state_of(view) for view in views}, current_language().tag)


def _areas(views: list[EmergencyView]) -> str:
    shapes = [area_shape(view) for view in views if view.area.is_drawn and not view.is_over]
    return jsonify(shapes).get_data(as_text=True).strip()
