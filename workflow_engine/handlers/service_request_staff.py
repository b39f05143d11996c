"""What becomes of requests beyond one case: reopened, merged into another, split off again; and who may read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.service_request_commands import (
    HandOnServiceRequest,
    MergeServiceRequest,
    MergeServiceRequests,
    ModerateServiceRequest,
    ReopenServiceRequest,
    SplitServiceRequest,
)
from workflow_engine.domain.service_requests import CLOSED, LONGEST_TEXT, MOST_MERGED, public_text
from workflow_engine.handlers import service_request_checks as checks
from workflow_engine.handlers import service_request_letters as letters
from workflow_engine.handlers.advancing import begin, owning_unit
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.service_requests import HANDLE, Held, lock_request, require_request
from workflow_engine.storage import service_requests as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.service_request_rows import carried_row
from workflow_engine.storage.service_requests import ServiceRequest
from workflow_engine.storage.unit_of_work import LostRaceError

MODERATE = "service_request.moderate"


def reopen_service_request(work: Handling, command: ReopenServiceRequest) -> Receipt:
    """It is not settled: the case that still runs goes on with it, or else a new case does."""
    what = "reopen the service request"
    held, command = require_request(work, command, what, letters.REOPENED)
    checks.require_none(checks.text_problem("reason", command.reason, LONGEST_TEXT, needed=True), what)
    status = held.request.status
    if status not in CLOSED:
        raise InvalidStateError(f"Expected to {what}, but it is open.", state=status)
    if held.request.merged_into is not None:
        raise InvalidStateError(f"Expected to {what}, but it went into another one.", state=status)
    if held.case.state in ENDED_CASE:
        return _follow(work, held, command, what)
    if not command.reaches_case:
        raise InvalidStateError(f"Expected to {what}, but its case is just being brought to its end.", state=status)
    return held.record(command, reaches_case=True)


def split_service_request(work: Handling, command: SplitServiceRequest) -> Receipt:
    """It goes its own way again, in its own case where that still runs, or else in a new one."""
    what = "split the service request off"
    held, command = require_request(work, command, what, letters.REOPENED)
    checks.require_none(checks.text_problem("reason", command.reason, LONGEST_TEXT, needed=True), what)
    if held.request.merged_into is None:
        raise InvalidStateError(f"Expected to {what}, but it went into none.", state=held.request.status)
    if held.case.state in ENDED_CASE:
        return _follow(work, held, command, what)
    return held.record(command, reaches_case=command.reaches_case)


def moderate_service_request(work: Handling, command: ModerateServiceRequest) -> Receipt:
    """Let everybody read it in these words, or not, and say why not; whoever reported it is covered in any words."""
    what = "moderate the service request"
    held = lock_request(work, command.request_id, what)
    unit_id = held.request.unit_id or held.case.unit_id
    require_permission(work.actor, MODERATE, what, unit_id, held.case.process_id)
    problems = checks.text_problem("reason", command.reason, LONGEST_TEXT, needed=not command.shown)
    if command.public_description is not None:
        problems |= checks.text_problem("public_description", command.public_description, LONGEST_TEXT, needed=True)
    checks.require_none(problems, what)
    if command.public_description is not None:
        reporter = store.find_reporter(work.unit, command.request_id)
        name, contact = (reporter.name, reporter.contact) if reporter else ("", "")
        words = public_text(command.public_description.strip(), name, contact)
        command = replace(command, public_description=words)
    return held.record(replace(command, photos_shown=command.photos_shown and command.shown))


def merge_service_requests(work: Handling, command: MergeServiceRequests) -> Receipt:
    """Several reports of one thing become one: each goes into it with an entry in its own case.

    Whatever went into them before goes along. All cases are locked in one order, so that nobody waits in a circle.
    """
    what = "merge service requests"
    wanted = [one for one in dict.fromkeys(command.request_ids) if one != command.into]
    problems = checks.text_problem("reason", command.reason, LONGEST_TEXT, needed=True)
    if not wanted:
        problems["request_ids"] = "Expected at least one other request."
    checks.require_none(problems, what)
    family = {one: _require(work, one, what) for one in [command.into, *wanted]}
    for one in wanted:
        family |= {child: _require(work, child, what) for child in store.merged_into(work.unit, one)}
    if len(family) > MOST_MERGED:
        problem = {"request_ids": f"Expected at most {MOST_MERGED}, those that went into them before included."}
        raise InvalidVariablesError(f"Expected to {what} in a number that can be looked through.", problem)
    held = _lock_all(work, family, what)
    into = held.pop(command.into)
    for member in (into, *held.values()):
        unit_id = member.request.unit_id or member.case.unit_id
        require_permission(work.actor, HANDLE, what, unit_id, member.case.process_id)
    _require_mergeable(into.request, [held[one].request for one in wanted], what)
    for request_id, member in held.items():
        part = MergeServiceRequest(
            command_id=work.part_id(request_id), case_id=member.case.case_id, request_id=request_id, into=command.into,
            closed=member.request.status not in CLOSED, reason=command.reason,
            reaches_case=member.waits_for(letters.MERGED),
        )  # fmt: skip
        replace(member, work=work.apart(part)).record(part)
        work.outgoing = True
    settled = replace(command, merged=sorted(held), reaches_case=into.waits_for(letters.GATHERED))
    return into.record(settled, merged=sorted(held))


# ------------------------------------------------------------------------------------------------ parts
def _follow(
    work: Handling, held: Held, command: ReopenServiceRequest | SplitServiceRequest, what: str
) -> Receipt:
    """A new case goes on with it; the chain of the one before says so."""
    request, old = held.request, held.case
    case_id = _next_case_id(request.request_id, old.case_id)
    bound = require_released(work, request.process_id, None)
    carried = carried_row(store.get_row(work.unit, request.request_id))
    part = HandOnServiceRequest(
        command_id=work.part_id("hand on"), case_id=old.case_id, request_id=request.request_id, to_case_id=case_id
    )
    replace(held, work=work.apart(part)).record(part)
    reporter = store.find_reporter(work.unit, request.request_id)
    settled: dict[str, Any] = {
        "process_id": bound.process_id, "version": bound.version, "unit_id": old.unit_id or owning_unit(work, bound),
        "follows": old.case_id, "carried": carried, "reaches_case": False,
        "reporter_known": reporter is not None and bool(reporter.contact),
    }  # fmt: skip
    command = replace(command, **settled)
    result = {"request_id": request.request_id, "case_id": case_id, "follows": old.case_id}
    receipt = begin(
        work, case_id, bound, command, result, unit_id=command.unit_id, business_key=request.tracking_number,
        title=request.title or None, exercise=request.exercise,
    )  # fmt: skip
    store.follow(work.unit, request.request_id, case_id)
    return receipt


def _next_case_id(request_id: str, case_id: str) -> str:
    """``id`` → ``id-2`` → ``id-3``."""
    number = case_id.removeprefix(request_id).removeprefix("-")
    return f"{request_id}-{int(number or 1) + 1}"


def _require(work: Handling, request_id: str, what: str) -> ServiceRequest:
    found = store.find_request(work.unit, request_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is none of the id {request_id[:64]!r}.")
    return found


def _lock_all(work: Handling, family: dict[str, ServiceRequest], what: str) -> dict[str, Held]:
    """Each with its case locked, as it stands now. Raises LostRaceError when somebody moved one meanwhile."""
    found = {}
    for before in sorted(family.values(), key=lambda one: one.case_id):
        case = find_case(work.unit, before.case_id)
        request = _require(work, before.request_id, what)
        if case is None or request.case_id != case.case_id or request.merged_into != before.merged_into:
            raise LostRaceError(f"service request {before.request_id} moved on")
        found[request.request_id] = Held(work, case, request, work.take_instance(case))
    return found


def _require_mergeable(into: ServiceRequest, others: list[ServiceRequest], what: str) -> None:
    if into.status in CLOSED:
        raise InvalidStateError(f"Expected to {what} into an open one, but it is closed.", state=into.status)
    for one in others:
        if one.merged_into is not None:
            number = one.tracking_number
            raise InvalidStateError(f"Expected to {what}, but {number} went into another one.", state=one.status)
        if one.exercise != into.exercise:
            raise InvalidStateError(f"Expected to {what}, but exercises and real ones never mix.", state=one.status)
