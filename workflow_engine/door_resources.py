"""The part of the public door that is about resources."""

from __future__ import annotations

from workflow_engine.domain.resource_commands import (
    ApproveSettlement,
    AssignResource,
    CancelResourceRequest,
    DeclineOffer,
    MakeOffer,
    MoveBooking,
    ProposeSettlement,
    PutResources,
    StandResource,
)
from workflow_engine.domain.resource_reservations import PURPOSES as RESERVATION_PURPOSES
from workflow_engine.domain.resource_reservations import ReleaseReservation, ReserveResource
from workflow_engine.domain.resource_scores import FACTORS
from workflow_engine.domain.resource_types import MEASURES, measure_name
from workflow_engine.domain.resource_types import TYPES as RESOURCE_TYPES
from workflow_engine.domain.resource_types import name_of as resource_type_name
from workflow_engine.domain.resources import BOOKING as BOOKING_STATES
from workflow_engine.domain.resources import COLUMNS as RESOURCE_COLUMNS
from workflow_engine.domain.resources import KINDS as RESOURCE_KINDS
from workflow_engine.domain.resources import MOST_LINES as MOST_REQUEST_LINES
from workflow_engine.interchange.resource_csv import ResourceFile, resource_csv
from workflow_engine.queries.reservation_rows import ReservationRow
from workflow_engine.queries.resource_history import ResourceChange
from workflow_engine.queries.resource_missing import MissingLine
from workflow_engine.queries.resource_rows import (
    BookingRow,
    CaseLine,
    OfferRow,
    RequestLineRow,
    ResourceDetail,
    ResourceFigures,
    ResourceRequestDetail,
    ResourceRequestRow,
    ResourceRequestWish,
    ResourceRow,
    ResourceWish,
)
from workflow_engine.storage.resource_checking import JudgedRow
from workflow_engine.storage.resource_matching import Candidate

__all__ = [
    "BOOKING_STATES",
    "FACTORS",
    "MEASURES",
    "MOST_REQUEST_LINES",
    "RESERVATION_PURPOSES",
    "RESOURCE_COLUMNS",
    "RESOURCE_KINDS",
    "RESOURCE_TYPES",
    "ApproveSettlement",
    "AssignResource",
    "BookingRow",
    "CancelResourceRequest",
    "Candidate",
    "CaseLine",
    "DeclineOffer",
    "JudgedRow",
    "MakeOffer",
    "MissingLine",
    "MoveBooking",
    "OfferRow",
    "ProposeSettlement",
    "PutResources",
    "ReleaseReservation",
    "RequestLineRow",
    "ReservationRow",
    "ReserveResource",
    "ResourceChange",
    "ResourceDetail",
    "ResourceFigures",
    "ResourceFile",
    "ResourceRequestDetail",
    "ResourceRequestRow",
    "ResourceRequestWish",
    "ResourceRow",
    "ResourceWish",
    "StandResource",
    "measure_name",
    "resource_csv",
    "resource_type_name",
]
