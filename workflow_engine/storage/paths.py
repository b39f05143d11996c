"""Rows of paths and visits: how far each record was read, and the figures per day that are added up from visits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC
from typing import Any

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow_engine.domain.paths import SPANS, Path, Visit, span_of, variant_of
from workflow_engine.storage.schema import audit_entry, case_path, person, process_instance, visit, visit_day
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

MOST_ENTRIES = 400
"""How many entries of one case are read at a time; a longer record takes several turns."""

_c, _v, _p = case_path.c, visit.c, process_instance.c
_STATE = tuple(item.name for item in fields(Visit))
_NEW = Statement(lambda dialect: upsert(dialect, case_path, ("case_id",), None))
_CASE = Statement(
    select(_p.process_id, _p.definition_id, _p.version, _p.ended_at).where(_p.case_id == param("case"))
)
_LOCK = Statement(select(_c.covers, _c.visits, _c.steps, _c.seen).where(_c.case_id == param("case")).with_for_update())
_ENTRIES = Statement(
    select(audit_entry.c.seq, audit_entry.c.at, audit_entry.c.body)
    .where(
        audit_entry.c.stream_id == param("case"),
        audit_entry.c.seq > param("covers"),
        audit_entry.c.seq <= param("version"),  # others go on writing: no further than the row that was read
    )
    .order_by(audit_entry.c.seq)
    .limit(MOST_ENTRIES)
)
_OPEN = Statement(
    select(*(_v[name] for name in _STATE)).where(_v.case_id == param("case"), _v.left_at.is_(None))
)
_ADD = Statement(insert(visit))
_CHANGED = (
    "unit", "done_by", "claimed_at", "due_at", "left_at", "outcome", "seconds", "waited", "overdue",
    "called_process_id", "called_definition_id",
)  # fmt: skip
_CHANGE = Statement(
    update(visit)
    .where(_v.case_id == param("key"), _v.visit_no == param("number"))
    .values({name: param(name, _v[name]) for name in _CHANGED})
)
_MOVED = ("covers", "visits", "steps", "seen", "variant", "ended_at", "settled")
_MOVE = Statement(
    update(case_path)
    .where(_c.case_id == param("key"))
    .values({name: param(name, _c[name]) for name in _MOVED})
)
_UNIT_OF = Statement(select(person.c.unit_id).where(person.c.person_id == param("person")))
_CLASSES = tuple(f"span{number}" for number in range(len(SPANS) + 1))
_ADDED = ("count", "cancelled", "seconds", "waited", "overdue", "returned", *_CLASSES)


def _add_up(dialect: str) -> Any:
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(visit_day)
    values = {name: visit_day.c[name] + statement.excluded[name] for name in _ADDED}
    longest, new = visit_day.c.longest, statement.excluded.longest
    values["longest"] = longest + (new - longest) * (new > longest).cast(visit_day.c.longest.type)
    return statement.on_conflict_do_update(
        index_elements=["process_id", "day", "definition_id", "element_id", "unit"], set_=values
    )


_ADD_UP = Statement(_add_up)


def read_case(unit: UnitOfWork, case_id: str) -> int:
    """Read what is new in a case's record; returns how many entries."""
    case = unit.one(_CASE, {"case": case_id})
    if case is None:
        return 0
    process_id, definition_id, version, ended_at = case
    unit.run(_NEW, _new_row(case_id, process_id, definition_id))
    covers, visits, steps, seen = unit.one(_LOCK, {"case": case_id}) or (0, 0, "[]", "{}")
    if covers >= version:
        return 0
    path = Path(
        process_id=process_id, definition_id=definition_id, visits=visits, steps=orjson.loads(steps),
        seen=orjson.loads(seen),
    )  # fmt: skip
    for row in unit.all(_OPEN, {"case": case_id}):
        open_visit = Visit(**dict(zip(_STATE, row, strict=True)))
        path.open[open_visit.token_id] = open_visit
    before = list(path.open.values())
    entries = unit.all(_ENTRIES, {"case": case_id, "covers": covers, "version": version})
    begun: list[Visit] = []
    for _, at, body in entries:
        begun += path.follow(at, orjson.loads(body)["events"])
    _name_units(unit, [*before, *begun])
    unit.many(_CHANGE, [_change(case_id, one) for one in before])
    unit.many(_ADD, [_row(case_id, one) for one in begun])
    unit.many(_ADD_UP, _days([*before, *begun]))
    covers = entries[-1][0] if entries else covers
    unit.run(
        _MOVE,
        {
            "key": case_id, "covers": covers, "visits": path.visits, "steps": orjson.dumps(path.steps).decode(),
            "seen": "{}" if path.ended else orjson.dumps(path.seen).decode(),
            "variant": variant_of(path.steps), "ended_at": ended_at if path.ended else None, "settled": path.ended,
        },
    )  # fmt: skip
    return len(entries)


def _name_units(unit: UnitOfWork, visits: Iterable[Visit]) -> None:
    """Work that was offered to no group is counted where the person who did it belongs."""
    known: dict[str, str] = {}
    for one in visits:
        if one.unit or one.done_by is None:
            continue
        if one.done_by not in known:
            row = unit.one(_UNIT_OF, {"person": one.done_by})
            known[one.done_by] = f"unit:{row[0]}" if row is not None and row[0] else ""
        one.unit = known[one.done_by]


def _new_row(case_id: str, process_id: str, definition_id: str) -> dict[str, Any]:
    return {
        "case_id": case_id, "process_id": process_id, "definition_id": definition_id, "covers": 0, "visits": 0,
        "steps": "[]", "seen": "{}", "variant": variant_of(()), "ended_at": None, "settled": False,
    }  # fmt: skip


def _row(case_id: str, one: Visit) -> dict[str, Any]:
    figures = {"counted": one.counted, "seconds": one.seconds, "waited": one.waited, "overdue": one.overdue}
    return {"case_id": case_id, **{name: getattr(one, name) for name in _STATE}, **figures}


def _change(case_id: str, one: Visit) -> dict[str, Any]:
    return {"key": case_id, "number": one.visit_no, **{name: getattr(one, name) for name in _CHANGED}}


def _days(visits: Iterable[Visit]) -> list[dict[str, Any]]:
    """What those that were left add to the figures of their days, in one order for all who write."""
    sums: dict[tuple[str, str, str, str, str], dict[str, Any]] = {}
    for one in visits:
        if one.left_at is None or not one.counted:
            continue
        day = one.left_at.astimezone(UTC).date().isoformat()
        key = (one.process_id, day, one.definition_id, one.element_id, one.unit)
        row = sums.setdefault(key, dict.fromkeys((*_ADDED, "longest"), 0))
        row["count"] += 1
        row["cancelled"] += one.outcome == "cancelled"
        row["seconds"] += one.seconds
        row["waited"] += one.waited
        row["overdue"] += one.overdue
        row["returned"] += one.returned
        row["longest"] = max(row["longest"], one.seconds)
        row[f"span{span_of(one.seconds)}"] += 1
    names = ("process_id", "day", "definition_id", "element_id", "unit")
    return [{**dict(zip(names, key, strict=True)), **sums[key]} for key in sorted(sums)]
