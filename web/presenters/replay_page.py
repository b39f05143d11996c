"""The replay's page: what the player needs to begin, and the same moments as a plain table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import url_for

from web.context import engine
from web.i18n import current_language
from web.i18n import gettext as _
from web.presenters.case_lines import case_line
from web.presenters.names import Names, names_of
from web.presenters.replay import changes_of, steps_of
from web.presenters.replay_state import ReplayState
from web.presenters.replay_votes import ToldVote, votes_before
from web.presenters.story import Moment, tell
from web.presenters.times import span
from workflow_engine import Actor

PAGE_MOMENTS = 40


@dataclass(frozen=True, slots=True)
class TableRow:
    """One moment with the state that it left."""

    moment: Moment
    waited: str
    """How long nothing had happened before it; empty under a minute."""
    changes: list[list[str | None]]
    open: list[tuple[str, str]]
    """(element, who has it) of everything open afterwards."""
    votes: list[ToldVote]
    """What was cast since the moment before."""


def replay_page(case_id: str, actor: Actor, seq: int) -> dict[str, Any]:
    """The template's values; the table begins so that it holds entry ``seq``."""
    start = max(0, seq - 1) // PAGE_MOMENTS * PAGE_MOMENTS
    retold = engine().retelling.tell(case_id, actor, start, PAGE_MOMENTS)
    names = names_of(retold.case.definition_id)
    state, before = ReplayState(), None
    if start:
        for row in engine().queries.get_history(case_id, actor)[:start]:
            state.apply(steps_of(row.events))
            before = row.at
    votes = votes_before(retold, actor, names)
    rows = []
    for entry, moment in zip(retold.entries, tell([e.row for e in retold.entries], names), strict=True):
        state.apply(steps_of(entry.row.events))
        gap = (moment.at - before).total_seconds() if before else 0.0
        before = moment.at
        rows.append(
            TableRow(
                moment, span(gap) if gap >= 60 else "", changes_of(entry.changes, names), _open(state, names),
                votes.get(moment.seq, []),
            )
        )
    return {
        "case": retold.case,
        "line": case_line(retold.case),
        "rows": rows,
        "last_votes": votes.get(None, []),
        "is_exact": all(entry.exact for entry in retold.entries),
        "seq": seq,
        "earlier": url_for("replay.page", case_id=case_id, seq=max(1, start - PAGE_MOMENTS + 1)) if start else None,
        "later": url_for("replay.page", case_id=case_id, seq=retold.next_seq + 1) if retold.next_seq else None,
        "data_url": url_for("replay.data", case_id=case_id),
        "diagram_url": url_for(
            "models.xml", definition_id="DEFINITION", language=current_language().tag, case=case_id
        ),
        "words": json.dumps(player_words(), ensure_ascii=False),
    }


def player_words() -> dict[str, str]:
    """Texts that the player's script needs, in the visitor's language; it fills in the places itself."""
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "failed": _("The diagram cannot be drawn. The list beside it says the same."),
        "moment": _("Moment %(number)d of %(count)d"),
        "loading": _("Reading the record … %(count)d moments"),
        "passed": _("%(span)s passed before this"),
        "waits": _("waiting for %(span)s"),
        "due": _("due %(when)s"),
        "late": _("%(span)s late"),
        "offered": _("offered to %(who)s"),
        "message": _("waits for the message %(name)s"),
        "until": _("until %(when)s"),
        "new": _("new"),
        "gone": _("removed"),
        "why": _("Why"),
        "nothing_changed": _("No value changed."),
        "nothing_open": _("Nothing is open."),
        "no_values": _("Nothing is known yet."),
        "visits": _("%(name)s: %(count)d moments"),
        "no_visits": _("%(name)s: never reached"),
        "stopped": _("Stopped"),
        "called": _("Called process"),
        "main": _("The case"),
        "copied": _("The link is copied."),
        "link": _("Link to this moment"),
        "erased": _("What was entered here has been erased; the entry itself is as it was recorded."),
        "given_only": _("The case cannot be run again here; only values that people and services gave are shown."),
        "unreadable": _("The record could not be read. Load the page again."),
        "d": _("%(days)d d"),
        "d_h": _("%(days)d d %(hours)d h"),
        "h": _("%(hours)d h"),
        "h_min": _("%(hours)d h %(minutes)d min"),
        "min": _("%(minutes)d min"),
        "s": _("%(seconds)d s"),
    }


def _open(state: ReplayState, names: Names) -> list[tuple[str, str]]:
    """Elements that people would name, with who has them."""
    found: dict[tuple[str, str], None] = {}
    scopes = {place.scope for place in state.tokens.values()}
    for token, place in state.tokens.items():
        if token not in scopes and (place.who or names.has_name(place.element)):
            found[names.element(place.element), place.who] = None
    return list(found)
