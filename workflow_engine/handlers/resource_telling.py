"""What is told about requests: to the case that works on one how it stands, to owners that they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from workflow_engine.domain.resource_types import name_of
from workflow_engine.domain.resources import OVER, SETTLEMENT_OF
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import resources as store
from workflow_engine.storage import telling
from workflow_engine.storage.assigning import read_tree
from workflow_engine.storage.resource_matching import STAGES, Matching
from workflow_engine.storage.resources import Request, RequestLine
from workflow_engine.storage.supervision import people_of

ABOUT = "resource_asked"
_MOST_PROPOSED = 3
ANYBODY = "role:resource_coordinator"
ABOVE_ALL = "role:commander"


def coordinator_of(work: Handling, function: str, unit_id: str | None) -> str:
    """The group that assigns for a unit: whoever does this for it, else those who hold the role."""
    if unit_id is None or not function:
        return ANYBODY
    tree = read_tree(work.unit)
    found = unit_id if tree.does(function, unit_id) else tree.unit_for(function, unit_id)
    return ANYBODY if found is None else f"unit:{found}"


def how_it_stands(work: Handling, request: Request) -> dict[str, Any]:
    """As variables of a case: what is missing, what is booked, what would be the best."""
    matching = Matching(work.unit, request, work.now)
    bookings = store.bookings_of(work.unit, request.request_id)
    office = request.coordinator.removeprefix("unit:")
    above = None if office == request.coordinator else read_tree(work.unit).superior_of(office)
    proposed: list[dict[str, Any]] = []
    for line in matching.lines:
        if not line.missing:
            continue
        proposed.extend(
            {
                "line_no": line.line_no, "resource_id": one.stock.resource_id, "name_zh": one.stock.name_zh,
                "name_en": one.stock.name_en, "unit": one.stock.unit_id, "quantity": min(one.quantity, line.missing),
                "source": one.source, **one.fit.told(),
            }
            for one in matching.candidates(line, STAGES["peers"])[:_MOST_PROPOSED]
        )  # fmt: skip
    return {
        "id": request.request_id, "state": request.state, "missing": sum(1 for line in matching.lines if line.missing),
        "lines": [
            {"line_no": line.line_no, "kind": line.kind, "type": line.type, "requested": line.quantity,
             "assigned": line.assigned, "missing": line.missing}
            for line in matching.lines
        ],
        "unit": request.unit_id or "", "coordinator": request.coordinator, "coordinator_unit": office,
        "above": ABOVE_ALL if above is None else f"head:{above}", "words": _words(matching.lines),
        "booked": sum(1 for one in bookings if one.state != "released"),
        "out": sum(1 for one in bookings if one.state not in OVER),
        "owes": any(one.state != "released" and (one.cost or one.source in SETTLEMENT_OF) for one in bookings),
        "offers": sum(1 for one in matching.offers if one.state == "offered"),
        "proposed": proposed,
    }  # fmt: skip


def _words(lines: Sequence[RequestLine]) -> str:
    """The lines for a form, in both languages."""
    return "\n".join(
        f"{line.line_no}. {name_of(line.type, chinese=True)} {name_of(line.type, chinese=False)}: "
        f"{line.assigned} / {line.quantity}"
        for line in lines
    )


def ask_owners(work: Handling, request: Request, unit_ids: Sequence[str]) -> None:
    """Mail to the people of the units who want it; exercises stay on the pages."""
    if request.exercise:
        return
    content = orjson.dumps({"about": ABOUT, "resource_request_id": request.request_id}).decode()
    for unit_id in unit_ids:
        for person_id in people_of(work.unit, unit_id):
            if telling.wants_mail(work.unit, person_id, "assigned"):
                row = {
                    "delivery_id": f"{person_id}/{ABOUT}/{work.part_id('mail', person_id)}",
                    "webhook_id": None, "person_id": person_id, "content": content, "state": "pending", "attempts": 0,
                    "next_at": work.now, "last_error": None, "created_at": work.now, "settled_at": None,
                }  # fmt: skip
                telling.note_deliveries(work.unit, [row])
