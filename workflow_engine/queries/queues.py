"""The queues of an inbox as walks down indexes: which rows, by which key, and where a page begins and ends.

A queue is made of one or more walks (mine; what each of my groups is offered). Each walk follows one index from the
cursor on and stops after a page, so that it costs the same whatever else is stored. Filters that no index knows look at
no more than ``MOST_LOOKED_AT`` rows of each walk; the page then says from where to look further.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select, text, true, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.storage.schema import offer, process_instance, user_task
from workflow_engine.storage.types import instant_text
from workflow_engine.storage.user_task_rows import DEFAULT_PRIORITY
from workflow_engine.storage.visibility import in_scope, scopes_of, subjects_by_process, subjects_of

DUE_QUEUES = ("due_today", "overdue")
OPEN_QUEUES = ("mine", "offered", "due_today", "overdue", "waiting", "all_open")
QUEUES = (*OPEN_QUEUES, "done")
SORTS = ("priority", "due", "age", "process")
PRIORITIES = ("emergency", "high", "normal", "low")
MOST_LOOKED_AT = 3_000

_u = user_task.c
_o = offer.c
_c = process_instance.c
# Written out, not bound: a planner takes a partial index only for the very condition it was made with.
_IS_OPEN = text("user_task.state IN ('ready', 'claimed')")
_IS_WITH_OTHERS = text("(user_task.assignee IS NULL OR user_task.assignee <> user_task.started_by)")
_OFFERS = {
    "open": text("offer.state = 'open' AND offer.state <> 'closed'"),
    "taken": text("offer.state = 'taken' AND offer.state <> 'closed'"),
}
_DUE_LENGTH = 19


@dataclass(frozen=True, slots=True)
class TaskWish:
    """What a list of tasks is to hold, and in which order."""

    queue: str = "mine"
    search: str = ""
    sort: str = "priority"
    process_id: str | None = None
    priority: str | None = None
    exercise: bool | None = None
    now: datetime | None = None
    """For ``due_today`` and ``overdue``."""
    day_ends: datetime | None = None
    """For ``due_today``: the end of the person's day."""

    @property
    def filters_rows(self) -> bool:
        """Whether rows must be looked at beside the index."""
        return bool(self.search or self.process_id or self.priority or self.exercise is not None)


@dataclass(frozen=True, slots=True)
class Walk:
    """One way down an index."""

    source: Any
    """``user_task`` or ``offer``."""
    conditions: tuple[Any, ...]
    keys: tuple[ColumnElement[Any], ...]
    """What it is sorted by; the task's id comes after it."""
    knows_process: bool = False
    """The process that is wanted is among its conditions already."""

    def page(
        self, wish: TaskWish, after: tuple[Any, ...] | None, until: tuple[Any, ...] | None, most: int
    ) -> Select[Any]:
        """Keys and ids of the next ``most`` rows after ``after`` and not beyond ``until``."""
        statement = self._rows(after)
        if until is not None:
            statement = statement.where(self._key <= tuple_(*until))
        if wish.filters_rows:
            statement = _filtered(statement, self, wish)
        return statement.limit(most)

    def ahead(self, after: tuple[Any, ...] | None, steps: int) -> Select[Any]:
        """The key of the row that many steps on; nothing when the walk ends before."""
        return self._rows(after).offset(steps).limit(1)

    @property
    def _id(self) -> ColumnElement[str]:
        return self.source.c.user_task_id  # type: ignore[no-any-return]

    @property
    def _key(self) -> Any:
        return tuple_(*self.keys, self._id)

    def _rows(self, after: tuple[Any, ...] | None) -> Select[Any]:
        labels = [key.label(f"key_{number}") for number, key in enumerate(self.keys)]
        statement = select(*labels, self._id).select_from(self.source).where(*self.conditions)
        if any(key.table is process_instance for key in self.keys if hasattr(key, "table")):
            statement = statement.join(process_instance, _c.case_id == self.source.c.case_id)
        if after is not None:
            # The first part alone, so that an index over an expression is entered at the right place.
            statement = statement.where(self.keys[0] >= after[0], self._key > tuple_(*after))
        return statement.order_by(*self.keys, self._id)


def walks_of(actor: Actor, wish: TaskWish) -> list[Walk]:
    """The walks whose rows, merged, are the queue."""
    me = actor.actor_id
    mine = _tasks(wish, _u.assignee == me, _IS_OPEN)
    if wish.queue == "mine":
        return [mine]
    if wish.queue == "waiting":
        return [_tasks(wish, _u.started_by == me, _IS_OPEN, _IS_WITH_OTHERS)]
    scopes = scopes_of(actor)
    if wish.queue == "all_open" and scopes is None:
        return [_tasks(wish, _IS_OPEN)]
    # One short walk per subject, then merged: a single walk over all subjects would have to sort them all.
    offered = [*_offered_to(actor, wish, "open"), *_of_absent(actor, wish)]
    if wish.queue == "offered":
        return offered
    if wish.queue == "all_open":
        in_reach = (_tasks(wish, _IS_OPEN, _case_is(in_scope(scope))) for scope in scopes or ())
        return [*offered, *_offered_to(actor, wish, "taken"), mine, *in_reach]
    return [mine, *offered]


def _offered_to(actor: Actor, wish: TaskWish, state: str) -> list[Walk]:
    """One walk per name under which tasks are offered to the actor; names that count in one process only last."""
    walks = [_offers(wish, subject, state) for subject in subjects_of(actor)]
    for process_id, subjects in subjects_by_process(actor).items():
        walks += [_offers(wish, subject, state, _o.process_id == process_id) for subject in subjects]
    return walks


def _of_absent(actor: Actor, wish: TaskWish) -> list[Walk]:
    """What those have taken on for whom the actor stands in."""
    walks = []
    for one in actor.stands_in_for:
        narrower = () if one.process_id is None else (_case_is(_c.process_id == one.process_id),)
        walks.append(_tasks(wish, _u.assignee == one.person_id, _IS_OPEN, *narrower))
    return walks


def _case_is(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on the task's case; under a name of its own, as the walk may read the case itself."""
    return _u.case_id.in_(select(_c.case_id).where(_c.case_id == _u.case_id, condition).correlate(user_task))


def _tasks(wish: TaskWish, *conditions: Any) -> Walk:
    keys: dict[str, tuple[ColumnElement[Any], ...]] = {
        "priority": (_u.sort_key,),
        "due": (literal_column("substr(user_task.sort_key, 6)"),),
        "age": (literal_column("substr(user_task.sort_key, 25)"),),
        "process": (_c.process_id, _u.sort_key),
    }
    due = _due_range(wish, literal_column("substr(user_task.sort_key, 6)"))
    return Walk(user_task, (*conditions, *due), keys[_sort(wish)])


def _offers(wish: TaskWish, subject: str, state: str, *narrower: ColumnElement[bool]) -> Walk:
    keys: dict[str, tuple[ColumnElement[Any], ...]] = {
        "priority": (_o.sort_key,),
        "due": (literal_column("substr(offer.sort_key, 6)"),),
        "age": (literal_column("substr(offer.sort_key, 25)"),),
        "process": (_o.process_id, _o.sort_key),
    }
    knows_process = bool(wish.process_id) and _sort(wish) in ("priority", "process")
    due = _due_range(wish, literal_column("substr(offer.sort_key, 6)"))
    conditions: list[Any] = [_o.subject == subject, _OFFERS[state], *narrower, *due]
    if knows_process:
        conditions.append(_o.process_id == wish.process_id)
    return Walk(offer, tuple(conditions), keys[_sort(wish)], knows_process)


def _sort(wish: TaskWish) -> str:
    """What is late, or due today, comes as it is due, everybody's tasks by priority: others would be sorted anew."""
    if wish.queue in DUE_QUEUES:
        return "due"
    return "priority" if wish.queue == "all_open" else wish.sort


def _due_range(wish: TaskWish, due: ColumnElement[Any]) -> Sequence[ColumnElement[bool]]:
    """Due instants are kept as text to the second; what is due at this second is not overdue yet."""
    if wish.queue not in DUE_QUEUES:
        return ()
    if wish.now is None or wish.day_ends is None:
        raise ValueError(f"expected the present instant and the end of the day for the queue {wish.queue}")
    now = instant_text(wish.now)[:_DUE_LENGTH]
    if wish.queue == "overdue":
        return (due < now,)
    return (due >= now, due < instant_text(wish.day_ends)[:_DUE_LENGTH])


def _filtered(statement: Select[Any], walk: Walk, wish: TaskWish) -> Select[Any]:
    source = walk.source
    if source is offer:
        statement = statement.join(user_task, _u.user_task_id == _o.user_task_id)
    if not any(getattr(key, "table", None) is process_instance for key in walk.keys):
        statement = statement.join(process_instance, _c.case_id == source.c.case_id)
    conditions: list[ColumnElement[bool]] = []
    if wish.search:
        conditions.append(matches(wish.search))
    if wish.process_id and not walk.knows_process:
        conditions.append(_c.process_id == wish.process_id)
    if wish.priority:
        conditions.append(_of_priority(wish.priority))
    if wish.exercise is not None:
        conditions.append(_c.exercise == wish.exercise)
    return statement.where(*conditions)


def _of_priority(word: str) -> ColumnElement[bool]:
    if word == "emergency":
        return _u.sort_key < "1"
    above, equal = _u.priority > DEFAULT_PRIORITY, _u.priority == DEFAULT_PRIORITY
    return {"high": above, "normal": equal, "low": _u.priority < DEFAULT_PRIORITY}.get(word, true())


def matches(search: str) -> ColumnElement[bool]:
    """Every word occurs in the task's name, the case's title or its business key."""
    words = search.split()[:8]
    return and_(
        *(
            or_(*(column.icontains(word, autoescape=True) for column in (_u.name, _c.title, _c.business_key)))
            for word in words
        )
    )
