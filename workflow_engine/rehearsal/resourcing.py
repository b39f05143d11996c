"""What a scenario does about resources: owners offer and move on, coordinators assign, the register grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflow_engine.domain.actors import OPERATOR
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command
from workflow_engine.domain.resource_commands import (
    AssignResource,
    CancelResourceRequest,
    DeclineOffer,
    MakeOffer,
    MoveBooking,
    PutResources,
    StandResource,
)
from workflow_engine.queries.resource_rows import ResourceRequestDetail, ResourceRequestWish
from workflow_engine.queries.resources import ResourceQueries
from workflow_engine.rehearsal.scenario import Step

COORDINATOR = "role:resource_coordinator"
Spoken = tuple[Command, str]
"""A command and who sends it."""


def resource_commands(questions: ResourceQueries, step: Step, case_id: str | None) -> Iterator[Spoken]:
    """The commands of a step, one after the other; nothing where there is nothing of this kind to do."""
    said = dict(step.details)
    speaker = str(said.get("as", COORDINATOR))
    if step.value == "put":
        yield PutResources(command_id=new_id(), rows=list(said.get("rows", ()))), speaker
        return
    if step.value == "stand":
        yield StandResource(
            command_id=new_id(), resource_id=str(said["which"]), standing=str(said.get("state", "out_of_service")),
            reason=str(said.get("reason", "维修")),
        ), speaker  # fmt: skip
        return
    asked = questions.requests(OPERATOR, ResourceRequestWish(case_id=str(case_id))).items
    for row in asked[:1]:
        yield from _at_request(questions, questions.get_request(row.request_id, OPERATOR), str(step.value), said)


def _at_request(
    questions: ResourceQueries, found: ResourceRequestDetail, verb: str, said: Mapping[str, Any]
) -> Iterator[Spoken]:
    request_id = found.row.request_id
    if verb in ("offer", "decline"):
        yield from _answers(questions, found, verb, said)
    elif verb == "assign":
        yield AssignResource(
            command_id=new_id(), request_id=request_id, line_no=int(said.get("line", 1)),
            resource_id=str(said["which"]), quantity=int(said.get("quantity", 1)), note=str(said.get("text", "")),
        ), str(said.get("as", COORDINATOR))  # fmt: skip
    elif verb == "move":
        for booking in found.bookings:
            if not booking.is_over and said.get("which") in (None, booking.resource_id):
                yield MoveBooking(
                    command_id=new_id(), request_id=request_id, booking_id=booking.booking_id,
                    state=str(said["state"]), used=int(said.get("used", 0)), note=str(said.get("reason", "")),
                ), str(said.get("as", COORDINATOR))  # fmt: skip
    elif verb == "cancel":
        cancel = CancelResourceRequest(
            command_id=new_id(), request_id=request_id, reason=str(said.get("reason", "不再需要"))
        )
        yield cancel, str(said.get("as", COORDINATOR))


def _answers(
    questions: ResourceQueries, found: ResourceRequestDetail, verb: str, said: Mapping[str, Any]
) -> Iterator[Spoken]:
    """Every open question to the unit in ``unit`` (without it: to every unit) is answered."""
    for offer in found.offers:
        if offer.state != "asked" or said.get("unit") not in (None, offer.unit_id):
            continue
        speaker = str(said.get("as", f"unit:{offer.unit_id}"))
        ids = {"request_id": offer.request_id, "offer_id": offer.offer_id}
        if verb == "decline":
            yield DeclineOffer(command_id=new_id(), **ids, reason=str(said.get("reason", "自用"))), speaker
            continue
        fitting = [
            row
            for row in questions.everything()
            if row.unit_id == offer.unit_id and row.type == offer.type and row.free
        ]
        for row in fitting[:1]:
            quantity = min(row.free, int(said.get("quantity", row.free)))
            yield MakeOffer(
                command_id=new_id(), request_id=offer.request_id, offer_id=offer.offer_id,
                resource_id=row.resource_id, quantity=quantity,
            ), speaker  # fmt: skip
