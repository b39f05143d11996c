"""What programs may ask about destroyed personal data; a case orders it, so there is nothing to tell."""

from __future__ import annotations

from web.api.operations import Ask, Tell

DESTRUCTION: tuple[Ask | Tell, ...] = (
    Ask("list_destructions", "/cases/{case_id}/destructions", "cases:read", "destructions.of_case"),
    Ask("get_destruction", "/destructions/{destruction_id}", "cases:read", "destructions.proof"),
)
NOT_OFFERED = {
    "case.erase_personal_data": "sent by workers", "destruction.continue": "sent by workers",
    "destruction.finish": "sent by workers", "destruction.note_check": "sent by workers",
    "destruction.forget_traces": "sent by workers",
}  # fmt: skip
"""Commands about it that programs of people cannot send, and why."""
