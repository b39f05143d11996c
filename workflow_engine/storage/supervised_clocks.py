"""The clocks of open cases as they stand: whose they are is asked of the task, its groups, and the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Text, and_, cast, func, select

from workflow_engine.domain.supervised import Clock
from workflow_engine.storage.deadline_rows import NO_TIMER
from workflow_engine.storage.schema import (
    deadline,
    membership,
    person,
    position,
    process_instance,
    service_request,
    unit,
    user_task,
)
from workflow_engine.storage.statement import Statement, among, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_c, _t, _d, _p, _r = process_instance.c, user_task.c, deadline.c, person.c, service_request.c
_TASKS = Statement(
    lambda dialect: select(
        _t.case_id, _c.process_id, _c.unit_id, _t.user_task_id, _t.assignee, _t.candidate_groups, _t.created_at,
        _t.due_at, _d.cause,
    )
    .select_from(
        user_task.join(process_instance, _c.case_id == _t.case_id).outerjoin(
            deadline,
            and_(
                _d.case_id == _t.case_id, _d.token_id == _t.token_id, _d.position == NO_TIMER, _d.held_at.is_not(None)
            ),
        )
    )
    .where(
        among(dialect, _t.case_id, "cases"), _t.state.in_(("ready", "claimed")), _t.due_at.is_not(None),
        ~_c.exercise,
    )
)  # fmt: skip
_REQUESTS = Statement(
    lambda dialect: (
        select(_r.case_id, _c.process_id, _c.unit_id, _r.unit_id, _r.received_at, _r.due_at)
        .join(process_instance, _c.case_id == _r.case_id)
        .where(among(dialect, _r.case_id, "cases"), _r.closed_at.is_(None), ~_r.exercise)
    )
)
_UNIT_OF_PERSON = Statement(select(_p.unit_id).where(_p.person_id == param("key")))
_UNIT_OF_POSITION = Statement(select(position.c.unit_id).where(position.c.position_id == param("key")))
_UNITS_OF_ROLE = Statement(
    select(func.min(_p.unit_id), func.max(_p.unit_id))
    .select_from(membership.join(person, _p.person_id == membership.c.person_id))
    .where(membership.c.group_id == param("key"), ~_p.disabled)
)
_UNIT = Statement(select(unit.c.unit_id).where(unit.c.unit_id == param("key")))
_ROOT = Statement(
    select(unit.c.unit_id)
    .where(unit.c.parent_id.is_(None), cast(param("key"), Text) == "")
    .order_by(unit.c.unit_id)
    .limit(1)
)
Counted = tuple[str, str, bool]
"""A case, its process, and whether it is that of a service request."""
_OF_UNIT = ("unit:", "head:", "duty:")


class CaseClocks:
    """Asked for many cases at once; who a group belongs to is remembered for one step."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit = unit_of_work
        self._known: dict[str, str | None] = {}

    def of(self, cases: str) -> Iterator[tuple[Counted, Clock]]:
        """Every clock of these cases (a JSON array) with its case; exercises have none."""
        requests = {row[0]: row[1:] for row in self._unit.all(_REQUESTS, {"cases": cases})}
        for case_id, (process_id, case_unit, handler, received_at, due_at) in requests.items():
            if due_at is not None and (owner := handler or case_unit or self._root()) is not None:
                yield (case_id, process_id, True), Clock(owner, received_at, due_at)
        for row in self._unit.all(_TASKS, {"cases": cases}):
            case_id, process_id, case_unit, task_id, assignee, groups, created_at, due_at, cause = row
            owner = self._owner(assignee, orjson.loads(groups)) or case_unit or self._root()
            if owner is not None:
                yield (case_id, process_id, case_id in requests), Clock(owner, created_at, due_at, cause or "", task_id)

    def _root(self) -> str | None:
        """The city, to which belongs what belongs to nobody else."""
        return self._look("", _ROOT, "")

    def _owner(self, assignee: str | None, groups: list[str]) -> str | None:
        """The unit of who has the task, else the first unit to which it is offered."""
        if assignee is not None and (found := self._look(assignee, _UNIT_OF_PERSON, assignee)) is not None:
            return found
        return next((found for group in groups if (found := self._of_group(group)) is not None), None)

    def _of_group(self, group: str) -> str | None:
        kind, _, name = group.partition(":")
        if f"{kind}:" in _OF_UNIT:
            return self._look(group, _UNIT, name)
        if kind == "position":
            return self._look(group, _UNIT_OF_POSITION, name)
        return self._look(group, _UNITS_OF_ROLE, group)

    def _look(self, key: str, statement: Statement, value: str) -> str | None:
        """None also for a role whose people belong to several units: it names none of them."""
        if key not in self._known:
            row: Any = self._unit.one(statement, {"key": value})
            self._known[key] = None if row is None or row[0] != row[-1] else row[0]
        return self._known[key]
