"""The part of the public door that is about service requests."""

from __future__ import annotations

from workflow_engine.domain.service_request_commands import (
    AddToServiceRequest,
    CommentServiceRequest,
    CorrectServiceRequest,
    ImportServiceRequests,
    MergeServiceRequests,
    ModerateServiceRequest,
    RateServiceRequest,
    ReopenServiceRequest,
    SetReporterContact,
    SplitServiceRequest,
    SubmitServiceRequest,
    WithdrawServiceRequest,
)
from workflow_engine.domain.service_requests import MOST_PHOTOS, in_language, read_tracking_number
from workflow_engine.photos import take_photo
from workflow_engine.queries.service_request_rows import (
    NearServiceRequest,
    PublicServiceRequest,
    RequestPhotoRow,
    RequestStepRow,
    ServiceRequestDetail,
    ServiceRequestRow,
)
from workflow_engine.queries.service_request_wishes import RequestWish

__all__ = [
    "MOST_PHOTOS",
    "AddToServiceRequest",
    "CommentServiceRequest",
    "CorrectServiceRequest",
    "ImportServiceRequests",
    "MergeServiceRequests",
    "ModerateServiceRequest",
    "NearServiceRequest",
    "PublicServiceRequest",
    "RateServiceRequest",
    "ReopenServiceRequest",
    "RequestPhotoRow",
    "RequestStepRow",
    "RequestWish",
    "ServiceRequestDetail",
    "ServiceRequestRow",
    "SetReporterContact",
    "SplitServiceRequest",
    "SubmitServiceRequest",
    "WithdrawServiceRequest",
    "in_language",
    "read_tracking_number",
    "take_photo",
]
