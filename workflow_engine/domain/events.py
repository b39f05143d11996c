"""Every event there is, by family, and the way back from a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from workflow_engine.domain.event import Event
from workflow_engine.domain.events_assignment import (
    CaseConflictDeclared,
    CaseConflictLifted,
    UserTaskFellTo,
    UserTaskKeptFrom,
)
from workflow_engine.domain.events_ballots import (
    BallotClosed,
    BallotDecided,
    BallotExtended,
    BallotOpened,
    BallotRoundOpened,
    BallotTied,
    BallotWithdrawn,
    MandateGiven,
    VoterAbsent,
    VoterRecused,
)
from workflow_engine.domain.events_case import (
    CallResolved,
    CaseCancelled,
    CaseCompleted,
    CaseResumed,
    CaseStarted,
    CaseSuspended,
    ElementActivated,
    ElementCancelled,
    ElementCompleted,
    IncidentOpened,
    IncidentResolved,
    MergeConflict,
    TokensMerged,
    VariablesChanged,
)
from workflow_engine.domain.events_deadlines import (
    ClockStarted,
    ClockStopped,
    DeadlineHeld,
    DeadlineMoved,
    DeadlineReckoned,
    DeadlinesReckoned,
)
from workflow_engine.domain.events_operations import (
    BatchContinued,
    BatchCreated,
    BatchFinished,
    BatchPaused,
    BatchStopped,
    CaseMigrated,
    CaseModified,
    UserTaskMigrated,
    WaitMigrated,
)
from workflow_engine.domain.events_outside import OutsideAsked
from workflow_engine.domain.events_teamwork import (
    AttachmentAdded,
    AttachmentRemoved,
    CaseCopied,
    CommentAdded,
    CopiesRead,
    DelegationEnded,
    InstanceAdded,
    InstanceRemoved,
    OpinionAsked,
    OpinionEnded,
    OpinionGiven,
    OpinionOpened,
    UserTaskDelegated,
    UserTaskReturned,
    UserTaskTakenBack,
    UserTaskTransferred,
    UserTaskUrged,
)
from workflow_engine.domain.events_waiting import (
    ErrorCaught,
    MessageCaught,
    MessageThrown,
    SignalCaught,
    SignalThrown,
    SubscriptionClosed,
    SubscriptionOpened,
    TimerCancelled,
    TimerFired,
    TimerScheduled,
)
from workflow_engine.domain.events_work import (
    DecisionEvaluated,
    JobCancelled,
    JobCompleted,
    JobCreated,
    JobFailed,
    UserTaskActedFor,
    UserTaskAssigned,
    UserTaskCancelled,
    UserTaskClaimed,
    UserTaskCompleted,
    UserTaskCreated,
    UserTaskReleased,
)

__all__ = [
    "EVENT_KINDS",
    "AttachmentAdded",
    "AttachmentRemoved",
    "BallotClosed",
    "BallotDecided",
    "BallotExtended",
    "BallotOpened",
    "BallotRoundOpened",
    "BallotTied",
    "BallotWithdrawn",
    "BatchContinued",
    "BatchCreated",
    "BatchFinished",
    "BatchPaused",
    "BatchStopped",
    "CallResolved",
    "CaseCancelled",
    "CaseCompleted",
    "CaseConflictDeclared",
    "CaseConflictLifted",
    "CaseCopied",
    "CaseMigrated",
    "CaseModified",
    "CaseResumed",
    "CaseStarted",
    "CaseSuspended",
    "ClockStarted",
    "ClockStopped",
    "CommentAdded",
    "CopiesRead",
    "DeadlineHeld",
    "DeadlineMoved",
    "DeadlineReckoned",
    "DeadlinesReckoned",
    "DecisionEvaluated",
    "DelegationEnded",
    "ElementActivated",
    "ElementCancelled",
    "ElementCompleted",
    "ErrorCaught",
    "Event",
    "IncidentOpened",
    "IncidentResolved",
    "InstanceAdded",
    "InstanceRemoved",
    "JobCancelled",
    "JobCompleted",
    "JobCreated",
    "JobFailed",
    "MandateGiven",
    "MergeConflict",
    "MessageCaught",
    "MessageThrown",
    "OpinionAsked",
    "OpinionEnded",
    "OpinionGiven",
    "OpinionOpened",
    "OutsideAsked",
    "SignalCaught",
    "SignalThrown",
    "SubscriptionClosed",
    "SubscriptionOpened",
    "TimerCancelled",
    "TimerFired",
    "TimerScheduled",
    "TokensMerged",
    "UserTaskActedFor",
    "UserTaskAssigned",
    "UserTaskCancelled",
    "UserTaskClaimed",
    "UserTaskCompleted",
    "UserTaskCreated",
    "UserTaskDelegated",
    "UserTaskFellTo",
    "UserTaskKeptFrom",
    "UserTaskMigrated",
    "UserTaskReleased",
    "UserTaskReturned",
    "UserTaskTakenBack",
    "UserTaskTransferred",
    "UserTaskUrged",
    "VariablesChanged",
    "VoterAbsent",
    "VoterRecused",
    "WaitMigrated",
    "event_from",
]

EVENT_KINDS: dict[str, type[Event]] = {kind.KIND: kind for kind in Event.__subclasses__()}


def event_from(body: Mapping[str, Any], values: Mapping[str, Any] | None = None) -> Event:
    """The event back from its recorded public body and, where not erased, its private values.

    Raises:
        KeyError: the tag is unknown.
    """
    data = dict(body)
    kind = EVENT_KINDS[data.pop("event")]
    wanted = {f.name for f in fields(kind)}
    merged = {**data, **(values or {})}
    for f in fields(kind):
        if f.name not in merged and f.name in wanted and f.default is MISSING:  # no default at all
            merged[f.name] = None if f.name not in kind.PRIVATE else ""
    return kind(**{name: value for name, value in merged.items() if name in wanted})
