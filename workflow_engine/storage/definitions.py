"""Deployed versions in the database: stored once, found by digest, by process and version, by what starts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from workflow_engine.domain.errors import NotFoundError
from workflow_engine.storage.schema import (
    definition,
    definition_file,
    definition_process,
    message_key,
    start_trigger,
    timer,
)
from workflow_engine.storage.statement import Row, Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_d = definition.c
_p = definition_process.c
_t = start_trigger.c

_BOUND = (_p.definition_id, _p.process_id, _p.version, _p.lane, _p.retention_days, _p.name)
_joined = definition_process.join(definition, _p.definition_id == _d.definition_id)

_HEAD = Statement(
    select(_d.definition_id, _d.process_id, _d.version, _d.name, _d.state, _d.deployed_by)
    .where(_d.definition_id == param("definition"))
    .with_for_update()
)
_CONTENT = Statement(select(_d.version, _d.model, _d.decisions).where(_d.definition_id == param("definition")))
_LATEST = Statement(
    select(*_BOUND)
    .select_from(_joined)
    .where(_p.process_id == param("process"), _d.state == "released")
    .order_by(_p.version.desc())
    .limit(1)
)
_BY_VERSION = Statement(
    select(*_BOUND, _d.state)
    .select_from(_joined)
    .where(_p.process_id == param("process"), _p.version == param("version"))
)
_BY_TAG = Statement(
    select(*_BOUND)
    .select_from(_joined)
    .where(_p.process_id == param("process"), _p.version_tag == param("tag"), _d.state == "released")
    .order_by(_p.version.desc())
    .limit(1)
)
_IN_DEFINITION = Statement(
    select(*_BOUND).where(_p.definition_id == param("definition"), _p.process_id == param("process"))
)
_PROCESSES = Statement(select(*_BOUND).where(_p.definition_id == param("definition")).order_by(_p.process_id))
_HIGHEST = Statement(select(func.max(_p.version)).where(_p.process_id == param("process")))
_ADD = Statement(insert(definition))
_ADD_PROCESS = Statement(insert(definition_process))
_ADD_FILE = Statement(insert(definition_file))
_ADD_TRIGGER = Statement(insert(start_trigger))
_ADD_MESSAGE_KEY = Statement(lambda dialect: upsert(dialect, message_key, ("name", "digest"), None))
_MESSAGE_KEYS = Statement(
    select(message_key.c.properties).where(message_key.c.name == param("name")).order_by(message_key.c.digest)
)
_RELEASE = Statement(
    update(definition)
    .where(_d.definition_id == param("definition"), _d.state == "draft")
    .values(state="released", released_by=param("by"), released_at=param("at", _d.released_at))
)
_RETIRE = Statement(
    update(definition)
    .where(_d.definition_id == param("definition"), _d.state.in_(["draft", "released"]))
    .values(state="retired", retired_by=param("by"), retired_at=param("at", _d.retired_at))
)
_SLEEP = Statement(update(start_trigger).where(_t.process_id == param("process"), _t.active).values(active=False))
_WAKE = Statement(
    update(start_trigger)
    .where(_t.process_id == param("process"), _t.definition_id == param("definition"))
    .values(active=True)
)
_TRIGGERS = Statement(
    select(_t.definition_id, _t.process_id, _t.element_id, _t.position, _t.kind, _t.name, _t.timer, _t.expression)
    .where(_t.process_id == param("process"), _t.definition_id == param("definition"))
    .order_by(_t.element_id, _t.position)
)
_START_TRIGGER = Statement(
    select(_t.timer, _t.expression).where(
        _t.definition_id == param("definition"), _t.process_id == param("process"), _t.element_id == param("element")
    )
)
_BY_TRIGGER = Statement(
    select(_t.definition_id, _t.process_id, _t.element_id)
    .where(_t.active, _t.kind == param("kind"), _t.name == param("name"))
    .order_by(_t.process_id, _t.element_id)
)
_CANCEL_TIMERS = Statement(
    update(timer)
    .where(timer.c.process_id == param("process"), timer.c.case_id.is_(None), timer.c.state == "scheduled")
    .values(state="cancelled")
)


@dataclass(frozen=True, slots=True)
class DefinitionHead:
    """The changeable part of a version, locked."""

    definition_id: str
    process_id: str
    version: int
    name: str | None
    state: str
    deployed_by: str


@dataclass(frozen=True, slots=True)
class BoundProcess:
    """One process of one version: what a start or a call is bound to."""

    definition_id: str
    process_id: str
    version: int
    lane: int
    retention_days: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A start event that starts cases by itself."""

    definition_id: str
    process_id: str
    element_id: str
    position: int
    kind: str
    name: str | None
    timer: str | None
    expression: str | None


def find_head(unit: UnitOfWork, definition_id: str) -> DefinitionHead | None:
    """The version's state and who deployed it, locked; None when there is none."""
    row = unit.one(_HEAD, {"definition": definition_id})
    return None if row is None else DefinitionHead(*row)


def get_content(unit: UnitOfWork, definition_id: str) -> Row:
    """(version, model JSON, decisions JSON); NotFoundError when there is no such version."""
    row = unit.one(_CONTENT, {"definition": definition_id})
    if row is None:
        raise NotFoundError(f"Expected a definition {definition_id[:12]}, but there is none.")
    return row


def find_latest(unit: UnitOfWork, process_id: str) -> BoundProcess | None:
    """The newest released version of the process."""
    row = unit.one(_LATEST, {"process": process_id})
    return None if row is None else BoundProcess(*row)


def find_version(unit: UnitOfWork, process_id: str, version: int) -> tuple[BoundProcess, str] | None:
    """This version of the process, and its state."""
    row = unit.one(_BY_VERSION, {"process": process_id, "version": version})
    return None if row is None else (BoundProcess(*row[:-1]), row[-1])


def find_tagged(unit: UnitOfWork, process_id: str, tag: str) -> BoundProcess | None:
    """The newest released version whose author tagged it so."""
    row = unit.one(_BY_TAG, {"process": process_id, "tag": tag})
    return None if row is None else BoundProcess(*row)


def find_in_definition(unit: UnitOfWork, definition_id: str, process_id: str) -> BoundProcess | None:
    """This process in this very version."""
    row = unit.one(_IN_DEFINITION, {"definition": definition_id, "process": process_id})
    return None if row is None else BoundProcess(*row)


def get_in_definition(unit: UnitOfWork, definition_id: str, process_id: str) -> BoundProcess:
    """This process in this very version. Raises NotFoundError."""
    found = find_in_definition(unit, definition_id, process_id)
    if found is None:
        raise NotFoundError(f"Expected process {process_id!r} in definition {definition_id[:12]}, but there is none.")
    return found


def get_processes(unit: UnitOfWork, definition_id: str) -> list[BoundProcess]:
    """Every process of the version."""
    return [BoundProcess(*row) for row in unit.all(_PROCESSES, {"definition": definition_id})]


def next_version(unit: UnitOfWork, process_id: str) -> int:
    """The number after the highest; two deployments that read the same one meet at the primary key."""
    row = unit.one(_HIGHEST, {"process": process_id})
    return 1 + (row[0] or 0 if row else 0)


def add_definition(
    unit: UnitOfWork,
    row: Mapping[str, Any],
    processes: Iterable[Mapping[str, Any]],
    files: Iterable[Mapping[str, Any]],
) -> None:
    """Store a new version with its processes and files."""
    unit.run(_ADD, row)
    unit.many(_ADD_PROCESS, processes)
    unit.many(_ADD_FILE, files)


def add_triggers(unit: UnitOfWork, triggers: Iterable[Trigger]) -> None:
    """Store start events that start cases by themselves, asleep."""
    unit.many(
        _ADD_TRIGGER,
        ({**{name: getattr(trigger, name) for name in Trigger.__slots__}, "active": False} for trigger in triggers),
    )


def add_message_keys(unit: UnitOfWork, keys: Iterable[Mapping[str, Any]]) -> None:
    """Store how correlations are read from payloads of the messages this version catches."""
    unit.many(_ADD_MESSAGE_KEY, keys)


def get_message_keys(unit: UnitOfWork, name: str) -> list[str]:
    """Every way (JSON) in which some version reads a correlation from this message."""
    return [row[0] for row in unit.all(_MESSAGE_KEYS, {"name": name})]


def release(unit: UnitOfWork, definition_id: str, by: str, at: datetime) -> bool:
    """draft → released; False when it was no draft."""
    return unit.run(_RELEASE, {"definition": definition_id, "by": by, "at": at}) == 1


def retire(unit: UnitOfWork, definition_id: str, by: str, at: datetime) -> bool:
    """draft or released → retired; False when it was retired already."""
    return unit.run(_RETIRE, {"definition": definition_id, "by": by, "at": at}) == 1


def activate_triggers(unit: UnitOfWork, process_id: str, definition_id: str | None) -> list[Trigger]:
    """Let only this version's start events start cases (None: no version's); returns them."""
    unit.run(_SLEEP, {"process": process_id})
    unit.run(_CANCEL_TIMERS, {"process": process_id})
    if definition_id is None:
        return []
    values = {"process": process_id, "definition": definition_id}
    unit.run(_WAKE, values)
    return [Trigger(*row) for row in unit.all(_TRIGGERS, values)]


def find_triggered(unit: UnitOfWork, kind: str, name: str) -> list[tuple[str, str, str]]:
    """(definition_id, process_id, element_id) of active start events that this message or signal sets off."""
    return [(row[0], row[1], row[2]) for row in unit.all(_BY_TRIGGER, {"kind": kind, "name": name})]


def get_start_trigger(
    unit: UnitOfWork, definition_id: str, process_id: str, element_id: str
) -> tuple[str | None, str | None]:
    """(timer kind, expression) of a timer start event. Raises NotFoundError."""
    row = unit.one(_START_TRIGGER, {"definition": definition_id, "process": process_id, "element": element_id})
    if row is None:
        raise NotFoundError(f"Expected a start event {element_id!r} of {process_id!r}, but there is none.")
    return row[0], row[1]
