"""Whom a call may concern, page by page: what it planned before, its own case, tasks of its units, reports in its area.

A page too many does no harm: each case is looked at again, under its lock, before anything is done to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workflow_engine.domain.replanning import Call
from workflow_engine.storage import replanning as store
from workflow_engine.storage.unit_of_work import UnitOfWork

_BEFORE = datetime(1970, 1, 1, tzinfo=UTC).isoformat()
_STATES = ("open", "taken")


@dataclass(frozen=True, slots=True)
class Concern:
    """Whose cases are collected."""

    emergency_id: str
    call: Call
    exercise: bool


def pages(unit: UnitOfWork, concern: Concern, most: int = 500) -> Iterator[list[str]]:
    """Every page, one after the other."""
    position: dict[str, Any] = {}
    while position.get("part", "") is not None:
        found, position = collect(unit, concern, position, most)
        yield found


def collect(
    unit: UnitOfWork, head: Concern, position: Mapping[str, Any], most: int
) -> tuple[list[str], dict[str, Any]]:
    """The cases of the next page, and where to go on; ``part`` None: that was the last one."""
    position = position or {"part": "planned", "after": ""}
    if position["part"] == "planned":
        return _planned(unit, head, position, most)
    if position["part"] == "offered":
        return _offered(unit, head, position, most)
    return _requested(unit, head, position, most)


def _planned(
    unit: UnitOfWork, head: Concern, position: Mapping[str, Any], most: int
) -> tuple[list[str], dict[str, Any]]:
    values = {"emergency": head.emergency_id, "after": position["after"], "most": most}
    found = [str(row[0]) for row in unit.all(store.PLANNED, values)]
    if len(found) == most:
        return found, {"part": "planned", "after": found[-1]}
    if head.call.direction == "end":
        return found, {"part": None}
    return [head.emergency_id, *found], {"part": "offered", "subject": 0, "state": 0, "key": "", "task": ""}


def _offered(
    unit: UnitOfWork, head: Concern, position: Mapping[str, Any], most: int
) -> tuple[list[str], dict[str, Any]]:
    subjects = head.call.subjects()
    number, state = position["subject"], position["state"]
    if number >= len(subjects):
        return [], {"part": "requested", "at": _BEFORE, "request": ""}
    values = {
        "subject": subjects[number], "state": _STATES[state], "key": position["key"], "task": position["task"],
        "exercise": head.exercise, "most": most,
    }  # fmt: skip
    rows = unit.all(store.OFFERED, values)
    found = [str(row[2]) for row in rows if row[3]]
    if len(rows) == most:
        return found, {**position, "key": rows[-1][0], "task": rows[-1][1]}
    number, state = (number, 1) if state == 0 else (number + 1, 0)
    return found, {"part": "offered", "subject": number, "state": state, "key": "", "task": ""}


def _requested(
    unit: UnitOfWork, head: Concern, position: Mapping[str, Any], most: int
) -> tuple[list[str], dict[str, Any]]:
    area = head.call.area
    if not (area.codes or area.circles or area.polygons):
        return [], {"part": None}
    values = {
        "at": datetime.fromisoformat(position["at"]), "request": position["request"], "exercise": head.exercise,
        "most": most,
    }  # fmt: skip
    rows = unit.all(store.REQUESTED, values)
    found = [str(row[2]) for row in rows if row[6] and area.holds(row[3], row[4], row[5])]
    if len(rows) == most:
        return found, {"part": "requested", "at": rows[-1][0].isoformat(), "request": rows[-1][1]}
    return found, {"part": None}
