"""Supervision in words and figures: rungs and numbers of notices, how matters stand, the board's bars and its trend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from web.context import engine
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.names import in_language, names_of
from web.presenters.times import now, span
from workflow_engine import RUNGS, Board, DayFigures, MatterRow, NoticeRow, Standing, UnitStanding

RUNG_NAMES = {
    "remind": marked("Reminder"), "supervise": marked("Formal supervision"), "listed": marked("Listed supervision"),
    "interview": marked("Interview"), "report": marked("Report to the government"),
}  # fmt: skip
NOTICE_STATES = {
    "open": marked("Waits for an answer"), "answered": marked("Answered, to be judged"), "accepted": marked("Settled"),
    "withdrawn": marked("Taken back"), "escalated": marked("Went up a rung"),
}  # fmt: skip
NOTICE_LOOKS = {"open": "warn", "answered": "accent", "accepted": "good", "withdrawn": "", "escalated": "stop"}
STATES = {
    "overdue": marked("Overdue"), "at_risk": marked("At risk"), "on_time": marked("In time"),
    "stopped": marked("Clock stands"),
}  # fmt: skip
STATE_LOOKS = {"overdue": "stop", "at_risk": "warn", "on_time": "good", "stopped": ""}
STATE_ICONS = {"overdue": "overdue", "at_risk": "soon", "on_time": "check", "stopped": "pause"}
KINDS = {"": marked("Everything"), "requests": marked("Service requests"), "cases": marked("Other cases")}
CAUSES = {
    "applicant": marked("the applicant has to bring something"), "other_body": marked("another body has to act"),
    "other": marked("another cause"),
}  # fmt: skip
LEVELS = {
    "city": marked("City"), "district": marked("District"), "subdistrict": marked("Subdistrict"),
    "community": marked("Community"), "outside": marked("Outside the city"),
}  # fmt: skip
BAR, CHART_WIDTH, CHART_HEIGHT = 100, 720, 150


class Named(Protocol):
    """Whatever has a name in both languages."""

    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def unit_words(row: Named) -> str:
    """A unit's name in the visitor's language."""
    return row.name_zh if current_language().key == "zh" else row.name_en


def addressee(row: NoticeRow | MatterRow) -> str:
    """The unit that a notice or a matter belongs to."""
    return row.unit_name_zh if current_language().key == "zh" else row.unit_name_en


def rung_name(rung: str) -> str:
    """A rung of the ladder."""
    return _(RUNG_NAMES[rung])


def number_of(row: NoticeRow) -> str:
    """What the document is called: 督办〔2026〕12号."""
    text = _("%(rung)s [%(year)s] No. %(number)s", rung=rung_name(row.rung), year=row.year, number=row.number)
    return _("%(number)s (exercise)", number=text) if row.exercise else text


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: how wide, from where on."""

    state: str
    x: float
    width: float


def bar(standing: Standing, most: int) -> list[Piece]:
    """The open matters as one bar; ``most`` of them fill it."""
    pieces, x = [], 0.0
    for state in STATES:
        width = BAR * getattr(standing, state) / most if most else 0.0
        if width:
            pieces.append(Piece(state, round(x, 2), round(width, 2)))
            x += width
    return pieces


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit in the table of those below."""

    row: UnitStanding
    name: str
    level: str
    bar: list[Piece]
    rate: str


def unit_lines(rows: Sequence[UnitStanding]) -> list[UnitLine]:
    """Units with their bars on one scale; those where nothing is open come last and need none."""
    most = max((row.whole.open for row in rows), default=0)
    return [
        UnitLine(row, unit_words(row), level_name(row.level), bar(row.whole, most), percent(row.whole.overdue_rate))
        for row in rows
    ]


def level_name(level: str | None) -> str:
    """A level of the administration."""
    return _(LEVELS[level]) if level in LEVELS else ""


def percent(share: float | None) -> str:
    """A share in per cent; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.1f} %"


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the trend: two columns on each other, and the end of the line of what was overdue."""

    figures: DayFigures
    x: float
    width: float
    late_y: float
    late_height: float
    time_y: float
    time_height: float
    line_y: float
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The last days as a chart, with its table beside it."""

    columns: list[Column]
    points: str
    most: int
    is_empty: bool
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT


def trend(days: Sequence[DayFigures], overdue_now: int) -> Trend:
    """Settled in time and late by day, and how many were overdue at its end (today: now)."""
    days = [*days[:-1], _with_now(days[-1], overdue_now)]
    most = max((max(day.in_time + day.late, day.overdue) for day in days), default=0)
    step = CHART_WIDTH / len(days)
    columns = []
    for place, day in enumerate(days):
        late, in_time = (CHART_HEIGHT * count / (most or 1) for count in (day.late, day.in_time))
        line_y = CHART_HEIGHT - CHART_HEIGHT * day.overdue / (most or 1)
        columns.append(
            Column(
                day, round(place * step + 2, 1), round(step - 4, 1), round(CHART_HEIGHT - late, 1), round(late, 1),
                round(CHART_HEIGHT - late - in_time, 1), round(in_time, 1), round(line_y, 1), day.day[5:],
            )
        )  # fmt: skip
    points = " ".join(f"{column.x + column.width / 2:.1f},{column.line_y}" for column in columns)
    return Trend(columns, points, most, most == 0)


def _with_now(day: DayFigures, overdue: int) -> DayFigures:
    return DayFigures(day.day, day.came, day.in_time, day.late, overdue)


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One open matter in a list."""

    row: MatterRow
    title: str
    process_name: str
    step: str
    unit: str
    clock: str
    cause: str


def matter_lines(rows: Iterable[MatterRow]) -> list[MatterLine]:
    """Rows of the list."""
    return [_matter_line(row) for row in rows]


def _matter_line(row: MatterRow) -> MatterLine:
    names = names_of(row.definition_id)
    process_name = names.process(row.process_name)
    step = names.element(row.element_id, row.step) if row.element_id else _("Limit of the request")
    left = row.due_at - now()
    clock = (
        _("%(span)s over", span=span(-left.total_seconds()))
        if left < timedelta()
        else _("%(span)s left", span=span(left.total_seconds()))
    )
    if row.state == "stopped" and row.held_at is not None:
        clock = _("stands for %(span)s", span=span((now() - row.held_at).total_seconds()))
    title = in_language(row.title) or row.business_key or process_name
    cause = _(CAUSES[row.cause]) if row.cause else ""
    return MatterLine(row, title, process_name, step, addressee(row), clock, cause)


def board_words(board: Board) -> dict[str, Any]:
    """What the board's template shows beside its rows."""
    whole, units = board.unit.whole, unit_lines(board.below)
    return {
        "busy": [line for line in units if line.row.whole.open or line.row.whole.notices],
        "idle": [line for line in units if not (line.row.whole.open or line.row.whole.notices)],
        "whole_bar": bar(whole, whole.open), "rate": percent(whole.overdue_rate),
        "worst": [(row, unit_words(row)) for row in board.worst],
        "causes": [(cause, _(CAUSES[cause]), count) for cause, count in board.causes],
        "levels": [(level_name(level) or _("Other units"), standing) for level, standing in board.levels],
        "path": [(row.unit_id, unit_words(row)) for row in board.path], "unit_name": unit_words(board.unit),
    }  # fmt: skip


def process_names() -> dict[str, str]:
    """Every process by the words of its newest version."""
    newest: dict[str, str] = {}
    for row in engine().queries.list_definitions():
        if row.process_id not in newest:
            newest[row.process_id] = names_of(row.definition_id).process(row.name)
    return newest


WORDS: dict[str, Any] = {
    "rungs": RUNGS, "rung_names": RUNG_NAMES, "notice_states": NOTICE_STATES, "notice_looks": NOTICE_LOOKS,
    "states": STATES, "state_looks": STATE_LOOKS, "state_icons": STATE_ICONS, "kinds": KINDS, "causes_words": CAUSES,
    "number_of": number_of, "addressee": addressee, "rung_name": rung_name,
}  # fmt: skip
"""For templates."""
