"""Which steps led to which, read from a case's record: what a token has behind it, and what followed from a token.

The tree keeps only what is open. Returning a task asks for more: which steps the case has really passed through on the
way to this one, and not beside it; and which open branches would not be there without a step. Both are answered by the
events in their order: a token that was activated by a sequence flow comes from the token that was last at its source,
a join's token from all that were merged, a token placed by hand from what its predecessor came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.elements.loops import LoopFrame
from workflow_engine.bpmn.elements.scopes import SubProcess
from workflow_engine.bpmn.model import Node
from workflow_engine.domain.errors import NotFoundError

if TYPE_CHECKING:
    from workflow_engine.bpmn.definition import DefinitionSource
    from workflow_engine.bpmn.tree import ScopeSpec

_FRAMES = ("multiInstance", "standardLoop")


@dataclass(slots=True)
class Passed:
    """One token at one element, as the record tells."""

    token_id: int
    element_id: str
    kind: str
    scope_id: int | None
    parents: list[int] = field(default_factory=list)
    body_of: int | None = None
    """The loop or multi-instance activity of which it is one turn."""
    completed: bool = False
    index: int = 0
    """Of the event that completed it."""


class Lineage:
    """All tokens that a case ever had, and where each came from."""

    def __init__(self, spec: ScopeSpec, source: DefinitionSource) -> None:
        self.passed: dict[int, Passed] = {}
        self._source = source
        self._specs: dict[int | None, ScopeSpec | None] = {None: spec}
        self._flows: dict[int | None, dict[str, str]] = {}
        self._called: dict[int, Mapping[str, Any]] = {}
        self._last: dict[tuple[int | None, str], int] = {}
        self._last_completed: dict[tuple[int | None, str], int] = {}
        self._newest_completed: dict[int | None, int] = {}
        self._in_place_of: dict[int, int] = {}
        self._back_to: dict[int, int] = {}
        """Token placed by a return that comes straight back: the token that was returned."""
        self._numbers: dict[int, int] = {}
        self._bodies: dict[int, int] = {}
        self._count = 0

    @classmethod
    def read(cls, spec: ScopeSpec, source: DefinitionSource, events: Iterable[Mapping[str, Any]]) -> Lineage:
        """Follow the recorded events of a case from its beginning."""
        lineage = cls(spec, source)
        for event in events:
            lineage._take(event)
        return lineage

    # ---- asking
    def before(self, token_id: int) -> set[int]:
        """Every token of the same scope through which this one came, without itself."""
        found: set[int] = set()
        pending = list(self.passed[token_id].parents) if token_id in self.passed else []
        while pending:
            at = pending.pop()
            if at not in found:
                found.add(at)
                pending.extend(self.passed[at].parents if at in self.passed else ())
        return found

    def after(self, token_id: int) -> set[int]:
        """Every token of the same scope that came from this one, and everything inside those."""
        found = {token_id}
        for step in self.passed.values():  # in the order of their making: parents come first
            inside = step.scope_id in found and step.scope_id != token_id
            is_body = step.body_of in found and step.body_of != token_id
            if inside or is_body or not found.isdisjoint(step.parents):
                found.add(step.token_id)
        return found - {token_id}

    def frame_of(self, token_id: int) -> int:
        """The token itself, or the activity of which it is one turn."""
        step = self.passed.get(token_id)
        return token_id if step is None or step.body_of is None else step.body_of

    def number_of(self, token_id: int) -> int:
        """Which instance of its loop or multi-instance activity the token is, from 1."""
        return self._numbers[token_id]

    def node_of(self, token_id: int) -> Node:
        """The model's node at which the token was."""
        step = self.passed[token_id]
        spec = self._spec(step.scope_id)
        if spec is None or step.element_id not in spec.task_specs:
            raise NotFoundError(f"Expected an element {step.element_id!r} in its process, but there is none.")
        node: Node = spec.task_specs[step.element_id].node
        return node

    def steps_before(self, token_id: int) -> dict[int, tuple[int | None, tuple[str, ...], int]]:
        """User tasks done on the way to this token: task → (scope, path in it, the scope's own token on that path).

        A multi-instance task counts as one step, named by the activity's token.
        """
        found: dict[int, tuple[int | None, tuple[str, ...], int]] = {}
        at: int | None = self.frame_of(token_id)
        while at is not None:
            for earlier in sorted(self.before(at)):
                found.update(self._tasks_in(earlier, ()))
            scope_id = self.passed[at].scope_id if at in self.passed else None
            at = None if scope_id is None else self.frame_of(scope_id)
        return found

    def _tasks_in(self, token_id: int, way: tuple[str, ...]) -> dict[int, tuple[int | None, tuple[str, ...], int]]:
        step = self.passed.get(token_id)
        if step is None or not step.completed:
            return {}
        path = (*way, step.element_id)
        if step.kind == "userTask" or (step.kind in _FRAMES and self._repeats_a_user_task(step)):
            return {token_id: (step.scope_id, path, token_id)}
        found: dict[int, tuple[int | None, tuple[str, ...], int]] = {}
        if step.kind in ("subProcess", "callActivity"):
            rounds = self._rounds_of(token_id)
            for inner in self.passed.values():  # in their order: what was done again counts with its newest round
                if inner.scope_id in rounds and inner.body_of is None:
                    for task, (_, inner_path, _) in self._tasks_in(inner.token_id, path).items():
                        found = {one: way for one, way in found.items() if way[1] != inner_path}
                        found[task] = (step.scope_id, inner_path, token_id)
        return found

    def _rounds_of(self, token_id: int) -> set[int]:
        """The token and those in whose place it was put when somebody went back into the middle of it."""
        found = {token_id}
        while (token_id := self._in_place_of.get(token_id, 0)) in self.passed:
            found.add(token_id)
        return found

    def _repeats_a_user_task(self, step: Passed) -> bool:
        spec = self._spec(step.scope_id)
        frame = None if spec is None else spec.task_specs.get(step.element_id)
        return isinstance(frame, LoopFrame) and frame.body.kind == "userTask"

    # ---- reading
    def _take(self, event: Mapping[str, Any]) -> None:
        self._count += 1
        kind = event["event"]
        if kind == "element.activated":
            self._activated(event)
        elif kind == "element.completed":
            self._completed(event["token_id"])
        elif kind == "tokens.merged":
            self.passed[event["token_id"]].parents.extend(event["merged"])
        elif kind == "call.resolved":
            self._called[event["token_id"]] = event
        elif kind in ("user_task.returned", "user_task.taken_back"):
            placed, before = self.passed.get(event["placed"]), self.passed.get(event["in_place_of"])
            if placed is not None and before is not None and placed.body_of is None:
                placed.parents = list(before.parents)
                self._in_place_of[placed.token_id] = before.token_id
            if placed is not None and placed.body_of is not None:
                self._reopened(placed.token_id, placed.body_of, event["in_place_of"])
            if event.get("come_back"):
                self._back_to[event["placed"]] = event["token_id"]

    def _activated(self, event: Mapping[str, Any]) -> None:
        token_id, element_id, scope_id = event["token_id"], event["element_id"], event.get("scope_id")
        step = Passed(token_id, element_id, event["element_kind"], scope_id)
        key = (scope_id, element_id)
        frame = self.passed.get(self._last.get(key, 0))
        flow = event.get("flow_id")
        if flow is not None:
            step.parents = self._at(scope_id, self._source_of(scope_id, flow))
        elif frame is not None and frame.kind in _FRAMES and not frame.completed and step.kind not in _FRAMES:
            step.body_of = frame.token_id
            self._numbers[token_id] = self._bodies[frame.token_id] = self._bodies.get(frame.token_id, 0) + 1
        elif step.kind == "boundaryEvent":
            step.parents = self._at(scope_id, self._host_of(scope_id, element_id), open_too=True)
        elif (newest := self._newest_completed.get(scope_id)) is not None:
            if newest in self._back_to:
                step.parents = [newest, *self.passed[self._back_to[newest]].parents]
            elif step.kind == "intermediateCatchEvent":  # behind a link
                step.parents = [newest]
        self.passed[token_id] = step
        if step.body_of is None:
            self._last[key] = token_id

    def _reopened(self, token_id: int, frame_id: int, in_place_of: int) -> None:
        """An instance began again: it keeps its number, and in a sequence those after it come again."""
        number = self._numbers[token_id] = self._numbers[in_place_of]
        frame = self.passed[frame_id]
        spec = self._spec(frame.scope_id)
        loop = None if spec is None else spec.task_specs[frame.element_id].node.loop
        sequential = loop is not None and loop.kind == "sequential"
        self._bodies[frame_id] = number if sequential else self._bodies[frame_id] - 1

    def _completed(self, token_id: int) -> None:
        step = self.passed.get(token_id)
        if step is None:
            return
        step.completed, step.index = True, self._count
        if step.body_of is None:
            self._last_completed[(step.scope_id, step.element_id)] = token_id
            self._newest_completed[step.scope_id] = token_id

    def _at(self, scope_id: int | None, element_id: str | None, open_too: bool = False) -> list[int]:
        """Which token was last at this element."""
        if element_id is None:
            return []
        key = (scope_id, element_id)
        last = self._last.get(key)
        if last is not None and (open_too or self.passed[last].kind == "eventBasedGateway"):
            return [last]
        found = self._last_completed.get(key, last)
        return [] if found is None else [found]

    # ---- the graph
    def _source_of(self, scope_id: int | None, flow_id: str) -> str | None:
        flows = self._flows.get(scope_id)
        if flows is None:
            spec = self._spec(scope_id)
            flows = self._flows[scope_id] = {} if spec is None else _flows_of(spec)
        return flows.get(flow_id)

    def _host_of(self, scope_id: int | None, boundary_id: str) -> str | None:
        spec = self._spec(scope_id)
        for host, events in (spec.boundaries if spec is not None else {}).items():
            if any(one.element_id == boundary_id for one in events):
                return host
        return None

    def _spec(self, scope_id: int | None) -> ScopeSpec | None:
        if scope_id not in self._specs:
            self._specs[scope_id] = self._inside(scope_id)
        return self._specs[scope_id]

    def _inside(self, scope_id: int | None) -> ScopeSpec | None:
        host = self.passed.get(scope_id) if scope_id is not None else None
        around = self._spec(host.scope_id) if host is not None else None
        if host is None or around is None:
            return None
        called = self._called.get(host.token_id)
        if called is not None:
            return self._source.by_id(called["definition_id"]).spec(called["process_id"])
        element = around.task_specs.get(host.element_id)
        if isinstance(element, LoopFrame):
            element = element.body
        return element.inside if isinstance(element, SubProcess) else None


def _flows_of(spec: ScopeSpec) -> dict[str, str]:
    found = {}
    for element in spec.task_specs.values():
        default = [element.default_flow] if element.default_flow else []
        for flow, _ in [*element.flows, *default]:
            found[flow.id] = element.element_id
    return found
