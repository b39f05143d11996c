"""Lists of user tasks, keyset-paged on covering indexes."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, literal, or_, select, text, tuple_, union_all

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.permissions import may
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import InboxRow, Page
from workflow_engine.storage.schema import definition_process, offer, process_instance, user_task
from workflow_engine.storage.visibility import in_scope, scopes_of, subjects_by_process, subjects_of

_u = user_task.c
_c = process_instance.c
_p = definition_process.c
QUEUES = ("mine", "offered", "all_open", "done")
OPEN = ("ready", "claimed")

INBOX_COLUMNS = (
    _u.user_task_id, _u.case_id, _c.process_id, _p.name.label("process_name"), _c.definition_id,
    _c.title.label("case_title"), _c.business_key, _c.exercise, _u.element_id, _u.name, _u.state, _u.assignee,
    _u.candidate_users, _u.candidate_groups, _u.created_at, _u.due_at, _u.follow_up_at, _u.priority, _u.claimed_at,
    _u.completed_at, _u.completed_by, _u.sort_key,
)  # fmt: skip
# Written out, not bound: a planner takes a partial index only for the very condition it was made with.
_IS_OPEN = text("user_task.state IN ('ready', 'claimed')")
_IS_DONE = text("user_task.state = 'completed'")
_OFFERS = {state: text(f"offer.state = '{state}' AND offer.state <> 'closed'") for state in ("open", "taken")}

INBOX_FROM = user_task.join(process_instance, _c.case_id == _u.case_id).join(
    definition_process, and_(_p.definition_id == _c.definition_id, _p.process_id == _c.process_id)
)


def inbox(
    connection: Connection, actor: Actor, queue: str, search: str | None, after: str | None, limit: int
) -> Page[InboxRow]:
    """A page of one queue of the actor: ``mine``, ``offered``, ``all_open`` (within reach) or ``done``."""
    limit = clamp(limit)
    if queue == "done":
        return _done(connection, actor, search, after, limit)
    if queue not in QUEUES:
        raise RejectedError(f"Expected one of the queues {', '.join(QUEUES)}, but got {queue!r}.")
    key = decode(after, 2)
    ids = _open_ids(actor, queue, key, limit + 1, search)
    rows = connection.execute(ids).all()
    wanted = list(dict.fromkeys((row.sort_key, row.user_task_id) for row in rows))[: limit + 1]
    found = _load(connection, [task_id for _, task_id in wanted])
    ordered = [found[task_id] for _, task_id in wanted if task_id in found]
    keys = {task_id: sort_key for sort_key, task_id in wanted}
    return page_of(ordered, limit, lambda row: (keys[row.user_task_id], row.user_task_id))


def _open_ids(actor: Actor, queue: str, key: tuple[Any, ...] | None, most: int, search: str | None) -> Select[Any]:
    """Sort keys and ids of the page, out of indexes alone unless there is something to search for."""
    if queue == "mine":
        return _walk(_u.assignee == actor.actor_id, key, most, search)
    if queue == "all_open" and may(actor, "case.see_all"):
        return _walk(None, key, most, search)
    # One short walk per subject, then merged: a single walk over all subjects would have to sort them all.
    parts = _offered_to(actor, "open", key, most, search)
    if queue == "all_open":
        parts += _offered_to(actor, "taken", key, most, search)
        parts.append(_walk(_u.assignee == actor.actor_id, key, most, search))
        parts += [_walk(_case_is(in_scope(scope)), key, most, search) for scope in scopes_of(actor) or ()]
    for one in actor.stands_in_for:
        held = _u.assignee == one.person_id
        narrower = held if one.process_id is None else and_(held, _case_is(_c.process_id == one.process_id))
        parts.append(_walk(narrower, key, most, search))
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
    # Each task may come once per subject, so that many more are needed to be sure of a full page.
    most_rows = most * len(parts)
    return select(merged.c.sort_key, merged.c.user_task_id).order_by(*merged.c).limit(most_rows)


def _offered_to(
    actor: Actor, state: str, key: tuple[Any, ...] | None, most: int, search: str | None
) -> list[Select[Any]]:
    """One walk per name under which tasks are offered to the actor; names that count in one process only last."""
    walks = [_walk_offers(subject, state, key, most, search) for subject in subjects_of(actor)]
    for process_id, subjects in subjects_by_process(actor).items():
        for subject in subjects:
            walk = _walk_offers(subject, state, key, most, search)
            walks.append(walk.where(offer.c.case_id.in_(_cases_of(process_id, subject))))
    return walks


def _cases_of(process_id: str, subject: str) -> Select[Any]:
    offered = select(offer.c.case_id).where(offer.c.subject == subject, offer.c.state != "closed")
    return select(_c.case_id).where(_c.process_id == process_id, _c.case_id.in_(offered))


def _case_is(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on the task's case."""
    return exists().where(_c.case_id == _u.case_id, condition)


def _walk(
    condition: ColumnElement[bool] | None, key: tuple[Any, ...] | None, most: int, search: str | None
) -> Select[Any]:
    statement = select(_u.sort_key, _u.user_task_id).where(_IS_OPEN)
    if condition is not None:
        statement = statement.where(condition)
    if key is not None:
        statement = statement.where(tuple_(_u.sort_key, _u.user_task_id) > tuple_(*key))
    if search:
        statement = statement.join(process_instance, _c.case_id == _u.case_id).where(_matches(search))
    return statement.order_by(_u.sort_key, _u.user_task_id).limit(most)


def _walk_offers(subject: str, state: str, key: tuple[Any, ...] | None, most: int, search: str | None) -> Select[Any]:
    o = offer.c
    statement = select(o.sort_key, o.user_task_id).where(o.subject == subject, _OFFERS[state])
    if key is not None:
        statement = statement.where(tuple_(o.sort_key, o.user_task_id) > tuple_(*key))
    if search:
        statement = (
            statement.join(user_task, _u.user_task_id == o.user_task_id)
            .join(process_instance, _c.case_id == _u.case_id)
            .where(_matches(search))
        )
    return statement.order_by(o.sort_key, o.user_task_id).limit(most)


def _done(connection: Connection, actor: Actor, search: str | None, after: str | None, limit: int) -> Page[InboxRow]:
    key = decode(after, 2)
    statement = select(_u.completed_at, _u.user_task_id).where(_IS_DONE, _u.completed_by == actor.actor_id)
    if key is not None:
        statement = statement.where(tuple_(_u.completed_at, _u.user_task_id) < tuple_(*_typed(key)))
    if search:
        statement = statement.join(process_instance, _c.case_id == _u.case_id).where(_matches(search))
    statement = statement.order_by(_u.completed_at.desc(), _u.user_task_id.desc()).limit(limit + 1)
    ids = [row.user_task_id for row in connection.execute(statement)]
    found = _load(connection, ids)
    return page_of(
        [found[task_id] for task_id in ids if task_id in found], limit, lambda row: (row.completed_at, row.user_task_id)
    )


def _typed(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return literal(key[0], _u.completed_at.type), literal(key[1])


def _load(connection: Connection, ids: list[str]) -> dict[str, InboxRow]:
    if not ids:
        return {}
    statement = select(*INBOX_COLUMNS).select_from(INBOX_FROM).where(_u.user_task_id.in_(ids))
    return {row.user_task_id: inbox_row(row) for row in connection.execute(statement)}


def inbox_values(row: Any) -> dict[str, Any]:
    """The fields of an ``InboxRow`` from ``INBOX_COLUMNS``."""
    values = dict(row._mapping)
    values.pop("sort_key")
    values["process_name"] = values["process_name"] or values["process_id"]
    values["candidate_users"] = tuple(orjson.loads(values["candidate_users"]))
    values["candidate_groups"] = tuple(orjson.loads(values["candidate_groups"]))
    return values


def inbox_row(row: Any) -> InboxRow:
    """A database row as an ``InboxRow``."""
    return InboxRow(**inbox_values(row))


def _matches(search: str) -> ColumnElement[bool]:
    """Every word occurs in the task's name, the case's title or its business key."""
    words = search.split()[:8]
    return and_(
        *(
            or_(*(column.icontains(word, autoescape=True) for column in (_u.name, _c.title, _c.business_key)))
            for word in words
        )
    )
