"""Looking at user tasks inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import exists, select

from workflow_engine.storage.schema import task_draft, user_task
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_u = user_task.c
_FIND = Statement(
    select(
        _u.user_task_id, _u.case_id, _u.element_id, _u.state, _u.assignee, _u.candidate_users, _u.candidate_groups,
        _u.completed_by, exists().where(task_draft.c.user_task_id == _u.user_task_id).correlate(user_task),
    ).where(_u.user_task_id == param("task"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UserTask:
    """What deciding about a task needs."""

    user_task_id: str
    case_id: str
    element_id: str
    state: str
    assignee: str | None
    candidate_users: list[str]
    candidate_groups: list[str]
    completed_by: str | None
    has_drafts: bool


def find_user_task(unit: UnitOfWork, user_task_id: str) -> UserTask | None:
    """The task; its case's lock keeps it from changing."""
    row = unit.one(_FIND, {"task": user_task_id})
    if row is None:
        return None
    task_id, case_id, element_id, state, assignee, users, groups, completed_by, has_drafts = row
    return UserTask(
        task_id, case_id, element_id, state, assignee, orjson.loads(users), orjson.loads(groups), completed_by,
        bool(has_drafts),
    )
