"""What programs of staff may ask and tell about service requests; part of ``table``."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import (
    AddToServiceRequest,
    CommentServiceRequest,
    CorrectServiceRequest,
    MergeServiceRequests,
    ModerateServiceRequest,
    RateServiceRequest,
    ReopenServiceRequest,
    SetReporterContact,
    SplitServiceRequest,
    SubmitServiceRequest,
    WithdrawServiceRequest,
)

REQUEST = "/service-requests/{request_id}"
_FOLLOWING = ("process_id", "version", "unit_id", "follows", "reporter_known", "carried")
_SETTLED = ("reaches_case", "by_reporter")

SERVICE_REQUESTS: tuple[Ask | Tell, ...] = (
    Ask("list_service_requests", "/service-requests", "cases:read", "service_requests.list"),
    Ask("get_service_request", REQUEST, "cases:read", "service_requests.get"),
    Tell("submit_service_request", "/service-requests", "cases:write", SubmitServiceRequest, ("request_id",),
         settled=("version", "tracking_number", "reporter_known", "public_description", "moderation", "received_at")),
    Tell("add_to_service_request", f"{REQUEST}/add", "cases:write", AddToServiceRequest, settled=_SETTLED),
    Tell("correct_service_request", f"{REQUEST}/correct", "cases:write", CorrectServiceRequest,
         settled=(*_SETTLED, "public_description", "place_code", "moderation")),
    Tell("withdraw_service_request", f"{REQUEST}/withdraw", "cases:write", WithdrawServiceRequest, settled=_SETTLED),
    Tell("rate_service_request", f"{REQUEST}/rate", "cases:write", RateServiceRequest, settled=_SETTLED),
    Tell("comment_service_request", f"{REQUEST}/comment", "cases:write", CommentServiceRequest, settled=_SETTLED),
    Tell("set_reporter_contact", f"{REQUEST}/reporter", "cases:write", SetReporterContact, settled=_SETTLED),
    Tell("reopen_service_request", f"{REQUEST}/reopen", "cases:write", ReopenServiceRequest,
         settled=(*_SETTLED, *_FOLLOWING)),
    Tell("moderate_service_request", f"{REQUEST}/moderate", "cases:write", ModerateServiceRequest,
         settled=("reaches_case",)),
    Tell("split_service_request", f"{REQUEST}/split", "cases:write", SplitServiceRequest,
         settled=("reaches_case", *_FOLLOWING)),
    Tell("merge_service_requests", "/service-requests/merge", "cases:write", MergeServiceRequests,
         settled=("merged", "reaches_case")),
)  # fmt: skip
NOT_OFFERED = {
    "service_request.merge_one": "made by the engine",
    "service_request.hand_on": "made by the engine",
    "service_request.import_one": "made by the engine",
    "service_request.import": "comes as a file: `liandong service-requests import`",
}
