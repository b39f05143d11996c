"""Which function handles which command about resources; part of ``registry``."""

from __future__ import annotations

from collections.abc import Callable

from workflow_engine.domain import resource_commands as r
from workflow_engine.domain import resource_reservations as v
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.handlers import resource_requests, resource_reservations, resources

RESOURCE_HANDLERS: dict[type[Command], Callable[..., Receipt]] = {
    r.PutResources: resources.put_resources,
    r.StandResource: resources.stand_resource,
    r.AssignResource: resource_requests.assign_resource,
    r.MoveBooking: resource_requests.move_booking,
    r.MakeOffer: resource_requests.make_offer,
    r.DeclineOffer: resource_requests.decline_offer,
    r.CancelResourceRequest: resource_requests.cancel_request,
    r.ProposeSettlement: resource_requests.propose_settlement,
    r.ApproveSettlement: resource_requests.approve_settlement,
    v.ReserveResource: resource_reservations.reserve_resource,
    v.ReleaseReservation: resource_reservations.release_reservation,
}
