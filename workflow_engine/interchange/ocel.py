"""Event logs as OCEL 2.0 in JSON: events that concern a case, a task, a person and the units asked, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from workflow_engine.interchange.event_log import EXERCISE, CaseLog, LogEvent

_TEXT = "string"
_OF_CASES = ("title", "process", "state", "exercise")
_OBJECT_TYPES = [
    {"name": "case", "attributes": [{"name": name, "type": _TEXT} for name in _OF_CASES]},
    {"name": "task", "attributes": [{"name": "element", "type": _TEXT}]},
    {"name": "person", "attributes": []},
    {"name": "group", "attributes": []},
]
_EPOCH = "1970-01-01T00:00:00.000Z"


def write_ocel(cases: Iterable[CaseLog]) -> Iterator[bytes]:
    """The log, piece by piece; ids of objects begin with their kind."""
    types: dict[str, None] = {}
    objects: dict[str, dict[str, Any]] = {}
    yield b'{"events":['
    first = True
    for case in cases:
        objects[f"case:{case.case_id}"] = _object(
            f"case:{case.case_id}", "case", title=case.title, process=case.process_id, state=case.state,
            exercise=EXERCISE if case.exercise else "",
        )
        told = []
        for event in case.events:
            types[event.activity] = None
            told.append(orjson.dumps(_event(case, event, objects)))
        if told:
            yield (b"" if first else b",") + b",".join(told)
            first = False
    attributes = [{"name": name, "type": _TEXT} for name in ("lifecycle", "event", "outcome")]
    yield b'],"eventTypes":' + orjson.dumps([{"name": name, "attributes": attributes} for name in types])
    yield b',"objectTypes":' + orjson.dumps(_OBJECT_TYPES)
    yield b',"objects":' + orjson.dumps(list(objects.values())) + b"}"


def _event(case: CaseLog, event: LogEvent, objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    related = [(f"case:{case.case_id}", "case"), (f"person:{event.actor}", "actor")]
    objects.setdefault(f"person:{event.actor}", _object(f"person:{event.actor}", "person"))
    if event.token_id is not None and event.kind.startswith(("user_task.", "ballot.")):
        task = f"task:{case.case_id}.{event.token_id}"
        objects.setdefault(task, _object(task, "task", element=event.activity))
        related.append((task, "task"))
    for group in event.groups:
        objects.setdefault(f"group:{group}", _object(f"group:{group}", "group"))
        related.append((f"group:{group}", "offered to"))
    return {
        "id": event.event_id,
        "type": event.activity,
        "time": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "attributes": [
            {"name": "lifecycle", "value": event.lifecycle},
            {"name": "event", "value": event.kind},
            *([{"name": "outcome", "value": event.outcome}] if event.outcome else []),
        ],
        "relationships": [{"objectId": object_id, "qualifier": qualifier} for object_id, qualifier in related],
    }


def _object(object_id: str, kind: str, **attributes: str) -> dict[str, Any]:
    return {
        "id": object_id,
        "type": kind,
        "attributes": [{"name": name, "time": _EPOCH, "value": value} for name, value in attributes.items()],
        "relationships": [],
    }
