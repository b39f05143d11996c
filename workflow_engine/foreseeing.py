"""Who will get the next task: the step is really taken, on a copy of the case in memory, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.asking import Asking
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.strategies import strategies_of
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import new_seed
from workflow_engine.domain.commands import CompleteUserTask, StartCase
from workflow_engine.domain.errors import EngineError, NotFoundError
from workflow_engine.domain.events import (
    CaseCompleted,
    Event,
    IncidentOpened,
    JobCreated,
    SubscriptionOpened,
    TimerScheduled,
    UserTaskCreated,
    UserTaskFellTo,
)
from workflow_engine.domain.variables import clean_variables
from workflow_engine.handlers.acts import ACTS
from workflow_engine.handlers.advancing import unit_of_new_case
from workflow_engine.handlers.handling import Parts
from workflow_engine.library import BoundSource
from workflow_engine.outside import LiveOutside
from workflow_engine.queries.cases import restore
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.queries.user_tasks import get_user_task
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.definitions import find_latest

MOST_TASKS = 50


@dataclass(frozen=True, slots=True)
class NextTask:
    """A task that the step would make, and whose it would be."""

    element_id: str
    name: str | None
    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]
    due_at: datetime | None
    strategy: tuple[str, ...] = ()
    """How the model says whose it is: kinds of groups and questions to the organisation, see ``bpmn.strategies``."""
    fell_from: tuple[str, ...] = ()
    """Whom the model names, where none of them can take it,"""
    because: str | None = None
    """and why: ``nobody`` or ``barred``."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What comes next, as far as it can be known now."""

    definition_id: str
    tasks: tuple[NextTask, ...] = ()
    ends: bool = False
    """The case would be closed."""
    waits_for: tuple[str, ...] = ()
    """Elements at which something other than a person would act next: a service, a message, a clock."""
    stops_at: str | None = None
    """The element at which the case would stop with an incident."""
    refused: str | None = None
    """Why the step could not be taken as it stands; then nothing else is known."""


def foresee_start(
    snapshot: Snapshot, parts: Parts, actor: Actor, now: datetime, process_id: str, variables: Mapping[str, Any]
) -> Foresight:
    """What starting a case would lead to. Raises NotFoundError when nothing of this process can be started."""
    bound = find_latest(snapshot.unit, process_id)
    if bound is None:
        raise NotFoundError(f"Expected a released process {process_id[:64]!r}, but there is none.")
    definition = snapshot.library.get(snapshot.unit, bound.definition_id)
    instance = Instance.create("foreseen", definition, process_id)
    command = StartCase(
        command_id="foreseen-only", case_id="foreseen", process_id=process_id, variables=clean_variables(variables)
    )
    unit_id = unit_of_new_case(definition, process_id, actor)
    return _take(snapshot, parts, instance, command, actor, now, bound.definition_id, unit_id)


def foresee_completion(
    snapshot: Snapshot, parts: Parts, actor: Actor, now: datetime, user_task_id: str, variables: Mapping[str, Any]
) -> Foresight:
    """What completing a task with these answers would lead to. Raises NotFoundError outside the actor's reach."""
    task = get_user_task(snapshot, user_task_id, actor)
    if task.state not in ("ready", "claimed") or task.case.state != "active":
        return Foresight(task.definition_id, refused="The task is not open any more.")
    command = CompleteUserTask(
        command_id="foreseen-only", user_task_id=user_task_id, variables=clean_variables(variables)
    )
    case = find_case(snapshot.unit, task.case_id, lock=False)
    unit_id = None if case is None else case.unit_id
    return _take(snapshot, parts, restore(snapshot, task.case_id), command, actor, now, task.definition_id, unit_id)


def _take(
    snapshot: Snapshot,
    parts: Parts,
    instance: Instance,
    command: StartCase | CompleteUserTask,
    actor: Actor,
    now: datetime,
    definition_id: str,
    unit_id: str | None,
) -> Foresight:
    context = RunContext(
        now=now,
        seed=new_seed(),
        source=BoundSource(snapshot.unit, snapshot.library),
        step_budget=parts.step_budget,
        asking=Asking(LiveOutside(snapshot.unit, now, unit_id, instance.case_id)),
    )
    try:
        step = ACTS[type(command)](instance, context, command, actor.actor_id)
    except EngineError as refused:
        return Foresight(definition_id, refused=refused.message)
    return _told(definition_id, step.events, instance)


def _told(definition_id: str, events: Iterable[Event], instance: Instance) -> Foresight:
    tasks: list[NextTask] = []
    waits: dict[str, None] = {}
    ends, stops_at = False, None
    for event in events:
        if isinstance(event, UserTaskCreated):
            tasks.append(_task(event, instance))
        elif isinstance(event, UserTaskFellTo):
            tasks[-1] = replace(tasks[-1], fell_from=tuple(event.instead_of), because=event.because)
        elif isinstance(event, JobCreated | SubscriptionOpened | TimerScheduled):
            waits[event.element_id] = None
        elif isinstance(event, CaseCompleted):
            ends = True
        elif isinstance(event, IncidentOpened):
            stops_at = event.element_id or ""
    return Foresight(definition_id, tuple(tasks[:MOST_TASKS]), ends, tuple(waits), stops_at)


def _task(event: UserTaskCreated, instance: Instance) -> NextTask:
    token = instance.tree.index.get(event.token_id)
    return NextTask(
        event.element_id, event.name, event.assignee, tuple(event.candidate_users or ()),
        tuple(event.candidate_groups or ()), None if event.due_at is None else datetime.fromisoformat(event.due_at),
        () if token is None else strategies_of(token.task_spec.node),
    )  # fmt: skip
