"""Pages of tasks out of the queues of an inbox, and how much is in each queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Select, func, literal, literal_column, select, text, tuple_, union_all

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import RejectedError
from workflow_engine.queries.inbox import load_tasks
from workflow_engine.queries.paging import clamp, decode, encode
from workflow_engine.queries.queues import MOST_LOOKED_AT, QUEUES, SORTS, TaskWish, Walk, matches, walks_of
from workflow_engine.queries.rows import InboxRow, Page
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.storage.schema import process_instance, user_task
from workflow_engine.storage.statement import Statement, param

_u = user_task.c
_c = process_instance.c
_MINE = Statement(
    select(_u.user_task_id)
    .where(_u.assignee == param("actor"), text("user_task.state IN ('ready', 'claimed')"))
    .order_by(_u.sort_key, _u.user_task_id)
    .limit(literal_column("1"))
)
_MINE_IN_CASE = Statement(
    select(_u.user_task_id)
    .where(_u.case_id == param("case"), _u.assignee == param("actor"), _u.state.in_(("ready", "claimed")))
    .order_by(_u.sort_key, _u.user_task_id)
    .limit(literal_column("1"))
)
_IS_DONE = text("user_task.state = 'completed'")
MOST_COUNTED = 100
"""Counts stop here: the page says 99+."""


class TaskQueries:
    """Questions about lists of tasks."""

    def __init__(
        self,
        snapshot: Callable[[], AbstractContextManager[Snapshot]],
        look: Callable[[], AbstractContextManager[Look]],
    ) -> None:
        self._snapshot = snapshot
        self._look = look

    def page(self, actor: Actor, wish: TaskWish, after: str | None = None, limit: int = 50) -> Page[InboxRow]:
        """A page of one queue. With filters it may hold few rows, or none, and yet a cursor to look further."""
        with self._snapshot() as snapshot:
            return page_of_queue(snapshot.connection, actor, wish, after, limit)

    def next_mine(self, actor: Actor, case_id: str) -> tuple[str | None, str | None]:
        """The actor's most urgent open task in a case, and their most urgent one of all."""
        with self._look() as look:
            same = look.unit.one(_MINE_IN_CASE, {"actor": actor.actor_id, "case": case_id})
            first = look.unit.one(_MINE, {"actor": actor.actor_id})
        return None if same is None else same[0], None if first is None else first[0]

    def counts(self, actor: Actor, wishes: Mapping[str, TaskWish]) -> dict[str, int]:
        """How many tasks are in each of these queues, up to ``MOST_COUNTED``."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(counting(actor, wishes)).one()
        return dict(zip(wishes, row, strict=True))

    def get_many(self, actor: Actor, user_task_ids: Iterable[str]) -> list[InboxRow]:
        """Those of these open tasks that are the actor's or offered to them, in the order asked for."""
        ids = list(dict.fromkeys(user_task_ids))[:MOST_COUNTED]
        with self._snapshot() as snapshot:
            found = load_tasks(snapshot.connection, ids)
        rows = [found[task_id] for task_id in ids if task_id in found]
        return [row for row in rows if row.state in ("ready", "claimed") and _is_for(row, actor)]


def page_of_queue(
    connection: Connection, actor: Actor, wish: TaskWish, after: str | None, limit: int
) -> Page[InboxRow]:
    """A page of one queue of the actor."""
    limit = clamp(limit)
    if wish.queue not in QUEUES:
        raise RejectedError(f"Expected one of the queues {', '.join(QUEUES)}, but got {wish.queue!r}.")
    if wish.sort not in SORTS:
        raise RejectedError(f"Expected to sort by one of {', '.join(SORTS)}, but got {wish.sort!r}.")
    if wish.queue == "done":
        return _done(connection, actor, wish, after, limit)
    walks = walks_of(actor, wish)
    key = decode(after, len(walks[0].keys) + 1)
    until = _horizon(connection, walks, key) if wish.filters_rows else None
    rows = connection.execute(merged(walks, wish, key, until, limit + 1)).all()
    keys = list(dict.fromkeys(tuple(row) for row in rows))
    shown = keys[:limit]
    found = load_tasks(connection, [key[-1] for key in shown])
    items = [found[key[-1]] for key in shown if key[-1] in found]
    further = shown[-1] if len(keys) > limit else until
    return Page(items, None if further is None else encode(*further))


def merged(
    walks: list[Walk], wish: TaskWish, after: tuple[Any, ...] | None, until: tuple[Any, ...] | None, most: int
) -> Select[Any]:
    """The walks as one, in order. A task may come once per walk, so more rows are needed for a full page."""
    parts = [walk.page(wish, after, until, most) for walk in walks]
    if len(parts) == 1:
        return parts[0]
    union = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(union).order_by(*union.c).limit(most * len(parts))


def counting(actor: Actor, wishes: Mapping[str, TaskWish]) -> Select[Any]:
    """One number per queue; each walk goes no further than what is told."""
    counts = []
    for name, wish in wishes.items():
        parts = [walk.page(wish, None, None, MOST_COUNTED) for walk in walks_of(actor, wish)]
        union = union_all(*(select(part.subquery().c.user_task_id) for part in parts)).subquery()
        first = select(union.c.user_task_id).distinct().limit(MOST_COUNTED).subquery()
        counts.append(select(func.count()).select_from(first).scalar_subquery().label(name))
    return select(*counts)


def _horizon(connection: Connection, walks: list[Walk], after: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """The key up to which every walk can be looked through now; None: all of them to their end."""
    ends = [connection.execute(walk.ahead(after, MOST_LOOKED_AT)).one_or_none() for walk in walks]
    return min((tuple(end) for end in ends if end is not None), default=None)


def _done(connection: Connection, actor: Actor, wish: TaskWish, after: str | None, limit: int) -> Page[InboxRow]:
    key = decode(after, 2)
    until = None
    if wish.search:
        end = connection.execute(done(actor, key, None, "").offset(MOST_LOOKED_AT).limit(1)).one_or_none()
        until = None if end is None else tuple(end)
    keys = [tuple(row) for row in connection.execute(done(actor, key, until, wish.search).limit(limit + 1))]
    found = load_tasks(connection, [task_id for _, task_id in keys[:limit]])
    items = [found[task_id] for _, task_id in keys[:limit] if task_id in found]
    further = keys[limit - 1] if len(keys) > limit else until
    return Page(items, None if further is None else encode(*further))


def done(actor: Actor, after: tuple[Any, ...] | None, until: tuple[Any, ...] | None, search: str) -> Select[Any]:
    """What the actor completed, the newest first."""
    statement = select(_u.completed_at, _u.user_task_id).where(_IS_DONE, _u.completed_by == actor.actor_id)
    place = tuple_(_u.completed_at, _u.user_task_id)
    if after is not None:
        statement = statement.where(place < _typed(after))
    if until is not None:
        statement = statement.where(place >= _typed(until))
    if search:
        statement = statement.join(process_instance, _c.case_id == _u.case_id).where(matches(search))
    return statement.order_by(_u.completed_at.desc(), _u.user_task_id.desc())


def _typed(key: tuple[Any, ...]) -> Any:
    return tuple_(literal(key[0], _u.completed_at.type), literal(key[1]))


def _is_for(row: InboxRow, actor: Actor) -> bool:
    if row.assignee is not None:
        return row.assignee == actor.actor_id
    if not row.candidate_users and not row.candidate_groups:
        return True
    return actor.actor_id in row.candidate_users or not actor.groups.isdisjoint(row.candidate_groups)
