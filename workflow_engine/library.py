"""Compiled definitions, shared by all threads; and which version a start or a call means."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import orjson

from workflow_engine.bpmn.decisions import Decision, Decisions
from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.model import load_model
from workflow_engine.domain.ballot_rules import MOST_VOTERS
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.storage import definitions as store
from workflow_engine.storage.definitions import BoundProcess
from workflow_engine.storage.unit_of_work import UnitOfWork
from workflow_engine.storage.work import members_of


class Library:
    """Least recently used versions leave when there are more than ``most``; a version never changes."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._compiled: OrderedDict[str, Definition] = OrderedDict()
        self._texts: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, unit: UnitOfWork, definition_id: str) -> Definition:
        """The compiled version. Raises NotFoundError when it is not stored."""
        with self._lock:
            found = self._compiled.get(definition_id)
            if found is not None:
                self._compiled.move_to_end(definition_id)
                return found
        version, model, decisions = store.get_content(unit, definition_id)
        made = Definition.compile(definition_id, version, load_model(bytes(model)), compile_decisions(bytes(decisions)))
        return self.put(made)

    def text(self, key: tuple[str, str], read: Callable[[], bytes]) -> bytes:
        """What ``read`` gives for a part of a version, read once: a definition id and the name of the part."""
        with self._lock:
            found = self._texts.get(key)
        if found is None:
            found = read()
            with self._lock:
                self._texts[key] = found
                while len(self._texts) > self._most:
                    self._texts.popitem(last=False)
        return found

    def put(self, definition: Definition) -> Definition:
        """Keep a compiled version."""
        with self._lock:
            self._compiled[definition.definition_id] = definition
            while len(self._compiled) > self._most:
                self._compiled.popitem(last=False)
        return definition


def compile_decisions(stored: bytes) -> dict[str, Decision]:
    """Every decision of the stored decision files by its id."""
    found: dict[str, Decision] = {}
    for file in orjson.loads(stored):
        found.update((decision.decision_id, decision) for decision in Decisions.from_json(file))
    return found


class BoundSource:
    """Finds definitions for one transaction; what it chose is recorded by the runtime."""

    def __init__(self, unit: UnitOfWork, library: Library) -> None:
        self._unit = unit
        self._library = library

    def by_id(self, definition_id: str) -> Definition:
        """The compiled version. Raises NotFoundError."""
        return self._library.get(self._unit, definition_id)

    def resolve(self, process_id: str, binding: str, version: str | None, caller: Definition) -> Definition:
        """What a call activity of ``caller`` calls now. Raises NotFoundError."""
        return self.by_id(self._bind(process_id, binding, version, caller).definition_id)

    def members(self, group_id: str) -> list[str]:
        """The people of a role now."""
        return sorted(members_of(self._unit, group_id, MOST_VOTERS + 1))

    def _bind(self, process_id: str, binding: str, version: str | None, caller: Definition) -> BoundProcess:
        if binding == "deployment":
            bound = store.find_in_definition(self._unit, caller.definition_id, process_id)
        elif binding == "version_tag":
            bound = store.find_tagged(self._unit, process_id, version or "")
        elif binding == "version":
            found = store.find_version(self._unit, process_id, int(version or 0))
            bound = found[0] if found is not None and found[1] == "released" else None
        else:
            bound = store.find_latest(self._unit, process_id)
        if bound is None:
            raise NotFoundError(
                f"Expected a released process {process_id!r} ({binding}{f' {version}' if version else ''}) to call, "
                "but there is none. Deploy and release it, then retry.",
                process_id=process_id,
            )
        return bound
