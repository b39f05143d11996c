"""The product's engine behind the interface of the conformance cases: the runtime alone, no database."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.conftest import SHARED

sys.path.insert(0, str(SHARED / "conformance" / "spiff_cases"))

from adapter import Adapter, Refused  # the interface lies in the folder just added

from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.evaluation import due_instant, value_of
from workflow_engine.bpmn.intake_here import read_model_here
from workflow_engine.bpmn.messaging import find_message_catcher, waiting_for
from workflow_engine.bpmn.run_context import Advance, RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token import COMPLETED, ERROR
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.timing import parse_cycle

WORK = ("userTask", "manualTask", "serviceTask", "sendTask", "businessRuleTask")


class OneFile:
    """All processes of one file, as a definition source."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def by_id(self, definition_id: str) -> Definition:
        return self.definition

    def members(self, group_id: str) -> list[str]:
        return []

    def resolve(self, process_id: str, binding: str, version: str | None, caller: Definition) -> Definition:
        if process_id not in {process.id for process in self.definition.model.processes}:
            raise NotFoundError(f"there is no process {process_id!r}")
        return self.definition


@dataclass
class Case:
    definition: Definition
    process_id: str
    now: datetime
    instance: Instance | None = None
    rows: dict[int, TokenRow] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    state: str = "active"
    events: list[ev.Event] = field(default_factory=list)
    finished: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    kinds: dict[int, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def context(self) -> RunContext:
        return RunContext(now=self.now, seed=7, source=OneFile(self.definition))

    def took(self, advance: Advance) -> None:
        for slot in advance.removed:
            self.rows.pop(slot, None)
        self.rows.update({row.slot: row for row in advance.changed})
        self.header, self.state = advance.header, advance.state
        self.events += advance.events
        for event in advance.events:
            if isinstance(event, ev.ElementActivated):
                self.kinds[event.token_id] = event.element_kind
            if isinstance(event, ev.CaseCompleted):
                self.variables = dict(event.variables or {})
        assert self.instance is not None
        stored = {row.slot for row in self.rows.values()}
        assert stored == {token.slot for token in self.instance.tree.index.values()}, "rows and memory differ"


class LiandongAdapter(Adapter):
    name = "liandong"
    can_round_trip = True

    def load(self, xml: bytes, process_id: str = "p", clock: str = "2030-01-01T00:00:00+00:00") -> Case:
        result = read_model_here(xml, "model.bpmn", known_processes=())
        if result.model is None:
            raise Refused("; ".join(str(problem) for problem in result.problems if problem.severity == "error"))
        definition = Definition.compile("d1", 1, result.model)
        return Case(definition, process_id, datetime.fromisoformat(clock))

    def start(self, h: Case, data: dict[str, Any]) -> None:
        h.instance = Instance.create("case1", h.definition, h.process_id)
        if not h.definition.spec(h.process_id).start_elements:
            h.variables = dict(data)  # nothing to begin with: whatever triggers a start event begins the case
            return
        h.took(h.instance.start(h.context, data))

    def complete(self, h: Case, element: str, data: dict[str, Any], where: dict[str, Any] | None = None) -> None:
        assert h.instance is not None
        wanted = (where or {}).items()
        found = [item for item in self._items(h) if item[1] == element and all(item[2].get(k) == v for k, v in wanted)]
        if not found:
            raise KeyError(f"no open item {element} {where}")
        token_id = found[0][0]
        if h.instance.tree.index[token_id].task_spec.kind == "userTask":
            before = dict(h.instance.token_variables(token_id))
            h.took(h.instance.complete_user_task(h.context, token_id, data, "user:test"))
            h.finished.append((element, {**before, **data}))
        else:
            h.took(h.instance.complete_job(h.context, token_id, data))

    def message(self, h: Case, name: str, payload: dict[str, Any], correlation: dict[str, Any] | None = None) -> bool:
        assert h.instance is not None
        if self._start_by(h, "message", name, payload):
            return True
        if h.state != "active":
            return False
        h.instance.tree.context = h.context
        catcher = find_message_catcher(h.instance.tree, name, payload, correlation)
        if catcher is None:
            return False
        token, position = catcher
        h.took(h.instance.catch_message(h.context, token.token_id, position, name, payload, correlation, "m"))
        return True

    def signal(self, h: Case, name: str, payload: dict[str, Any]) -> bool:
        assert h.instance is not None
        if self._start_by(h, "signal", name, payload):
            return True
        if h.state != "active" or not waiting_for(h.instance.tree, "signal", name):
            return False
        h.took(h.instance.catch_signal(h.context, name, payload, "s"))
        return True

    def _start_by(self, h: Case, kind: str, name: str, payload: dict[str, Any]) -> bool:
        if h.header:
            return False
        for trigger in h.definition.start_triggers(h.process_id):
            if trigger.kind == kind and trigger.name == name:
                assert h.instance is not None
                variables = {**h.variables, **payload}
                begun = h.instance.start(
                    h.context, variables, start_element_id=trigger.element_id, position=trigger.position
                )
                h.took(begun)
                return True
        return False

    def _start_by_time(self, h: Case, began_at: datetime) -> None:
        """A timer start event waits from the moment the case's definition stands ready."""
        for trigger in h.definition.start_triggers(h.process_id):
            if trigger.kind == "timer" and not h.header and trigger.expression is not None:
                text = value_of(trigger.expression, h.variables, h.context)
                due = parse_cycle(text).due(1, began_at) if text.startswith("R") else due_instant(text, began_at)
                if due is not None and due <= h.now:
                    assert h.instance is not None
                    h.took(h.instance.start(h.context, h.variables, start_element_id=trigger.element_id))

    def advance(self, h: Case, seconds: float) -> None:
        began_at = h.now
        h.now += timedelta(seconds=seconds)
        self._start_by_time(h, began_at)
        assert h.instance is not None
        for _ in range(1000):
            due = h.instance.due_timers(h.now)
            if not due:
                return
            h.took(h.instance.fire_timer(h.context, *due[0]))

    def round_trip(self, h: Case) -> Case:
        if h.header:
            h.instance = Instance.restore("case1", OneFile(h.definition), h.header, h.rows.values())
        return h

    def completed(self, h: Case) -> bool:
        return h.state in ("completed", "terminated")

    def incident(self, h: Case) -> str | None:
        opened = {e.incident_no: e.message for e in h.events if isinstance(e, ev.IncidentOpened)}
        for event in h.events:
            if isinstance(event, ev.IncidentResolved):
                opened.pop(event.incident_no, None)
        return next(iter(opened.values()), None)

    def trace(self, h: Case) -> list[str]:
        frames = ("multiInstance", "standardLoop")
        return [
            e.element_id
            for e in h.events
            if isinstance(e, ev.ElementCompleted) and h.kinds.get(e.token_id) not in frames
        ]

    def _items(self, h: Case) -> list[tuple[int, str, dict[str, Any]]]:
        assert h.instance is not None
        return [
            (token.token_id, token.element_id, dict(token.data))
            for token in sorted(h.instance.tree.index.values(), key=lambda token: token.token_id)
            if token.is_live
            and not token.has_state(ERROR)
            and token.task_spec.kind in WORK
            and token.task_spec.can_happen(token)
        ]

    def open_items(self, h: Case) -> list[tuple[str, dict[str, Any]]]:
        return [(element, data) for _, element, data in self._items(h)]

    def waiting(self, h: Case) -> list[str]:
        assert h.instance is not None
        if not h.header:
            return [trigger.element_id for trigger in h.definition.start_triggers(h.process_id)]
        return [
            token.element_id
            for token in h.instance.tree.index.values()
            if token.is_live
            and token.state != COMPLETED
            and token.task_spec.kind in ("intermediateCatchEvent", "receiveTask", "boundaryEvent")
            and token.task_spec.can_happen(token)
        ]

    def data(self, h: Case) -> dict[str, Any]:
        assert h.instance is not None
        return h.variables if self.completed(h) or not h.header else h.instance.variables()

    def finished_data(self, h: Case, element: str) -> dict[str, Any]:
        return next(data for name, data in reversed(h.finished) if name == element)

    def events_out(self, h: Case) -> list[list[str]]:
        out = []
        for event in h.events:
            if isinstance(event, ev.MessageThrown):
                out.append(["message", event.name])
            elif isinstance(event, ev.SignalThrown):
                out.append(["signal", event.name])
        return out

