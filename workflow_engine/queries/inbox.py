"""User tasks as rows of a list."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, and_, select

from workflow_engine.queries.rows import InboxRow
from workflow_engine.storage.schema import definition_process, process_instance, user_task

_u = user_task.c
_c = process_instance.c
_p = definition_process.c
OPEN = ("ready", "claimed")

INBOX_COLUMNS = (
    _u.user_task_id, _u.case_id, _c.process_id, _p.name.label("process_name"), _c.definition_id,
    _c.title.label("case_title"), _c.business_key, _c.exercise, _u.element_id, _u.name, _u.state, _u.assignee,
    _u.candidate_users, _u.candidate_groups, _u.created_at, _u.due_at, _u.follow_up_at, _u.priority, _u.claimed_at,
    _u.completed_at, _u.completed_by, _u.sort_key,
)  # fmt: skip
_NAMES = tuple(column.name for column in INBOX_COLUMNS[:-1])
INBOX_FROM = user_task.join(process_instance, _c.case_id == _u.case_id).join(
    definition_process, and_(_p.definition_id == _c.definition_id, _p.process_id == _c.process_id)
)


def load_tasks(connection: Connection, ids: list[str]) -> dict[str, InboxRow]:
    """These tasks by their ids."""
    if not ids:
        return {}
    statement = select(*INBOX_COLUMNS).select_from(INBOX_FROM).where(_u.user_task_id.in_(ids))
    return {row.user_task_id: inbox_row(row) for row in connection.execute(statement)}


def inbox_values(row: Any) -> dict[str, Any]:
    """The fields of an ``InboxRow`` from ``INBOX_COLUMNS``, whatever else follows in the row."""
    values = dict(zip(_NAMES, row, strict=False))
    values["process_name"] = values["process_name"] or values["process_id"]
    values["candidate_users"] = tuple(orjson.loads(values["candidate_users"]))
    values["candidate_groups"] = tuple(orjson.loads(values["candidate_groups"]))
    return values


def inbox_row(row: Any) -> InboxRow:
    """A database row as an ``InboxRow``."""
    return InboxRow(**inbox_values(row))
