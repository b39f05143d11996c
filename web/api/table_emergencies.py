"""Emergencies as the duty room sees them, for programs."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import CallNext

EMERGENCIES: tuple[Ask | Tell, ...] = (
    Ask("list_emergencies", "/emergencies", "cases:read", "emergencies.list"),
    Ask("get_emergency", "/emergencies/{case_id}", "cases:read", "emergencies.get"),
    Tell("call_next", "/emergencies/{case_id}/call-next", "cases:write", CallNext),
)
NOT_OFFERED = {"emergency.call_again": "sent by the model of an emergency"}
