"""What a case takes for its request beside what is in the register: something commandeered, data that is now shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_resources import ResourcePut
from workflow_engine.domain.resource_scores import fit
from workflow_engine.domain.resources import Resource, read_resource
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.resource_acts import Wish, book, record_in_register
from workflow_engine.storage import resources as store
from workflow_engine.storage.resources import Request, RequestLine

DATA_SHARES = 1_000_000
"""A data set that is shared can be had by as many as want it."""


def commandeered(work: Handling, request: Request, letter: Mapping[str, Any]) -> list[Event]:
    """Take it from its owner, on a legal basis, against compensation (Emergency Response Law, articles 12 and 76)."""
    by, approved_by = str(letter.get("by") or ""), str(letter.get("approved_by") or "")
    if not by or not approved_by or by == approved_by:
        raise RejectedError("Expected who commandeers and who agrees, two persons.")
    basis = str(letter.get("basis") or "").strip()
    if not basis:
        raise RejectedError("Expected on what basis it is commandeered.")
    line = _line(work, request, letter)
    if line is None:
        return []
    given = {
        "resource_id": f"taken-{work.part_id('commandeered', str(line.line_no))[:24]}", "kind": line.kind,
        "type": line.type, "name_zh": letter.get("name"),
        "unit_id": str(letter.get("unit") or "").removeprefix("unit:"),
        "quantity": letter.get("quantity") or line.missing, "unit_cost": letter.get("compensation"),
        "ready_minutes": letter.get("ready_minutes"), "place": letter.get("place"), "contact": letter.get("owner"),
    }  # fmt: skip
    return _put_and_book(work, request, line, given, "commandeered", f"{basis} ({by}, {approved_by})", by)


def shared_data(work: Handling, request: Request, letter: Mapping[str, Any]) -> list[Event]:
    """The provider shares the data set: it stands in the register from now on, and nobody collects it again."""
    line = _line(work, request, letter)
    if line is None:
        return []
    given = {
        "resource_id": f"data-{work.part_id('data', str(line.line_no))[:24]}", "kind": "data", "type": line.type,
        "name_zh": letter.get("name") or line.type, "unit_id": str(letter.get("unit") or "").removeprefix("unit:"),
        "quantity": DATA_SHARES, "pooled": "true", "ready_minutes": 0, "place": letter.get("where"),
    }  # fmt: skip
    return _put_and_book(work, request, line, given, "offer", "", str(letter.get("by") or "") or None)


def _line(work: Handling, request: Request, letter: Mapping[str, Any]) -> RequestLine | None:
    """The line that is named, or else the first that lacks something; None when nothing is missing any more."""
    lines = [line for line in store.lines_of(work.unit, request.request_id) if line.missing]
    number = letter.get("line_no")
    return next((line for line in lines if number in (None, line.line_no)), None)


def _put_and_book(
    work: Handling, request: Request, line: RequestLine, given: Mapping[str, Any], source: str, note: str,
    by: str | None,
) -> list[Event]:  # fmt: skip
    found = read_resource(given)
    if not isinstance(found, Resource):
        raise RejectedError(f"Expected to know what is taken: {found}.", problems=found)
    content = found.content()
    contact = content.pop("contact")
    put = ResourcePut(resource_id=found.resource_id, row=content, contact=contact, change_no=1)
    record_in_register(work, [put], found.resource_id)
    stock = store.find_stock(work.unit, found.resource_id)
    if stock is None:
        raise RejectedError(f"Expected a unit that takes it, but there is no {found.unit_id[:64]!r}.")
    quantity = min(found.quantity, line.missing)
    why = fit(
        distance_km=None, ready_minutes=found.ready_minutes, available=found.quantity, missing=line.missing,
        unit_cost=found.unit_cost, dearest=found.unit_cost, owner="other", weights={},
    )  # fmt: skip
    return [book(work, request, Wish(stock, line, quantity, source, found.unit_cost, why.told(), note=note, by=by))]
