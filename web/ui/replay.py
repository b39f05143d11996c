"""The replay of a case: its page (a plain table where no script runs), and its data in pieces."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, render_template, request

from web.auth import current_actor
from web.context import engine
from web.presenters.exercises import drill_case
from web.presenters.replay import replay_data
from web.presenters.replay_page import replay_page

blueprint = Blueprint("replay", __name__)
MOST_ENTRIES = 250


@blueprint.get("/cases/<case_id>/replay")
def page(case_id: str) -> str:
    """The player, and a page of the moments with the state at each."""
    return render_template("pages/replay.html", **replay_page(case_id, current_actor(), _number("seq")))


@blueprint.get("/cases/<case_id>/replay/data")
def data(case_id: str) -> Response:
    """Entries after the one numbered ``after``, as compact JSON; ``next`` is the number to ask for then."""
    actor = current_actor()
    retold = engine().retelling.tell(case_id, actor, _number("after"), MOST_ENTRIES)
    told = {**replay_data(retold, actor), **({"exercise": True} if drill_case() else {})}
    answer = Response(orjson.dumps(told), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _number(name: str) -> int:
    """A number of an entry in the address; 0 where there is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
