"""Parameters of processes as pages show them: names in the visitor's language, values with their unit, legal bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.names import names_of
from web.presenters.times import duration
from workflow_engine import Parameter, ParameterRow, PassedBound

UNITS = {
    "hours": marked("%(value)s hours"), "days": marked("%(value)s days"),
    "working hours": marked("%(value)s working hours"), "working days": marked("%(value)s working days"),
    "percent": marked("%(value)s percent"),
}  # fmt: skip
UNIT_NAMES = {
    "hours": marked("hours"), "days": marked("days"), "working hours": marked("working hours"),
    "working days": marked("working days"), "percent": marked("percent"),
    "duration": marked("a duration such as P30D"), "true/false": marked("true or false"),
}  # fmt: skip
PROBLEMS = {
    "no such parameter": marked("No released process declares this."), "no number": marked("A number."),
    "true or false": marked("true or false."),
    "no number, nor a duration such as P30D": marked("A duration such as P30D or PT48H."),
    "beyond the legal bound: a reason to publish is needed": marked(
        "This is beyond the legal bound: say why; the reason is public."
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """One parameter, told."""

    row: ParameterRow
    title: str
    description: str
    process: str
    value: str
    default: str
    bounds: str
    """The legal bounds in words; empty where there are none."""
    basis: str
    """The law that sets them."""


def line(row: ParameterRow) -> ParameterLine:
    """The parameter in the visitor's language."""
    one = row.parameter
    return ParameterLine(
        row, text_of(one.title) or one.name, text_of(one.description),
        names_of(row.definition_id).element(row.process_id, row.process_name),
        with_unit(row.value, one.unit), with_unit(one.default, one.unit), bounds(one.floor, one.ceiling, one.unit),
        text_of(one.floor_basis),
    )  # fmt: skip


def text_of(texts: Mapping[str, str]) -> str:
    """In the visitor's language, else in the other one."""
    return texts.get(current_language().key) or next(iter(texts.values()), "")


def with_unit(value: Any, unit: str) -> str:
    """The value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if unit == "duration" and (told := duration(str(value))):
        return told
    return _(UNITS[unit], value=value) if unit in UNITS else str(value)


def bounds(floor: Any, ceiling: Any, unit: str = "") -> str:
    """The legal bounds in words."""
    if floor is not None and ceiling is not None:
        return _("from %(floor)s to %(ceiling)s", floor=with_unit(floor, unit), ceiling=with_unit(ceiling, unit))
    if floor is not None:
        return _("at least %(floor)s", floor=with_unit(floor, unit))
    return "" if ceiling is None else _("at most %(ceiling)s", ceiling=with_unit(ceiling, unit))


def title_of(passed: PassedBound, known: Mapping[str, Parameter]) -> str:
    """The name of the parameter whose bound was passed."""
    one = known.get(passed.name)
    return (text_of(one.title) if one else "") or passed.name


def problem(what: str) -> str:
    """What is wrong with a value, in the visitor's words."""
    return _(PROBLEMS.get(what, what))


def data(row: ParameterRow) -> dict[str, Any]:
    """The parameter for programs."""
    one = row.parameter
    told = {
        "name": one.name, "process_id": row.process_id, "title": dict(one.title), "description": dict(one.description),
        "unit": one.unit, "default": one.default, "value": row.value, "set_by_city": row.is_set, "floor": one.floor,
        "ceiling": one.ceiling, "floor_basis": dict(one.floor_basis), "beyond_legal_bound": row.is_beyond,
        "published_reason": row.published or None,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in (None, "", {})}
