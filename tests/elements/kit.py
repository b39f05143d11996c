"""The world in which test cases run: definitions with their versions, a clock, and messages between cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.elements.cases import Case
from workflow_engine.bpmn.decisions import parse_decisions
from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.intake_here import read_model_here
from workflow_engine.bpmn.run_context import STEP_BUDGET, RunContext
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.timing import add, parse_duration

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)


class World:
    """Definitions with their versions, a clock, and the cases that run."""

    def __init__(self, *files: bytes, dmn: bytes | None = None, budget: int = STEP_BUDGET) -> None:
        self.now = BEGIN
        self.budget = budget
        self.cases: list[Case] = []
        self._by_digest: dict[str, Definition] = {}
        self._versions: dict[str, list[Definition]] = {}
        for file in files:
            self.deploy(file, dmn)

    def deploy(self, file: bytes, dmn: bytes | None = None) -> Definition:
        """Read, compile and release one more version of every process in the file."""
        found = read_model_here(file, known_processes=None)
        assert found.model is not None, [str(problem) for problem in found.errors]
        version = 1 + max((len(self._versions.get(process.id, ())) for process in found.model.processes), default=0)
        decisions = {decision.decision_id: decision for decision in (parse_decisions(dmn) if dmn else ())}
        definition = Definition.compile(f"d{len(self._by_digest)}", version, found.model, decisions)
        self._by_digest[definition.definition_id] = definition
        for process in found.model.processes:
            self._versions.setdefault(process.id, []).append(definition)
        return definition

    # ---- what a running case asks
    def by_id(self, definition_id: str) -> Definition:
        return self._by_digest[definition_id]

    def members(self, group_id: str) -> list[str]:
        return []

    def resolve(self, process_id: str, binding: str, version: str | None, caller: Definition) -> Definition:
        for definition in reversed(self._versions.get(process_id, [])):
            tag = definition.process(process_id).version_tag
            if (
                binding == "latest"
                or (binding == "version" and str(definition.version) == version)
                or (binding == "version_tag" and tag == version)
                or (binding == "deployment" and definition is caller)
            ):
                return definition
        raise NotFoundError(f"there is no process {process_id!r}")

    @property
    def context(self) -> RunContext:
        return RunContext(now=self.now, seed=7, source=self, step_budget=self.budget)

    # ---- cases
    def start(
        self,
        process: str = "p",
        /,
        variables: Mapping[str, Any] | None = None,
        *,
        at: str | None = None,
        position: int = 0,
        version: int = 0,
        correlation: Mapping[str, Any] | None = None,
    ) -> Case:
        """A new case of the newest version, or of version ``version``."""
        definition = self._versions[process][version - 1]
        case = Case(self, f"case{len(self.cases) + 1}", definition, process)
        self.cases.append(case)
        case.step(
            lambda one: one.start(
                self.context, dict(variables or {}), start_element_id=at, position=position, correlation=correlation
            )
        )
        return case

    def wait(self, duration: str) -> None:
        """Time passes; every timer that falls due fires at its instant."""
        until = add(self.now, parse_duration(duration))
        while due := sorted(
            (due_at, index, token_id, position)
            for index, case in enumerate(self.cases)
            for token_id, position, due_at in case.due_timers(until)
        ):
            due_at, index, token_id, position = due[0]
            self.now = max(self.now, datetime.fromisoformat(due_at))
            self.cases[index].fire(token_id, position, due_at)
        self.now = until

    def message(
        self,
        name: str,
        payload: Mapping[str, Any] | None = None,
        correlation: Mapping[str, Any] | None = None,
        message_id: str = "m1",
    ) -> Case | None:
        """To the first case that catches it, else to a process that starts with it; who got it."""
        for case in self.cases:
            if case.catch(name, payload or {}, correlation, message_id):
                return case
        return next(self._start_by("message", name, payload or {}, correlation), None)

    def signal(self, name: str, payload: Mapping[str, Any] | None = None, besides: Case | None = None) -> int:
        """To every case that waits for it, and a new case of every process that starts with it; how many."""
        caught = sum(case.hear(name, payload or {}) for case in list(self.cases) if case is not besides)
        return caught + len(list(self._start_by("signal", name, payload or {})))

    def _start_by(
        self, kind: str, name: str, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None = None
    ) -> Iterator[Case]:
        for process, versions in list(self._versions.items()):
            for trigger in versions[-1].start_triggers(process):
                if trigger.kind == kind and trigger.name == name:
                    at, position = trigger.element_id, trigger.position
                    yield self.start(process, payload, at=at, position=position, correlation=correlation)


def run(file: bytes, /, *, dmn: bytes | None = None, budget: int = STEP_BUDGET, **variables: Any) -> Case:
    """Start a case of the file's process ``p`` with these variables, in a world of its own."""
    return World(file, dmn=dmn, budget=budget).start("p", variables)


def refusals(file: bytes) -> list[str]:
    """Codes of the errors for which intake refuses a file."""
    return [problem.code for problem in read_model_here(file, known_processes=None).errors]
