"""Liandong's engine: every change is a command to ``Engine.handle``, everything to see comes from ``Engine.queries``.

This is the only module that the web knows.
"""

from __future__ import annotations

from workflow_engine import (
    door_after_action,
    door_alert_sources,
    door_assigning,
    door_ballots,
    door_commands,
    door_consultations,
    door_desk,
    door_destruction,
    door_emergencies,
    door_exercises,
    door_georeport,
    door_indicators,
    door_models,
    door_outside,
    door_people,
    door_places,
    door_publications,
    door_record,
    door_rehearsals,
    door_replanning,
    door_resources,
    door_service_categories,
    door_service_requests,
    door_situation_reports,
    door_supervision,
    door_time,
    door_warnings,
    door_work,
)
from workflow_engine.alert_files import AlertFile, read_alert_file, read_alerts
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import CLOCK, OPERATOR, WORKER, Actor
from workflow_engine.domain.clock import Clock, SystemClock, VirtualClock, new_id
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
from workflow_engine.domain.variables import parse_json
from workflow_engine.door_after_action import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_alert_sources import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_assigning import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_ballots import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_commands import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_consultations import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_desk import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_destruction import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_emergencies import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_exercises import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_georeport import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_indicators import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_models import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_outside import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_people import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_places import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_publications import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_record import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_rehearsals import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_replanning import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_resources import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_service_categories import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_service_requests import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_situation_reports import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_supervision import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_time import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_warnings import *  # noqa: F403 - its own __all__ says what
from workflow_engine.door_work import *  # noqa: F403 - its own __all__ says what
from workflow_engine.engine import Committed, Engine
from workflow_engine.queries.case_walks import CaseFilter
from workflow_engine.queries.desk import ViewRow
from workflow_engine.queries.door import Queries
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
from workflow_engine.settings import Settings, SettingsError, settings_page
from workflow_engine.storage.migrating import upgrade as upgrade_database

new_case_id = new_command_id = new_id

__all__ = [
    "CLOCK",
    "MOST_COUNTED",
    "OPERATOR",
    "PRIORITIES",
    "SORTS",
    "WORKER",
    "Actor",
    "AlertFile",
    "AlertRow",
    "AttachmentRow",
    "AuditError",
    "CannotMigrateError",
    "CaseDetail",
    "CaseFilter",
    "CaseRow",
    "Clock",
    "CommentRow",
    "Committed",
    "DefinitionDetail",
    "DefinitionError",
    "DefinitionRow",
    "DuplicateCommandError",
    "Engine",
    "EngineError",
    "GroupRow",
    "HistoryRow",
    "InboxRow",
    "IncidentRow",
    "InvalidStateError",
    "InvalidVariablesError",
    "JobRow",
    "MessageRow",
    "NotFoundError",
    "NotPermittedError",
    "NoteRow",
    "OutboxRow",
    "Page",
    "PersonRow",
    "Problem",
    "Queries",
    "RejectedError",
    "Settings",
    "SettingsError",
    "StaleVersionError",
    "StateFormatError",
    "SubscriptionRow",
    "SystemClock",
    "TamperedError",
    "TaskWish",
    "TimerRow",
    "UnavailableError",
    "UserTaskRow",
    "ViewRow",
    "VirtualClock",
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
__all__ += door_alert_sources.__all__
__all__ += door_assigning.__all__
__all__ += door_ballots.__all__
__all__ += door_commands.__all__
__all__ += door_consultations.__all__
__all__ += door_georeport.__all__
__all__ += door_desk.__all__
__all__ += door_emergencies.__all__
__all__ += door_after_action.__all__
__all__ += door_destruction.__all__
__all__ += door_exercises.__all__
__all__ += door_models.__all__
__all__ += door_outside.__all__
__all__ += door_people.__all__
__all__ += door_places.__all__
__all__ += door_publications.__all__
__all__ += door_record.__all__
__all__ += door_replanning.__all__
__all__ += door_resources.__all__
__all__ += door_rehearsals.__all__
__all__ += door_service_categories.__all__
__all__ += door_indicators.__all__
__all__ += door_supervision.__all__
__all__ += door_service_requests.__all__
__all__ += door_time.__all__
__all__ += door_situation_reports.__all__
__all__ += door_warnings.__all__
__all__ += door_work.__all__
