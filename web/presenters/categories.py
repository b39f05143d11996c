"""Categories as pages show them: names in the visitor's language, limits and differences in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from web.context import engine
from web.i18n import current_language, marked, ngettext
from web.i18n import gettext as _
from web.presenters.people import find_group_name
from workflow_engine import CATEGORY_COLUMNS, Category, CategoryChange, UnitRow

KINDS = {"component": marked("Component"), "event": marked("Event"), "request": marked("Request")}
TIERS = {
    "urgent": marked("Urgent"), "utility": marked("Utilities"), "complex": marked("Complex"),
    "general": marked("General"),
}  # fmt: skip
UNITS = {
    "urgent_hours": marked("hours around the clock (urgent)"), "hours": marked("hours"),
    "working_hours": marked("working hours"), "working_days": marked("working days"), "days": marked("days"),
}  # fmt: skip
STATES = {
    "in_force": marked("in force"), "coming": marked("coming"), "past": marked("past"),
    "replaced": marked("replaced before it held"),
}  # fmt: skip
LABELS = {
    "code": marked("Category code"), "group": marked("Group"), "name_zh": marked("Name in Chinese"),
    "name_en": marked("Name in English"), "description_zh": marked("Description in Chinese"),
    "description_en": marked("Description in English"), "kind": marked("What it is"),
    "process_id": marked("Process"), "public": marked("Residents may choose it"), "tier": marked("Priority"),
    "function": marked("Handled by the unit with the function"), "owner_unit": marked("Owner of the component"),
    "limit": marked("Handled within"), "limit_unit": marked("Handled within, unit"),
    "contact_limit": marked("First contact within"), "contact_limit_unit": marked("First contact within, unit"),
    "dispatch_limit": marked("Dispatched within"), "dispatch_limit_unit": marked("Dispatched within, unit"),
    "small": marked("Small: may be settled on the spot"), "photo_before": marked("Needs a photo of how it is found"),
    "photo_after": marked("Needs a photo of how it is left"), "life_risk": marked("Danger to life"),
    "keywords": marked("Keywords"), "attributes": marked("Further questions"),
}  # fmt: skip
PROBLEMS = {
    "a value is needed": marked("This is needed."), "a number": marked("A number."),
    "true or false": marked("Yes or no."),
    "a number above 0, with two decimals at most": marked("A number above 0, with two decimals at most."),
    "a whole number of days": marked("A whole number of days."),
    "a limit has a number and a unit": marked("A limit has a number and a unit."),
    "small letters, digits, dots, dashes and underscores, 64 at most": marked(
        "Small letters, digits, dots, dashes and underscores, 64 at most."
    ),
    "an id without blanks, quotes, commas and brackets": marked("Letters, digits, dots, colons and dashes only."),
    "a list of attributes as JSON": marked("A list of attributes as JSON."),
    "an instant that is not past": marked("A moment that is not past."),
    "no such column": marked("This is not known."), "words parted by ;": marked("Words parted by semicolons."),
}  # fmt: skip
ACTIONS = {"added": marked("added"), "changed": marked("changed"), "removed": marked("removed")}
_FLAGS = {"small": marked("on the spot"), "life_risk": marked("danger to life")}


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category, told."""

    row: Category
    name: str
    other_name: str
    """In the other language."""
    description: str
    limit: str
    handler: str
    is_orphan: bool
    """No unit of the city has its function: nobody would get it."""
    flags: Sequence[str]


def lines(categories: Iterable[Category]) -> list[tuple[str, list[CategoryLine]]]:
    """(heading, categories) in the visitor's language."""
    units = _units_by_function()
    told = [(group_of(one), _line(one, units)) for one in categories]
    return [(group, [line for _, line in pairs]) for group, pairs in groupby(told, key=lambda pair: pair[0])]


def name_of(one: Category) -> str:
    """In the visitor's language."""
    return one.name_zh if _is_chinese() else one.name_en


def group_of(one: Category) -> str:
    """Its heading in the visitor's language."""
    return one.group_zh if _is_chinese() else one.group_en


def unit_name(unit: UnitRow) -> str:
    """In the visitor's language."""
    return (unit.name_zh if _is_chinese() else unit.name_en) or unit.unit_id


def limit_words(limit: float | None, unit: str | None) -> str:
    """A limit as people read it."""
    if limit is None or unit is None:
        return ""
    number, value = (1 if limit == 1 else 2), f"{limit:g}"
    if unit == "urgent_hours":
        return ngettext("%(value)s hour around the clock", "%(value)s hours around the clock", number, value=value)
    if unit == "working_hours":
        return ngettext("%(value)s working hour", "%(value)s working hours", number, value=value)
    if unit == "working_days":
        return ngettext("%(value)s working day", "%(value)s working days", number, value=value)
    if unit == "days":
        return ngettext("%(value)s day", "%(value)s days", number, value=value)
    return ngettext("%(value)s hour", "%(value)s hours", number, value=value)


def choices(keys: Iterable[str], words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a list offers."""
    return [(key, _(words[key])) for key in keys]


def problem(what: str) -> str:
    """What is wrong with a field, in the visitor's words."""
    return _(PROBLEMS.get(what, what))


def changed_fields(change: CategoryChange) -> list[tuple[str, str, str]]:
    """(field, before, after) of what differs; of a category that is new or gone, its names, handler and limit."""
    before, after = dict(change.before or {}), dict(change.after or {})
    whole = change.before is None or change.after is None
    shown = ("name_zh", "name_en", "function", "owner_unit", "limit", "limit_unit") if whole else CATEGORY_COLUMNS
    return [
        (_(LABELS[name]), _value(name, before.get(name)), _value(name, after.get(name)))
        for name in shown
        if (name in before or name in after) and before.get(name) != after.get(name)
    ]


def typed_of(one: Category | None) -> dict[str, str]:
    """The fields of a form as they stand in a category, or in a new one."""
    if one is None:
        return {"kind": "event", "process_id": "grid_case", "tier": "general", "public": "yes"}
    return {name: _typed(value) for name, value in one.content().items()}


def _line(one: Category, units: Mapping[str, str]) -> CategoryLine:
    names = (one.name_zh, one.name_en) if _is_chinese() else (one.name_en, one.name_zh)
    handler = _owner(one.owner_unit) if one.owner_unit else units.get(one.function or "", one.function or "")
    flags = [_(words) for name, words in _FLAGS.items() if getattr(one, name)]
    flags += [] if one.public else [_("not for residents")]
    description = one.description_zh if _is_chinese() else one.description_en
    return CategoryLine(
        one, *names, description, limit_words(one.limit, one.limit_unit), handler,
        one.owner_unit is None and one.function not in units, flags,
    )  # fmt: skip


def _units_by_function() -> dict[str, str]:
    """Function to the name of the highest unit that has it."""
    found: dict[str, str] = {}
    for unit in engine().queries.organisation.list_units():
        for function in unit.functions.split(";") if unit.functions and not unit.disabled else ():
            found.setdefault(function, unit_name(unit))
    return found


def _owner(unit_id: str) -> str:
    return find_group_name(f"unit:{unit_id}") or unit_id


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("kind", "tier"):
        return _({**KINDS, **TIERS}[value])
    if name.endswith("_unit") and value in UNITS:
        return _(UNITS[value])
    return _typed(value)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        plain = all(isinstance(one, str) for one in value)
        return "; ".join(value) if plain else json.dumps(value, ensure_ascii=False, indent=1)
    return "" if value is None else str(value)


def _is_chinese() -> bool:
    return current_language().key == "zh"
