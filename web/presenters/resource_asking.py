"""Lines of a request for resources as they are typed: any number, empty ones left out, each problem at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web.i18n import gettext as _
from web.presenters import resources as words
from web.presenters.resource_register import point
from workflow_engine import MOST_REQUEST_LINES, RESOURCE_TYPES, InvalidVariablesError

BLANK_LINES, MORE_LINES = 1, 3
FIELDS = ("type", "quantity", "needed_by", "place", "note")
_LONGEST = {"place": 200, "note": 2000}


def line_count(form: Mapping[str, str], more: bool) -> int:
    """How many lines the form shows: those that were there, and more where somebody asks for them."""
    there = [number for number in range(MOST_REQUEST_LINES) if f"type-{number}" in form]
    count = max(there, default=BLANK_LINES - 1) + 1
    return min(count + (MORE_LINES if more else 0), MOST_REQUEST_LINES)


def choices(known: Sequence[tuple[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(kind, [(kind:type, its name)]) of everything that can be asked for: what cities keep, and what this one does."""
    found = []
    for kind, label in words.KINDS.items():
        codes = [code for code, one in RESOURCE_TYPES.items() if one.kind == kind]
        codes += [code for own, code in known if own == kind and code not in codes]
        found.append((_(label), [(f"{kind}:{code}", words.type_word(code)) for code in codes]))
    return found


def read_request(form: Mapping[str, str], places: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The variables that a case of resource allocation starts with.

    Raises:
        InvalidVariablesError: with each problem at its field.
    """
    problems: dict[str, str] = {}
    title = form.get("request_title", "").strip()[:200]
    if not title:
        problems["request_title"] = _("This is needed.")
    priority = form.get("priority", "")
    if priority not in words.PRIORITIES:
        problems["priority"] = _("Choose one.")
    by_name = {name: code for code, name in places}
    shared = _pin(form)
    lines = []
    for number in range(MOST_REQUEST_LINES):
        typed = {name: form.get(f"{name}-{number}", "").strip() for name in FIELDS}
        if not any(typed[name] for name in FIELDS if name != "quantity"):
            continue
        wrong, line = _line(typed)
        problems |= {f"{name}-{number}": what for name, what in wrong.items()}
        lines.append({**line, **shared, "place_code": by_name.get(typed["place"], ""), "priority": priority})
    if not lines and "type-0" not in problems:
        problems["type-0"] = _("Say what is needed.")
    kinds = {line["kind"] for line in lines}
    if "data" in kinds and len(kinds) > 1:
        problems["type-0"] = _("Ask for data in a request of its own: it goes another way.")
    if problems:
        raise InvalidVariablesError("Expected a request that can be so, but some fields cannot.", problems)
    return {"request_title": title, "priority": priority, "kind": lines[0]["kind"], "lines": lines}


def _line(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    problems: dict[str, str] = {}
    kind, _colon, wanted = typed["type"].partition(":")
    if kind not in words.KINDS or not wanted or len(wanted) > 64:
        problems["type"] = _("Choose one.")
    quantity = typed["quantity"] or "1"
    if not quantity.isascii() or not quantity.isdigit() or not 0 < int(quantity[:12]) <= 1_000_000_000:
        problems["quantity"] = _("Give a whole number.")
        quantity = "1"
    needed_by = None
    if typed["needed_by"]:
        needed_by = words.instant_of(typed["needed_by"])
        if needed_by is None:
            problems["needed_by"] = _("Write a date and time, such as 2026-03-31 14:30.")
    problems |= {
        name: _("At most %(number)s characters.", number=most)
        for name, most in _LONGEST.items()
        if len(typed[name]) > most
    }
    line = {
        "kind": kind, "type": wanted, "quantity": int(quantity), "needed_by": needed_by, "place": typed["place"],
        "note": typed["note"],
    }  # fmt: skip
    return problems, line


def _pin(form: Mapping[str, str]) -> dict[str, float]:
    if not form.get("lat") or not form.get("lon"):
        return {}
    lat, lon = point(form)
    return {"lat": lat, "lon": lon} if (lat, lon) != (0.0, 0.0) else {}
