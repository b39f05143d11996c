"""An emergency in words: its card on the board, the same for everybody who may see it, and the parts of its room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, render_template, url_for

from web.i18n import COOKIE, marked
from web.i18n import gettext as _
from web.live_board import CARD, ROOM_OF_CALLERS, state_of
from web.presenters.emergency_told import Told, ToldReport, reports_told, told
from web.presenters.names import in_language
from web.presenters.people import actor_name, find_group_name, group_name
from web.presenters.situation_reports import KINDS
from web.words import in_words
from workflow_engine import DutyLine, EmergencyView, Report, WatchedEmergency

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
LONGEST_TITLE = 72
_URGENCY = ("overdue", "called", "acknowledged", "working", "done", "released")
"""Trouble first: in this order a board lists units."""


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
    silent: list[str]
    """Units that have not answered, by name."""
    lacking: int
    """Lines of resources of which something is missing."""
    commander: str | None
    superior: list[str]
    title_of_command: str
    told: list[Told]
    told_reports: list[ToldReport]
    """The newest last."""
    late_reports: list[Report]
    not_arrived: int
    """How many numbered reports nobody has confirmed."""
    areas: str
    """For the map."""
    figures: list[tuple[str, int]]
    unknown: list[str]
    """Figures that nobody knows yet."""

    @property
    def has_long_title(self) -> bool:
        """Whether it needs smaller letters on the wall; Chinese ones are twice as wide, and have three bytes."""
        return len(self.title.encode()) > LONGEST_TITLE


def card_of(view: EmergencyView) -> Card:
    """The emergency in the reader's language."""
    units = sorted(map(_unit, view.duties), key=lambda unit: _URGENCY.index(unit.line.status))
    statuses = [unit.line.status for unit in units]
    command = view.command
    return Card(
        view=view,
        title=in_language(view.case.title or _("An emergency")),
        order=_order(view),
        state=state_of(view),
        level=_(LEVELS[view.rank]),
        shape=SHAPES[view.rank],
        roman=view.level.roman if view.level else "?",
        phase=_(PHASES[view.phase]),
        place=view.place or view.area.words,
        units=units,
        counts=[(state, _(STATES[state]), n) for state in _URGENCY if (n := statuses.count(state))],
        silent=[unit.name for unit in units if unit.line.state == "called"],
        lacking=sum(bool(line.missing) for line in view.resources),
        commander=None if command is None else command.commander,
        superior=[] if command is None else [group_name(group) for group in command.superior],
        title_of_command="" if command is None else in_language(command.title),
        told=list(told(view.timeline, {unit.line.unit: unit.name for unit in units})),
        told_reports=reports_told(view),
        not_arrived=sum(one.received_at is None for one in view.issued),
        late_reports=[report for report in view.reports.filed if report.is_late],
        areas=_areas(view),
        figures=[(_(FIGURES[name]), int(value)) for name, value in view.figures.items() if value is not None],
        unknown=[_(FIGURES[name]) for name in ASKED_FIRST if view.figures[name] is None and view.level is not None],
    )


def draw_with(app: Flask) -> Callable[[WatchedEmergency, str, str], str]:
    """How emergencies are drawn where there is no request: in the language asked for, for anybody who may see them."""

    def draw(one: WatchedEmergency, language: str, form: str) -> str:
        headers = {"Cookie": f"{COOKIE}={language}"}
        with app.test_request_context("/emergency", headers=headers):
            card = card_of(one.view)
            if form == CARD:
                return render_template("fragments/emergency_card.html", card=card)
            return render_template("fragments/emergency_room.html", **room_values(card, form == ROOM_OF_CALLERS))

    return draw


def room_values(card: Card, may_call: bool) -> dict[str, Any]:
    """What the fragment of a room needs; the same for everybody who may see the emergency, but for ``may_call``."""
    return {"card": card, "view": card.view, "case_id": card.view.case.case_id, "may_call": may_call}


def unit_name(unit: str, group: str = "") -> str:
    """The unit of a row of the table of joint duties; where there is none of that name, who is called for it."""
    return find_group_name(f"unit:{unit}") or find_group_name(group) or in_words(unit)


def report_words(kind: str) -> str:
    """A kind of report."""
    return _(REPORTS.get(kind, kind))


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
        line, unit_name(line.unit, line.group), in_language(line.task),
        _(SUBJECTS[line.subject]) if line.subject in SUBJECTS else "",
        _(RUNGS[line.rung]) if line.rung and line.state == "called" else "",
        actor_name(line.assignee) if line.assignee else None,
    )  # fmt: skip


def _order(view: EmergencyView) -> str:
    newest_first = 10**11 - int(view.case.started_at.timestamp())
    return f"{view.is_over:d}{view.exercise:d}{view.rank}{newest_first:012d}{view.case.case_id}"


def _areas(view: EmergencyView) -> str:
    """What the map draws of one emergency, as JSON; nothing where it has no place."""
    if not view.area.is_drawn:
        return ""
    return orjson.dumps([area_shape(view)]).decode()


def area_shape(view: EmergencyView) -> dict[str, Any]:
    """The affected area of an emergency for ``data-map-areas``."""
    area = view.area
    return {
        "title": in_language(view.case.title), "rank": view.rank, "roman": view.level.roman if view.level else "?",
        "words": _(LEVELS[view.rank]), "exercise": view.exercise, "polygons": area.polygons,
        "circles": [{"lat": one.lat, "lon": one.lon, "km": one.km} for one in area.circles],
        "codes": area.place_codes, "point": area.point, "place": view.place or area.words,
        "href": url_for("emergency.room", case_id=view.case.case_id),
    }  # fmt: skip
