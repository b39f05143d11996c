"""Resources that a city shares: stock, teams, vehicles, shelters; who asks for them, and how a booking goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from workflow_engine.domain.lifecycle import Table
from workflow_engine.domain.places import is_on_earth, level_of
from workflow_engine.domain.resource_types import type_code

KINDS = ("team", "vehicle", "equipment", "supplies", "shelter", "money", "data")
SINGLE_KINDS = frozenset({"team", "vehicle"})
"""One of these is booked by one request at a time, as a whole; of the others, any part that is free."""
STANDINGS = ("in_service", "out_of_service", "withdrawn")
CHANGES = ("put", "stood", "counted")
"""Of a row of the register: written, in or out of service, counted anew."""
PRIORITIES = ("urgent", "high", "normal")
SOURCES = ("own", "pooled", "offer", "order", "contract", "commandeered")
"""How a booking came about: own stock, the shared reserve, offered, ordered by the level above, called off, taken."""

BOOKING: Table = {
    "assigned": frozenset({"standby", "mobilised", "in_action", "stood_down", "released"}),
    "standby": frozenset({"mobilised", "in_action", "stood_down", "released"}),
    "mobilised": frozenset({"in_action", "demobilising", "stood_down"}),
    "in_action": frozenset({"demobilising", "stood_down"}),
    "demobilising": frozenset({"stood_down"}),
    "stood_down": frozenset(),
    "released": frozenset(),
}
"""After *requested*, which is the line's; ``released``: given back before it moved, so that it filled nothing."""
OVER = frozenset({"stood_down", "released"})
REQUEST: Table = {
    "open": frozenset({"open", "partial", "complete", "unfilled", "cancelled", "returned"}),
    "partial": frozenset({"open", "partial", "complete", "unfilled", "cancelled", "returned"}),
    "complete": frozenset({"open", "partial", "complete", "cancelled", "returned"}),
    "unfilled": frozenset(),
    "cancelled": frozenset(),
    "returned": frozenset(),
}
SOUGHT = frozenset({"open", "partial"})
"""Something is still missing."""
LIVE = frozenset({"open", "partial", "complete"})
OFFER: Table = {
    "asked": frozenset({"offered", "declined", "closed"}),
    "offered": frozenset({"offered", "declined", "accepted", "closed"}),
    "declined": frozenset({"offered", "closed"}),
    "accepted": frozenset(),
    "closed": frozenset(),
}
ROUNDS = ("peers", "contract")
SETTLEMENT: Table = {"proposed": frozenset({"approved", "proposed"}), "approved": frozenset()}
SETTLEMENT_OF: Mapping[str, str] = {"contract": "price", "commandeered": "compensation"}
"""What is owed by how it came about; anything else only where it costs something."""
MOST_LINES = 40
MOST_QUANTITY = 1_000_000_000
LONGEST_TEXT = 2000
REQUEST_MESSAGE, ANSWERED, REQUESTED = "resource.request", "resource.answered", "resource.requested"


def request_stream(request_id: str) -> str:
    """The chain of everything that happens to a request."""
    return f"resource_request:{request_id}"


REGISTER_STREAM = "area:resources"
"""The chain of what there is: put in, changed, out of service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One row of the register: a thing, a team, a place, or an amount of something."""

    resource_id: str
    kind: str
    type: str
    name_zh: str
    name_en: str = ""
    unit_id: str
    """Owns it."""
    quantity: int = 1
    measure: str = ""
    """What is counted: pieces, litres, beds."""
    single: bool = False
    pooled: bool = False
    """May be given without asking the owner."""
    ready_minutes: int = 60
    """Until it can leave."""
    unit_cost: int = 0
    """Of one, in the city's money; what a day of use costs its owner."""
    contract: str = ""
    """Number of the contract by which an enterprise holds it ready."""
    lat: float | None = None
    lon: float | None = None
    place_code: str = ""
    place: str = ""
    contact: str = ""

    def content(self) -> dict[str, Any]:
        """Every field by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


COLUMNS = tuple(one.name for one in fields(Resource) if one.name != "single")
"""Of a file, in order."""
REQUIRED = ("resource_id", "kind", "type", "name_zh", "unit_id")
_TEXTS = {"resource_id": 64, "type": 64, "name_zh": 120, "name_en": 120, "unit_id": 64, "measure": 40, "contract": 80,
          "place_code": 15, "place": 200, "contact": 200}  # fmt: skip
_NUMBERS = {"quantity": (0, MOST_QUANTITY), "ready_minutes": (0, 100_000), "unit_cost": (0, 1_000_000_000)}


def read_resource(given: Mapping[str, Any]) -> Resource | dict[str, str]:
    """A row from text or JSON; what is wrong by field where it cannot be one."""
    problems: dict[str, str] = {}
    clean: dict[str, Any] = {}
    for name, longest in _TEXTS.items():
        text = str(given.get(name) or "").strip()
        if name in REQUIRED and not text:
            problems[name] = "missing"
        elif len(text) > longest or "\x00" in text:
            problems[name] = f"at most {longest} characters"
        clean[name] = text
    clean["type"] = type_code(clean["type"])
    kind = str(given.get("kind") or "").strip()
    if kind not in KINDS:
        problems["kind"] = f"one of {', '.join(KINDS)}"
    for name, (least, most) in _NUMBERS.items():
        value = given.get(name)
        if value in (None, ""):
            continue
        try:
            clean[name] = whole(value, least, most)
        except ValueError as error:
            problems[name] = str(error)
    clean["pooled"] = str(given.get("pooled") or "").strip().lower() in {"true", "1", "yes", "是"}
    try:
        clean.update(_point(given))
    except ValueError as error:
        problems["lat"] = str(error)
    if clean["place_code"] and level_of(clean["place_code"]) is None:
        problems["place_code"] = "no place code"
    if kind in SINGLE_KINDS and clean.get("quantity", 1) > 1:
        problems["quantity"] = "a vehicle or team is one; give each its own row"
    if problems:
        return problems
    return Resource(**{**clean, "kind": kind, "single": kind in SINGLE_KINDS})


def whole(value: Any, least: int, most: int) -> int:
    """A whole number within bounds. Raises ValueError."""
    try:
        number = int(str(value).strip()) if isinstance(value, str) else int(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("no whole number") from None
    if isinstance(value, bool) or (isinstance(value, float) and value != number) or not least <= number <= most:
        raise ValueError(f"a whole number from {least} to {most}")
    return number


def _point(given: Mapping[str, Any]) -> dict[str, float | None]:
    values = [given.get(name) for name in ("lat", "lon")]
    if all(value in (None, "") for value in values):
        return {"lat": None, "lon": None}
    try:
        lat, lon = (round(float(str(value)), 6) for value in values)
    except ValueError:
        raise ValueError("latitude and longitude in degrees, both or neither") from None
    if not is_on_earth(lat, lon):
        raise ValueError("no point on earth")
    return {"lat": lat, "lon": lon}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is asked for."""

    kind: str
    type: str
    quantity: int
    needed_by: str | None
    """Instant as text; None: at once."""
    place: str
    place_code: str
    lat: float | None
    lon: float | None
    priority: str
    note: str


def read_lines(given: Any, priority: str = "") -> list[Line]:
    """What a case asks for. Raises ValueError that says which line and what."""
    if not isinstance(given, list) or not 0 < len(given) <= MOST_LINES:
        raise ValueError(f"lines: a list of 1 to {MOST_LINES}")
    return [_line(number, one, priority) for number, one in enumerate(given, 1)]


def _line(number: int, given: Any, priority: str) -> Line:
    if not isinstance(given, Mapping):
        raise ValueError(f"line {number}: kind, type and quantity")
    kind, wanted = str(given.get("kind") or "").strip(), type_code(str(given.get("type") or "").strip())
    if kind not in KINDS:
        raise ValueError(f"line {number}: kind is one of {', '.join(KINDS)}")
    if not wanted or len(wanted) > 64:
        raise ValueError(f"line {number}: which type")
    try:
        quantity = whole(given.get("quantity", 1), 1, MOST_QUANTITY)
        point = _point(given)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None
    own = str(given.get("priority") or priority or "normal")
    code = str(given.get("place_code") or "").strip()
    return Line(
        kind=kind, type=wanted, quantity=quantity, needed_by=str(given.get("needed_by") or "") or None,
        place=str(given.get("place") or "").strip()[:200], place_code=code if level_of(code) else "",
        lat=point["lat"], lon=point["lon"], priority=own if own in PRIORITIES else "normal",
        note=str(given.get("note") or "").strip()[:LONGEST_TEXT],
    )  # fmt: skip


def state_of(quantities: list[tuple[int, int]]) -> str:
    """``open``, ``partial`` or ``complete`` from (asked, assigned) of each line."""
    if all(assigned >= asked for asked, assigned in quantities):
        return "complete"
    return "partial" if any(assigned for _, assigned in quantities) else "open"
