"""Calls in force, and the cases that changed since: where tasks may have begun that their emergency wants planned.

Nothing is noted when a task begins. Whoever follows reads the log over all chains from where the call was opened, so
that ordinary work pays nothing for it, and what a killed worker left is found where it stood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, func, null, select, update

from workflow_engine.domain.replanning import REPLAN_CASE, Call, call_from
from workflow_engine.storage.schema import log_head, log_leaf, process_instance, replan, replan_case, task_plan
from workflow_engine.storage.schema.replanning import FOLLOWED
from workflow_engine.storage.statement import Statement, among, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_r, _i, _p, _l, _c = replan.c, replan_case.c, task_plan.c, log_leaf.c, process_instance.c
_LOG_SIZE = Statement(select(func.coalesce(func.max(log_head.c.size), 0)))
_BEGIN = Statement(update(replan).where(_r.replan_id == param("replan")).values(followed=param("size")))
_END = Statement(
    update(replan).where(_r.emergency_id == param("emergency"), FOLLOWED).values(followed=null())
)  # fmt: skip
_ADVANCE = Statement(
    update(replan).where(_r.replan_id == param("replan"), _r.followed < param("upto")).values(followed=param("upto"))
)
_COUNT = Statement(
    update(replan)
    .where(_r.replan_id == param("replan"))
    .values(
        total=_r.total + param("total"), changed=_r.changed + param("changed"),
        unchanged=_r.unchanged + param("unchanged"), failed=_r.failed + param("failed"),
    )
)  # fmt: skip
_STATES = Statement(
    lambda dialect: select(_i.case_id, _i.state).where(
        _i.replan_id == param("replan"), among(dialect, _i.case_id, "cases")
    )
)  # fmt: skip
_OUTCOMES = Statement(
    lambda dialect: upsert(
        dialect, replan_case, ("replan_id", "case_id"), ("state", "tasks", "code", "message", "settled_at")
    )
)
_IN_FORCE = Statement(
    select(_r.replan_id, _r.emergency_id, _r.called, _r.exercise, _r.policy, _r.called_at, _r.followed)
    .where(FOLLOWED, _r.state == "done")
    .order_by(_r.replan_id)
)
_GREW = Statement(
    select(_l.log_index, _l.stream_id, _l.seq, _c.exercise)
    .select_from(log_leaf.outerjoin(process_instance, and_(_c.case_id == _l.stream_id, _c.state == "active")))
    .where(_l.log_index >= param("first"))
    .order_by(_l.log_index)
    .limit(param("most"))
)
_PLANS = Statement(
    lambda dialect: select(
        _p.emergency_id, _p.case_id, _p.user_task_id, _p.ended_at, _p.taken_out
    ).where(among(dialect, _p.case_id, "cases"))
)  # fmt: skip
_TAKEN_OUT = Statement(
    select(_p.user_task_id)
    .where(_p.case_id == param("case"), _p.emergency_id == param("emergency"), _p.taken_out)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class InForce:
    """A call that holds for tasks that begin now, too."""

    replan_id: str
    emergency_id: str
    call: Call
    exercise: bool
    policy: int
    called_at: datetime
    followed: int


@dataclass(frozen=True, slots=True)
class Growth:
    """An entry of the log; ``exercise`` is None when its chain is not that of a running case."""

    log_index: int
    case_id: str
    seq: int
    exercise: bool | None


@dataclass(frozen=True, slots=True)
class Known:
    """What emergencies planned of some cases already."""

    planned: frozenset[tuple[str, str]]
    """(emergency, task)."""
    taken_out: frozenset[tuple[str, str]]
    """(emergency, case)."""


def log_size(unit: UnitOfWork) -> int:
    """How many entries the log over all chains has."""
    row = unit.one(_LOG_SIZE, {})
    return 0 if row is None else int(row[0])


def stop_following(unit: UnitOfWork, emergency_id: str) -> None:
    """No call of this emergency is in force any more."""
    unit.run(_END, {"emergency": emergency_id})


def begin_following(unit: UnitOfWork, replan_id: str) -> None:
    """What has no place in the log yet is looked at for this call, once its cases are done."""
    unit.run(_BEGIN, {"replan": replan_id, "size": log_size(unit)})


def in_force(unit: UnitOfWork) -> list[InForce]:
    """Calls whose cases are done, of emergencies that go on; one step in an index where there is none."""
    rows = unit.all(_IN_FORCE, {})
    return [InForce(row[0], row[1], call_from(orjson.loads(row[2])), bool(row[3]), *row[4:]) for row in rows]


def growth(unit: UnitOfWork, first: int, most: int) -> list[Growth]:
    """Entries of the log from an index on."""
    rows = unit.all(_GREW, {"first": first, "most": most})
    return [Growth(row[0], row[1], row[2], None if row[3] is None else bool(row[3])) for row in rows]


def known(unit: UnitOfWork, case_ids: Sequence[str]) -> Known:
    """What is planned of these cases by whomever."""
    rows = unit.all(_PLANS, {"cases": orjson.dumps(list(case_ids)).decode()})
    return Known(
        frozenset((row[0], row[2]) for row in rows if row[3] is None),
        frozenset((row[0], row[1]) for row in rows if row[4]),
    )


def is_taken_out(unit: UnitOfWork, case_id: str, emergency_id: str) -> bool:
    """Whether a person took the case out of what the emergency plans."""
    return unit.one(_TAKEN_OUT, {"case": case_id, "emergency": emergency_id}) is not None


def note(unit: UnitOfWork, replan_id: str, outcomes: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """What became of cases after the call was done, counted as its own."""
    by_case = {outcome["case_id"]: outcome for outcome in outcomes}
    if not by_case:
        return
    rows_before = unit.all(_STATES, {"replan": replan_id, "cases": orjson.dumps(list(by_case)).decode()})
    before = {str(row[0]): str(row[1]) for row in rows_before}
    counted = Counter[str]()
    rows = []
    for case_id, outcome in by_case.items():
        state, was = str(outcome["state"]), before.get(case_id)
        if state == "unchanged" if was is None else state not in REPLAN_CASE[was]:
            continue
        counted.update({state: 1, **({"total": 1} if was is None else {was: -1})})
        fixed = {"replan_id": replan_id, "tasks": 0, "code": None, "message": None, "settled_at": at}
        rows.append({**fixed, **outcome})
    if rows:
        unit.many(_OUTCOMES, rows)
        values = {name: counted[name] for name in ("total", "changed", "unchanged", "failed")}
        unit.run(_COUNT, {"replan": replan_id, **values})


def advance(unit: UnitOfWork, replan_id: str, upto: int) -> None:
    """The log was looked at until there."""
    unit.run(_ADVANCE, {"replan": replan_id, "upto": upto})
