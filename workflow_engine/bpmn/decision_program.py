"""A DMN file ready to run: decisions after what they require, knowledge models and services as functions."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.decision_imports import ImportedFile
from workflow_engine.bpmn.decision_linking import types_of
from workflow_engine.bpmn.decision_logic import Workshop
from workflow_engine.bpmn.decision_model import DecisionFile, DecisionNode, Knowledge, Logic, ServiceNode
from workflow_engine.bpmn.decision_state import DecisionState
from workflow_engine.bpmn.decision_types import TypeSystem
from workflow_engine.bpmn.decision_walk import names_in
from workflow_engine.domain.errors import DecisionError, Problem
from workflow_engine.feel.runtime import Closure, Frame, State
from workflow_engine.feel.values import FunctionValue, to_text


class Program:
    """The compiled file; ``problems`` lists the cells that are not FEEL and the requirements that lead nowhere."""

    def __init__(self, file: DecisionFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.types = TypeSystem(types_of(file))
        self.imports = [ImportedFile(one.name, one.namespace, Program(one.file)) for one in file.imports if one.file]
        self._decisions = {node.node_id: node for node in file.decisions}
        self._knowledge = {node.node_id: node for node in file.knowledge}
        self._services = {node.node_id: node for node in file.services}
        self._inputs = {node.node_id: node for node in file.inputs}
        self._shop = Workshop(frozenset(filter(None, names_in(file))), self.types, self.problems)
        self._check_graph()
        self._logic = {node.node_id: self._compile(node, node.logic, node.type_ref) for node in file.decisions}
        self._functions = {node.node_id: self._compile(node, node.function, "") for node in file.knowledge}

    def _compile(self, node: DecisionNode | Knowledge, logic: Logic | None, type_ref: str) -> Closure:
        self._shop.owner, self._shop.owner_name = node.node_id, node.name
        return self._shop.typed(self._shop.logic(logic), type_ref)

    def _check_graph(self) -> None:
        for node in self.file.decisions:
            self._shop.owner, self._shop.owner_name = node.node_id, node.name
            for wanted in (*node.decisions, *node.inputs, *node.knowledge):
                if not self.knows(wanted):
                    mend = "Draw the requirement again."
                    self._shop.report(
                        "requirement_unknown", f"It requires {wanted!r}, which is not there.", mend, node.line
                    )
            if self._requires_itself(node.node_id):
                self._shop.report("requirement_cycle", "It requires itself.", "Remove the cycle.", node.line)

    def knows(self, node_id: str) -> bool:
        """Whether there is such an element, here or in an import that was found."""
        imported, rest = self._import_of(node_id)
        if imported is not None:
            return imported.program.knows(rest)
        if "#" in node_id:  # told once, where the import itself is missing
            return any(one.file is None and node_id.startswith(f"{one.namespace}#") for one in self.file.imports)
        return any(node_id in known for known in (self._decisions, self._inputs, self._knowledge, self._services))

    def _import_of(self, node_id: str) -> tuple[ImportedFile | None, str]:
        namespace, mark, rest = node_id.rpartition("#")
        found = next((one for one in self.imports if mark and one.namespace == namespace), None)
        return found, rest

    def _requires_itself(self, node_id: str) -> bool:
        pending = list(self._requirements(node_id))
        seen: set[str] = set()
        while pending:
            current = pending.pop()
            if current == node_id:
                return True
            if current not in seen:
                seen.add(current)
                pending.extend(self._requirements(current))
        return False

    def _requirements(self, node_id: str) -> tuple[str, ...]:
        node = self._decisions.get(node_id)
        return node.decisions if node else ()

    # -- running ----------------------------------------------------------------------------------------------

    def decide(self, node_id: str, state: DecisionState, depth: int = 0) -> Any:
        """Return a decision's value; required decisions first, each once."""
        node = self._decisions[node_id]
        if node_id in state.done:
            return state.results.get(node.name)
        if depth > 50:
            raise DecisionError(f"Decision {node.name!r}: expected at most 50 decisions above one another")
        for wanted in (*node.inputs, *node.decisions, *node.knowledge):
            self.provide(wanted, state, depth + 1)
        value = self._logic[node_id](Frame({}, None, state))
        state.done.add(node_id)
        state.results[node.name] = value
        return value

    def provide(self, node_id: str, state: DecisionState, depth: int) -> None:
        """Make an element's value or function known under its name."""
        imported, rest = self._import_of(node_id)
        if imported is not None:
            imported.take(rest, state, depth)
        elif node_id in self._inputs:
            self._take_input(node_id, state)
        elif node_id in self._decisions:
            self.decide(node_id, state, depth)
        else:
            self._lend(node_id, state, depth)

    def _take_input(self, node_id: str, state: DecisionState) -> None:
        data = self._inputs.get(node_id)
        if data is None or node_id in state.done:
            return
        state.done.add(node_id)
        if not data.type_ref or data.name not in state.results:
            return
        given = state.adopt(state.results[data.name])
        fits, value = self.types.fit(given, data.type_ref, read_text=True)
        if not fits:
            raise DecisionError(
                f"Expected input {data.name!r} to be of type {data.type_ref}, "
                f"but it is {to_text(given, nested=True)[:200]}",
                input=data.name,
            )
        state.results[data.name] = value

    def _lend(self, node_id: str, state: DecisionState, depth: int) -> None:
        """Make a knowledge model, a service, and what they need, callable by name."""
        if node_id in state.done or depth > 50:
            return
        state.done.add(node_id)
        service = self._services.get(node_id)
        if service is not None:
            state.results[service.name] = ServiceFunction(self, service)
            return
        node = self._knowledge.get(node_id)
        if node is None:
            return
        for wanted in node.knowledge:
            self.provide(wanted, state, depth + 1)
        state.results[node.name] = self._functions[node_id](Frame({}, None, state))

    def run_service(self, service: ServiceNode, state: DecisionState) -> Any:
        """Return the service's output: one value, or a context by decision name."""
        for node_id in service.input_decisions:
            if self.parameter(node_id) in state.results:
                state.done.add(node_id)
        values = {self._decisions[node_id].name: self.decide(node_id, state) for node_id in service.outputs}
        result = next(iter(values.values())) if len(values) == 1 else values
        fits, value = self.types.fit(result, service.type_ref)
        return value if fits else None

    def parameter(self, node_id: str) -> str:
        """Return the name under which others see an element."""
        for nodes in (self._inputs, self._decisions, self._knowledge, self._services):
            if node_id in nodes:
                name: str = nodes[node_id].name
                return name
        return node_id

    def fitted(self, service: ServiceNode, arguments: list[Any]) -> dict[str, Any] | None:
        """Return a service's arguments by name, converted to their types; None when one does not fit."""
        found: dict[str, Any] = {}
        for node_id, argument in zip((*service.input_data, *service.input_decisions), arguments, strict=True):
            node = self._inputs.get(node_id) or self._decisions.get(node_id)
            fits, found[self.parameter(node_id)] = self.types.fit(argument, node.type_ref if node else "")
            if not fits:
                return None
        return found

    def find_service(self, name: str) -> ServiceNode | None:
        """Return the service of that name or id."""
        return next((one for one in self.file.services if name in (one.name, one.node_id)), None)


class ServiceFunction(FunctionValue):
    """A decision service as a FEEL function; its decisions see only the arguments."""

    __slots__ = ("_program", "_service", "types")

    def __init__(self, program: Program, service: ServiceNode) -> None:
        wanted = (*service.input_data, *service.input_decisions)
        super().__init__(service.name, tuple(map(program.parameter, wanted)))
        self._program = program
        self._service = service
        self.types = None

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Run the service on positional arguments, within the caller's budget."""
        if len(arguments) != len(self.parameters):
            return None
        variables = self._program.fitted(self._service, arguments)
        if variables is None:
            return None
        inner = DecisionState(variables, state.context, allow_no_match=getattr(state, "allow_no_match", False))
        inner.steps, inner.size, inner.depth = state.steps - 1, state.size, state.depth - 1
        inner.charge(1)
        if inner.depth < 0:
            raise DecisionError(f"Expected calls nested at most {state.context.max_depth} deep")
        value = self._program.run_service(self._service, inner)
        state.steps, state.size = inner.steps, inner.size
        return value
