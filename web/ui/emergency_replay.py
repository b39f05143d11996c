"""An emergency played back: its board and its diagram together, minute by minute; and the report afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, render_template, request

from web.auth import current_actor
from web.context import engine
from web.presenters.after_action import report_page
from web.presenters.emergency_cards import card_of
from web.presenters.emergency_replay import replay_page

blueprint = Blueprint("emergency_replay", __name__, url_prefix="/emergency")
_LATEST = 253_402_300_799_000


@blueprint.get("/<case_id>/replay")
def page(case_id: str) -> str:
    """The player; without script the board of one moment, and a table of all that happened."""
    film = engine().emergency_retelling.film(case_id, current_actor())
    return render_template("pages/emergency_replay.html", **replay_page(film, current_actor(), _at(), _number("from")))


@blueprint.get("/<case_id>/replay/board")
def board(case_id: str) -> Response:
    """The board of one moment."""
    film = engine().emergency_retelling.film(case_id, current_actor())
    view = film.view_at(_at() or film.begin)
    values = {"case_id": case_id, "view": view, "card": card_of(view)}
    answer = make_response(render_template("fragments/emergency_room.html", **values))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<case_id>/after-action")
def report(case_id: str) -> str:
    """What happened, who was late and by how much, what it shows; to read, print and sign."""
    film = engine().emergency_retelling.film(case_id, current_actor())
    return render_template("pages/after_action.html", **report_page(film, current_actor()))


def _at() -> datetime | None:
    """The moment in the address, in milliseconds or as an instant."""
    text = request.args.get("at", "")
    if text.isascii() and text.isdigit() and int(text) < _LATEST:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
