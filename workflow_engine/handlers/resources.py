"""The register of resources: what there is, whose it is, and whether it is in service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_resources import ResourcePut, ResourceStood
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.domain.resource_commands import PutResources, StandResource
from workflow_engine.domain.resource_reach import KEEP, is_owner
from workflow_engine.domain.resources import REGISTER_STREAM, STANDINGS, Resource, read_resource
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.resource_acts import words
from workflow_engine.storage import chains
from workflow_engine.storage import resource_rows as rows
from workflow_engine.storage import resources as store

MOST_ROWS = 20_000
_STANDS: Mapping[str, frozenset[str]] = {
    "in_service": frozenset({"out_of_service", "withdrawn"}),
    "out_of_service": frozenset({"in_service", "withdrawn"}),
    "withdrawn": frozenset({"in_service"}),
}


def put_resources(work: Handling, command: PutResources) -> Receipt:
    """Write rows of the register; the same rows again change nothing."""
    what = "put resources"
    require_writer(work.actor, what)
    found = _read(work, command.rows)
    if not may(work.actor, KEEP) and not all(is_owner(work.actor, one.unit_id) for one in found):
        raise NotPermittedError(f"Expected to {what}, but some belong to other units.", verb=KEEP)
    chains.lock_stream(work.unit, REGISTER_STREAM)
    events: list[Event] = []
    known = store.some_stock(work.unit, _ids(one.resource_id for one in found))
    before = store.contents(work.unit, _ids(known))
    for number, one in enumerate(found):
        _check_change(number, one, known.get(one.resource_id), may_move=may(work.actor, KEEP))
        content = one.content()
        if before.get(one.resource_id) != content:
            contact = content.pop("contact")
            events.append(ResourcePut(resource_id=one.resource_id, row=content, contact=contact))
    result = {"resources": len(found), "changed": len(events)}
    if not events:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result=result)
    rows.apply(work.unit, events, rows.At(work.now, work.actor.actor_id))
    return work.record_in_stream(REGISTER_STREAM, events, result)


def stand_resource(work: Handling, command: StandResource) -> Receipt:
    """In service, out of it, or withdrawn; what is booked first has to come back before it is withdrawn."""
    what = "change whether a resource is in service"
    require_writer(work.actor, what)
    chains.lock_stream(work.unit, REGISTER_STREAM)
    found = store.find_stock(work.unit, command.resource_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no resource {command.resource_id[:64]!r}.")
    if not may(work.actor, KEEP) and not is_owner(work.actor, found.unit_id):
        raise NotPermittedError(f"Expected to {what}, but it belongs to another unit.", verb=KEEP)
    if command.standing not in STANDINGS:
        raise InvalidVariablesError(
            "Expected to know whether it is in service.", {"standing": f"one of {', '.join(STANDINGS)}"}
        )
    if command.standing not in _STANDS[found.standing]:
        raise InvalidStateError(f"Expected to {what}, but it is {found.standing}.", state=found.standing)
    if command.standing == "withdrawn" and (found.booked or found.drilled):
        raise InvalidStateError("Expected to withdraw a resource, but it is booked.", booked=found.booked)
    reason = words(command.reason, "reason", needed=command.standing != "in_service")
    event = ResourceStood(resource_id=found.resource_id, standing=command.standing, reason=reason)
    rows.apply(work.unit, [event], rows.At(work.now, work.actor.actor_id))
    return work.record_in_stream(REGISTER_STREAM, [event], {"resource_id": found.resource_id})


def _read(work: Handling, given: Sequence[Mapping[str, Any]]) -> list[Resource]:
    """Raises InvalidVariablesError with every problem by row and field."""
    if not 0 < len(given) <= MOST_ROWS:
        raise InvalidVariablesError("Expected resources.", {"rows": f"1 to {MOST_ROWS}"})
    problems: dict[str, str] = {}
    found: list[Resource] = []
    seen: set[str] = set()
    for number, row in enumerate(given):
        one = read_resource(row)
        if isinstance(one, dict):
            problems.update({f"rows[{number}].{name}": what for name, what in one.items()})
            continue
        if one.resource_id in seen:
            problems[f"rows[{number}].resource_id"] = "stands twice"
        seen.add(one.resource_id)
        found.append(one)
    units = store.open_units(work.unit, _ids({str(row.get("unit_id") or "").strip() for row in given}))
    for number, row in enumerate(given):
        if (unit_id := str(row.get("unit_id") or "").strip()) and unit_id not in units:
            problems.setdefault(f"rows[{number}].unit_id", "no such unit")
    if problems:
        raise InvalidVariablesError(f"Expected resources that can be so, but {len(problems)} fields cannot.", problems)
    return found


def _check_change(number: int, one: Resource, known: store.Stock | None, *, may_move: bool) -> None:
    if known is None:
        return
    problems = {}
    if one.quantity < max(known.booked, known.drilled):
        problems["quantity"] = f"{max(known.booked, known.drilled)} of it are booked"
    if one.kind != known.kind or (one.single != known.single and known.booked):
        problems["kind"] = f"it is {known.kind}"
    if one.unit_id != known.unit_id and not may_move:
        problems["unit_id"] = "it belongs to another unit"
    if problems:
        named = {f"rows[{number}].{name}": what for name, what in problems.items()}
        raise InvalidVariablesError("Expected a change that can be so.", named)


def _ids(given: Any) -> str:
    return orjson.dumps(sorted(given)).decode()
