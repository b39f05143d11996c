"""Calls to re-plan running work: whom each may concern, who works on it, and the facts of open tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, case, exists, func, insert, null, or_, select, text, tuple_, update

from workflow_engine.domain.replanning import REPLAN, Call, TaskFacts, call_from
from workflow_engine.storage.changes import states_before
from workflow_engine.storage.schema import (
    offer,
    process_instance,
    replan,
    replan_case,
    service_request,
    task_plan,
    user_task,
)
from workflow_engine.storage.schema.replanning import IN_FORCE, PENDING_CASE, RUNNING
from workflow_engine.storage.statement import Row, Statement, among, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_r, _i, _p = replan.c, replan_case.c, task_plan.c
_u, _c, _s, _o = user_task.c, process_instance.c, service_request.c, offer.c
_HEAD = (
    _r.replan_id, _r.emergency_id, _r.number, _r.direction, _r.level, _r.state, _r.called, _r.reason, _r.exercise,
    _r.policy, _r.called_at, _r.position, _r.total, _r.changed, _r.unchanged, _r.failed, _r.fence,
    _r.followed,
)  # fmt: skip
_ADD = Statement(insert(replan))
_LOCK = Statement(select(*_HEAD).where(_r.replan_id == param("replan")).with_for_update())
_LATEST = Statement(
    select(*_HEAD).where(_r.emergency_id == param("emergency")).order_by(_r.number.desc()).limit(1).with_for_update()
)
_OPEN_ONES = Statement(
    select(_r.replan_id).where(_r.emergency_id == param("emergency"), RUNNING).order_by(_r.number).with_for_update()
)
_FREE = Statement(
    select(*_HEAD)
    .where(
        RUNNING,
        or_(
            _r.lease_until.is_(None),
            _r.lease_until < param("now", _r.lease_until),
            _r.claimed_by == param("by"),
        ),
    )
    .order_by(_r.called_at, _r.replan_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = Statement(
    update(replan)
    .where(_r.replan_id == param("replan"))
    .values(fence=param("fence"), claimed_by=param("by"), lease_until=param("until", _r.lease_until))
)
_AT = Statement(
    update(replan).where(_r.replan_id == param("replan")).values(position=param("position"), total=param("total"))
)
_COUNT = Statement(
    update(replan)
    .where(_r.replan_id == param("replan"))
    .values(
        changed=param("changed"), unchanged=param("unchanged"), failed=param("failed"), lease_until=null()
    )
)  # fmt: skip
_MOVE = {
    state: Statement(
        update(replan)
        .where(_r.replan_id == param("replan"), _r.state.in_(states_before(REPLAN, state)))
        .values(state=state, finished_at=param("at", _r.finished_at))
    )
    for state in REPLAN
}
_SKIP = Statement(
    update(replan_case)
    .where(_i.replan_id == param("replan"), PENDING_CASE)
    .values(state="skipped", settled_at=param("at", _i.settled_at))
)
_NOTE = Statement(lambda dialect: upsert(dialect, replan_case, ("replan_id", "case_id"), None))
_TOTAL = Statement(select(func.count()).select_from(replan_case).where(_i.replan_id == param("replan")))
_NEXT = Statement(
    select(_i.case_id)
    .where(PENDING_CASE, _i.replan_id == param("replan"))
    .order_by(_i.case_id)
    .limit(param("most"))
)
_SETTLE = Statement(
    update(replan_case)
    .where(
        _i.replan_id == param("replan"), _i.case_id == param("case"), PENDING_CASE,
    )
    .values(
        state=param("state"), tasks=param("tasks"), code=param("code"), message=param("message"),
        settled_at=param("at", _i.settled_at),
    )
)  # fmt: skip
# ---- whom a call may concern, page by page
_running = and_(_c.state == "active", _c.exercise == param("exercise"))
PLANNED = Statement(
    select(_p.case_id)
    .where(IN_FORCE, _p.emergency_id == param("emergency"), _p.case_id > param("after"))
    .distinct()
    .order_by(_p.case_id)
    .limit(param("most"))
)
"""Cases of which this emergency planned something before."""
OFFERED = Statement(
    select(_o.sort_key, _o.user_task_id, _o.case_id, case((_running, 1), else_=0))
    .join(process_instance, _c.case_id == _o.case_id)
    .where(
        text("offer.state <> 'closed'"),
        _o.subject == param("subject"),
        _o.state == param("state"),
        tuple_(_o.sort_key, _o.user_task_id) > tuple_(param("key"), param("task")),
    )
    .order_by(_o.sort_key, _o.user_task_id)
    .limit(param("most"))
)
"""Tasks that are offered to a unit that is called."""
REQUESTED = Statement(
    select(_s.received_at, _s.request_id, _s.case_id, _s.place_code, _s.lat, _s.lon, case((_running, 1), else_=0))
    .join(process_instance, _c.case_id == _s.case_id)
    .where(
        text("service_request.closed_at IS NULL"),
        tuple_(_s.received_at, _s.request_id) > tuple_(param("at", _s.received_at), param("request")),
    )
    .order_by(_s.received_at, _s.request_id)
    .limit(param("most"))
)
"""Open service requests, the oldest first."""
TASKS = Statement(
    lambda dialect: select(
        _u.case_id, _u.token_id, _c.process_id, _c.definition_id, _u.element_id, _c.lane, _u.state, _u.assignee,
        _u.priority, _u.candidate_groups, _c.unit_id, _u.due_at, _u.created_at, _c.exercise, _s.category, _s.tier,
        _s.due_at.label("promised"), _s.place_code, _s.lat, _s.lon,
    )
    .select_from(
        user_task.join(process_instance, _c.case_id == _u.case_id).outerjoin(
            service_request, and_(_s.case_id == _u.case_id, _s.closed_at.is_(None), _s.merged_into.is_(None))
        )
    )
    .where(among(dialect, _u.case_id, "cases"), _u.state.in_(["ready", "claimed"]))
    .order_by(_u.case_id, _u.token_id)
)  # fmt: skip
_IS_PLANNED = Statement(
    select(_p.user_task_id).where(_p.case_id == param("case"), _p.emergency_id == param("emergency"), IN_FORCE).limit(1)
)
_FACTS = tuple(TaskFacts.__dataclass_fields__)
LEFT = Statement(
    select(_r.emergency_id)
    .join(process_instance, _c.case_id == _r.emergency_id)
    .where(
        _c.state.in_(["completed", "terminated", "cancelled"]),
        _r.direction != "end",
        ~exists().where(
            (later := replan.alias("later")).c.emergency_id == _r.emergency_id, later.c.number > _r.number
        ),
    )
    .order_by(_r.called_at)
    .limit(param("most"))
)
"""Emergencies whose case ended without ending what they called for."""


@dataclass(frozen=True, slots=True)
class CallHead:
    """A call, locked."""

    replan_id: str
    emergency_id: str
    number: int
    direction: str
    level: str
    state: str
    called: str
    reason: str
    exercise: bool
    policy: int
    called_at: datetime
    position: str
    total: int
    changed: int
    unchanged: int
    failed: int
    fence: int
    followed: int | None
    """How much of the log was looked at for tasks that began since; None: not in force."""

    @property
    def call(self) -> Call:
        """What was called for."""
        return call_from(orjson.loads(self.called))


def add(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A new call."""
    fresh = {"total": 0, "changed": 0, "unchanged": 0, "failed": 0, "finished_at": None, "fence": 0, "claimed_by": None,
             "lease_until": None, "position": "{}", "followed": None}  # fmt: skip
    unit.run(_ADD, {**fresh, **row})


def find(unit: UnitOfWork, replan_id: str) -> CallHead | None:
    """The call, locked."""
    return _head(unit.one(_LOCK, {"replan": replan_id}))


def latest(unit: UnitOfWork, emergency_id: str) -> CallHead | None:
    """The latest call of an emergency, locked."""
    return _head(unit.one(_LATEST, {"emergency": emergency_id}))


def open_calls(unit: UnitOfWork, emergency_id: str) -> list[str]:
    """Calls of an emergency that are worked on, locked."""
    return [str(row[0]) for row in unit.all(_OPEN_ONES, {"emergency": emergency_id})]


def claim(unit: UnitOfWork, by: str, now: datetime, until: datetime) -> CallHead | None:
    """The oldest call that nobody works on, taken until then."""
    head = _head(unit.one(_FREE, {"now": now, "by": by}))
    if head is None:
        return None
    head = replace(head, fence=head.fence + 1)
    unit.run(_CLAIM, {"replan": head.replan_id, "fence": head.fence, "by": by, "until": until})
    return head


def move(unit: UnitOfWork, replan_id: str, state: str, finished_at: datetime | None = None) -> bool:
    """Along the lifecycle; False when its table forbids the step."""
    return unit.run(_MOVE[state], {"replan": replan_id, "at": finished_at}) == 1


def note_cases(unit: UnitOfWork, replan_id: str, case_ids: Iterable[str], position: Mapping[str, Any]) -> int:
    """These cases are to be looked at; returns how many there are by now."""
    fixed = {"state": "pending", "tasks": 0, "code": None, "message": None, "settled_at": None}
    unit.many(_NOTE, ({"replan_id": replan_id, "case_id": case_id, **fixed} for case_id in dict.fromkeys(case_ids)))
    row = unit.one(_TOTAL, {"replan": replan_id})
    total = 0 if row is None else int(row[0])
    unit.run(_AT, {"replan": replan_id, "position": orjson.dumps(position).decode(), "total": total})
    return total


def next_cases(unit: UnitOfWork, replan_id: str, most: int) -> list[str]:
    """The first that are not settled."""
    return [str(row[0]) for row in unit.all(_NEXT, {"replan": replan_id, "most": most})]


def settle(unit: UnitOfWork, replan_id: str, outcomes: Iterable[Mapping[str, Any]], at: datetime) -> dict[str, int]:
    """Note what became of cases, each once; returns how many ended in which state by this."""
    counted = {"changed": 0, "unchanged": 0, "failed": 0}
    for outcome in outcomes:
        values = {
            "replan": replan_id, "case": outcome["case_id"], "state": outcome["state"],
            "tasks": outcome.get("tasks", 0), "code": outcome.get("code"), "message": outcome.get("message"), "at": at,
        }  # fmt: skip
        counted[str(outcome["state"])] += unit.run(_SETTLE, values)
    return counted


def count(unit: UnitOfWork, head: CallHead, counted: Mapping[str, int]) -> CallHead:
    """Write how far the call is, and give it back."""
    after = replace(
        head, changed=head.changed + counted["changed"], unchanged=head.unchanged + counted["unchanged"],
        failed=head.failed + counted["failed"],
    )  # fmt: skip
    values = {"changed": after.changed, "unchanged": after.unchanged, "failed": after.failed}
    unit.run(_COUNT, {"replan": head.replan_id, **values})
    return after


def skip_rest(unit: UnitOfWork, replan_id: str, at: datetime) -> None:
    """What is not settled is left to a later call."""
    unit.run(_SKIP, {"replan": replan_id, "at": at})


def tasks_of(unit: UnitOfWork, case_ids: Sequence[str]) -> list[TaskFacts]:
    """The open user tasks of these cases, with what the table asks about."""
    rows = unit.all(TASKS, {"cases": orjson.dumps(list(case_ids)).decode()})
    return [_facts(row) for row in rows]


def is_planned(unit: UnitOfWork, case_id: str, emergency_id: str) -> bool:
    """Whether the emergency plans anything of this case."""
    return unit.one(_IS_PLANNED, {"case": case_id, "emergency": emergency_id}) is not None


def _facts(row: Row) -> TaskFacts:
    values = dict(zip(_FACTS, row, strict=True))
    groups, exercise = tuple(orjson.loads(values["groups"])), bool(values["exercise"])
    return TaskFacts(**{**values, "groups": groups, "exercise": exercise})


def _head(row: Row | None) -> CallHead | None:
    return None if row is None else CallHead(*row)
