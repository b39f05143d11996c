"""The organisation as pages show it: names, rights and changes in the visitor's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import flask_babel  # type: ignore[import-untyped]
from flask import Flask

from web.context import engine
from web.i18n import CHINESE, current_language, marked
from web.i18n import gettext as _
from web.presenters.people import group_name
from web.presenters.times import zone
from workflow_engine import (
    SCOPED,
    ChangeRow,
    DeputyRow,
    EngineError,
    GrantRow,
    InvalidVariablesError,
    ProposalRow,
    ShiftRow,
    UnitRow,
)

LEVELS = {
    "province": marked("Outside the city"), "city": marked("City"), "district": marked("District"),
    "subdistrict": marked("Subdistrict"), "community": marked("Community"),
}  # fmt: skip
SUBJECT_CLASSES = {
    "government": marked("Government"), "enterprise": marked("Enterprise"), "society": marked("Society")
}  # fmt: skip
VERBS = {
    "case.start": marked("Start cases"), "case.see_all": marked("See every case"),
    "task.act_for": marked("Act on tasks of others"), "ballot.conduct": marked("Conduct ballots"),
    "definition.see": marked("See models"),
    "definition.deploy": marked("Upload models"), "definition.release": marked("Release models"),
    "definition.retire": marked("Retire models"), "case.audit": marked("Read as an auditor, change nothing"),
    "reading.see": marked("See who read what"), "case.operate": marked("Operate cases"),
    "alert.import": marked("Take in alerts"), "warning.lift": marked("Lift warnings"),
    "emergency.call": marked("Call the next in line in an emergency"),
    "emergency.replan": marked("Give back what an emergency re-planned"),
    "message.publish": marked("Publish messages"),
    "job.work": marked("Do jobs"), "organisation.see": marked("See the organisation"),
    "organisation.load": marked("Import the organisation"),
    "organisation.administer": marked("Administer the organisation"), "settings.change": marked("Change settings"),
}  # fmt: skip
AREAS = (
    (marked("See"), ("case.see_all", "definition.see", "organisation.see")),
    (marked("Act"), ("case.start", "task.act_for", "ballot.conduct", "alert.import", "warning.lift", "emergency.call",
                     "emergency.replan")),
    (marked("Release"), ("definition.deploy", "definition.release", "definition.retire")),
    (marked("Audit"), ("case.audit", "reading.see")),
    (marked("Administer"), ("case.operate", "organisation.administer", "organisation.load", "settings.change",
                            "message.publish", "job.work")),
)  # fmt: skip
"""What a right is about, and the verbs of it."""
KINDS = {
    "unit": marked("Unit"), "role": marked("Role"), "person": marked("Person"), "position": marked("Position"),
    "shift": marked("Duty"), "deputy": marked("Deputy"),
    "conflict": marked("Conflict of interest"), "grant": marked("Right"), "proposal": marked("Proposal"),
    "profile": marked("City profile"), "calendar": marked("Working calendar"),
}  # fmt: skip
ACTIONS = {"added": marked("added"), "changed": marked("changed"), "removed": marked("removed")}
PROBLEMS = {
    "a value is needed": marked("This is needed."), "a reason is needed": marked("This is needed."),
    "no such column": marked("This is not known."), "true or false": marked("Yes or no."),
    "later than its beginning": marked("Later than the beginning."),
    "not before the first day": marked("Not before the first day."), "another person": marked("Another person."),
    "there is no such person": marked("There is no such person."), "there is no such unit": marked("No such unit."),
    "one of the rights": marked("Choose one."), "a person or group": marked("A person or group."),
    "a role or group": marked("A role or group."),
    "this right is held everywhere or not at all": marked("This right is held everywhere or not at all."),
    "no whole number": marked("A whole number."), "no time zone such as Asia/Shanghai": marked("No such time zone."),
    "an id without blanks, quotes, commas and brackets": marked("Letters, digits, dots, colons and dashes only."),
}  # fmt: skip
"""The engine's words for what is wrong with a value."""


@dataclass(slots=True)
class Branch:
    """A unit with those below it."""

    unit: UnitRow
    below: list[Branch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """A grant in words."""

    row: GrantRow
    holder: str
    scope: str


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change with old and new side by side."""

    row: ChangeRow
    subject: str
    values: Sequence[tuple[str, str, str]]
    """(name, before, after)."""


@dataclass(frozen=True, slots=True)
class DutyDay:
    """A day of the week view."""

    day: date
    is_today: bool


def named(row: Any, name: str = "name") -> str:
    """A row's name in the visitor's language."""
    zh, en = getattr(row, f"{name}_zh"), getattr(row, f"{name}_en")
    return ((zh or en) if current_language() is CHINESE else (en or zh)) or ""


def tree_of(units: Iterable[UnitRow]) -> list[Branch]:
    """The tree; what has no parent, or one that is not listed, stands at the top."""
    branches = {unit.unit_id: Branch(unit) for unit in units}
    top: list[Branch] = []
    for branch in branches.values():
        parent = branches.get(branch.unit.parent_id or "")
        (parent.below if parent is not None else top).append(branch)
    return top


def translated(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices of a list, in the visitor's words."""
    return [(key, _(word)) for key, word in words.items()]


def month_name(day: date) -> str:
    """A month by name."""
    return str(flask_babel.format_date(day, "LLLL"))


def short_day(day: date) -> str:
    """A weekday with its date."""
    return str(flask_babel.format_date(day, "EEE d.M." if current_language() is not CHINESE else "M月d日 EEE"))


def weekday_letter(number: int) -> str:
    """One letter for a weekday; 0 is Monday."""
    return str(flask_babel.format_date(date(2024, 1, 1 + number), "EEEEE"))


def pair(word: str) -> tuple[str, str]:
    """A choice that is called by its own name."""
    return word, word


def init_app(app: Flask) -> None:
    """Give templates what they ask."""
    app.jinja_env.filters.update(month_name=month_name, short_day=short_day, weekday_letter=weekday_letter, pair=pair)
    app.jinja_env.globals.update(shown_kinds=lambda: KINDS, shown_actions=lambda: ACTIONS)


def verb_name(verb: str) -> str:
    """A right in words."""
    return _(VERBS[verb]) if verb in VERBS else verb


def holder_name(holder: str) -> str:
    """Who holds something: everybody, a person, or a group."""
    if holder == "*":
        return _("Everybody")
    person = engine().queries.find_person(holder) if holder.startswith("user:") else None
    return named(person, "display_name") if person is not None else group_name(holder)


def shown_grant(row: GrantRow, units: Mapping[str, UnitRow]) -> ShownGrant:
    """A grant in words."""
    return ShownGrant(row, holder_name(row.holder), scope_name(row.unit_id, row.process_id, units))


def scope_name(unit_id: str | None, process_id: str | None, units: Mapping[str, UnitRow]) -> str:
    """How far a right reaches."""
    if unit_id is None:
        where = "" if process_id else _("everywhere")
    else:
        where = _("%(unit)s and below", unit=named(units[unit_id]) if unit_id in units else unit_id)
    process = _("process %(name)s", name=process_id) if process_id else ""
    return ", ".join(part for part in (where, process) if part)


def proposal_words(row: ProposalRow, units: Mapping[str, UnitRow]) -> str:
    """What is proposed, as a sentence."""
    content = row.content
    if row.kind == "membership":
        who, group = holder_name(content["person_id"]), group_name(content["group_id"])
        return _("%(who)s becomes a member of %(group)s", who=who, group=group)
    return _(
        "%(who)s gets the right “%(verb)s”, %(scope)s",
        who=holder_name(content["holder"]),
        verb=verb_name(content["verb"]),
        scope=scope_name(content.get("unit_id"), content.get("process_id"), units),
    )


def is_scoped(verb: str) -> bool:
    """Whether a right may be given for a unit or a process."""
    return verb in SCOPED


def shown_change(row: ChangeRow) -> ShownChange:
    """A change with what was and is."""
    names = list(dict.fromkeys([*row.before, *row.after]))
    values = [(name, _told(row.before.get(name)), _told(row.after.get(name))) for name in names]
    return ShownChange(row, _subject(row), [value for value in values if value[1] != value[2]])


def deputy_lines(rows: Iterable[DeputyRow]) -> list[tuple[DeputyRow, str, str]]:
    """(row, the absent person, who stands in)."""
    return [(row, named(row, "person"), named(row, "stand_in")) for row in rows]


def week_of(day: date, today: date) -> list[DutyDay]:
    """The days from Monday on."""
    monday = day - timedelta(days=day.weekday())
    return [DutyDay(monday + timedelta(days=n), monday + timedelta(days=n) == today) for n in range(7)]


def duty_table(
    shifts: Iterable[ShiftRow], days: Sequence[DutyDay]
) -> list[tuple[str, list[list[tuple[ShiftRow, str, str]]]]]:
    """One row per role or unit: its name, and for each day (shift, person, from–to)."""
    rows: dict[str, list[list[tuple[ShiftRow, str, str]]]] = {}
    here = zone()
    for shift in shifts:
        cells = rows.setdefault(shift.group_id, [[] for _day in days])
        begin, end = shift.from_at.astimezone(here), shift.until_at.astimezone(here)
        for cell, day in zip(cells, days, strict=True):
            if begin.date() <= day.day and (end.date() > day.day or (end.date() == day.day and end.time() > _MIDNIGHT)):
                cell.append((shift, named(shift, "person"), _hours(begin, end, day.day)))
    return [(duty_name(group_id), cells) for group_id, cells in sorted(rows.items())]


def duty_name(group_id: str) -> str:
    """What somebody is on duty for."""
    if group_id.startswith("duty:"):
        return _("Duty of %(unit)s", unit=group_name("unit:" + group_id.removeprefix("duty:")))
    return group_name(group_id)


def problems_of(error: EngineError | None) -> dict[str, str]:
    """What is wrong by field, in the visitor's words; the engine names rows too, which a form has only one of."""
    if not isinstance(error, InvalidVariablesError):
        return {}
    return {place.rpartition(".")[2]: _problem(what) for place, what in error.problems.items()}


def _problem(what: str) -> str:
    for kind in ("person", "unit"):  # the engine names the id too, which stands in the field already
        if what.startswith(f"there is no {kind} "):
            return _(PROBLEMS[f"there is no such {kind}"])
    return _(PROBLEMS.get(what, what))


_MIDNIGHT = datetime.min.time()


def _hours(begin: datetime, end: datetime, day: date) -> str:
    first = f"{begin:%H:%M}" if begin.date() == day else "00:00"
    last = f"{end:%H:%M}" if end.date() == day else "24:00"
    return f"{first}–{last}"


def _told(value: Any) -> str:
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    return str(value)


def _subject(row: ChangeRow) -> str:
    told = {**row.before, **row.after}
    for name in ("name", "display_name"):
        zh, en = told.get(f"{name}_zh"), told.get(f"{name}_en")
        if zh or en:
            return str(((zh or en) if current_language() is CHINESE else (en or zh)) or "")
    if row.kind == "person":
        return holder_name(row.subject_id)
    if row.kind == "grant":
        return f"{holder_name(str(told.get('holder', '')))}: {verb_name(str(told.get('verb', '')))}"
    if row.kind in ("profile", "calendar"):
        return ""
    return row.subject_id if len(row.subject_id) < 30 else row.subject_id[:12] + "…"
