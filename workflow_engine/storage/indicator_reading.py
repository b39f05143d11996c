"""Counting: the log is read entry by entry, once, and what changed is added to the numbers, in one transaction.

The row of ``indicator_reading`` says how far; it moves only from where it was read. A process that dies on the way
leaves nothing, and no entry counts twice. When other things are to be counted, a second generation of numbers is read
from the first entry on, beside the one that answers, and takes its place when it has caught up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow_engine.domain.indicator_counting import Cell, CountRule, contributions
from workflow_engine.domain.indicator_facts import Book, RecordEntry, Thing, inherit, is_followed, touched
from workflow_engine.failpoints import failpoint
from workflow_engine.storage.log import read_size
from workflow_engine.storage.schema import (
    audit_entry,
    indicator_cell,
    indicator_reading,
    indicator_thing,
    log_leaf,
    process_instance,
)
from workflow_engine.storage.schema.indicators import HAS_PARENT
from workflow_engine.storage.statement import Statement, among, param, upsert
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

_r, _t, _c = indicator_reading.c, indicator_thing.c, indicator_cell.c
_a, _l = audit_entry.c, log_leaf.c
_SWEPT_AT_ONCE = 1_000
_STATE = ("kind", "parent", "facts", "given")
_KEY = ("generation", "period", "count_key", "unit_id", "place_code", "bucket")

_NEW = Statement(insert(indicator_reading))
_READINGS = Statement(
    select(_r.generation, _r.plan, _r.log_index, _r.serving).order_by(_r.generation).with_for_update()
)
_LOOK = Statement(select(_r.generation, _r.plan, _r.log_index).where(_r.serving.is_(True)))
_STATES = Statement(select(_r.plan, _r.log_index))
_MOVE = Statement(
    update(indicator_reading)
    .where(_r.generation == param("generation"), _r.log_index == param("before"))
    .values(log_index=param("after"))
)
_SERVE = Statement(update(indicator_reading).values(serving=_r.generation == param("generation")))
_DROP = Statement(delete(indicator_reading).where(_r.generation == param("generation")))
_ENTRIES = Statement(
    select(_l.log_index, _l.stream_id, _a.at, _a.body, process_instance.c.exercise)
    .select_from(
        log_leaf.join(audit_entry, and_(_a.stream_id == _l.stream_id, _a.seq == _l.seq)).outerjoin(
            process_instance, process_instance.c.case_id == _l.stream_id
        )
    )
    .where(_l.log_index >= param("first"), _l.log_index < param("stop"))
    .order_by(_l.log_index)
)
_THINGS = Statement(
    lambda dialect: select(_t.thing_id, _t.kind, _t.parent, _t.facts, _t.given).where(
        _t.generation == param("generation"), among(dialect, _t.thing_id, "wanted")
    )
)
_CHILDREN = Statement(
    lambda dialect: select(_t.thing_id, _t.kind, _t.parent, _t.facts, _t.given).where(
        _t.generation + 0 == param("generation"),  # else SQLite walks the generation by its key
        HAS_PARENT,
        among(dialect, _t.parent, "wanted"),
    )
)
_PUT_THING = Statement(
    lambda dialect: upsert(dialect, indicator_thing, ("generation", "thing_id"), _STATE),
    ("generation", "thing_id", *_STATE),
)
_FORGET = Statement(delete(indicator_thing).where(_t.generation == param("key"), _t.thing_id == param("thing")))


def _add_up(dialect: str) -> Any:
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(indicator_cell)
    added = {"number": _c.number + statement.excluded.number}
    return statement.on_conflict_do_update(index_elements=list(_KEY), set_=added)


_ADD_UP = Statement(_add_up, (*_KEY, "number"))
_OLD_THINGS = Statement(
    delete(indicator_thing).where(
        _t.generation == param("generation"),
        _t.thing_id.in_(select(_t.thing_id).where(_t.generation == param("of")).limit(_SWEPT_AT_ONCE)),
    )
)
_OLD_CELLS = Statement(delete(indicator_cell).where(_c.generation == param("generation")))
_CELLS = Statement(
    select(_c.count_key, _c.unit_id, _c.place_code, _c.bucket, _c.number).where(
        _c.generation == param("generation"), _c.period == param("period"), _c.number != 0
    )
)
_PERIODS = Statement(
    select(func.min(_c.period), func.max(_c.period)).where(_c.generation == param("generation"), _c.number != 0)
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the log was counted, by which plan."""

    generation: int
    plan: str
    log_index: int


@dataclass(frozen=True, slots=True)
class Followed:
    """What one step did."""

    entries: int
    behind: int
    """How many entries of the log are left."""


def plan_of(rules: Iterable[CountRule]) -> str:
    """The same as long as the same is counted."""
    return sha256("\n".join(sorted(rule.key for rule in rules)).encode()).hexdigest()


def serving(unit: UnitOfWork) -> Reading | None:
    """The numbers that answer; None before anything was counted."""
    row = unit.one(_LOOK, {})
    return None if row is None else Reading(*row)


def is_behind(unit: UnitOfWork, rules: list[CountRule]) -> bool:
    """Whether there are entries to count, other things to count, or numbers that nobody asks any more."""
    rows = unit.all(_STATES, {})
    return len(rows) != 1 or rows[0][0] != plan_of(rules) or int(rows[0][1]) < read_size(unit)


def follow(unit: UnitOfWork, rules: list[CountRule], zone: ZoneInfo, most: int) -> Followed:
    """Count the next entries of the log."""
    target, old = _target(unit, plan_of(rules))
    rows = unit.all(_ENTRIES, {"first": target.log_index, "stop": target.log_index + most})
    if rows:
        entries = [(stream_id, at, orjson.loads(body), bool(exercise)) for _, stream_id, at, body, exercise in rows]
        wanted = [
            RecordEntry(stream_id, at, body, exercise)
            for stream_id, at, body, exercise in entries
            if is_followed(body["events"])
        ]
        _Counting(unit, target.generation, rules, zone).run(wanted)
        failpoint("indicators.before_cursor")
        _move(unit, target, rows[-1][0] + 1)
    behind = read_size(unit) - (rows[-1][0] + 1 if rows else target.log_index)
    swept = 0
    if old is not None and behind <= 0:
        unit.run(_SERVE, {"generation": target.generation})
    elif old is None:
        swept = _sweep(unit, target.generation)
    return Followed(len(rows) + swept, max(behind, 0))


def read_cells(unit: UnitOfWork, generation: int, period: str) -> dict[str, dict[tuple[str, str], dict[str, int]]]:
    """The numbers of a month: key of the count, (unit, place), length class."""
    found: dict[str, dict[tuple[str, str], dict[str, int]]] = {}
    for key, unit_id, place, bucket, number in unit.all(_CELLS, {"generation": generation, "period": period}):
        found.setdefault(key, {}).setdefault((unit_id, place), {})[bucket] = int(number)
    return found


def read_span(unit: UnitOfWork, generation: int) -> tuple[str, str] | None:
    """The first and the last month in which anything was counted."""
    row = unit.one(_PERIODS, {"generation": generation})
    return None if row is None or row[0] is None else (row[0], row[1])


def _target(unit: UnitOfWork, plan: str) -> tuple[Reading, int | None]:
    """The generation to read on, and the one that answers meanwhile; None when it is the same."""
    rows = unit.all(_READINGS, {})
    answering = next((Reading(*row[:3]) for row in rows if row[3]), None)
    if answering is not None and answering.plan == plan:
        return answering, None
    building = next((Reading(*row[:3]) for row in rows if not row[3] and row[1] == plan and
                     (answering is None or row[0] > answering.generation)), None)  # fmt: skip
    if building is None:
        building = Reading(max((row[0] for row in rows), default=0) + 1, plan, 0)
        is_first = answering is None
        unit.run(_NEW, {"generation": building.generation, "plan": plan, "log_index": 0, "serving": is_first})
        if is_first:
            return building, None
    return building, answering.generation if answering is not None else None


def _move(unit: UnitOfWork, target: Reading, index: int) -> None:
    if unit.run(_MOVE, {"generation": target.generation, "before": target.log_index, "after": index}) != 1:
        raise LostRaceError(f"Expected counting at {target.log_index}, but somebody else went on.")


def _sweep(unit: UnitOfWork, generation: int) -> int:
    """Remove generations that nobody asks any more, a little at a time."""
    for old in [row[0] for row in unit.all(_READINGS, {}) if row[0] != generation]:
        if gone := unit.run(_OLD_THINGS, {"generation": old, "of": old}):
            return gone
        unit.run(_OLD_CELLS, {"generation": old})
        unit.run(_DROP, {"generation": old})
        return 1
    return 0


class _Counting:
    """The things that some entries are about, taken from their rows and put back."""

    def __init__(self, unit: UnitOfWork, generation: int, rules: list[CountRule], zone: ZoneInfo) -> None:
        self._unit = unit
        self._generation = generation
        self._zone = zone
        self._by_kind: dict[str, list[CountRule]] = {}
        for rule in rules:
            self._by_kind.setdefault(rule.of, []).append(rule)
        self._book = Book(frozenset().union(*(rule.watched for rule in rules)))
        self._given: dict[str, dict[Cell, int]] = {}

    def run(self, entries: list[RecordEntry]) -> None:
        """Read them in order, and write what changed."""
        if not entries:
            return
        wanted = {thing_id for entry in entries for thing_id in touched(entry.stream_id, entry.body)}
        self._take(self._unit.all(_THINGS, self._named(wanted)))
        for entry in entries:
            self._book.follow(entry)
        self._hand_down()
        self._write()

    def _named(self, wanted: Iterable[str]) -> dict[str, Any]:
        return {"generation": self._generation, "wanted": orjson.dumps(sorted(wanted)).decode()}

    def _take(self, rows: Iterable[tuple[Any, ...]]) -> list[Thing]:
        taken = []
        for thing_id, kind, parent, facts, given in rows:
            if thing_id not in self._book.things:
                thing = Thing(thing_id, kind, parent, orjson.loads(facts), changed=False)
                self._book.things[thing_id] = thing
                self._given[thing_id] = {tuple(cell[:5]): cell[5] for cell in orjson.loads(given)}
            taken.append(self._book.things[thing_id])
        return taken

    def _hand_down(self) -> None:
        """What came before the case that it belongs to learns of it now."""
        known = self._book.orphaned
        while known:
            known = {
                child.thing_id
                for child in self._take(self._unit.all(_CHILDREN, self._named(known)))
                if child.parent in self._book.things
            }
            for thing_id in known:
                child = self._book.things[thing_id]
                inherit(child, self._book.things[child.parent])

    def _write(self) -> None:
        deltas: dict[Cell, int] = {}
        rows, gone = [], []
        for thing in self._book.things.values():
            if not thing.changed:
                continue
            before = self._given.get(thing.thing_id, {})
            after = contributions(self._by_kind.get(thing.kind, ()), thing.facts, self._zone)
            for cell in before.keys() | after.keys():
                if change := after.get(cell, 0) - before.get(cell, 0):
                    deltas[cell] = deltas.get(cell, 0) + change
            if thing.done:
                gone.append(thing.thing_id)
            else:
                rows.append(self._row(thing, after))
        rows.sort(key=lambda row: row["thing_id"])
        self._unit.many(_PUT_THING, rows)
        self._unit.many(_FORGET, [{"key": self._generation, "thing": thing_id} for thing_id in sorted(gone)])
        self._unit.many(_ADD_UP, [self._cell(cell, deltas[cell]) for cell in sorted(deltas) if deltas[cell]])

    def _row(self, thing: Thing, given: Mapping[Cell, int]) -> dict[str, Any]:
        return {
            "generation": self._generation, "thing_id": thing.thing_id, "kind": thing.kind, "parent": thing.parent,
            "facts": orjson.dumps(thing.facts).decode(),
            "given": orjson.dumps([[*cell, number] for cell, number in sorted(given.items())]).decode(),
        }  # fmt: skip

    def _cell(self, cell: Cell, number: int) -> dict[str, Any]:
        key, period, unit_id, place, bucket = cell
        return {
            "generation": self._generation, "period": period, "count_key": key, "unit_id": unit_id,
            "place_code": place, "bucket": bucket, "number": number,
        }  # fmt: skip
