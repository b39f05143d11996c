"""A person with an interest in a case takes no further part in it; what they held goes to others."""

from __future__ import annotations

from dataclasses import replace

from workflow_engine.bpmn.barring import CONFLICTS
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.signing import find_host
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.conflict_commands import DeclareCaseConflict, LiftCaseConflict
from workflow_engine.domain.errors import InvalidStateError, NotPermittedError
from workflow_engine.domain.permissions import may
from workflow_engine.handlers.advancing import require_unended_case
from workflow_engine.handlers.fitness import barred_from
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import act_in, require_part, require_person, require_reason
from workflow_engine.handlers.steps import token_of
from workflow_engine.handlers.user_tasks import refuse
from workflow_engine.storage.assigning import fall_back, is_anybody_left, open_tasks
from workflow_engine.storage.cases import Case
from workflow_engine.storage.user_tasks import UserTask, find_user_task


def declare_case_conflict(work: Handling, command: DeclareCaseConflict) -> Receipt:
    """By the person, or by who operates the case."""
    what = f"declare a conflict of interest in case {command.case_id}"
    require_reason(command.reason, what)
    case = require_unended_case(work, command.case_id, what)
    require_part(work, case, what)
    if command.person_id != work.actor.actor_id and not may(
        work.actor, "case.operate", case.unit_id, case.process_id
    ):
        refuse(work, case, what, "only who operates it says so of somebody else")
    require_person(work, command.person_id, what)
    instance = work.take_instance(case)
    if command.person_id in instance.tree.header.get(CONFLICTS, ()):
        raise InvalidStateError(f"Expected to {what}, but {command.person_id} takes no part in it already.")
    return act_in(work, case, instance, _settled(work, case, instance, command))


def lift_case_conflict(work: Handling, command: LiftCaseConflict) -> Receipt:
    """By who operates the case, and never for themselves."""
    what = f"lift a conflict of interest in case {command.case_id}"
    require_reason(command.reason, what)
    case = require_unended_case(work, command.case_id, what)
    require_part(work, case, what)
    if not may(work.actor, "case.operate", case.unit_id, case.process_id):
        refuse(work, case, what, "only who operates it may")
    if command.person_id == work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but nobody lifts their own.")
    instance = work.take_instance(case)
    if command.person_id not in instance.tree.header.get(CONFLICTS, ()):
        raise InvalidStateError(f"Expected to {what}, but {command.person_id} has none.")
    return act_in(work, case, instance, command)


def _settled(work: Handling, case: Case, instance: Instance, command: DeclareCaseConflict) -> DeclareCaseConflict:
    """With what becomes of each task that the person holds, or that is offered to nobody else."""
    person, released, fallen = command.person_id, [], []
    returned, withdrawn = [], []
    for task_id in open_tasks(work.unit, case.case_id):
        task, number = find_user_task(work.unit, task_id), token_of(task_id)
        token = instance.tree.index.get(number)
        host = token or find_host(instance.tree, number)
        if task is None or host is None:
            continue
        if token is None:
            withdrawn += [task_id] if task.assignee == person else []
            continue
        owner, delegate = token.internal_data.get("delegated", (task.assignee, None))
        if delegate == person:
            returned.append(task_id)
        elif owner == person or (owner is None and _is_for_some(task)):
            barred = {**barred_from(work, token), person: ""}
            users = [one for one in task.candidate_users if one != person]
            if is_anybody_left(work.unit, users, task.candidate_groups, barred, work.now):
                released += [task_id] if owner == person else []
            elif (group := fall_back(work.unit, case.unit_id, barred, work.now)) is not None:
                fallen.append((task_id, group))
            elif owner == person:
                released.append(task_id)
    return replace(
        command, released=tuple(released), fallen=tuple(fallen), returned=tuple(returned), withdrawn=tuple(withdrawn)
    )


def _is_for_some(task: UserTask) -> bool:
    return bool(task.candidate_users or task.candidate_groups)
