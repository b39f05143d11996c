"""Re-execution: the recorded commands of a case, fed to the engine again, give the recorded events byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from workflow_engine.audit.canonical import canonical_json
from workflow_engine.audit.chain import Entry, Finding
from workflow_engine.bpmn.asking import Asking
from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import Command, command_names
from workflow_engine.domain.errors import EngineError, NotFoundError
from workflow_engine.handlers.acts import ACTS
from workflow_engine.handlers.handling import Parts
from workflow_engine.handlers.steps import Step
from workflow_engine.library import BoundSource
from workflow_engine.outside import RecordedOutside
from workflow_engine.storage.chains import BUILD
from workflow_engine.storage.unit_of_work import UnitOfWork

SlotValues = Mapping[str, Any]


class CannotReplayError(EngineError):
    """A case cannot be run again: values were erased, or it was recorded by another build. No fault of the record."""

    code = "cannot_replay"


def re_execute(
    unit: UnitOfWork, parts: Parts, entries: Sequence[Entry], values: Mapping[int, SlotValues]
) -> list[Finding]:
    """Run the whole case again in memory and compare entry by entry; returns what is not as recorded.

    ``values``: for each entry its slots with what they commit to. Raises CannotReplayError when it cannot be judged.
    """
    rerun = Rerun(parts)
    for entry in entries:
        difference = rerun.step(unit, entry, values.get(entry.seq, {}))
        if difference is not None:
            return [Finding("not_reproducible", entry.case_id, entry.seq, difference)]
    return []


class Rerun:
    """A case run again in memory from its recorded commands, one entry after the other."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._instance: Instance | None = None

    def step(self, unit: UnitOfWork, entry: Entry, own: SlotValues, *, redacted: bool = False) -> str | None:
        """Run the next entry; what comes out otherwise than recorded, in words, or None when every byte is the same.

        ``redacted``: personal data was taken out of the values of this entry or one before, so that only what is
        public of the events can be compared.

        Raises:
            CannotReplayError: its values are erased, or another build recorded it.
        """
        body = entry.body
        if body["build"] != BUILD:
            raise CannotReplayError(f"entry {entry.seq} was recorded by build {body['build']}")
        if body.get("commitments", {}).keys() - own.keys():
            raise CannotReplayError(f"values of entry {entry.seq} are erased")
        source = _RecordedSource(unit, self._parts, body["events"])
        if self._instance is None:
            self._instance = _new_instance(entry, body, source)
        try:
            step = _act(self._instance, self._parts, source, body, own)
        except EngineError as error:
            return f"Expected its command to give {len(body['events'])} events, but: {error}"
        return _difference(step, body, None if redacted else own)

    @property
    def instance(self) -> Instance | None:
        """The case in memory after the last step, for looking only; None before the first."""
        return self._instance

    def variables(self) -> dict[str, Any]:
        """What the case knows after the last step."""
        return {} if self._instance is None else self._instance.variables()


def command_from(public: Mapping[str, Any], private: Mapping[str, Any]) -> Command:
    """The command back from its recorded parts; its id, which changes nothing, is left blank.

    Raises:
        KeyError: a command of this name does not exist.
    """
    data = {**public, **private}
    kind = command_names()[data.pop("command")]
    known = {f.name for f in fields(kind)}
    return kind(command_id="re-executed", **{name: value for name, value in data.items() if name in known})


class _RecordedSource:
    """Definitions as this entry's run found them: calls are bound to what was recorded, not to what is newest now."""

    def __init__(self, unit: UnitOfWork, parts: Parts, events: Sequence[Mapping[str, Any]]) -> None:
        self._bound = BoundSource(unit, parts.library)
        self._calls = [event for event in events if event["event"] == "call.resolved"]
        opened = [event for event in events if event["event"] == "ballot.opened"]
        self._members = {group: people for event in opened for group, people in event.get("members", {}).items()}

    def by_id(self, definition_id: str) -> Definition:
        return self._bound.by_id(definition_id)

    def resolve(self, process_id: str, binding: str, version: str | None, caller: Definition) -> Definition:
        for index, call in enumerate(self._calls):
            if call["process_id"] == process_id:
                del self._calls[index]
                return self.by_id(call["definition_id"])
        raise NotFoundError(
            f"Expected a released process {process_id!r} ({binding}{f' {version}' if version else ''}) to call, "
            "but there is none. Deploy and release it, then retry.",
            process_id=process_id,
        )

    def members(self, group_id: str) -> list[str]:
        return list(self._members.get(group_id, ()))


def _new_instance(entry: Entry, body: Mapping[str, Any], source: _RecordedSource) -> Instance:
    started = next((event for event in body["events"] if event["event"] == "case.started"), None)
    if started is None:
        raise CannotReplayError("the first entry starts no case")
    return Instance.create(entry.case_id, source.by_id(started["definition_id"]), started["process_id"])


def _act(instance: Instance, parts: Parts, source: _RecordedSource, body: Mapping[str, Any], own: SlotValues) -> Step:
    command = command_from(body["command"], own.get("command", {}))
    context = RunContext(
        now=datetime.fromisoformat(body["at"]),
        seed=body["seed"],
        source=source,
        step_budget=parts.step_budget,
        asking=Asking(RecordedOutside(body["events"], own)),
    )
    return ACTS[type(command)](instance, context, command, body["actor"])


def _difference(step: Step, body: Mapping[str, Any], own: SlotValues | None) -> str | None:
    """What is not as recorded, in words; None when every byte is."""
    again = [event.body() for event in step.events]
    if canonical_json(again) != canonical_json(body["events"]):
        recorded = body["events"]
        pairs = enumerate(zip(again, recorded, strict=False), 1)
        number = next((n for n, (new, old) in pairs if new != old), min(len(again), len(recorded)) + 1)
        return f"Expected the recorded {len(recorded)} events, but event {number} comes out otherwise."
    for number, event in enumerate(step.events if own is not None else ()):
        if own is not None and canonical_json(event.values()) != canonical_json(own.get(str(number), {})):
            return f"Expected the recorded values of event {number + 1} ({event.KIND}), but others come out."
    return None

