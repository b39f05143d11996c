"""What the record tells of service requests that can be counted.

A request may pass from case to case, and so from chain to chain: each fact is what was said last, by the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Facts = dict[str, Any]
Body = Mapping[str, Any]
_STAMPS = "_stamps"
_FIRST = {"dispatched": "dispatched_at", "contacted": "contacted_at", "replied": "replied_at",
          "called_back": "called_back_at"}  # fmt: skip
_COUNTED = ("extended", "returned", "reworked")


def follow_request(facts: Facts, stamp: int, event: Body) -> None:
    """Change the facts of one request; ``stamp``: microseconds since 1970."""
    _READ[event["event"]](facts, stamp, event)
    received, closed = facts.get("received_at"), facts.get("closed_at")
    facts["open_seconds"] = None if received is None or closed is None else closed - received


def _latest(facts: Facts, stamp: int, **values: Any) -> None:
    stamps: dict[str, int] = facts.setdefault(_STAMPS, {})
    for name, value in values.items():
        if stamp >= stamps.get(name, -1):
            facts[name], stamps[name] = value, stamp


def _earliest(facts: Facts, name: str, at: int) -> None:
    facts[name] = min(at, facts.get(name, at))


def _add(facts: Facts, name: str) -> None:
    facts[name] = facts.get(name, 0) + 1


def _told_texts(facts: Facts, stamp: int, event: Body, names: Mapping[str, str]) -> None:
    _latest(facts, stamp, **{fact: event[name] for name, fact in names.items() if event.get(name) is not None})


def _instants(facts: Facts, stamp: int, event: Body, *names: str) -> None:
    _latest(facts, stamp, **{name: _seconds(event[name]) for name in names if event.get(name)})


def _submitted(facts: Facts, stamp: int, event: Body) -> None:
    _told_texts(
        facts, stamp, event,
        {"category": "category", "kind": "kind", "source": "source", "tier": "tier", "process_id": "process",
         "place_code": "place", "unit_id": "unit"},
    )  # fmt: skip
    _instants(facts, stamp, event, "received_at")
    _latest(facts, stamp, status="received")
    if event.get("exercise"):
        facts["exercise"] = True


def _imported(facts: Facts, stamp: int, event: Body) -> None:
    _submitted(facts, stamp, event)
    _told_texts(facts, stamp, event, {"status": "status"})
    _instants(facts, stamp, event, "closed_at", "due_at")
    facts["imported"] = True


def _told(facts: Facts, stamp: int, event: Body) -> None:
    _told_texts(
        facts, stamp, event,
        {"status": "status", "unit_id": "unit", "tier": "tier", "resolved": "resolved", "satisfied": "satisfied",
         "supervision": "supervision"},
    )  # fmt: skip
    _instants(facts, stamp, event, "due_at", "contact_due_at")
    for mark in event.get("marks") or ():
        if mark in _FIRST:
            _earliest(facts, _FIRST[mark], stamp // 1_000_000)
        elif mark in _COUNTED:
            _add(facts, mark)
    if event.get("closed") is not None:
        _latest(facts, stamp, closed_at=stamp // 1_000_000 if event["closed"] else None)


def _corrected(facts: Facts, stamp: int, event: Body) -> None:
    _told_texts(facts, stamp, event, {"category": "category", "kind": "kind", "place_code": "place"})


def _withdrawn(facts: Facts, stamp: int, event: Body) -> None:
    _latest(facts, stamp, status="cancelled_by_reporter", closed_at=stamp // 1_000_000)


def _reopened(facts: Facts, stamp: int, event: Body) -> None:
    _latest(facts, stamp, status="received", closed_at=None)
    _add(facts, "reopened")


def _split(facts: Facts, stamp: int, event: Body) -> None:
    _latest(facts, stamp, status="received", closed_at=None)


def _merged(facts: Facts, stamp: int, event: Body) -> None:
    _latest(facts, stamp, status="duplicate")
    if event.get("closed"):
        _latest(facts, stamp, closed_at=stamp // 1_000_000)


def _rated(facts: Facts, stamp: int, event: Body) -> None:
    _latest(facts, stamp, rating=event["rating"], rated_at=stamp // 1_000_000)


_READ: dict[str, Callable[[Facts, int, Body], None]] = {
    "service_request.submitted": _submitted,
    "service_request.imported": _imported,
    "service_request.told": _told,
    "service_request.corrected": _corrected,
    "service_request.withdrawn": _withdrawn,
    "service_request.reopened": _reopened,
    "service_request.split": _split,
    "service_request.merged": _merged,
    "service_request.rated": _rated,
}
REQUEST_EVENTS = frozenset(_READ)


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() // 1)
