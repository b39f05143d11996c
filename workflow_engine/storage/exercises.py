"""Rows of exercises: their clock, their injects, their cases, what was observed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, insert, select, update

from workflow_engine.domain.exercises import Running
from workflow_engine.storage.schema import exercise, exercise_case, exercise_inject, exercise_note
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_e, _i, _c, _n = exercise.c, exercise_inject.c, exercise_case.c, exercise_note.c

_ADD = Statement(insert(exercise))
_ADD_INJECT = Statement(insert(exercise_inject))
_FIND = Statement(
    select(_e.exercise_id, _e.title, _e.process_id, _e.unit_id, _e.pace, _e.spans, _e.state)
    .where(_e.exercise_id == param("key"))
    .with_for_update()
)
_MOVE = Statement(
    update(exercise)
    .where(_e.exercise_id == param("key"))
    .values(
        state=param("state"), spans=param("spans"),
        started_at=func.coalesce(_e.started_at, param("started", _e.started_at)),
    )
)  # fmt: skip
_END = Statement(
    update(exercise)
    .where(_e.exercise_id == param("key"))
    .values(
        state="ended", spans=param("spans"), ended_at=param("now", _e.ended_at), ended_by=param("by"),
        findings=param("findings"),
    )
)  # fmt: skip
_INJECT = Statement(
    select(_i.number, _i.kind, _i.content, _i.state)
    .where(_i.exercise_id == param("key"), _i.number == param("number"))
    .with_for_update()
)
_SETTLE = Statement(
    update(exercise_inject)
    .where(_i.exercise_id == param("key"), _i.number == param("number"))
    .values(
        state=param("state"), settled_at=param("now", _i.settled_at), settled_by=param("by"),
        outcome=param("outcome"), case_id=param("case"),
    )
)  # fmt: skip
_ALERTS = Statement(
    select(_i.content, _i.outcome).where(
        _i.exercise_id == param("key"), _i.kind == "alert", _i.state == "given"
    )
)
_LAST_CASE = Statement(
    select(_c.case_id)
    .where(_c.exercise_id == param("key"))
    .order_by(_c.since.desc(), _c.case_id.desc())
    .limit(1)
)
_OF = Statement(select(_c.exercise_id).where(_c.case_id == param("case")))
_ADD_CASE = Statement(
    lambda dialect: upsert(dialect, exercise_case, ("case_id",), None), ("case_id", "exercise_id", "since")
)
_NOTES = Statement(select(func.coalesce(func.max(_n.number), 0)).where(_n.exercise_id == param("key")))
_ADD_NOTE = Statement(insert(exercise_note))


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise as whoever conducts it finds it, locked."""

    exercise_id: str
    title: str
    process_id: str
    unit_id: str | None
    running: Running
    state: str


@dataclass(frozen=True, slots=True)
class Inject:
    """One inject, locked."""

    number: int
    kind: str
    content: Mapping[str, Any]
    state: str


def add(unit: UnitOfWork, row: Mapping[str, Any], injects: Iterable[Mapping[str, Any]]) -> None:
    """A new exercise with its injects, which wait."""
    unit.run(_ADD, {**row, "started_at": None, "ended_at": None, "ended_by": None, "findings": ""})
    unit.many(
        _ADD_INJECT,
        (
            {
                "exercise_id": row["exercise_id"], "number": one["number"], "at_seconds": one["at"],
                "kind": one["kind"], "told": one.get("told", ""), "content": orjson.dumps(one["content"]).decode(),
                "state": "waiting", "settled_at": None, "settled_by": None, "outcome": "", "case_id": None,
            }
            for one in injects
        ),
    )  # fmt: skip


def find(unit: UnitOfWork, exercise_id: str) -> Exercise | None:
    """One, locked; nobody else conducts it meanwhile."""
    row = unit.one(_FIND, {"key": exercise_id})
    if row is None:
        return None
    running = Running.read(row[4], orjson.loads(row[5]))
    return Exercise(row[0], row[1], row[2], row[3], running, row[6])


def move(unit: UnitOfWork, exercise_id: str, state: str, running: Running, now: datetime) -> None:
    """Its clock runs, or stands."""
    unit.run(_MOVE, {"key": exercise_id, "state": state, "spans": _spans(running), "started": now})


def end(unit: UnitOfWork, exercise_id: str, running: Running, now: datetime, by: str, findings: str) -> None:
    """It is over."""
    values = {"key": exercise_id, "spans": _spans(running), "now": now, "by": by, "findings": findings}
    unit.run(_END, values)


def find_inject(unit: UnitOfWork, exercise_id: str, number: int) -> Inject | None:
    """One of its injects, locked."""
    row = unit.one(_INJECT, {"key": exercise_id, "number": number})
    return None if row is None else Inject(row[0], row[1], orjson.loads(row[2]), row[3])


def settle_inject(
    unit: UnitOfWork, exercise_id: str, number: int, state: str, now: datetime, by: str, *,
    outcome: str = "", case_id: str | None = None,
) -> None:  # fmt: skip
    """Note what became of it."""
    unit.run(
        _SETTLE,
        {
            "key": exercise_id, "number": number, "state": state, "now": now, "by": by, "outcome": outcome,
            "case": case_id,
        },
    )  # fmt: skip


def alerts_sent(unit: UnitOfWork, exercise_id: str) -> dict[str, str]:
    """Identifier in the script to the instant at which the alert was sent this time."""
    return {orjson.loads(row[0])["identifier"]: row[1] for row in unit.all(_ALERTS, {"key": exercise_id})}


def newest_case(unit: UnitOfWork, exercise_id: str) -> str | None:
    """The case that belongs to it since last: what a message of the script goes to."""
    row = unit.one(_LAST_CASE, {"key": exercise_id})
    return None if row is None else str(row[0])


def add_case(unit: UnitOfWork, exercise_id: str, case_id: str, now: datetime) -> None:
    """A case belongs to it from now on."""
    unit.run(_ADD_CASE, {"case_id": case_id, "exercise_id": exercise_id, "since": now})


def adopt(unit: UnitOfWork, case_id: str, origin_case_id: str, now: datetime) -> None:
    """What a case of an exercise begins belongs to the same exercise."""
    row = unit.one(_OF, {"case": origin_case_id})
    if row is not None:
        add_case(unit, str(row[0]), case_id, now)


def add_note(unit: UnitOfWork, exercise_id: str, now: datetime, by: str, text: str) -> int:
    """Note what somebody saw; returns its number."""
    row = unit.one(_NOTES, {"key": exercise_id})
    number = 1 + (0 if row is None else int(row[0]))
    unit.run(
        _ADD_NOTE, {"exercise_id": exercise_id, "number": number, "noted_at": now, "noted_by": by, "text": text}
    )  # fmt: skip
    return number


def _spans(running: Running) -> str:
    return orjson.dumps(running.store()).decode()
