"""Calls of units in an emergency: whoever was called is called again, and then the next in line.

The model of the emergency calls when the time is over; the duty room may have the next in line called before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.emergency_commands import MESSAGE, CallAgain, CallNext
from workflow_engine.domain.emergency_duties import RUNGS
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.permissions import require_permission, require_writer
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.reaching import require_operator
from workflow_engine.handlers.steps import token_of
from workflow_engine.storage.assigning import members_now, open_tasks
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.messages import Message
from workflow_engine.storage.user_tasks import find_user_task
from workflow_engine.storage.visibility import may_see_case

CALL = "emergency.call"


def call_next(work: Handling, command: CallNext) -> Receipt:
    """By who coordinates emergencies and sees this one; a reason is needed."""
    what = f"call the next in line after {command.user_task_id}"
    require_writer(work.actor, what)
    require_operator(work, command.case_id, what, CALL)
    case = require_running_case(work, command.case_id, what)
    task = find_user_task(work.unit, command.user_task_id)
    is_here = task is not None and task.case_id == case.case_id and task.element_id in RUNGS
    if task is None or not is_here or not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected to {what}, but there is no such call.", user_task_id=command.user_task_id[:80])
    if task.state not in ("ready", "claimed"):
        raise InvalidStateError(f"Expected to {what}, but that was answered: it is {task.state}.", state=task.state)
    if not command.reason.strip():
        raise InvalidVariablesError(f"Expected to {what} for a reason.", {"reason": "a reason is needed"})
    return advance(work, case, command)


def take_call_again(work: Handling, message: Message) -> Receipt | None:
    """Tell whoever has not answered once more; None when the message is not for this desk.

    Who answered meanwhile is left in peace.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id)
    command_id = work.envelope.command.command_id
    letter = orjson.loads(message.payload)
    calls = () if case is None else tuple(_open_calls(work, case.case_id, _groups(letter)))
    if case is None or case.state != "active" or not calls:
        return Receipt(command_id=command_id, case_id=message.origin_case_id, result={"called": 0})
    command = CallAgain(
        command_id=command_id, case_id=case.case_id, unit=str(letter.get("unit") or "")[:200],
        number=letter["number"] if isinstance(letter.get("number"), int) else 0, calls=calls,
    )  # fmt: skip
    return advance(work, case, command, {"called": len(calls)})


def call_again(work: Handling, command: CallAgain) -> Receipt:
    """The same by a worker, as it was settled."""
    what = f"call unit {command.unit} again"
    require_permission(work.actor, "message.publish", what)
    return advance(work, require_running_case(work, command.case_id, what), command)


def _groups(letter: Mapping[str, Any]) -> set[str]:
    return {one.strip() for one in str(letter.get("called_groups") or "").split(",")} - {""}


def _open_calls(work: Handling, case_id: str, groups: set[str]) -> Iterator[Mapping[str, Any]]:
    """Calls that these groups have not answered, and who hears of each: whoever has it in hand, else everybody."""
    for user_task_id in open_tasks(work.unit, case_id):
        task = find_user_task(work.unit, user_task_id)
        if task is None or task.element_id not in RUNGS or not groups.intersection(task.candidate_groups):
            continue
        called = sorted(groups.intersection(task.candidate_groups))
        people = [person for group in called for person in members_now(work.unit, group, work.now)]
        subjects = [task.assignee] if task.assignee else list(dict.fromkeys(people)) or called
        yield {"token_id": token_of(user_task_id), "subjects": subjects}
