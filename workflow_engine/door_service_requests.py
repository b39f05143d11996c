"""The part of the public door that is about service requests."""

from __future__ import annotations

from workflow_engine.domain.service_request_commands import (
    AddToServiceRequest,
    CommentServiceRequest,
    CorrectServiceRequest,
    ImportServiceRequests,
    RateServiceRequest,
    SetReporterContact,
    SubmitServiceRequest,
    WithdrawServiceRequest,
)
from workflow_engine.queries.service_request_rows import (
    NearServiceRequest,
    PublicServiceRequest,
    RequestPhotoRow,
    RequestStepRow,
    ServiceRequestDetail,
    ServiceRequestRow,
)
from workflow_engine.queries.service_requests import RequestWish

__all__ = [
    "AddToServiceRequest",
    "CommentServiceRequest",
    "CorrectServiceRequest",
    "ImportServiceRequests",
    "NearServiceRequest",
    "PublicServiceRequest",
    "RateServiceRequest",
    "RequestPhotoRow",
    "RequestStepRow",
    "RequestWish",
    "ServiceRequestDetail",
    "ServiceRequestRow",
    "SetReporterContact",
    "SubmitServiceRequest",
    "WithdrawServiceRequest",
]
