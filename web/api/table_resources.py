"""Resources for programs: of dispatch centres, of owners, of enterprises under contract."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import (
    ApproveSettlement,
    AssignResource,
    CancelResourceRequest,
    DeclineOffer,
    MakeOffer,
    MoveBooking,
    ProposeSettlement,
    PutResources,
    ReleaseReservation,
    ReserveResource,
    StandResource,
)

_REQUEST = "/resource-requests/{request_id}"

RESOURCES: tuple[Ask | Tell, ...] = (
    Ask("list_resources", "/resources", "cases:read", "resources.register"),
    Ask("get_resource", "/resources/{resource_id}", "cases:read", "resources.get"),
    Ask("list_resource_requests", "/resource-requests", "cases:read", "resources.requests"),
    Ask("get_resource_request", _REQUEST, "cases:read", "resources.get_request"),
    Ask("list_resource_offers", "/resource-offers", "cases:read", "resources.offers"),
    Tell("put_resources", "/resources", "cases:write", PutResources),
    Tell("stand_resource", "/resources/{resource_id}/stand", "cases:write", StandResource),
    Tell("reserve_resource", "/resources/{resource_id}/reservations", "cases:write", ReserveResource),
    Tell("release_reservation", "/resource-reservations/{reservation_id}/release", "cases:write", ReleaseReservation),
    Tell("assign_resource", f"{_REQUEST}/assign", "cases:write", AssignResource),
    Tell("move_booking", f"{_REQUEST}/bookings/{{booking_id}}/move", "cases:write", MoveBooking),
    Tell("make_offer", f"{_REQUEST}/offers/{{offer_id}}/make", "cases:write", MakeOffer),
    Tell("decline_offer", f"{_REQUEST}/offers/{{offer_id}}/decline", "cases:write", DeclineOffer),
    Tell("cancel_resource_request", f"{_REQUEST}/cancel", "cases:write", CancelResourceRequest),
    Tell("propose_settlement", f"{_REQUEST}/bookings/{{booking_id}}/settlement", "cases:write", ProposeSettlement),
    Tell("approve_settlement", f"{_REQUEST}/bookings/{{booking_id}}/settlement/approve", "cases:write",
         ApproveSettlement),
)  # fmt: skip
