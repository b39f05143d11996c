"""Liandong's engine: every change is a command to ``Engine.handle``, everything to see comes from ``Engine.queries``.

This is the only module that the web knows.
"""

from __future__ import annotations

from workflow_engine import (
    door_assigning,
    door_ballots,
    door_consultations,
    door_outside,
    door_publications,
    door_time,
    door_work,
)
from workflow_engine.alert_files import AlertFile, read_alert_file, read_alerts
from workflow_engine.audit.chain import Finding
from workflow_engine.bootstrap import open_engine
from workflow_engine.bpmn.comparing import (
    ElementChange,
    FieldChange,
    FileChange,
    ModelDifference,
    RowChange,
    TableChange,
    ValueChange,
)
from workflow_engine.decision_stories import explain_decision
from workflow_engine.domain.actors import CLOCK, OPERATOR, WORKER, Actor
from workflow_engine.domain.analysis_commands import QUESTION_PROCESS, AskDepartment, DrawSample, ReadPaths
from workflow_engine.domain.audit_commands import AddCosignature
from workflow_engine.domain.calendar_content import notice_changes
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
from workflow_engine.domain.desk_commands import PREFERENCES, ChangeView, DeleteView, SaveView, SetPreferences
from workflow_engine.domain.errors import (
    AuditError,
    CannotMigrateError,
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
from workflow_engine.domain.keeping_commands import HoldCase, LiftHold, RemoveCase
from workflow_engine.domain.model_commands import DiscardModelWork, KeepModelWork
from workflow_engine.domain.operation_commands import (
    ContinueBatch,
    CreateBatch,
    MigrateCase,
    ModifyCase,
    PauseBatch,
    StopBatch,
)
from workflow_engine.domain.organisation_commands import (
    BindAccount,
    ChangeCalendar,
    ChangePassword,
    ChangeProfile,
    DecideProposal,
    GiveGrant,
    NoteReading,
    ProposePower,
    ResetPassword,
    RevokeGrant,
)
from workflow_engine.domain.organisation_rows import KINDS as ORGANISATION_KINDS
from workflow_engine.domain.paths import SPANS
from workflow_engine.domain.permissions import HOLDERS, POWER, SCOPED, is_reader, may, may_somewhere
from workflow_engine.domain.profile import Profile
from workflow_engine.domain.variables import parse_json
from workflow_engine.domain.work_commands import MarkCopiesRead, MarkNotesRead
from workflow_engine.door_assigning import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_ballots import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_consultations import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_outside import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_publications import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_time import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_work import *  # noqa: F403 - its own __all__ says what
from workflow_engine.dry_running import DryRun, MigrationRehearsal, MigrationTry
from workflow_engine.engine import Committed, Engine
from workflow_engine.exporting import ExportFile, verifier_source
from workflow_engine.foreseeing import Foresight, NextTask
from workflow_engine.form_conditions import condition_holds, names_in_condition
from workflow_engine.interchange.organisation_csv import CellProblem
from workflow_engine.live import CaseChange
from workflow_engine.model_checks import ModelCheck, check_model, compare_models, is_model
from workflow_engine.organisation_files import OrganisationFiles, organisation_csv
from workflow_engine.passwords import is_easy_to_guess
from workflow_engine.proving import CaseProof
from workflow_engine.queries.analysis_rows import (
    AnalysisScope,
    QuestionRow,
    SampleRow,
    StepFigures,
    VariantRow,
    Variants,
    VisitRow,
)
from workflow_engine.queries.case_walks import CaseFilter
from workflow_engine.queries.catalogue import CatalogueRow, StartPage
from workflow_engine.queries.desk import ViewRow
from workflow_engine.queries.door import Queries
from workflow_engine.queries.log import CheckpointRow
from workflow_engine.queries.model_rows import Impact, ModelWork, ModelWorkRow, Place
from workflow_engine.queries.modification import ElementPair, PlanBasis, Target, TokenPlace
from workflow_engine.queries.operating import BatchItemRow, BatchPreview, BatchRow, CauseRow, StoppedRow
from workflow_engine.queries.organisation_rows import (
    ChangeRow,
    DeputyRow,
    GrantRow,
    MemberRow,
    PositionRow,
    ProposalRow,
    ReadingRow,
    ShiftRow,
    UnitDetail,
    UnitRow,
)
from workflow_engine.queries.people import hash_password
from workflow_engine.queries.queues import PRIORITIES, SORTS, TaskWish
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
from workflow_engine.queries.task_lists import MOST_COUNTED
from workflow_engine.queries.work_rows import AttachmentRow, CommentRow
from workflow_engine.retelling import Change, Retold, RetoldEntry
from workflow_engine.settings import Settings, SettingsError, settings_page
from workflow_engine.storage.migrating import upgrade as upgrade_database
from workflow_engine.tryouts import Trial, TryOuts
from workflow_engine.verifying import AuditReport

new_case_id = new_command_id = new_id

__all__ = [
    "CLOCK",
    "HOLDERS",
    "MOST_COUNTED",
    "OPERATOR",
    "ORGANISATION_KINDS",
    "POWER",
    "PREFERENCES",
    "PRIORITIES",
    "QUESTION_PROCESS",
    "SCOPED",
    "SORTS",
    "SPANS",
    "WORKER",
    "Actor",
    "AddCosignature",
    "AlertFile",
    "AlertRow",
    "AnalysisScope",
    "AskDepartment",
    "AssignUserTask",
    "AttachmentRow",
    "AuditError",
    "AuditReport",
    "BatchItemRow",
    "BatchPreview",
    "BatchRow",
    "BindAccount",
    "BroadcastSignal",
    "CancelCase",
    "CannotMigrateError",
    "CaseChange",
    "CaseCommand",
    "CaseDetail",
    "CaseFilter",
    "CaseProof",
    "CaseRow",
    "CatalogueRow",
    "CauseRow",
    "CellProblem",
    "Change",
    "ChangeCalendar",
    "ChangePassword",
    "ChangeProfile",
    "ChangeRow",
    "ChangeVariables",
    "ChangeView",
    "CheckpointRow",
    "ClaimTimers",
    "ClaimUserTask",
    "Clock",
    "Command",
    "CommentRow",
    "Committed",
    "CompleteJob",
    "CompleteUserTask",
    "ContinueBatch",
    "CorrelateMessage",
    "CreateBatch",
    "DecideProposal",
    "DefinitionDetail",
    "DefinitionError",
    "DefinitionRow",
    "DeleteView",
    "DeliverSignal",
    "DeployDefinition",
    "DeputyRow",
    "DiscardModelWork",
    "DrawSample",
    "DryRun",
    "DuplicateCommandError",
    "ElementChange",
    "ElementPair",
    "Engine",
    "EngineError",
    "ExpireMessages",
    "ExportFile",
    "FailJob",
    "FieldChange",
    "FileChange",
    "Finding",
    "FireStartTimer",
    "FireTimer",
    "Foresight",
    "GiveGrant",
    "GrantRow",
    "GroupRow",
    "HistoryRow",
    "HoldCase",
    "Impact",
    "ImportAlert",
    "InboxRow",
    "IncidentRow",
    "InvalidStateError",
    "InvalidVariablesError",
    "JobRow",
    "KeepModelWork",
    "LiftHold",
    "LoadOrganisation",
    "LockJobs",
    "MarkCopiesRead",
    "MarkNotesRead",
    "MemberRow",
    "MessageRow",
    "MigrateCase",
    "MigrationRehearsal",
    "MigrationTry",
    "ModelCheck",
    "ModelDifference",
    "ModelWork",
    "ModelWorkRow",
    "ModifyCase",
    "NextTask",
    "NotFoundError",
    "NotPermittedError",
    "NoteReading",
    "NoteRow",
    "OrganisationFiles",
    "OutboxRow",
    "Page",
    "PauseBatch",
    "PersonRow",
    "Place",
    "PlanBasis",
    "PositionRow",
    "Problem",
    "Profile",
    "ProposalRow",
    "ProposePower",
    "PublishMessage",
    "Queries",
    "QuestionRow",
    "ReadPaths",
    "ReadingRow",
    "Receipt",
    "RejectedError",
    "ReleaseDefinition",
    "ReleaseUserTask",
    "RemoveCase",
    "ResetPassword",
    "ResumeCase",
    "RetireDefinition",
    "Retold",
    "RetoldEntry",
    "RetryDelivery",
    "RetryIncident",
    "RevokeGrant",
    "RowChange",
    "SampleRow",
    "SaveView",
    "SetPreferences",
    "Settings",
    "SettingsError",
    "ShiftRow",
    "StaleVersionError",
    "StartCase",
    "StartPage",
    "StateFormatError",
    "StepFigures",
    "StopBatch",
    "StoppedRow",
    "SubscriptionRow",
    "SuspendCase",
    "SystemClock",
    "TableChange",
    "TamperedError",
    "Target",
    "TaskWish",
    "ThrowJobError",
    "TimerRow",
    "TokenPlace",
    "Trial",
    "TryOuts",
    "UnavailableError",
    "UnitDetail",
    "UnitRow",
    "UserTaskRow",
    "ValueChange",
    "VariantRow",
    "Variants",
    "ViewRow",
    "VirtualClock",
    "VisitRow",
    "check_model",
    "compare_models",
    "condition_holds",
    "explain_decision",
    "hash_password",
    "is_easy_to_guess",
    "is_model",
    "is_reader",
    "may",
    "may_somewhere",
    "names_in_condition",
    "new_case_id",
    "new_command_id",
    "new_id",
    "notice_changes",
    "open_engine",
    "organisation_csv",
    "parse_json",
    "read_alert_file",
    "read_alerts",
    "settings_page",
    "upgrade_database",
    "verifier_source",
]
__all__ += door_assigning.__all__ + door_publications.__all__
__all__ += door_ballots.__all__ + door_work.__all__ + door_outside.__all__ + door_consultations.__all__
__all__ += door_work.__all__ + door_outside.__all__ + door_consultations.__all__ + door_time.__all__
