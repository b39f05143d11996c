"""Taking a call: what the clerk typed, likely categories, open requests that are alike, and where places are."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.request_desk import alike_lines
from web.presenters.request_words import KINDS, TIERS, name_of, named
from workflow_engine import (
    Actor,
    Draft,
    InvalidVariablesError,
    SubmitServiceRequest,
    new_id,
    suggest_categories,
)

PROBLEMS = {
    "description": marked("Write down what is reported."), "category": marked("Choose a category."),
    "lat": marked("A point has a latitude and a longitude, as numbers."),
    "reporter_contact": marked("A telephone number or an address for mail."), "code": marked("Load the page again."),
    "title": marked("This is too long."), "address": marked("This is too long."),
}  # fmt: skip
"""What is wrong with a field."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is heard or read as something else."""
_SHORTEST_DRAFT = 2


@dataclass(frozen=True, slots=True)
class Intake:
    """A call as it was written down."""

    request_id: str
    code: str
    description: str
    category: str
    kind: str
    tier: str | None
    title: str
    address: str
    lat: float | None
    lon: float | None
    place_code: str | None
    reporter_name: str
    reporter_contact: str


def new_code() -> str:
    """What the caller is told, to see later how it stands: four times four letters."""
    return "-".join("".join(secrets.choice(_LETTERS) for _place in range(4)) for _group in range(4))


def read_intake(form: Mapping[str, str]) -> Intake:
    """What was typed. Raises InvalidVariablesError where a number is none, or something needed is missing."""
    text = {name: form.get(name, "").strip() for name in Intake.__slots__}
    problems = {name: "needed" for name in ("description", "category", "code") if not text[name]}
    lat, lon = _number(text["lat"]), _number(text["lon"])
    if (lat is None) != (lon is None) or (lat is None and (text["lat"] or text["lon"])):
        problems["lat"] = "numbers"
    if problems:
        raise InvalidVariablesError("Expected a report that can be taken.", problems)
    return Intake(
        text["request_id"] or new_id(), text["code"], text["description"], text["category"],
        text["kind"] if text["kind"] in KINDS else "report", text["tier"] if text["tier"] in TIERS else None,
        text["title"], text["address"], lat, lon, text["place_code"] or None, text["reporter_name"],
        text["reporter_contact"],
    )  # fmt: skip


def command_of(told: Intake, command_id: str) -> SubmitServiceRequest:
    """The command for it; a call that a clerk took needs no other proof."""
    return SubmitServiceRequest(
        command_id=command_id, request_id=told.request_id, code=told.code, source="phone", proved=True,
        category=told.category, kind=told.kind, tier=told.tier, title=told.title, description=told.description,
        address=told.address, lat=told.lat, lon=told.lon, place_code=told.place_code,
        reporter_name=told.reporter_name, reporter_contact=told.reporter_contact,
        language=current_language().tag.replace("-", "_"),
    )  # fmt: skip


def suggestions(form: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """What the page shows beside the form, for what is typed so far."""
    words = f"{form.get('title', '')} {form.get('description', '')}".strip()
    if len(words) < _SHORTEST_DRAFT:
        return {"suggested": [], "alike": [], "has_place": False}
    catalogue = engine().queries.service_categories.list()
    suggested = [
        (one.category.code, name_of(one.category), one.said) for one in suggest_categories(words, catalogue)
    ]  # fmt: skip
    lat, lon = _number(form.get("lat", "")), _number(form.get("lon", ""))
    if lat is None or lon is None:
        lat = lon = None
    place = form.get("place_code", "").strip() or None
    draft = Draft(words, engine().clock.now(), form.get("category", "").strip() or None, lat, lon, place)
    alike = alike_lines(engine().queries.service_requests.similar_for(actor, draft), None)
    return {"suggested": suggested, "alike": alike, "has_place": lat is not None or place is not None}


def places() -> list[tuple[str, str]]:
    """Communities by their names, each after its subdistrict: for callers who cannot say more."""
    rows = engine().queries.places.shapes(("subdistrict", "community"))
    names = {row.place_code: named(row.name_zh, row.name_en) for row in rows}
    found = [
        (code, _("%(above)s, %(place)s", above=names.get(code[:9], ""), place=names[code]))
        for code in (row.place_code for row in rows if row.level == "community")
    ]  # fmt: skip
    return sorted(found, key=lambda pair: pair[1])


def kinds() -> list[tuple[str, str]]:
    """What a report can be."""
    return [(key, _(label)) for key, label in KINDS.items()]


def tiers() -> list[tuple[str, str]]:
    """Priorities; the first: that of the category."""
    return [("", _("As the category says")), *((key, _(label)) for key, label in TIERS.items())]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= 180 else None
