"""An emergency in words: its card on the board, the same for everybody who may see it, and the parts of its room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from flask import Flask, render_template, url_for

from web.i18n import COOKIE, current_language, marked, ngettext
from web.i18n import gettext as _
from web.live_board import state_of
from web.presenters.names import pick_language
from web.presenters.people import actor_name, find_group_name, group_name
from web.presenters.situation_reports import KINDS
from web.words import in_words
from workflow_engine import DutyLine, EmergencyView, Report, TimelineEntry, WatchedEmergency

LEVELS = {
    0: marked("Not graded yet"), 1: marked("Level I"), 2: marked("Level II"), 3: marked("Level III"),
    4: marked("Level IV"),
}  # fmt: skip
SHAPES = {0: "square", 1: "octagon", 2: "diamond", 3: "triangle", 4: "circle"}
"""Levels differ by shape as well; nobody has to tell colours apart."""
PHASES = {
    "verifying": marked("Being verified"), "activating": marked("To be activated"),
    "responding": marked("Response runs"), "aftermath": marked("Response over, work afterwards"),
    "ended": marked("Closed"),
}  # fmt: skip
OUTCOMES = {
    "terminated": marked("danger lifted"), "downgraded_closed": marked("lowered and closed"),
    "false_alarm": marked("false alarm"), "handed_up": marked("handed to the superior"),
    "merged": marked("merged with another"),
}  # fmt: skip
STATES = {
    "called": marked("called"), "acknowledged": marked("acknowledged"), "working": marked("working"),
    "done": marked("done"), "released": marked("stood down"), "overdue": marked("overdue"),
}  # fmt: skip
RUNGS = ("", marked("deputy called too"), marked("superior called"))
SUBJECTS = {"E": marked("enterprise"), "S": marked("society")}
REPORTS = {
    **KINDS, "phone": marked("by phone"), "report_by_phone": marked("Report by phone"),
    "report_in_writing": marked("First report in writing"), "approve_first_report": marked("First report, to approve"),
    "situation_report": marked("Situation report"), "correct_report": marked("Situation report, to correct"),
    "approve_situation_report": marked("Situation report, to approve"), "final_report": marked("Final report"),
    "approve_final_report": marked("Final report, to approve"), "sitrep_time": marked("Next situation report"),
}  # fmt: skip
FIGURES = {
    "deaths": marked("deaths"), "serious": marked("seriously hurt"), "missing": marked("missing"),
    "evacuated": marked("evacuated"), "sheltered": marked("sheltered"), "homes_out": marked("homes cut off"),
}  # fmt: skip
ASKED_FIRST = ("deaths", "serious", "missing")
HAPPENED = {
    "received": marked("Alert received"), "graded": marked("Graded: level %(what)s"),
    "level": marked("Level is now %(what)s"), "called": marked("Called: %(what)s"),
    "acknowledged": marked("Acknowledged: %(what)s"), "reported": marked("Done: %(what)s"),
    "updated": marked("The alert was updated"), "cancelled": marked("The alert was called off"),
    "sent": marked("Report no. %(what)s went up"), "arrived": marked("Report no. %(what)s has arrived"),
    "warning": marked("The public was warned: %(what)s"), "lifted": marked("The warning was lifted: %(what)s"),
    "hand_over": marked("Command handed over: %(what)s"),
    "concluded": marked("Response ended: %(what)s"),
}  # fmt: skip
WHY = {
    "activated": marked("activated"), "raised": marked("level raised"), "lowered": marked("level lowered"),
    "shift": marked("change of shift"), "handed_up": marked("handed to the superior"),
    "ended": marked("response ended"),
}  # fmt: skip
_URGENCY = ("overdue", "called", "acknowledged", "working", "done", "released")
"""Trouble first: in this order a board lists units."""
_GATHERED = ("called", "acknowledged", "reported")


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the course of events."""

    at: datetime
    kind: str
    words: str
    who: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A called unit in words."""

    line: DutyLine
    name: str
    task: str
    subject: str
    rung: str
    who: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a template says of one emergency."""

    view: EmergencyView
    title: str
    order: str
    """Sorts cards as ``in_order`` does."""
    state: str
    level: str
    shape: str
    roman: str
    phase: str
    place: str
    units: list[Unit]
    counts: list[tuple[str, str, int]]
    """State, its word, and how many units are in it; those in none left out."""
    commander: str | None
    superior: list[str]
    title_of_command: str
    told: list[Told]
    late_reports: list[Report]
    areas: str
    """For the map."""
    figures: list[tuple[str, int]]
    unknown: list[str]
    """Figures that nobody knows yet."""


def card_of(view: EmergencyView) -> Card:
    """The emergency in the reader's language."""
    units = sorted(map(_unit, view.duties), key=lambda unit: _URGENCY.index(unit.line.status))
    statuses = [unit.line.status for unit in units]
    command = view.command
    return Card(
        view=view,
        title=in_reader(view.case.title or _("An emergency")),
        order=_order(view),
        state=state_of(view),
        level=_(LEVELS[view.rank]),
        shape=SHAPES[view.rank],
        roman=view.level.roman if view.level else "?",
        phase=_(PHASES[view.phase]),
        place=view.place or view.area.words,
        units=units,
        counts=[(state, _(STATES[state]), n) for state in _URGENCY if (n := statuses.count(state))],
        commander=None if command is None else command.commander,
        superior=[] if command is None else [group_name(group) for group in command.superior],
        title_of_command="" if command is None else in_reader(command.title),
        told=list(_told(view.timeline, {unit.line.unit: unit.name for unit in units})),
        late_reports=[report for report in view.reports.filed if report.is_late],
        areas=_areas(view),
        figures=[(_(FIGURES[name]), int(value)) for name, value in view.figures.items() if value is not None],
        unknown=[_(FIGURES[name]) for name in ASKED_FIRST if view.figures[name] is None and view.level is not None],
    )


def draw_with(app: Flask) -> Callable[[WatchedEmergency, str], str]:
    """How cards are drawn where there is no request: in the language asked for, for anybody who may see them."""

    def draw(one: WatchedEmergency, language: str) -> str:
        headers = {"Cookie": f"{COOKIE}={language}"}
        with app.test_request_context("/emergency", headers=headers):
            return render_template("fragments/emergency_card.html", card=card_of(one.view))

    return draw


def in_reader(text: str) -> str:
    """The reader's half of a text in two languages."""
    return pick_language(text, current_language().key)


def unit_name(unit: str, group: str = "") -> str:
    """The unit of a row of the table of joint duties; where there is none of that name, who is called for it."""
    return find_group_name(f"unit:{unit}") or find_group_name(group) or in_words(unit)


def report_words(kind: str) -> str:
    """A kind of report."""
    return _(REPORTS.get(kind, kind))


def outcome_words(outcome: str | None) -> str:
    """How it ended."""
    return _(OUTCOMES.get(outcome or "", outcome or ""))


def why_words(why: str) -> str:
    """Why command was handed over."""
    return _(WHY.get(why, why))


def duty_state(state: str) -> str:
    """How far a unit is."""
    return _(STATES[state])


def unit_in_words(unit: str) -> str:
    """A unit by its id, with or without what it is."""
    return group_name(unit) if ":" in unit else unit_name(unit)


def summary(cards: Iterable[Card]) -> list[tuple[int, str, str, int]]:
    """How many running emergencies there are of each level, exercises left out: rank, shape, words, count."""
    ranks = [card.view.rank for card in cards if not card.view.exercise and not card.view.is_over]
    return [(rank, SHAPES[rank], _(LEVELS[rank]), ranks.count(rank)) for rank in (0, 1, 2, 3, 4)]


def _unit(line: DutyLine) -> Unit:
    return Unit(
        line, unit_name(line.unit, line.group), in_reader(line.task),
        _(SUBJECTS[line.subject]) if line.subject in SUBJECTS else "",
        _(RUNGS[line.rung]) if line.rung and line.state == "called" else "",
        actor_name(line.assignee) if line.assignee else None,
    )  # fmt: skip


def _order(view: EmergencyView) -> str:
    newest_first = 10**11 - int(view.case.started_at.timestamp())
    return f"{view.is_over:d}{view.exercise:d}{view.rank}{newest_first:012d}{view.case.case_id}"


def _told(entries: Iterable[TimelineEntry], names: Mapping[str, str]) -> Iterator[Told]:
    """The newest first; units that were called at the same moment stand in one line."""
    gathered: dict[tuple[datetime, str], list[str]] = {}
    for entry in entries:
        if entry.kind in _GATHERED:
            gathered.setdefault((entry.at, entry.kind), []).append(names.get(entry.words, entry.words))
    for entry in entries:
        if entry.kind in _GATHERED:
            units = gathered.pop((entry.at, entry.kind), None)
            if units is None:
                continue
            what = _list(units)
        else:
            what = _what(entry)
        words = what if entry.kind == "done" else _(HAPPENED[entry.kind], what=what)
        yield Told(entry.at, entry.kind, words, actor_name(entry.who) if entry.who else None)


def _what(entry: TimelineEntry) -> str:
    if entry.kind == "concluded":
        return outcome_words(entry.words)
    if entry.kind == "hand_over":
        return _(WHY.get(entry.words, entry.words))
    return in_reader(entry.words)


def _list(names: list[str]) -> str:
    shown = names[:4]
    more = len(names) - len(shown)
    listed = ("、" if current_language().key == "zh" else ", ").join(shown)
    return listed if not more else listed + " " + ngettext("and %(num)d more", "and %(num)d more", more)


def _areas(view: EmergencyView) -> str:
    """What the map draws of one emergency, as JSON; nothing where it has no place."""
    if not view.area.is_drawn:
        return ""
    return orjson.dumps([area_shape(view)]).decode()


def area_shape(view: EmergencyView) -> dict[str, Any]:
    """The affected area of an emergency for ``data-map-areas``."""
    area = view.area
    return {
        "title": in_reader(view.case.title or ""), "rank": view.rank, "roman": view.level.roman if view.level else "?",
        "words": _(LEVELS[view.rank]), "exercise": view.exercise, "polygons": area.polygons,
        "circles": [{"lat": one.lat, "lon": one.lon, "km": one.km} for one in area.circles],
        "codes": area.place_codes, "point": area.point, "place": view.place or area.words,
        "href": url_for("emergency.room", case_id=view.case.case_id),
    }  # fmt: skip
