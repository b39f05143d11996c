"""Rows of the register of resources in forms, files and history: fields, what is wrong with one, what it became."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters import resources as words
from workflow_engine import (
    RESOURCE_COLUMNS,
    RESOURCE_TYPES,
    InvalidVariablesError,
    JudgedRow,
    ResourceChange,
    ResourceFile,
    ResourceRow,
    measure_name,
)

FIELDS = {
    "resource_id": marked("Inventory number"), "kind": marked("Kind"), "type": marked("Type"),
    "name_zh": marked("Chinese name"), "name_en": marked("English name"), "unit_id": marked("Its unit"),
    "quantity": marked("Quantity"),
    "measure": marked("Counted in"), "pooled": marked("Shared reserve"), "ready_minutes": marked("Leaves in (min)"),
    "unit_cost": marked("Cost of one (yuan)"), "contract": marked("Contract"), "lat": marked("Latitude"),
    "lon": marked("Longitude"), "place_code": marked("Community"), "place": marked("Place"),
    "contact": marked("Contact"), "standing": marked("State"),
}  # fmt: skip
PLACE = ("place", "place_code", "lat", "lon")
VERDICTS = {
    "new": (marked("New"), "accent"), "changed": (marked("Changes"), "warn"), "unchanged": (marked("As it is"), ""),
    "refused": (marked("Refused"), "stop"),
}  # fmt: skip
MOST_BROUGHT = 3_000
"""Rows that a page carries from its preview to their being put; longer files go by the command line."""
_PROBLEMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (r"missing", marked("This is needed.")),
        (r"at most (?P<number>\d+) characters", marked("At most %(number)s characters.")),
        (r"no whole number", marked("Give a whole number.")),
        (r"a whole number from (?P<least>\d+) to (?P<most>\d+)", marked("A whole number from %(least)s to %(most)s.")),
        (r"latitude and longitude.*", marked("Give latitude and longitude in degrees, both or neither.")),
        (r"no point on earth", marked("There is no such point on earth.")),
        (r"no place code", marked("There is no such place code.")),
        (r"no such unit", marked("There is no such unit.")),
        (r"stands twice", marked("It stands twice in the file.")),
        (r"it belongs to another unit", marked("It belongs to another unit.")),
        (r"(?P<number>\d+) of it are booked", marked("%(number)s of it are booked: it cannot be less.")),
        (r"a vehicle or team is one.*", marked("A vehicle or team is one: give each a row of its own.")),
        (r"it is (?P<kind>\w+)", marked("The kind cannot change.")),
        (r"not in the past", marked("Give a time to come.")),
        (r"within two years", marked("At most two years ahead.")),
        (r"after it begins", marked("It ends after it begins.")),
        (r"within a year of its beginning", marked("At most a year long.")),
        (r"no instant", marked("Write a date and time, such as 2026-03-31 14:30.")),
        (r"one of .*", marked("Choose one of: vehicle, team, equipment, supplies, shelter, money, data.")),
    )
)


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line of a file: what it would do, and why not."""

    line: int
    resource_id: str
    name: str
    verdict: str
    changes: tuple[tuple[str, str, str], ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def problem_words(problems: Mapping[str, str]) -> dict[str, str]:
    """The engine's problems by field, in the visitor's language; of one row, whatever its number."""
    return {name.rpartition(".")[2]: _problem(told) for name, told in problems.items()}


def _problem(told: str) -> str:
    for pattern, text in _PROBLEMS:
        if match := pattern.fullmatch(told):
            return _(text, **match.groupdict())
    return told


def field_word(name: str) -> str:
    """What a field is called."""
    return _(FIELDS.get(name, name))


def value_word(name: str, value: Any, units: Mapping[str, str]) -> str:
    """What stands in a field."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "type":
        return words.type_word(str(value))
    if name in ("kind", "standing"):
        return _((words.KINDS if name == "kind" else words.STANDINGS).get(str(value), str(value)))
    return units.get(str(value), str(value)) if name == "unit_id" else str(value)


def unit_choices(row: ResourceRow) -> list[tuple[str, str]]:
    """Units for which a resource can be kept, its own first."""
    units = engine().queries.indicators.unit_names()
    chosen = {unit_id: zh if words.is_chinese() else en or zh for unit_id, (zh, en) in units.items()}
    others = sorted((name, unit_id) for unit_id, name in chosen.items() if unit_id != row.unit_id)
    return [(row.unit_id, words.named(row, "unit_")), *((unit_id, name) for name, unit_id in others)]


def changes_shown(change: ResourceChange, units: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(field, before, after) in words."""
    return [
        (field_word(name), value_word(name, before, units), value_word(name, after, units))
        for name, before, after in change.fields
    ]


def type_groups(kind: str = "", also: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """(kind, [(type, its name)]) of what cities keep, of one kind or of all; with a further one that is chosen."""
    found = []
    for own, label in words.KINDS.items():
        if kind and own != kind:
            continue
        codes = [code for code, known in RESOURCE_TYPES.items() if known.kind == own]
        if also and also not in codes and kind:
            codes.append(also)
        found.append((_(label), [(code, words.type_word(code)) for code in codes]))
    return found


def form_values(row: ResourceRow | None, unit_id: str) -> dict[str, str]:
    """What a form begins with: the row, or what a new one usually is."""
    if row is None:
        return {"unit_id": unit_id, "quantity": "1", "ready_minutes": "30"}
    found = {name: "" if (value := getattr(row, name)) is None else str(value) for name in RESOURCE_COLUMNS}
    found.pop("pooled")
    found["measure"] = words.measure_word(row.measure, row.quantity)
    return {**found, **({"pooled": "1"} if row.pooled else {})}


def typed_row(form: Mapping[str, str], known: ResourceRow | None, fresh_id: str) -> dict[str, Any]:
    """The row that a form means: what it does not ask for stays as it is, what a type says need not be typed."""
    row: dict[str, Any] = {name: getattr(known, name) for name in RESOURCE_COLUMNS} if known else {}
    row |= {name: form[name].strip() for name in RESOURCE_COLUMNS if name in form}
    if form.get("other_type", "").strip():
        row["type"] = form["other_type"].strip()
    kind_of_type = RESOURCE_TYPES.get(str(row.get("type")))
    if known is not None:
        row |= {"resource_id": known.resource_id, "kind": known.kind}
    elif kind_of_type is not None:
        row["kind"] = kind_of_type.kind
    row["resource_id"] = row.get("resource_id") or f"{row.get('type') or 'resource'}-{fresh_id[:8]}"
    if "part" not in form:
        row["pooled"] = "pooled" in form
    if not row.get("measure") and kind_of_type is not None:
        row["measure"] = kind_of_type.measure
    row["measure"] = measure_name(str(row.get("measure") or ""), chinese=True)
    return row


def point(row: Mapping[str, Any]) -> tuple[float, float]:
    """Where a pin stands; off the earth where that is no number, so that nothing lies there."""
    try:
        return float(row["lat"]), float(row["lon"])
    except ValueError:
        return 0.0, 0.0


def preview(read: ResourceFile, judged: Sequence[JudgedRow], units: Mapping[str, str]) -> list[PreviewLine]:
    """Line by line: new, changed and how, as it is, or refused and why."""
    lines = [
        PreviewLine(one.line, "", "", "refused", problems=((field_word(one.column) if one.column else "", one.what),))
        for one in read.problems
    ]
    for number, (row, one) in enumerate(zip(read.rows, judged, strict=True)):
        problems = tuple((field_word(name), _problem(told)) for name, told in one.problems.items())
        if one.foreign:
            problems += ((field_word("unit_id"), _("It belongs to another unit.")),)
        changes = () if one.resource is None else tuple(
            (field_word(name), "" if name == "contact" else value_word(name, one.before[name], units),
             "" if name == "contact" else value_word(name, getattr(one.resource, name), units))
            for name in one.fields
        )  # fmt: skip
        lines.append(
            PreviewLine(
                read.line_of(number), one.resource_id, row.get("name_zh") or row.get("name_en") or "", one.verdict,
                () if problems else changes, problems,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda one: (one.verdict != "refused", one.line))


def carried(judged: Sequence[JudgedRow]) -> str:
    """What a preview hands on: the rows that would change something, and how often each was changed by then."""
    rows = [
        {"row": one.resource.content(), "changes": one.changes}
        for one in judged
        if one.resource is not None and one.verdict in ("new", "changed")
    ]
    return orjson.dumps(rows).decode()


def taken_up(text: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """(rows, how often each was changed) of what a preview handed on.

    Raises:
        InvalidVariablesError: it is not what was handed on.
    """
    try:
        found = orjson.loads(text)
        rows = [dict(one["row"]) for one in found]
        return rows, {str(row["resource_id"]): int(one["changes"]) for row, one in zip(rows, found, strict=True)}
    except (ValueError, TypeError, KeyError):
        raise InvalidVariablesError("Expected the rows of a preview.", {"file": _("Choose the file again.")}) from None
