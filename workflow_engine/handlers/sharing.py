"""Telling others about a case: copies, comments, files, and that somebody took note."""

from __future__ import annotations

import re
from dataclasses import replace

from workflow_engine.bpmn.signing import find_host
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import may
from workflow_engine.domain.work_commands import (
    AddAttachment,
    AddComment,
    CopyCase,
    MarkCopiesRead,
    RemoveAttachment,
)
from workflow_engine.handlers.advancing import advance, require_case, require_unended_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import (
    act_in,
    require_allowed,
    require_part,
    require_person,
    require_reason,
    require_subject,
)
from workflow_engine.handlers.steps import token_of
from workflow_engine.handlers.user_tasks import refuse
from workflow_engine.storage.acting import groups_of
from workflow_engine.storage.cases import Case
from workflow_engine.storage.user_tasks import find_user_task
from workflow_engine.storage.visibility import may_see_case
from workflow_engine.storage.work import find_file, has_copy, members_of

MOST_COPIES = 200
LONGEST_COMMENT = 5_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


def copy_case(work: Handling, command: CopyCase) -> Receipt:
    """Let people read the case."""
    what = f"copy case {command.case_id}"
    require_reason(command.reason, what)
    case = require_case(work, command.case_id, what)
    require_part(work, case, what)
    people: dict[str, None] = {}
    for subject in command.subjects:
        if require_subject(work, subject, what):
            people.update(dict.fromkeys(members_of(work.unit, subject, MOST_COPIES + 1)))
        else:
            people[subject] = None
    people.pop(work.actor.actor_id, None)
    if not 1 <= len(people) <= MOST_COPIES:
        raise RejectedError(f"Expected to {what} to 1 to {MOST_COPIES} others, but got {len(people)}.", field="to")
    _require_own_task(work, case, command.user_task_id, what)
    instance = work.take_instance(case)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    token = None
    if command.user_task_id is not None and case.state not in ENDED_CASE:
        number = token_of(command.user_task_id)
        token = instance.tree.index.get(number) or find_host(instance.tree, number)
    if token is not None:
        require_allowed(token.task_spec.node, "copy", what, operates=operates)
    settled = replace(command, people=tuple(people), user_task_id=command.user_task_id if token is not None else None)
    return act_in(work, case, instance, settled)


def mark_copies_read(work: Handling, command: MarkCopiesRead) -> Receipt:
    """The reader has taken note of the case."""
    what = f"take note of case {command.case_id}"
    case = require_case(work, command.case_id, what)
    if not has_copy(work.unit, case.case_id, work.actor.actor_id):
        raise NotFoundError(f"Expected to {what}, but no copy of it was sent to you.", case_id=case.case_id)
    if not has_copy(work.unit, case.case_id, work.actor.actor_id, unread=True):
        raise InvalidStateError(f"Expected to {what}, but you did already.")
    return advance(work, case, command)


def add_comment(work: Handling, command: AddComment) -> Receipt:
    """Say something to everybody who can see the case."""
    what = f"comment on case {command.case_id}"
    require_reason(command.text, what)
    if len(command.text) > LONGEST_COMMENT:
        raise RejectedError(f"Expected to {what} in at most {LONGEST_COMMENT} characters.", field="text")
    case = require_case(work, command.case_id, what)
    require_part(work, case, what)
    _require_own_task(work, case, command.user_task_id, what)
    mentions = tuple(person for person in dict.fromkeys(command.mentions) if person != work.actor.actor_id)
    copied = []
    for person in mentions:
        require_person(work, person, what)
        there = Actor(person, groups_of(work.unit, person, work.now))
        if not may_see_case(work.unit, there, case):
            copied.append(person)
    return advance(work, case, replace(command, mentions=mentions, copied=tuple(copied)))


def add_attachment(work: Handling, command: AddAttachment) -> Receipt:
    """Put a file to the case; its content is kept already."""
    what = f"attach a file to case {command.case_id}"
    case = require_unended_case(work, command.case_id, what)
    require_part(work, case, what)
    _require_own_task(work, case, command.user_task_id, what)
    if not _DIGEST.fullmatch(command.digest) or command.size < 1 or not command.name.strip():
        raise RejectedError(f"Expected to {what} with a name, a size and the digest of its content.", field="file")
    return advance(work, case, command)


def remove_attachment(work: Handling, command: RemoveAttachment) -> Receipt:
    """Take a file off the case: by who put it there, or by who operates cases."""
    what = f"remove a file from case {command.case_id}"
    require_reason(command.reason, what)
    case = require_case(work, command.case_id, what)
    require_part(work, case, what)
    file = find_file(work.unit, command.attachment_id)
    if file is None or file.case_id != case.case_id:
        raise NotFoundError(f"Expected to {what}, but there is no such file.", attachment_id=command.attachment_id)
    if file.added_by != work.actor.actor_id and not may(
        work.actor, "case.operate", case.unit_id, case.process_id
    ):
        refuse(work, case, what, f"{file.added_by} put it there")
    if file.removed_at is not None:
        raise InvalidStateError(f"Expected to {what}, but it is removed already.")
    return advance(work, case, command)


def _require_own_task(work: Handling, case: Case, user_task_id: str | None, what: str) -> None:
    """Raise NotFoundError for a task of another case."""
    if user_task_id is None:
        return
    task = find_user_task(work.unit, user_task_id)
    if task is None or task.case_id != case.case_id:
        raise NotFoundError(f"Expected to {what} from a task of the case, but there is none.")
