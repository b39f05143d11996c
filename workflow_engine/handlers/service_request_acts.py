"""What commands about service requests do to a case in memory; see ``acts``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.bpmn.messaging import bring_message
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.service_requests import bind, note_status
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.bpmn.two_persons import started_by
from workflow_engine.domain import events_service_requests as r
from workflow_engine.domain import service_request_commands as q
from workflow_engine.domain.commands import Command
from workflow_engine.domain.events import Event
from workflow_engine.domain.service_requests import CLOSED, INSTANT_FIELDS
from workflow_engine.handlers.service_request_letters import changed_fields, find_letter
from workflow_engine.handlers.steps import Act, Step, step_of

_SAID = ("title", "description", "public_description", "address", "lat", "lon")


# ------------------------------------------------------------------------------------------------ cases that begin
def submit(instance: Instance, context: RunContext, command: q.SubmitServiceRequest, actor_id: str) -> Step:
    """The case begins, and knows what was reported."""
    tier = command.tier or "general"
    said = {name: value for name in (*_SAID, "attributes", "photos") if (value := getattr(command, name))}
    if command.lat is not None:
        said |= {"lat": command.lat, "lon": command.lon}
    event = r.ServiceRequestSubmitted(
        request_id=command.request_id, tracking_number=command.tracking_number, category=command.category,
        kind=command.kind, source=command.source, tier=tier, process_id=command.process_id or "",
        place_code=command.place_code, unit_id=command.unit_id, exercise=command.exercise,
        moderation=command.moderation, external_id=command.external_id, received_at=command.received_at,
        request=_plain(said),
    )  # fmt: skip
    request = {
        "id": command.request_id, "number": command.tracking_number, "category": command.category,
        "kind": command.kind, "tier": tier, "source": command.source, "title": command.title,
        "description": command.description, "address": command.address, "lat": command.lat, "lon": command.lon,
        "place_code": command.place_code, "reporter_known": command.reporter_known, "follows": None,
        "moderation": command.moderation, "exercise": command.exercise, "received_at": command.received_at,
        "attributes": dict(command.attributes), "photos": len(command.photos),
    }  # fmt: skip
    return _begin(instance, context, event, request, actor_id)


def import_one(instance: Instance, context: RunContext, command: q.ImportServiceRequest, actor_id: str) -> Step:
    """The case begins as the model takes over requests from elsewhere."""
    row: dict[str, Any] = dict(command.request)
    shown = ("source", "external_id", "category", "tier", "status", "place_code", "unit_id", "exercise")
    event = r.ServiceRequestImported(
        request_id=command.request_id, received_at=row["received_at"], closed_at=row.get("closed_at"),
        due_at=row.get("due_at"), **{name: row[name] for name in shown},
        request={name: value for name, value in row.items() if name not in (*shown, *INSTANT_FIELDS)},
    )  # fmt: skip
    told = ("category", "kind", "tier", "source", "title", "description", "address", "lat", "lon", "place_code",
            "status", "received_at", "closed_at", "due_at", "moderation")  # fmt: skip
    request = {name: row.get(name) for name in told} | {
        "id": command.request_id, "number": row["tracking_number"], "reporter_known": False, "follows": None,
        "exercise": row["exercise"], "unit": row.get("unit_id"), "closed": row["status"] in CLOSED,
        "attributes": {}, "photos": 0,
    }  # fmt: skip
    return _begin(instance, context, event, request, actor_id, row["status"], command.start_element_id)


def _begin(
    instance: Instance,
    context: RunContext,
    event: Event,
    request: Mapping[str, Any],
    actor_id: str,
    status: str = "received",
    start_element_id: str | None = None,
) -> Step:
    bind(instance.tree, str(request["id"]), status)
    properties = instance.definition.process(instance.process_id).properties
    variables: dict[str, Any] = {"request": dict(request), **started_by(properties, actor_id)}
    if request["exercise"]:
        variables["exercise"] = True
    number = str(request["number"])
    begun = step_of(instance.start(context, variables, business_key=number, start_element_id=start_element_id))
    return Step([event]).then(begun)


# ------------------------------------------------------------------------------------------------ by the reporter
def add(instance: Instance, context: RunContext, command: q.AddToServiceRequest, _actor_id: str) -> Step:
    """More was said."""
    photos = [dict(photo) for photo in command.photos]
    event = r.ServiceRequestAdded(
        request_id=command.request_id, by_reporter=command.by_reporter, text=command.text or None,
        photos=photos or None,
    )  # fmt: skip
    return _say(instance, context, command, event)


def correct(instance: Instance, context: RunContext, command: q.CorrectServiceRequest, _actor_id: str) -> Step:
    """Something was put right."""
    said = {name: value for name in _SAID if (value := getattr(command, name)) is not None}
    event = r.ServiceRequestCorrected(
        request_id=command.request_id, by_reporter=command.by_reporter, fields=changed_fields(command),
        category=command.category, kind=command.kind, place_code=command.place_code, moderation=command.moderation,
        said=said or None,
    )  # fmt: skip
    return _say(instance, context, command, event)


def withdraw(instance: Instance, context: RunContext, command: q.WithdrawServiceRequest, _actor_id: str) -> Step:
    """It is needed no more."""
    event = r.ServiceRequestWithdrawn(
        request_id=command.request_id, by_reporter=command.by_reporter, reason=command.reason or None
    )
    return _say(instance, context, command, event, "cancelled_by_reporter")


def reopen(instance: Instance, context: RunContext, command: q.ReopenServiceRequest, actor_id: str) -> Step:
    """It is not settled: in the case that still runs, or as the beginning of the next."""
    event = r.ServiceRequestReopened(
        request_id=command.request_id, by_reporter=command.by_reporter, follows=command.follows,
        reason=command.reason, carried=command.carried,
    )  # fmt: skip
    if command.carried is not None:
        return _begin_again(instance, context, command, event, actor_id)
    return _say(instance, context, command, event, "received")


def rate(instance: Instance, context: RunContext, command: q.RateServiceRequest, _actor_id: str) -> Step:
    """How it went."""
    event = r.ServiceRequestRated(
        request_id=command.request_id, by_reporter=command.by_reporter, rating=command.rating,
        resolved=command.resolved, comment=command.comment or None,
    )  # fmt: skip
    return _say(instance, context, command, event)


def comment(_instance: Instance, _context: RunContext, command: q.CommentServiceRequest, _actor_id: str) -> Step:
    """Something that changes nothing."""
    return Step([
        r.ServiceRequestCommented(
            request_id=command.request_id, by_reporter=command.by_reporter, text=command.text
        )
    ])  # fmt: skip


def set_contact(_instance: Instance, _context: RunContext, command: q.SetReporterContact, _actor_id: str) -> Step:
    """That it was set; how stands beside the record."""
    return Step([r.ReporterContactSet(request_id=command.request_id, by_reporter=command.by_reporter)])


# ------------------------------------------------------------------------------------------------ by staff
def moderate(_instance: Instance, _context: RunContext, command: q.ModerateServiceRequest, _actor_id: str) -> Step:
    """Whether everybody may read it."""
    return Step([
        r.ServiceRequestModerated(
            request_id=command.request_id, shown=command.shown, photos_shown=command.photos_shown,
            public_description=command.public_description, reason=command.reason or None,
        )
    ])  # fmt: skip


def merge_one(instance: Instance, context: RunContext, command: q.MergeServiceRequest, _actor_id: str) -> Step:
    """It goes into another."""
    event = r.ServiceRequestMerged(
        request_id=command.request_id, into=command.into, closed=command.closed, reason=command.reason or None
    )
    return _say(instance, context, command, event, "duplicate")


def gather(instance: Instance, context: RunContext, command: q.MergeServiceRequests, _actor_id: str) -> Step:
    """Others go into it."""
    event = r.ServiceRequestsGathered(request_id=command.into, merged=list(command.merged))
    return _say(instance, context, command, event)


def split(instance: Instance, context: RunContext, command: q.SplitServiceRequest, actor_id: str) -> Step:
    """Its own again: in the case that still runs, or as the beginning of the next."""
    event = r.ServiceRequestSplit(
        request_id=command.request_id, follows=command.follows, reason=command.reason, carried=command.carried
    )
    if command.carried is not None:
        return _begin_again(instance, context, command, event, actor_id)
    return _say(instance, context, command, event, "received")


def hand_on(_instance: Instance, _context: RunContext, command: q.HandOnServiceRequest, _actor_id: str) -> Step:
    """The next case has it from now on."""
    return Step([r.ServiceRequestHandedOn(request_id=command.request_id, to_case_id=command.to_case_id)])


# ------------------------------------------------------------------------------------------------ parts
def _begin_again(
    instance: Instance,
    context: RunContext,
    command: q.ReopenServiceRequest | q.SplitServiceRequest,
    event: Event,
    actor_id: str,
) -> Step:
    row = command.carried or {}
    request = {
        name: row.get(name) for name in ("category", "kind", "tier", "source", "title", "description", "address",
                                         "lat", "lon", "place_code", "moderation", "received_at")
    } | {
        "id": command.request_id, "number": row["tracking_number"], "reporter_known": command.reporter_known,
        "follows": command.follows, "exercise": bool(row.get("exercise")), "reason": command.reason,
        "attributes": {}, "photos": 0, "reopened": int(row.get("reopened", 0)) + 1,
    }  # fmt: skip
    return _begin(instance, context, event, request, actor_id)


def _say(
    instance: Instance, context: RunContext, command: Any, event: Event, status: str | None = None
) -> Step:
    """Tell it, and bring it to what waits for it in the case."""
    if instance.tree.completed or (status is None and not command.reaches_case):
        return Step([event])

    def do(tree: CaseTree) -> None:
        tree.recorder.add(event)
        if status is not None:
            note_status(tree, status)
        letter = find_letter(command) if command.reaches_case else None
        if letter is not None:
            bring_message(tree, *letter)

    return step_of(instance.act(context, do))


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: [dict(photo) for photo in value] if name == "photos" else dict(value) if name == "attributes" else value
        for name, value in said.items()
    }


SERVICE_REQUEST_ACTS: dict[type[Command], Act] = {
    q.SubmitServiceRequest: submit,
    q.ImportServiceRequest: import_one,
    q.AddToServiceRequest: add,
    q.CorrectServiceRequest: correct,
    q.WithdrawServiceRequest: withdraw,
    q.ReopenServiceRequest: reopen,
    q.RateServiceRequest: rate,
    q.CommentServiceRequest: comment,
    q.SetReporterContact: set_contact,
    q.ModerateServiceRequest: moderate,
    q.MergeServiceRequest: merge_one,
    q.MergeServiceRequests: gather,
    q.SplitServiceRequest: split,
    q.HandOnServiceRequest: hand_on,
}
