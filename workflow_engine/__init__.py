"""Liandong's engine: every change is a command to ``Engine.handle``, everything to see comes from ``Engine.queries``.

This is the only module that the web knows.
"""

from __future__ import annotations

from workflow_engine.alert_files import AlertFile, read_alert_file, read_alerts
from workflow_engine.bootstrap import open_engine
from workflow_engine.decision_stories import explain_decision
from workflow_engine.domain.access import CALENDAR_SCOPE, SCOPES
from workflow_engine.domain.access_commands import CreateApiToken, RevokeApiToken
from workflow_engine.domain.actors import CLOCK, OPERATOR, WORKER, Actor
from workflow_engine.domain.clock import Clock, SystemClock, VirtualClock, new_id
from workflow_engine.domain.commands import (
    AssignUserTask,
    BroadcastSignal,
    CancelCase,
    CaseCommand,
    ChangeVariables,
    ClaimUserTask,
    Command,
    CompleteJob,
    CompleteUserTask,
    CorrelateMessage,
    DeliverSignal,
    DeployDefinition,
    FailJob,
    FireTimer,
    LockJobs,
    PublishMessage,
    Receipt,
    ReleaseDefinition,
    ReleaseUserTask,
    ResumeCase,
    RetireDefinition,
    RetryIncident,
    StartCase,
    SuspendCase,
    ThrowJobError,
)
from workflow_engine.domain.errors import (
    AuditError,
    DefinitionError,
    DuplicateCommandError,
    EngineError,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    Problem,
    RejectedError,
    StaleVersionError,
    StateFormatError,
    TamperedError,
    UnavailableError,
)
from workflow_engine.domain.intake_commands import ImportAlert, LoadOrganisation
from workflow_engine.domain.internal_commands import ClaimTimers, ExpireMessages, FireStartTimer, RetryDelivery
from workflow_engine.domain.permissions import may, may_somewhere
from workflow_engine.domain.variables import parse_json
from workflow_engine.engine import Committed, Engine
from workflow_engine.form_conditions import condition_holds, names_in_condition
from workflow_engine.interchange.deadlines import Deadline, calendar_of
from workflow_engine.queries.access import ApiTokenRow
from workflow_engine.queries.door import Queries
from workflow_engine.queries.people import hash_password
from workflow_engine.queries.rows import (
    AlertRow,
    CaseDetail,
    CaseRow,
    DefinitionDetail,
    DefinitionRow,
    GroupRow,
    HistoryRow,
    InboxRow,
    IncidentRow,
    JobRow,
    MessageRow,
    NoteRow,
    OutboxRow,
    Page,
    PersonRow,
    SubscriptionRow,
    TimerRow,
    UserTaskRow,
)
from workflow_engine.settings import Settings, SettingsError, settings_page
from workflow_engine.storage.migrating import upgrade as upgrade_database
from workflow_engine.verifying import AuditReport

new_case_id = new_command_id = new_id

__all__ = [
    "CALENDAR_SCOPE",
    "CLOCK",
    "OPERATOR",
    "SCOPES",
    "WORKER",
    "Actor",
    "AlertFile",
    "AlertRow",
    "ApiTokenRow",
    "AssignUserTask",
    "AuditError",
    "AuditReport",
    "BroadcastSignal",
    "CancelCase",
    "CaseCommand",
    "CaseDetail",
    "CaseRow",
    "ChangeVariables",
    "ClaimTimers",
    "ClaimUserTask",
    "Clock",
    "Command",
    "Committed",
    "CompleteJob",
    "CompleteUserTask",
    "CorrelateMessage",
    "CreateApiToken",
    "Deadline",
    "DefinitionDetail",
    "DefinitionError",
    "DefinitionRow",
    "DeliverSignal",
    "DeployDefinition",
    "DuplicateCommandError",
    "Engine",
    "EngineError",
    "ExpireMessages",
    "FailJob",
    "FireStartTimer",
    "FireTimer",
    "GroupRow",
    "HistoryRow",
    "ImportAlert",
    "InboxRow",
    "IncidentRow",
    "InvalidStateError",
    "InvalidVariablesError",
    "JobRow",
    "LoadOrganisation",
    "LockJobs",
    "MessageRow",
    "NotFoundError",
    "NotPermittedError",
    "NoteRow",
    "OutboxRow",
    "Page",
    "PersonRow",
    "Problem",
    "PublishMessage",
    "Queries",
    "Receipt",
    "RejectedError",
    "ReleaseDefinition",
    "ReleaseUserTask",
    "ResumeCase",
    "RetireDefinition",
    "RetryDelivery",
    "RetryIncident",
    "RevokeApiToken",
    "Settings",
    "SettingsError",
    "StaleVersionError",
    "StartCase",
    "StateFormatError",
    "SubscriptionRow",
    "SuspendCase",
    "SystemClock",
    "TamperedError",
    "ThrowJobError",
    "TimerRow",
    "UnavailableError",
    "UserTaskRow",
    "VirtualClock",
    "calendar_of",
    "condition_holds",
    "explain_decision",
    "hash_password",
    "may",
    "may_somewhere",
    "names_in_condition",
    "new_case_id",
    "new_command_id",
    "new_id",
    "open_engine",
    "parse_json",
    "read_alert_file",
    "read_alerts",
    "settings_page",
    "upgrade_database",
]
