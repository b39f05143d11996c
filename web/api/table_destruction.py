"""What programs may ask and tell after a response: findings; destroyed personal data, which a case itself orders."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import AddFinding

DESTRUCTION: tuple[Ask | Tell, ...] = (
    Ask("list_destructions", "/cases/{case_id}/destructions", "cases:read", "destructions.of_case"),
    Ask("list_findings_of_case", "/cases/{case_id}/findings", "cases:read", "findings.of_case"),
    Ask("list_findings", "/findings", "cases:read", "findings.page"),
    Tell("add_finding", "/cases/{source_case_id}/findings", "cases:write", AddFinding, ("finding_case_id",)),
    Ask("get_destruction", "/destructions/{destruction_id}", "cases:read", "destructions.proof"),
)
NOT_OFFERED = {
    "case.erase_personal_data": "sent by workers", "destruction.continue": "sent by workers",
    "destruction.finish": "sent by workers", "destruction.note_check": "sent by workers",
    "destruction.forget_traces": "sent by workers",
}  # fmt: skip
"""Commands about it that programs of people cannot send, and why."""
