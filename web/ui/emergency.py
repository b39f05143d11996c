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
from web.presenters.emergency_cards import Card, area_shape, card_of, room_values, summary
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
    """One emergency with all its parts; with ``call``, the form that calls the next in line after that call."""
    return _page(case_id, call=request.args.get("call", "")[:200])


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
    """What changes in the room, for a page without a live connection; nothing (304) while nothing has."""
    card = _card(case_id)
    return unless_known("fragments/emergency_room.html", card.state, _room(card))


def _page(case_id: str, error: EngineError | None = None, call: str = "", reason: str = "") -> str:
    card = _card(case_id)
    calling = next((unit for unit in card.units if call and unit.line.call_id == call), None)
    return render_template(
        "pages/emergency_room.html", **_room(card), tag=_tag([card.view]), zone=city.profile().time_zone, error=error,
        call=call, calling=calling, reason=reason, command_id=new_id(),
    )  # fmt: skip


def _card(case_id: str) -> Card:
    return card_of(engine().queries.emergencies.get(case_id, current_actor()))


def _room(card: Card) -> dict[str, Any]:
    return room_values(card, may("emergency.call"))


def _tag(views: list[EmergencyView]) -> str:
    return tag_of({view.case.case_id: state_of(view) for view in views}, current_language().tag)


def _areas(views: list[EmergencyView]) -> str:
    shapes = [area_shape(view) for view in views if view.area.is_drawn and not view.is_over]
    return jsonify(shapes).get_data(as_text=True).strip()
