"""A small host for many cases at once: definitions, a clock, and messages and signals between cases; no database.

With ``cold`` every case is forgotten and restored from its rows before each step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.evaluation import due_instant, iso, text_of
from workflow_engine.bpmn.intake_here import read_model_here
from workflow_engine.bpmn.messaging import find_message_catcher, waiting_for
from workflow_engine.bpmn.run_context import Advance, RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import DefinitionError, NotFoundError
from workflow_engine.domain.timing import Cycle, parse_cycle

START = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class HostedCase:
    """One case and everything that was recorded of it."""

    case_id: str
    process_id: str
    instance: Instance
    rows: dict[int, TokenRow] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    state: str = "active"
    events: list[ev.Event] = field(default_factory=list)
    final: dict[str, Any] = field(default_factory=dict)

    @property
    def incidents(self) -> int:
        return sum(isinstance(event, ev.IncidentOpened) for event in self.events)


@dataclass(eq=False)
class StartTimer:
    """A timer start event that waits for its next firing."""

    process_id: str
    element_id: str
    due: datetime
    cycle: Cycle | None
    armed: datetime
    firing: int = 1


class Host:
    """Definitions by process id, cases in the order in which they started."""

    def __init__(self, *, cold: bool = False) -> None:
        self.cold = cold
        self.now = START
        self.by_process: dict[str, Definition] = {}
        self.by_digest: dict[str, Definition] = {}
        self.cases: list[HostedCase] = []
        self.starts: list[StartTimer] = []

    # ---- definitions
    def deploy(self, files: Mapping[str, bytes], known: set[str] | None) -> None:
        """Read and compile these files.

        Raises:
            DefinitionError: intake refuses one of them.
        """
        for name, xml in files.items():
            result = read_model_here(xml, name, known_processes=known)
            if result.model is None:
                raise DefinitionError(
                    "; ".join(str(problem) for problem in result.problems if problem.severity == "error"),
                    result.problems,
                )
            definition = Definition.compile(name, 1, result.model)
            self.by_digest[name] = definition
            for process in result.model.processes:
                self.by_process[process.id] = definition
                self._arm(definition, process.id)

    def _arm(self, definition: Definition, process_id: str) -> None:
        """Timer start events: the first firing of each."""
        for trigger in definition.start_triggers(process_id):
            if trigger.kind == "timer":
                text = text_of(trigger.expression or "", {}, self.context) or ""
                cycle = parse_cycle(text) if trigger.timer == "cycle" else None
                due = cycle.due(1, self.now) if cycle else due_instant(text, self.now)
                if due is not None:
                    self.starts.append(StartTimer(process_id, trigger.element_id, due, cycle, self.now))

    def by_id(self, definition_id: str) -> Definition:
        return self.by_digest[definition_id]

    def members(self, group_id: str) -> list[str]:
        return []

    def resolve(self, process_id: str, binding: str, version: str | None, caller: Definition) -> Definition:
        if process_id not in self.by_process:
            raise NotFoundError(f"there is no process {process_id!r}")
        return self.by_process[process_id]

    # ---- cases
    @property
    def context(self) -> RunContext:
        return RunContext(now=self.now, seed=7, source=self)

    def start(self, process_id: str, variables: Mapping[str, Any], element_id: str | None = None) -> HostedCase:
        instance = Instance.create(f"case{len(self.cases) + 1}", self.by_process[process_id], process_id)
        case = HostedCase(instance.case_id, process_id, instance)
        advance = instance.start(self.context, variables, start_element_id=element_id)
        self.cases.append(case)
        self.took(case, advance)
        return case

    def start_by_message(self, name: str, variables: Mapping[str, Any]) -> HostedCase | None:
        for process_id, definition in self.by_process.items():
            for trigger in definition.start_triggers(process_id):
                if trigger.kind == "message" and trigger.name == name:
                    return self.start(process_id, variables, trigger.element_id)
        return None

    def thaw(self, case: HostedCase) -> Instance:
        """The case as the next command finds it."""
        if self.cold and case.state == "active":
            case.instance = Instance.restore(case.case_id, self, case.header, case.rows.values())
        case.instance.tree.context = self.context
        return case.instance

    def took(self, case: HostedCase, advance: Advance) -> None:
        """Keep what a command did, and deliver what left the case."""
        for slot in advance.removed:
            case.rows.pop(slot, None)
        case.rows.update({row.slot: row for row in advance.changed})
        case.header, case.state = advance.header, advance.state
        case.events += advance.events
        for event in advance.events:
            if isinstance(event, ev.CaseCompleted):
                case.final = dict(event.variables or {})
        for event in advance.events:
            if isinstance(event, ev.MessageThrown) and event.caught_by is None:
                self.message(event.name, event.payload or {}, event.correlation)
            elif isinstance(event, ev.SignalThrown):
                self.signal(event.name, event.payload or {}, besides=case)

    # ---- between cases
    def message(self, name: str, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None = None) -> bool:
        """To the first case that catches it, else to a new one."""
        for case in self.active():
            instance = self.thaw(case)
            catcher = find_message_catcher(instance.tree, name, payload, correlation)
            if catcher is not None:
                token, position = catcher
                self.took(
                    case,
                    instance.catch_message(self.context, token.token_id, position, name, payload, correlation, "m"),
                )
                return True
        return self.start_by_message(name, payload) is not None

    def signal(self, name: str, payload: Mapping[str, Any], besides: HostedCase | None = None) -> int:
        """To every case that waits for it, and a new case of every process that starts with it."""
        caught = 0
        for case in self.active():
            if case is not besides and waiting_for(self.thaw(case).tree, "signal", name):
                self.took(case, case.instance.catch_signal(self.context, name, payload, "s"))
                caught += 1
        for process_id, definition in self.by_process.items():
            for trigger in definition.start_triggers(process_id):
                if trigger.kind == "signal" and trigger.name == name:
                    self.start(process_id, payload, trigger.element_id)
                    caught += 1
        return caught

    def active(self) -> list[HostedCase]:
        return [case for case in self.cases if case.state == "active"]

    # ---- time
    def timers(self) -> list[tuple[str, HostedCase | StartTimer, int, int]]:
        """(due, case or start event, token, position), the earliest first."""
        far = datetime(9999, 1, 1, tzinfo=UTC)
        found: list[tuple[str, int, HostedCase | StartTimer, int, int]] = [
            (due_at, index, case, token_id, position)
            for index, case in enumerate(self.cases)
            if case.state == "active"
            for token_id, position, due_at in case.instance.due_timers(far)
        ]
        found += [(iso(start.due), -1, start, 0, 0) for start in self.starts]
        found.sort(key=lambda timer: timer[:2])
        return [(due_at, case, token_id, position) for due_at, _, case, token_id, position in found]

    def fire(self, due_at: str, case: HostedCase | StartTimer, token_id: int, position: int) -> None:
        self.now = max(self.now, datetime.fromisoformat(due_at))
        if isinstance(case, StartTimer):
            self._fire_start(case)
            return
        self.took(case, self.thaw(case).fire_timer(self.context, token_id, position, due_at))

    def _fire_start(self, timer: StartTimer) -> None:
        timer.firing += 1
        due = None if timer.cycle is None else timer.cycle.due(timer.firing, timer.armed)
        if due is None:
            self.starts.remove(timer)
        else:
            timer.due = due
        self.start(timer.process_id, {}, timer.element_id)

    def run_due_timers(self) -> None:
        for _ in range(200):
            due = [timer for timer in self.timers() if datetime.fromisoformat(timer[0]) <= self.now]
            if not due:
                return
            self.fire(*due[0])

    # ---- looking
    def variables(self, case: HostedCase) -> dict[str, Any]:
        return self.thaw(case).variables() if case.state == "active" else case.final


