"""What rows that somebody gives would do to the register: said row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import may
from workflow_engine.domain.resource_reach import KEEP, is_owner
from workflow_engine.domain.resources import COLUMNS, Resource, read_resource
from workflow_engine.storage import resources as store
from workflow_engine.storage.unit_of_work import UnitOfWork

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
NOT_THERE = -1
"""How often a row was changed that is not there."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row, what it would do, and what is wrong with it."""

    resource_id: str
    verdict: str
    resource: Resource | None
    problems: Mapping[str, str]
    fields: tuple[str, ...]
    """Which would become different."""
    before: Mapping[str, Any]
    """What the register says now; empty where it has no such row."""
    changes: int
    """How often the row was changed so far; ``NOT_THERE``."""
    foreign: bool
    """It belongs to others, for whom the actor does not speak."""


def judge_rows(unit: UnitOfWork, given: Sequence[Mapping[str, Any]], actor: Actor) -> list[JudgedRow]:
    """Each row as it was given, in order; in three statements however many there are."""
    read = [read_resource(row) for row in given]
    ids = _ids(one.resource_id for one in read if isinstance(one, Resource))
    known, before = store.some_stock(unit, ids), store.contents(unit, ids)
    units = store.open_units(unit, _ids({str(row.get("unit_id") or "").strip() for row in given}))
    keeps, seen = may(actor, KEEP), set[str]()
    found = []
    for row, one in zip(given, read, strict=True):
        problems = dict(one) if isinstance(one, dict) else {}
        unit_id, resource_id = (str(row.get(name) or "").strip() for name in ("unit_id", "resource_id"))
        if unit_id and unit_id not in units:
            problems.setdefault("unit_id", "no such unit")
        if resource_id in seen:
            problems["resource_id"] = "stands twice"
        seen.add(resource_id)
        foreign, fields = False, tuple[str, ...]()
        if isinstance(one, Resource) and not problems:
            held = known.get(resource_id)
            foreign = not keeps and not is_owner(actor, one.unit_id)
            if held is not None:
                problems |= _refused_change(one, held, may_move=keeps)
                content = one.content()
                fields = tuple(name for name in COLUMNS if content[name] != before[resource_id][name])
        stock = known.get(resource_id)
        found.append(
            JudgedRow(
                resource_id,
                REFUSED if problems or foreign else NEW if stock is None else CHANGED if fields else UNCHANGED,
                one if isinstance(one, Resource) else None, problems, fields, before.get(resource_id, {}),
                NOT_THERE if stock is None else stock.changes, foreign,
            )
        )  # fmt: skip
    return found


def _refused_change(one: Resource, known: store.Stock, *, may_move: bool) -> dict[str, str]:
    problems = {}
    if one.quantity < max(known.booked, known.drilled):
        problems["quantity"] = f"{max(known.booked, known.drilled)} of it are booked"
    if one.kind != known.kind or (one.single != known.single and known.booked):
        problems["kind"] = f"it is {known.kind}"
    if one.unit_id != known.unit_id and not may_move:
        problems["unit_id"] = "it belongs to another unit"
    return problems


def _ids(given: Iterable[str]) -> str:
    return orjson.dumps(sorted(given)).decode()
