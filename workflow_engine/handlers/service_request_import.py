"""Requests are taken over from elsewhere: many in one transaction, each with a case and a chain of its own.

Each goes through the model's own door, the start event of the message ``service_request.imported``. What is known by
its external id is left alone, so that importing again, or going on after a stop, does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError
from workflow_engine.domain.events_service_requests import ServiceRequestsImported
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.service_request_commands import ImportServiceRequest, ImportServiceRequests
from workflow_engine.domain.service_requests import (
    CLOSED,
    DEFAULT_PROCESS,
    KINDS,
    LONGEST_ADDRESS,
    LONGEST_TEXT,
    MODERATION,
    STATUS,
    TIERS,
    public_text,
    tracking_number,
    words,
)
from workflow_engine.handlers.advancing import owning_unit
from workflow_engine.handlers.beginning import NewCases
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.service_request_letters import IMPORTED
from workflow_engine.storage import definitions as definition_store
from workflow_engine.storage import service_requests as store
from workflow_engine.storage.definitions import BoundProcess
from workflow_engine.storage.places import place_at

STREAM = "area:service_requests"
IMPORT = "service_request.import"
MOST_AT_ONCE = 1_000
INSTANTS = ("received_at", "due_at", "closed_at", "changed_at")
DEFAULTS: dict[str, Any] = {
    "kind": "report", "tier": "general", "title": "", "description": "", "address": "", "status_note": "",
    "moderation": "shown", "exercise": False, "unit_id": None, "place_code": None, "lat": None, "lon": None,
    "due_at": None, "closed_at": None,
}  # fmt: skip
NEEDED = ("external_id", "request_id", "category", "status", "received_at")
_WORDS = {"status": tuple(STATUS), "kind": KINDS, "tier": TIERS, "moderation": tuple(MODERATION)}
_LONGEST = {"title": LONGEST_TEXT, "description": LONGEST_TEXT, "status_note": LONGEST_TEXT, "address": LONGEST_ADDRESS}


def import_service_requests(work: Handling, command: ImportServiceRequests) -> Receipt:
    """Take over those that are not known yet; the answer says how many of each there were."""
    what = "import service requests"
    require_permission(work.actor, IMPORT, what)
    _require_sound(command, what)
    known = store.known_ids(work.unit, command.source, [str(row["external_id"]) for row in command.requests])
    new = [row for row in command.requests if row["external_id"] not in known]
    bound = require_released(work, DEFAULT_PROCESS, None)
    door, unit_id = _door(work, bound, what), owning_unit(work, bound)
    numbers = _numbers(work, [str(row["request_id"]) for row in new])
    cases = NewCases(work)
    for row in new:
        request_id = str(row["request_id"])
        whole = _whole(work, command.source, bound.process_id, row, numbers[request_id])
        one = ImportServiceRequest(
            command_id=sha256(f"{command.command_id}\x1f{request_id}".encode()).hexdigest()[:40], case_id=request_id,
            request_id=request_id, process_id=bound.process_id, version=bound.version, start_element_id=door,
            unit_id=whole["unit_id"] or unit_id, request=whole,
        )  # fmt: skip
        cases.begin(
            one, bound, one.unit_id, business_key=whole["tracking_number"], title=whole["title"] or None,
            exercise=whole["exercise"],
        )  # fmt: skip
    cases.write()
    told = {"imported": len(new), "known": len(command.requests) - len(new)}
    event = ServiceRequestsImported(source=command.source, imported=told["imported"], known=told["known"])
    return work.record_in_stream(STREAM, [event], told, replace(command, requests=()))


def _whole(
    work: Handling, source: str, process_id: str, given: Mapping[str, Any], number: str
) -> dict[str, Any]:
    """The whole row, as the case's record keeps it."""
    row = {**DEFAULTS, **{name: value for name, value in given.items() if name != "request_id"}}
    row |= {
        "source": source, "process_id": process_id, "tracking_number": number,
        "public_description": public_text(row["description"], "", ""),
        "status_note": words(row["status_note"]) if row["status_note"] else "",
        "changed_at": row.get("changed_at") or row["closed_at"] or row["received_at"],
    }  # fmt: skip
    if row["place_code"] is None and row["lat"] is not None:
        row["place_code"] = place_at(work.unit, row["lat"], row["lon"])
    return row


def _door(work: Handling, bound: BoundProcess, what: str) -> str:
    """The start event that takes over what comes from elsewhere. Raises InvalidStateError."""
    for definition_id, process_id, element_id in definition_store.find_triggered(work.unit, "message", IMPORTED):
        if (definition_id, process_id) == (bound.definition_id, bound.process_id):
            return element_id
    raise InvalidStateError(
        f"Expected to {what}, but {bound.process_id} has no start event of the message {IMPORTED}.",
        process_id=bound.process_id,
    )


def _numbers(work: Handling, request_ids: Sequence[str]) -> dict[str, str]:
    """A tracking number for each, none of them taken."""
    found: dict[str, str] = {}
    left, attempt = list(request_ids), 0
    while left:
        offered = {request_id: tracking_number(request_id, attempt) for request_id in left}
        taken = store.taken_numbers(work.unit, offered.values()) | set(found.values())
        for request_id, number in offered.items():
            if number not in taken:
                found[request_id] = number
                taken.add(number)
        left, attempt = [request_id for request_id in left if request_id not in found], attempt + 1
    return found


def _require_sound(command: ImportServiceRequests, what: str) -> None:
    """Raise InvalidVariablesError, naming every place."""
    problems: dict[str, str] = {}
    if not 1 <= len(command.requests) <= MOST_AT_ONCE:
        problems["requests"] = f"Expected 1 to {MOST_AT_ONCE}."
    if command.source != "import":
        problems["source"] = "Expected import."
    for name in ("external_id", "request_id"):
        given = [row.get(name) for row in command.requests]
        if len(set(given)) != len(given):
            problems[name] = "One stands twice."
    for number, row in enumerate(command.requests[:MOST_AT_ONCE]):
        problems.update({f"requests[{number}].{name}": problem for name, problem in _problems(row)})
    if problems:
        raise InvalidVariablesError(f"Expected to {what} that can be taken over.", problems)


def _problems(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(name, "Missing.") for name in NEEDED if not isinstance(row.get(name), str) or not row[name]]
    found += [(name, "Not known.") for name in row if name not in (*DEFAULTS, *NEEDED, "changed_at")]
    for name, allowed in _WORDS.items():
        if row.get(name) is not None and row[name] not in allowed:
            found.append((name, f"Expected one of {', '.join(allowed)}."))
    for name, longest in _LONGEST.items():
        if not isinstance(row.get(name, ""), str) or len(row.get(name, "")) > longest:
            found.append((name, f"Expected a text of at most {longest} characters."))
    found += [(name, "Expected an instant with its offset.") for name in INSTANTS if not _is_instant(row.get(name))]
    if (row.get("lat") is None) != (row.get("lon") is None):
        found.append(("lat", "Expected both degrees, or neither."))
    if (row.get("status") in CLOSED) != (row.get("closed_at") is not None):
        found.append(("closed_at", "Expected one for what is closed, and for nothing else."))
    return found


def _is_instant(given: Any) -> bool:
    if given is None:
        return True
    try:
        return isinstance(given, str) and datetime.fromisoformat(given).utcoffset() is not None
    except ValueError:
        return False
