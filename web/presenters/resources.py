"""Resources in words: kinds, states, sources, why one was chosen; points for the map; how long until something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.times import now, span, zone
from workflow_engine import (
    BOOKING_STATES,
    FACTORS,
    MEASURES,
    RESOURCE_TYPES,
    BookingRow,
    Candidate,
    MissingLine,
    RequestLineRow,
    ResourceRow,
    measure_name,
    resource_type_name,
)

KINDS = {
    "vehicle": marked("Vehicles"), "team": marked("Teams and people"), "equipment": marked("Equipment"),
    "supplies": marked("Supplies"), "shelter": marked("Shelters"), "money": marked("Money"), "data": marked("Data"),
}  # fmt: skip
STANDINGS = {
    "in_service": marked("In service"), "out_of_service": marked("Out of service"),
    "withdrawn": marked("Out of the register"),
}  # fmt: skip
SHOWN = {"": marked("All"), "free": marked("Free now"), "out": marked("Assigned"), **STANDINGS}
BOOKINGS = {
    "assigned": marked("Assigned"), "standby": marked("Standby"), "mobilised": marked("Mobilised"),
    "in_action": marked("In action"), "demobilising": marked("Demobilising"), "stood_down": marked("Stood down"),
    "released": marked("Set free"),
}  # fmt: skip
BOOKING_LOOKS = {
    "assigned": "accent", "standby": "accent", "mobilised": "warn", "in_action": "warn", "demobilising": "accent",
    "stood_down": "good", "released": "",
}  # fmt: skip
REQUESTS = {
    "open": marked("Nothing assigned yet"), "partial": marked("Partly assigned"), "complete": marked("All assigned"),
    "unfilled": marked("Unfilled"), "cancelled": marked("Called off"), "returned": marked("Given back"),
}  # fmt: skip
REQUEST_LOOKS = {
    "open": "stop", "partial": "warn", "complete": "good", "unfilled": "stop", "cancelled": "", "returned": "good",
}  # fmt: skip
PRIORITIES = {"urgent": marked("Urgent"), "high": marked("High priority"), "normal": marked("Normal priority")}
SOURCES = {
    "own": marked("own stock"), "pooled": marked("shared reserve"), "offer": marked("offered by its owner"),
    "order": marked("ordered by the level above"), "contract": marked("called off a contract"),
    "commandeered": marked("commandeered"),
}  # fmt: skip
OFFERS = {
    "asked": marked("Asked, no answer yet"), "offered": marked("Offered"), "declined": marked("Declined"),
    "accepted": marked("Offer accepted"), "closed": marked("Closed"),
}  # fmt: skip
OFFER_LOOKS = {"asked": "warn", "offered": "accent", "declined": "", "accepted": "good", "closed": ""}
ROUNDS = {"peers": marked("Neighbours are asked"), "contract": marked("Called off your contract")}
FACTOR_NAMES = {
    "distance": marked("Distance"), "readiness": marked("Readiness"), "quantity": marked("Quantity"),
    "cost": marked("Cost"), "level": marked("Whose it is"),
}  # fmt: skip
OWNERS = {
    "own": marked("of the requester"), "near": marked("of the same district"), "city": marked("of the city"),
    "other": marked("of another district"), "enterprise": marked("of an enterprise"),
}  # fmt: skip
PURPOSES = {"event": marked("Planned event"), "standby": marked("Standby shift"), "upkeep": marked("Upkeep")}
HOW = {
    "own": marked("own stock, at once"), "pooled": marked("shared reserve, at once"), "offer": marked("offered"),
    "order": marked("its owner has to be asked"), "contract": marked("under contract, to be called off"),
}  # fmt: skip
MISSING_MARKS = {"late": marked("Something is missing here"), "settled": marked("Could be given")}
MARKS = {"settled": marked("Free"), "working": marked("Assigned"), "late": marked("Out of service")}


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a score: its points, its weight, and the fact behind it."""

    name: str
    points: int
    weight: int
    fact: str


def named(row: Any, prefix: str = "") -> str:
    """The name of a unit or resource in the visitor's language; Chinese where there is no English one."""
    chinese, english = getattr(row, f"{prefix}name_zh"), getattr(row, f"{prefix}name_en")
    return (chinese if is_chinese() else english or chinese) or ""


def is_chinese() -> bool:
    """Whether the visitor reads Chinese."""
    return current_language().key == "zh"


def type_word(code: str) -> str:
    """What a type is called."""
    return resource_type_name(code, chinese=is_chinese())


def type_choices(types: Sequence[tuple[str, str]]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(kind, its name, [(type, its name)]) of what there is."""
    return [
        (kind, _(label), [(code, type_word(code)) for own, code in types if own == kind])
        for kind, label in KINDS.items()
        if any(own == kind for own, _code in types)
    ]


def amount(number: int, measure: str = "") -> str:
    """A number with what is counted."""
    return f"{number:,} {measure_word(measure, number)}".strip()


def measure_word(measure: str, number: float = 2) -> str:
    """What is counted, in the visitor's language."""
    return measure_name(measure, number, chinese=is_chinese())


def measure_choices() -> list[str]:
    """Units of measure to choose from, in the visitor's language."""
    return sorted({measure_word(word) for word in MEASURES})


def type_measure(code: str) -> str:
    """What is counted of a type, where that is known; as the register writes it."""
    known = RESOURCE_TYPES.get(code)
    return "" if known is None else known.measure


def factors(why: Mapping[str, Any], weights: Mapping[str, Any]) -> list[Factor]:
    """Why one was chosen, factor by factor; weights as they were then."""
    points = why.get("points") or {}
    return [
        Factor(_(FACTOR_NAMES[name]), int(points.get(name, 0)), int(weights.get(name, 20)), _fact(name, why))
        for name in FACTORS
    ]


def _fact(name: str, why: Mapping[str, Any]) -> str:
    if name == "distance":
        known = why.get("distance_km")
        return _("not known") if known is None else _("%(km)s km", km=f"{float(known):.1f}")
    if name == "readiness":
        return _("there in %(minutes)s min", minutes=int(why.get("minutes", 0)))
    if name == "quantity":
        return _("%(number)s available", number=f"{int(why.get('available', 0)):,}")
    if name == "cost":
        cost = int(why.get("cost", 0))
        return _("%(cost)s yuan each", cost=f"{cost:,}") if cost else _("free of charge")
    return _(OWNERS.get(str(why.get("owner")), OWNERS["other"]))


def next_states(booking: BookingRow, *, coordinates: bool) -> list[tuple[str, str]]:
    """Where a booking may go from here, the usual step first."""
    order = list(BOOKINGS)
    found = sorted(BOOKING_STATES[booking.state], key=order.index)
    return [(state, _(BOOKINGS[state])) for state in found if state != "released" or coordinates]


def line_words(line: RequestLineRow) -> str:
    """What a line asks for, in a few words."""
    return f"{type_word(line.type)} × {amount(line.quantity, type_measure(line.type))}"


def share(line: RequestLineRow) -> int:
    """How much of a line is assigned, in per cent."""
    return round(100 * line.assigned / line.quantity)


def instant_of(text: str) -> str | None:
    """A local time as it was typed, as an instant; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone())).isoformat()


def how_long(time: timedelta) -> str:
    """A length of time in words."""
    return span(time.total_seconds())


def is_late(line: RequestLineRow, at: datetime | None = None) -> bool:
    """Whether something is missing though it was needed by now."""
    return line.missing > 0 and line.needed_by is not None and line.needed_by < (at or now())


def map_points(rows: Sequence[ResourceRow]) -> list[dict[str, Any]]:
    """Resources for the map."""
    return [
        {
            "lat": row.lat, "lon": row.lon, "state": _mark(row), "title": named(row),
            "state_words": f"{type_word(row.type)}, {free_words(row)}",
            "when": named(row, "unit_"), "place": row.place,
            "href": url_for("resources.page", resource_id=row.resource_id),
        }
        for row in rows
    ]  # fmt: skip


def missing_points(rows: Sequence[MissingLine]) -> list[dict[str, Any]]:
    """Where something is missing, and where the best of what could be given stands; each place once."""
    found: dict[tuple[float, float], dict[str, Any]] = {}
    for one in rows:
        line = one.line
        if line.lat is not None and line.lon is not None:
            found.setdefault((line.lat, line.lon), {
                "lat": line.lat, "lon": line.lon, "state": "late", "title": line_words(line), "place": line.place,
                "state_words": _("%(number)s missing", number=amount(line.missing, type_measure(line.type))),
                "href": url_for("resource_requests.page", request_id=line.request_id, _anchor=f"line-{line.line_no}"),
            })  # fmt: skip
        for giver in one.givers[:1]:
            stock = giver.stock
            if stock.lat is not None and stock.lon is not None:
                found.setdefault((stock.lat, stock.lon), {
                    "lat": stock.lat, "lon": stock.lon, "state": "settled", "title": named(stock), "place": "",
                    "state_words": _("%(number)s free", number=amount(giver.quantity, type_measure(stock.type))),
                    "href": url_for("resources.page", resource_id=stock.resource_id),
                })  # fmt: skip
    return list(found.values())


def giver_words(giver: Candidate) -> list[str]:
    """How far away it is and how long it takes."""
    km = giver.fit.distance_km
    away = [] if km is None else [_("%(km)s km", km=f"{km:.1f}")]
    return [*away, _("there in %(minutes)s min", minutes=giver.fit.minutes)]


def free_words(row: ResourceRow) -> str:
    """How much of it nobody holds."""
    return _("%(free)s of %(all)s free", free=f"{row.free:,}", all=amount(row.quantity, row.measure))


def _mark(row: ResourceRow) -> str:
    if row.standing != "in_service":
        return "late"
    return "settled" if row.free else "working"


WORDS: dict[str, Any] = {
    "kinds": KINDS, "standings": STANDINGS, "shown": SHOWN, "booking_names": BOOKINGS, "booking_looks": BOOKING_LOOKS,
    "request_names": REQUESTS, "request_looks": REQUEST_LOOKS, "priorities": PRIORITIES, "sources": SOURCES,
    "offer_names": OFFERS, "offer_looks": OFFER_LOOKS, "rounds": ROUNDS, "named": named, "type_word": type_word,
    "amount": amount, "type_measure": type_measure,
    "factors": factors, "next_states": next_states, "line_words": line_words, "share": share,
    "is_late": is_late, "how_long": how_long, "free_words": free_words,
    "measure_choices": measure_choices, "purposes": PURPOSES,
    "how_to_have": HOW, "giver_words": giver_words,
}  # fmt: skip
"""What the templates of resources need."""
