"""Of the public door: sources of alerts."""

from __future__ import annotations

from workflow_engine.domain.alert_source_commands import (
    PauseAlertSource,
    PollAlertSource,
    RemoveAlertSource,
    ResumeAlertSource,
    SetAlertSource,
)
from workflow_engine.domain.alert_sources import CATEGORIES as CAP_CATEGORIES
from workflow_engine.domain.alert_sources import SEVERITIES as CAP_SEVERITIES
from workflow_engine.queries.alert_sources import AlertEntryRow, AlertSourceRow

__all__ = [
    "CAP_CATEGORIES",
    "CAP_SEVERITIES",
    "AlertEntryRow",
    "AlertSourceRow",
    "PauseAlertSource",
    "PollAlertSource",
    "RemoveAlertSource",
    "ResumeAlertSource",
    "SetAlertSource",
]
