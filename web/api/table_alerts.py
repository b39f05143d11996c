"""What programs may ask and tell about sources of alerts and about the city's own warnings."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import (
    LiftWarning,
    PauseAlertSource,
    PollAlertSource,
    RemoveAlertSource,
    ResumeAlertSource,
    SetAlertSource,
)

_SOURCE = "/alert-sources/{source_id}"
VERB = "import_alerts"

ALERT_SOURCES: tuple[Ask | Tell, ...] = (
    Ask("list_alert_sources", "/alert-sources", "operations:read", "alert_sources.list", verb=VERB),
    Ask("get_alert_source", _SOURCE, "operations:read", "alert_sources.get", verb=VERB),
    Ask("list_alert_source_entries", f"{_SOURCE}/entries", "operations:read", "alert_sources.list_entries", verb=VERB),
    Tell("set_alert_source", f"{_SOURCE}/set", "operations:write", SetAlertSource),
    Tell("pause_alert_source", f"{_SOURCE}/pause", "operations:write", PauseAlertSource),
    Tell("resume_alert_source", f"{_SOURCE}/resume", "operations:write", ResumeAlertSource),
    Tell("remove_alert_source", f"{_SOURCE}/remove", "operations:write", RemoveAlertSource),
    Tell("poll_alert_source", f"{_SOURCE}/poll", "operations:write", PollAlertSource),
    Ask("list_warnings", "/warnings", "cases:read", "warnings.page"),
    Ask("get_warning", "/warnings/{warning_id}", "cases:read", "warnings.get"),
    Tell("lift_warning", "/warnings/{warning_id}/lift", "operations:write", LiftWarning),
)
NOT_OFFERED = {
    "alert_source.take": "sent by workers", "alert_source.settle": "sent by workers",
    "warning.settle": "sent by the engine itself",
}  # fmt: skip
"""Commands about them that programs of people cannot send, and why."""
