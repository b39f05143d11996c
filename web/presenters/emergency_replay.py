"""What the page that plays an emergency back shows: stops, marks, who led when, and the same as a table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from web.context import engine
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.emergency_cards import LEVELS, card_of, report_words, unit_in_words
from web.presenters.emergency_told import outcome_words
from web.presenters.names import in_language, names_of
from web.presenters.people import actor_name
from web.presenters.replay_page import player_words
from web.presenters.story import Moment, tell
from web.presenters.times import exact, span
from workflow_engine import Actor, EmergencyView, Film, Mark, Reign

PAGE_ROWS = 40
KINDS = {
    "received": marked("Received"), "graded": marked("Graded"), "raised": marked("Raised"),
    "lowered": marked("Lowered"), "hand_over": marked("Command"), "decision": marked("Decision"),
    "late": marked("Late"),
    "report": marked("Situation report"), "warning": marked("Public warning"), "concluded": marked("Ended"),
}  # fmt: skip
SHAPES = {
    "received": "●", "graded": "◇", "raised": "▲", "lowered": "▼", "hand_over": "◆", "decision": "✓", "late": "!",
    "report": "▤", "warning": "⚠", "concluded": "■",
}  # fmt: skip
"""Marks differ by shape; nobody has to tell colours apart."""
_WHY_NOT = {
    "erased": marked("Values were erased: what followed from them, such as level and command, is not known any more."),
    "build": marked("Another version of the program recorded it; from there on only what people entered is shown."),
    "different": marked("The record cannot be run again; from there on only what people entered is shown."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldMark:
    """A mark in words."""

    at: datetime
    kind: str
    name: str
    shape: str
    words: str
    who: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class ToldReign:
    """Who led, in words."""

    leader: str
    unit: str
    level: str
    begin: datetime
    end: datetime | None
    lasted: str


@dataclass(frozen=True, slots=True)
class Row:
    """One moment of the table."""

    moment: Moment
    level: str
    leader: str
    counts: list[tuple[str, str, int]]
    milliseconds: int


def replay_page(film: Film, actor: Actor, at: datetime | None, start: int) -> dict[str, Any]:
    """The template's values."""
    case_id = film.case.case_id
    detail = engine().queries.get_case(case_id, actor)
    chosen = min(max(at or film.begin, film.begin), film.end)
    view = film.view_at(chosen)
    marks = told_marks(film)
    frames = film.frames[start : start + PAGE_ROWS]
    history = {row.seq: row for row in engine().queries.get_history(case_id, actor)}
    names = names_of(detail.case.definition_id)
    moments = tell([history[frame.seq] for frame in frames], names)
    rows = [
        _row(moment, film.view_at(frame.at), frame.at) for moment, frame in zip(moments, frames, strict=True)
    ]
    return {
        "case_id": case_id,
        "view": view,
        "card": card_of(view),
        "chosen": chosen,
        "begin": film.begin,
        "end": film.end,
        "marks": marks,
        "reigns": told_reigns(film),
        "why_not": _(_WHY_NOT[film.why_not]) if film.why_not else None,
        "is_redacted": film.is_redacted,
        "rows": rows,
        "earlier": max(0, start - PAGE_ROWS) if start else None,
        "later": start + PAGE_ROWS if start + PAGE_ROWS < len(film.frames) else None,
        "data": json.dumps(
            {
                "stops": [milliseconds(stop) for stop in film.stops()],
                "marks": [[mark.milliseconds, mark.kind, f"{mark.name}: {mark.words}"] for mark in marks],
                "shown": exact(film.begin),
            },
            ensure_ascii=False,
        ),
        "words": json.dumps(
            {**player_words(), "at": _("%(when)s, %(told)s"), "waiting": _("Reading the board …")}, ensure_ascii=False
        ),
        "diagram_url": url_for(
            "models.xml", definition_id="DEFINITION", language=current_language().tag, case=case_id
        ),
    }


def told_marks(film: Film) -> list[ToldMark]:
    """Every mark in the reader's language."""
    return [
        ToldMark(
            mark.at, mark.kind, _(KINDS[mark.kind]), SHAPES[mark.kind], _words(mark),
            actor_name(mark.who) if mark.who else None, milliseconds(mark.at),
        )
        for mark in film.marks
    ]  # fmt: skip


def told_reigns(film: Film) -> list[ToldReign]:
    """Who led when."""
    return [
        ToldReign(
            leader_of(reign), unit_in_words(reign.unit) if reign.unit else "", reign.level or "", reign.begin,
            reign.end, span(((reign.end or film.end) - reign.begin).total_seconds()),
        )
        for reign in film.reigns
    ]  # fmt: skip


def leader_of(reign: Reign) -> str:
    """The commander, or who may lead while none is named."""
    return reign.commander or _("nobody named yet; may lead: %(who)s", who=in_language(reign.title))


def milliseconds(at: datetime) -> int:
    """As JavaScript counts."""
    return round(at.timestamp() * 1000)


def _words(mark: Mark) -> str:
    if mark.kind in ("graded", "raised", "lowered"):
        return _("level %(level)s", level=mark.words)
    if mark.kind == "report":
        return report_words(mark.words)
    if mark.kind == "concluded":
        return outcome_words(mark.words)
    if mark.kind == "late" and " " not in mark.words:
        known = report_words(mark.words)
        return known if known != mark.words else unit_in_words(mark.words)
    return in_language(mark.words)


def _row(moment: Moment, view: EmergencyView, at: datetime) -> Row:
    card = card_of(view)
    lead = view.command
    leader = "" if lead is None else lead.commander or in_language(lead.title)
    return Row(moment, _(LEVELS[view.rank]) if view.level else "", leader, card.counts, milliseconds(at))
