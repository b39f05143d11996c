"""What emergencies re-planned, as pages show it: calls, how far they are, what became of tasks, what one would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.names import in_language
from web.presenters.people import actor_name, group_name, group_names
from web.presenters.telling import say, strong
from web.presenters.times import clock_time
from workflow_engine import (
    KEEP,
    PUSH_BACK,
    ROMANS,
    SHORTEN,
    Area,
    EmergencyView,
    Preview,
    PreviewLine,
    ReplanCall,
    ReplanRow,
    TaskPlanRow,
)

DIRECTIONS = {
    "activate": marked("The response began"),
    "raise": marked("The level was raised"),
    "lower": marked("The level was lowered"),
    "end": marked("The response ended"),
}
STATES = {
    "collecting": marked("looking for work that it concerns"),
    "applying": marked("being done"),
    "done": marked("done"),
    "superseded": marked("taken over by a later call"),
}
KINDS = {SHORTEN: marked("Sooner"), PUSH_BACK: marked("Later"), KEEP: marked("Deadline stays")}
PREVIEWED = ("activate", "raise", "lower")
_MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class CallView:
    """One call, ready to be shown."""

    row: ReplanRow
    title: str
    state: str
    by: str
    units: list[str]

    @property
    def settled(self) -> int:
        return self.row.changed + self.row.unchanged + self.row.failed

    @property
    def is_running(self) -> bool:
        return self.row.state in ("collecting", "applying")


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a preview."""

    line: PreviewLine
    kind: str
    words: str
    process: str


def calls_of(rows: Iterable[ReplanRow]) -> list[CallView]:
    """The calls of an emergency."""
    return [
        CallView(
            row, _(DIRECTIONS[row.direction]), _(STATES[row.state]),
            "" if row.called_by.startswith("case:") else actor_name(row.called_by),
            group_names(f"unit:{unit}" for unit in row.call.units),
        )
        for row in rows
    ]  # fmt: skip


def lines_of(preview: Preview, names: Mapping[str, str]) -> list[LineView]:
    """What a call would do, by row of the table and process."""
    return [
        LineView(line, _(KINDS[line.deadline]), in_language(line.words), names.get(line.process_id, line.process_id))
        for line in preview.lines
    ]


def process_names() -> dict[str, str]:
    """Names of processes by id, in the visitor's language."""
    found: dict[str, str] = {}
    for row in engine().queries.list_definitions():
        found.setdefault(row.process_id, in_language(row.name or "") or row.process_id)
    return found


def call_to_preview(view: EmergencyView, calls: list[ReplanRow], args: Mapping[str, Any]) -> ReplanCall:
    """What a visitor wants to look at; what they do not say is as in the latest call, or as the emergency stands."""
    latest = calls[0].call if calls else None
    rank = _rank(args.get("level"), latest.rank if latest else _known_rank(view))
    units = [unit for unit in args.get("units", []) if unit] or (list(latest.units) if latest else _units(view))
    direction = args.get("direction") if args.get("direction") in PREVIEWED else "raise" if latest else "activate"
    area = latest.area if latest else _area(view)
    return ReplanCall(str(direction), rank, tuple(units), area, latest.hazard if latest else view.hazard or "")


def plan_words(plan: TaskPlanRow) -> Markup:
    """One sentence about a task that an emergency planned; of several emergencies, what all of them together made."""
    kind = KEEP
    if plan.due_at and plan.given_due_at and plan.due_at != plan.given_due_at:
        kind = SHORTEN if plan.due_at < plan.given_due_at else PUSH_BACK
    said = {
        SHORTEN: _("Comes sooner because of %(emergency)s, level %(level)s: due %(due)s instead of %(given)s."),
        PUSH_BACK: _("May wait because of %(emergency)s, level %(level)s: due %(due)s instead of %(given)s."),
        KEEP: _("Has another place in the lists because of %(emergency)s, level %(level)s; its deadline stays."),
    }[kind]
    return say(
        said, emergency=strong(in_language(plan.emergency_title or "") or _("an emergency")), level=plan.level,
        due=strong(clock_time(plan.due_at)) if plan.due_at else "", given=clock_time(plan.given_due_at)
        if plan.given_due_at else "",
    )  # fmt: skip


def plan_notes(plan: TaskPlanRow) -> list[str]:
    """What is to be said beside it: the table's words, the law, who may take it too."""
    notes = [in_language(plan.words)] if plan.words else []
    if plan.legal:
        notes.append(_("Its deadline is one of the law and is never pushed back."))
    if plan.offered:
        notes.append(_("Offered to %(whom)s too.", whom=", ".join(group_names(plan.offered))))
    if plan.reason:
        notes.append(plan.reason[:_MOST_REASON])
    return notes


def plans_of_task(user_task_id: str) -> list[tuple[Markup, list[str]]]:
    """What emergencies plan of an open task: a sentence each, and what is to be said beside it."""
    return [(plan_words(plan), plan_notes(plan)) for plan in engine().queries.replans.of_task(user_task_id)]


def units_to_choose(chosen: Iterable[str]) -> list[tuple[str, str, bool]]:
    """(id, name, chosen) of every unit of the city, by name."""
    wanted = set(chosen)
    rows = engine().queries.organisation.list_units()
    found = [(row.unit_id, group_name(f"unit:{row.unit_id}"), row.unit_id in wanted) for row in rows]
    known = {unit_id for unit_id, _name, _chosen in found}
    found += [(unit, group_name(f"unit:{unit}"), True) for unit in sorted(wanted - known)]
    return sorted(found, key=lambda one: (not one[2], one[1]))


def _rank(level: Any, otherwise: int) -> int:
    return ROMANS.index(level) + 1 if level in ROMANS else otherwise


def _known_rank(view: EmergencyView) -> int:
    return view.level.rank if view.level is not None and 1 <= view.level.rank <= len(ROMANS) else len(ROMANS)


def _units(view: EmergencyView) -> list[str]:
    return list(dict.fromkeys(duty.group.partition(":")[2] for duty in view.duties if duty.group.startswith("unit:")))


def _area(view: EmergencyView) -> Area:
    area = view.area
    return Area(
        tuple(tuple(one) for one in area.polygons), tuple((one.lat, one.lon, one.km) for one in area.circles),
        tuple(area.place_codes),
    )  # fmt: skip
