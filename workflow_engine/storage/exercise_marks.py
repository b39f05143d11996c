"""Whether an entry of the record tells of an exercise, in whichever chain it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.storage.feed import FeedEntry
from workflow_engine.storage.schema import message, process_instance, signal
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

EXERCISES = "exercise:"
"""Chains of the exercises themselves begin so."""
_CASES = ("case_id", "origin_case_id")
_EXERCISE = Statement(select(process_instance.c.exercise).where(process_instance.c.case_id == param("case")))
_m, _s = message.c, signal.c
_MESSAGE = Statement(
    select(_m.payload, _m.origin_case_id, _m.target_case_id).where(_m.message_id == param("key"))
)
_SIGNAL = Statement(select(_s.payload, _s.origin_case_id).where(_s.signal_id == param("key")))


def is_of_exercise(unit: UnitOfWork, entry: FeedEntry) -> bool:
    """Its case is one, or what is told in a chain of its own came from one or goes to one."""
    if entry.process_id is not None:
        return entry.exercise
    if entry.stream_id.startswith(EXERCISES) or any(event.get("exercise") is True for event in entry.events):
        return True
    return any(_is_exercise(unit, case_id) for case_id in _cases_of(unit, entry))


def _cases_of(unit: UnitOfWork, entry: FeedEntry) -> Iterator[str]:
    for event in entry.events:
        yield from (str(event[name]) for name in _CASES if event.get(name))
        if event.get("message_id"):
            yield from _behind(unit, _MESSAGE, str(event["message_id"]))
        if event.get("signal_id"):
            yield from _behind(unit, _SIGNAL, str(event["signal_id"]))


def _behind(unit: UnitOfWork, statement: Statement, key: str) -> Iterator[str]:
    """Cases that a message or signal comes from or goes to; ``*`` where it says itself that it is of an exercise."""
    row = unit.one(statement, {"key": key})
    if row is not None:
        payload: dict[str, Any] = orjson.loads(row[0])
        if payload.get("exercise") is True:
            yield "*"
        yield from (str(case_id) for case_id in row[1:] if case_id)


def _is_exercise(unit: UnitOfWork, case_id: str) -> bool:
    if case_id == "*":
        return True
    row = unit.one(_EXERCISE, {"case": case_id})
    return row is not None and bool(row[0])
