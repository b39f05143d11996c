"""Which function handles which command about service requests; part of ``registry``."""

from __future__ import annotations

from collections.abc import Callable

from workflow_engine.domain import service_request_commands as q
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.handlers import service_request_import, service_request_staff, service_requests

SERVICE_REQUEST_HANDLERS: dict[type[Command], Callable[..., Receipt]] = {
    q.SubmitServiceRequest: service_requests.submit_service_request,
    q.AddToServiceRequest: service_requests.add_to_service_request,
    q.CorrectServiceRequest: service_requests.correct_service_request,
    q.WithdrawServiceRequest: service_requests.withdraw_service_request,
    q.RateServiceRequest: service_requests.rate_service_request,
    q.CommentServiceRequest: service_requests.comment_service_request,
    q.SetReporterContact: service_requests.set_reporter_contact,
    q.ReopenServiceRequest: service_request_staff.reopen_service_request,
    q.SplitServiceRequest: service_request_staff.split_service_request,
    q.ModerateServiceRequest: service_request_staff.moderate_service_request,
    q.MergeServiceRequests: service_request_staff.merge_service_requests,
    q.ImportServiceRequests: service_request_import.import_service_requests,
}
