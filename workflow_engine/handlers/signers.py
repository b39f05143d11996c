"""More signatures on a task: asked for, given, taken back; more and fewer instances of a joint task."""

from __future__ import annotations

from dataclasses import replace

from workflow_engine.bpmn.signing import frame_of
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError, RejectedError
from workflow_engine.domain.permissions import may
from workflow_engine.domain.work_commands import AddInstance, AskOpinions, GiveOpinion, RemoveInstance, RemoveSigner
from workflow_engine.handlers.advancing import require_running_case
from workflow_engine.handlers.fitness import require_fit, require_somebody_fit
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import (
    InHand,
    act_on,
    in_memory,
    require_in_hand,
    require_part,
    require_person,
    require_reason,
    require_subject,
    require_task_itself,
)
from workflow_engine.handlers.steps import token_of
from workflow_engine.handlers.user_tasks import refuse, require_open_task
from workflow_engine.storage.organisation import people_holding
from workflow_engine.storage.user_tasks import find_user_task
from workflow_engine.storage.work import find_opinion

PLACES = ("before", "beside", "after")
MOST_SIGNERS = 50


def ask_opinions(work: Handling, command: AskOpinions) -> Receipt:
    """Ask further people, units or roles before, beside or after the task."""
    what = f"add signers to user task {command.user_task_id}"
    require_reason(command.reason, what)
    if command.place not in PLACES:
        raise RejectedError(f"Expected to {what} {', '.join(PLACES)}, but got {command.place[:20]!r}.", field="place")
    subjects = tuple(dict.fromkeys(command.subjects))
    if not 1 <= len(subjects) <= MOST_SIGNERS:
        raise RejectedError(f"Expected to {what}: 1 to {MOST_SIGNERS}, but got {len(subjects)}.", field="to")
    found = require_in_hand(work, command, what, "sign")
    require_task_itself(found, what)
    groups = tuple(subject for subject in subjects if require_subject(work, subject, what))
    asked = {entry[1] for entry in found.token.internal_data.get("opinions", {}).values()}
    for subject in subjects:
        if subject == found.task.assignee:
            raise InvalidStateError(f"Expected to {what} besides {subject}, who has it.", field="to")
        if subject in asked:
            raise InvalidStateError(f"Expected to {what}, but {subject} is asked already.", field="to")
    require_fit(work, found.token, [subject for subject in subjects if subject not in groups])
    for group in groups:
        require_somebody_fit(work, found.token, people_holding(work.unit, [group]), what)
    return act_on(work, found, replace(command, subjects=subjects, groups=groups))


def give_opinion(work: Handling, command: GiveOpinion) -> Receipt:
    """A signer answers; one who was asked as a member of a group claims the question first."""
    what = f"give an opinion as user task {command.user_task_id}"
    require_reason(command.opinion, what)
    found = require_in_hand(work, command, what)
    if not found.is_opinion:
        raise InvalidStateError(f"Expected to {what}, but it is no question to a signer.")
    if found.task.assignee != work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but nobody signs for {found.task.assignee or 'others'}.")
    require_fit(work, found.token, [work.actor.actor_id])
    return act_on(work, found, command)


def remove_signer(work: Handling, command: RemoveSigner) -> Receipt:
    """Ask a signer no more, as long as they have not answered."""
    what = f"remove a signer of user task {command.user_task_id}"
    require_reason(command.reason, what)
    case = require_running_case(work, command.case_id, what) if command.case_id else None
    task = find_user_task(work.unit, command.user_task_id)
    opinion = find_opinion(work.unit, command.opinion_id)
    if case is None or task is None or opinion is None or opinion.user_task_id != command.user_task_id:
        raise NotFoundError(f"Expected to {what}, but there is no such question.")
    require_part(work, case, what)
    mine = work.actor.actor_id in (opinion.asked_by, task.assignee)
    if not mine and not may(work.actor, "case.operate", case.unit_id, case.process_id):
        refuse(work, case, what, f"{opinion.asked_by} asked")
    if opinion.state not in ("waiting", "open"):
        said = "has answered: what is signed stays" if opinion.state == "answered" else "is asked no more already"
        raise InvalidStateError(f"Expected to {what}, but {opinion.subject} {said}.", state=opinion.state)
    return act_on(work, in_memory(work, case, task, what), command)


def add_instance(work: Handling, command: AddInstance) -> Receipt:
    """One person more in a joint task."""
    what = f"add a person to user task {command.user_task_id}"
    require_reason(command.reason, what)
    found = require_in_hand(work, command, what, "sign")
    require_task_itself(found, what)
    require_person(work, command.person, what)
    _require_joint(found)
    require_fit(work, found.token, [command.person])
    return act_on(work, found, command)


def remove_instance(work: Handling, command: RemoveInstance) -> Receipt:
    """One person less in a joint task: by who operates the case, or by somebody else who has a part in it."""
    what = f"take user task {command.user_task_id} away"
    require_reason(command.reason, what)
    case, task = require_open_task(work, command, what)
    found = in_memory(work, case, task, what)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    added_by_model = "for" not in found.token.internal_data
    if not operates and (added_by_model or task.assignee == work.actor.actor_id):
        refuse(work, case, what, "only who was added may be taken away, and not by themselves")
    require_part(work, case, what)
    require_task_itself(found, what)
    _require_joint(found)
    return act_on(work, found, command)


def _require_joint(found: InHand) -> None:
    frame_of(found.instance.tree, token_of(found.task.user_task_id))
