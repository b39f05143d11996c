"""Liandong's engine: every change is a command to ``Engine.handle``, everything to see comes from ``Engine.queries``.

This is the only module that the web and the command line know.
"""

from __future__ import annotations

from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import CLOCK, OPERATOR, WORKER, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import (
    AssignUserTask,
    BroadcastSignal,
    CancelCase,
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
    UnavailableError,
)
from workflow_engine.domain.intake_commands import ImportAlert, LoadOrganisation
from workflow_engine.domain.internal_commands import ClaimTimers, ExpireMessages, FireStartTimer
from workflow_engine.engine import Committed, Engine
from workflow_engine.settings import Settings, SettingsError

new_case_id = new_command_id = new_id
