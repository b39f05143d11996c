"""Findings of after-action reviews over all emergencies: who owes what until when. Reached as ``queries.findings``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, and_, func, or_, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.finding_commands import PROCESS
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import attachment, process_instance, user_task
from workflow_engine.storage.visibility import visible_to

_c, _u = process_instance.c, user_task.c
_s = process_instance.alias("source")
ITEM = "after_action_item"
"""The user task of an emergency's own model in which an item of its review is done."""
STATES = ("open", "overdue", "to_accept", "closed", "withdrawn")
_OPEN_TASK = ("ready", "claimed")


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding, or one item of a review that an emergency works off itself."""

    finding_id: str
    """Its case; of an item its user task."""
    case_id: str
    """Where it is worked on."""
    what: str
    state: str
    owner: Sequence[str]
    due_at: datetime | None
    user_task_id: str | None
    raised_at: datetime
    ended_at: datetime | None
    source_case_id: str
    source_title: str
    exercise: bool
    evidence: int
    """Files that were attached."""


@dataclass(frozen=True, slots=True)
class FindingFigures:
    """How many findings there are, exercises left out."""

    open: int
    overdue: int
    to_accept: int
    closed: int


class FindingQueries:
    """Whoever may see a finding's case sees the finding."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]], clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    def page(
        self, actor: Actor, *, only_open: bool = True, after: str | None = None, limit: int = 50
    ) -> Page[FindingRow]:
        """Over all emergencies, the newest first."""
        limit, key = clamp(limit), decode(after, 2)
        wanted = _reach(_wanted(), actor).order_by(_c.started_at.desc(), _c.case_id.desc()).limit(limit + 1)
        if only_open:
            wanted = wanted.where(_c.ended_at.is_(None))
        if key is not None:
            wanted = wanted.where(tuple_(_c.started_at, _c.case_id) < tuple_(*key))
        with self._snapshot() as snapshot:
            rows = self._rows(snapshot, wanted)
        return page_of(rows, limit, lambda row: (row.raised_at, row.case_id))

    def of_case(self, case_id: str, actor: Actor) -> list[FindingRow]:
        """Those of one emergency, with what it works off itself, the oldest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            rows = self._rows(snapshot, _wanted().where(_c.business_key == case_id).order_by(_c.started_at))
            return rows + self._items(snapshot, case_id)

    def figures(self, actor: Actor) -> FindingFigures:
        """Over all that the actor may see."""
        joined = select(_c.case_id, _c.ended_at, _c.state, _u.element_id, _u.due_at).select_from(
            process_instance.outerjoin(user_task, _task())
        )
        counted = _reach(joined, actor).where(_c.process_id == PROCESS, ~_c.exercise).subquery().c
        now = self._clock.now()
        wanted = select(
            func.count().filter(and_(counted.ended_at.is_(None), counted.element_id == "carry_out")),
            func.count().filter(and_(counted.element_id == "carry_out", counted.due_at < now)),
            func.count().filter(counted.element_id == "accept"),
            func.count().filter(counted.state == "completed"),
        )
        with self._snapshot() as snapshot:
            return FindingFigures(*snapshot.connection.execute(wanted).one())

    def _rows(self, snapshot: Snapshot, wanted: Select[Any]) -> list[FindingRow]:
        now = self._clock.now()
        return [
            FindingRow(
                row.case_id, row.case_id, row.title or "", _state(row, now), _groups(row.candidate_groups), row.due_at,
                row.user_task_id, row.started_at, row.ended_at, row.business_key or "", row.source_title or "",
                bool(row.exercise), int(row.evidence),
            )
            for row in snapshot.connection.execute(wanted)
        ]  # fmt: skip

    def _items(self, snapshot: Snapshot, case_id: str) -> list[FindingRow]:
        now = self._clock.now()
        columns = (_u.user_task_id, _u.name, _u.state, _u.candidate_groups, _u.due_at, _u.created_at,
                   _u.completed_at, _c.title, _c.exercise)  # fmt: skip
        wanted = (
            select(*columns)
            .join(process_instance, _c.case_id == _u.case_id)
            .where(_u.case_id == case_id, _u.element_id == ITEM)
            .order_by(_u.created_at, _u.token_id)
        )
        found = []
        for row in snapshot.connection.execute(wanted):
            is_open = row.state in _OPEN_TASK
            late = is_open and row.due_at is not None and row.due_at < now
            state = "overdue" if late else "open" if is_open else "closed" if row.state == "completed" else "withdrawn"
            found.append(
                FindingRow(
                    row.user_task_id, case_id, row.name or "", state, _groups(row.candidate_groups), row.due_at,
                    row.user_task_id if is_open else None, row.created_at, row.completed_at, case_id, row.title or "",
                    bool(row.exercise), 0,
                )
            )  # fmt: skip
        return found


def _wanted() -> Select[Any]:
    evidence = (
        select(func.count())
        .where(attachment.c.case_id == _c.case_id, attachment.c.removed_at.is_(None))
        .scalar_subquery()
        .label("evidence")
    )
    return (
        select(
            _c.case_id, _c.title, _c.state, _c.business_key, _c.started_at, _c.ended_at, _c.exercise, _u.user_task_id,
            _u.element_id, _u.due_at, _u.candidate_groups, _s.c.title.label("source_title"), evidence,
        )
        .select_from(
            process_instance.outerjoin(user_task, _task()).outerjoin(_s, _s.c.case_id == _c.business_key)
        )
        .where(_c.process_id == PROCESS)
    )  # fmt: skip


def _task() -> Any:
    return and_(_u.case_id == _c.case_id, or_(*(_u.state == state for state in _OPEN_TASK)))


def _reach(wanted: Select[Any], actor: Actor) -> Select[Any]:
    reach = visible_to(actor)
    if reach is None:
        return wanted
    within = select(_c.case_id).where(_c.process_id == PROCESS, reach).correlate(None)
    return wanted.where(_c.case_id.in_(within))


def _state(row: Any, now: datetime) -> str:
    if row.ended_at is not None:
        return "closed" if row.state == "completed" else "withdrawn"
    if row.element_id == "accept":
        return "to_accept"
    return "overdue" if row.due_at is not None and row.due_at < now else "open"


def _groups(text: str | None) -> Sequence[str]:
    return tuple(orjson.loads(text)) if text else ()
