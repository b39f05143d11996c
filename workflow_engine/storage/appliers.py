"""From events to rows: one function per kind of event. Rebuilding a case's rows goes through here as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from workflow_engine.domain import events as e
from workflow_engine.storage import (
    ballot_rows,
    deadline_rows,
    replanning_rows,
    service_request_rows,
    user_task_rows,
    waiting_rows,
    work_rows,
)
from workflow_engine.storage.changes import Changes, Facts

Applier = Callable[[Changes, Facts, Any], None]


def _suspended(changes: Changes, facts: Facts, _event: e.CaseSuspended) -> None:
    waiting_rows.hold(changes, facts, held=True)


def _resumed(changes: Changes, facts: Facts, _event: e.CaseResumed) -> None:
    waiting_rows.hold(changes, facts, held=False)


APPLIERS: dict[type[e.Event], Applier] = {
    e.CaseSuspended: _suspended,
    e.CaseResumed: _resumed,
    e.UserTaskCreated: user_task_rows.created,
    e.UserTaskClaimed: user_task_rows.claimed,
    e.UserTaskAssigned: user_task_rows.claimed,
    e.UserTaskReleased: user_task_rows.released,
    e.UserTaskCompleted: user_task_rows.completed,
    e.UserTaskActedFor: user_task_rows.acted_for,
    e.UserTaskMigrated: user_task_rows.migrated,
    e.WaitMigrated: waiting_rows.wait_migrated,
    e.TimerScheduled: waiting_rows.timer_scheduled,
    e.TimerFired: waiting_rows.timer_fired,
    e.TimerCancelled: waiting_rows.timer_cancelled,
    e.SubscriptionOpened: waiting_rows.subscription_opened,
    e.SubscriptionClosed: waiting_rows.subscription_closed,
    e.JobCreated: waiting_rows.job_created,
    e.JobCompleted: waiting_rows.job_completed,
    e.JobFailed: waiting_rows.job_failed,
    e.JobCancelled: waiting_rows.job_cancelled,
    e.IncidentOpened: waiting_rows.incident_opened,
    e.IncidentResolved: waiting_rows.incident_resolved,
    e.MessageThrown: waiting_rows.message_thrown,
    e.SignalThrown: waiting_rows.signal_thrown,
    **deadline_rows.APPLIERS,
    **work_rows.APPLIERS,
    **replanning_rows.APPLIERS,
    **ballot_rows.APPLIERS,
    **service_request_rows.APPLIERS,
}
"""Events that are not here change no row but those of the tokens and of the case itself."""


def apply(changes: Changes, facts: Facts, events: Iterable[e.Event]) -> None:
    """Collect what the events do to the rows."""
    for event in events:
        applier = APPLIERS.get(type(event))
        if applier is not None:
            applier(changes, facts, event)
