"""The register of resources: what there is, whose it is, and whether it is in service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import (
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
)
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_resources import ResourcePut, ResourceStood
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.domain.resource_commands import PutResources, StandResource
from workflow_engine.domain.resource_reach import KEEP, is_owner
from workflow_engine.domain.resources import REGISTER_STREAM, STANDINGS
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.resource_acts import words
from workflow_engine.storage import chains
from workflow_engine.storage import resource_rows as rows
from workflow_engine.storage import resources as store
from workflow_engine.storage.resource_checking import CHANGED, NEW, JudgedRow, judge_rows

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
    if not 0 < len(command.rows) <= MOST_ROWS:
        raise InvalidVariablesError("Expected resources.", {"rows": f"1 to {MOST_ROWS}"})
    chains.lock_stream(work.unit, REGISTER_STREAM)
    judged = judge_rows(work.unit, command.rows, work.actor)
    _require_acceptable(judged, command.seen or {}, what)
    events: list[Event] = []
    for one in judged:
        if one.resource is not None and one.verdict in (NEW, CHANGED):
            content = one.resource.content()
            contact = content.pop("contact")
            number = max(one.changes, 0) + 1
            events.append(ResourcePut(resource_id=one.resource_id, row=content, contact=contact, change_no=number))
    result = {"resources": len(judged), "changed": len(events)}
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
    event = ResourceStood(
        resource_id=found.resource_id, standing=command.standing, reason=reason, change_no=found.changes + 1
    )
    rows.apply(work.unit, [event], rows.At(work.now, work.actor.actor_id))
    return work.record_in_stream(REGISTER_STREAM, [event], {"resource_id": found.resource_id})


def _require_acceptable(judged: Sequence[JudgedRow], seen: Mapping[str, int], what: str) -> None:
    """Raises InvalidVariablesError with every problem by row and field, NotPermittedError or StaleVersionError."""
    if any(one.foreign for one in judged):
        raise NotPermittedError(f"Expected to {what}, but some belong to other units.", verb=KEEP)
    problems = {
        f"rows[{number}].{name}": told for number, one in enumerate(judged) for name, told in one.problems.items()
    }
    if problems:
        raise InvalidVariablesError(f"Expected resources that can be so, but {len(problems)} fields cannot.", problems)
    for one in judged:
        if seen.get(one.resource_id, one.changes) != one.changes:
            raise StaleVersionError(
                f"Expected to {what}, but {one.resource_id} was changed meanwhile.", resource_id=one.resource_id
            )
