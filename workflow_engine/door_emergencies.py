"""Of the public door: emergencies as the duty room looks at them."""

from __future__ import annotations

from workflow_engine.domain.emergency_commands import CallNext
from workflow_engine.domain.emergency_duties import DUTY_STATES, DutyLine, TaskLine
from workflow_engine.domain.emergency_facts import (
    CaseFacts,
    EmergencyFacts,
    ResourceFacts,
    TaskFacts,
    TimerFacts,
    WarningFacts,
)
from workflow_engine.domain.emergency_timeline import TimelineEntry
from workflow_engine.domain.emergency_view import (
    PHASES,
    AffectedArea,
    EmergencyView,
    Report,
    in_order,
    view_of,
)
from workflow_engine.queries.emergencies import WatchedEmergency

__all__ = [
    "DUTY_STATES",
    "PHASES",
    "AffectedArea",
    "CallNext",
    "CaseFacts",
    "DutyLine",
    "EmergencyFacts",
    "EmergencyView",
    "Report",
    "ResourceFacts",
    "TaskFacts",
    "TaskLine",
    "TimelineEntry",
    "TimerFacts",
    "WarningFacts",
    "WatchedEmergency",
    "in_order",
    "view_of",
]
