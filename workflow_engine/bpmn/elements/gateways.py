"""Gateways (BPMN 2.0.2, 13.4)."""

from __future__ import annotations

from functools import cached_property

from workflow_engine.bpmn.elements.element import Element, no_flow_message
from workflow_engine.bpmn.evaluation import condition_of
from workflow_engine.bpmn.model import Flow
from workflow_engine.bpmn.scoping import cancel_tree
from workflow_engine.bpmn.token import COMPLETED, FUTURE, WAITING, Token
from workflow_engine.domain.errors import NoFlowTakenError
from workflow_engine.domain.events import ElementCompleted, TokensMerged
from workflow_engine.domain.variables import merge_branches

_ASIDE = ("boundaryEvent", "eventListener")


class ExclusiveGateway(Element):
    """Takes the first flow, in document order, whose condition holds (13.4.2)."""

    kind = "exclusiveGateway"
    ends_before_leaving = False

    def select_flows(self, token: Token) -> list[tuple[Flow, Element]]:
        context = token.workflow.top_workflow.context
        for flow, target in self.flows:
            if flow.condition is None or condition_of(flow.condition, token.data, context):
                return [(flow, target)]
        if self.default_flow is not None:
            return [self.default_flow]
        if not self.flows:
            return []
        raise NoFlowTakenError(no_flow_message(self))


class _JoiningGateway(Element):
    """Consumes tokens of several flows as one, merging what the branches changed."""

    ends_before_leaving = False

    @cached_property
    def incoming(self) -> frozenset[str]:
        return frozenset(self.node.incoming)

    def _update_hook(self, token: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        token._set_state(WAITING)
        token.workflow.arrivals.setdefault(self.element_id, {})[token.id] = token
        self.arrived(token)
        return False

    def arrived(self, token: Token) -> None:
        """One more token waits here."""

    def first_of_each_flow(self, token: Token) -> dict[str, Token]:
        """The longest waiting token of every incoming flow that has one."""
        first: dict[str, Token] = {}
        for waiting in token.workflow.arrivals.get(self.element_id, {}).values():
            first.setdefault(waiting.flow_id or "", waiting)
        return first

    def join(self, tokens: list[Token]) -> None:
        """Merge these into the last that arrived, and have it go on."""
        tokens = sorted(tokens, key=lambda token: token.id)
        survivor = tokens[-1]
        tree = survivor.workflow
        if len(tokens) > 1:
            fork = tree.lowest_common_ancestor(tokens)
            merged, conflicts = merge_branches(fork.data, [tree.rebased(token, fork) for token in tokens])
            tree.top_workflow.recorder.add_conflicts(survivor, conflicts)
            tree.drop_given(survivor, fork)
            survivor.set_variables(merged)  # before the others go: it takes along what ended branches left
            for token in tokens[:-1]:
                tree.detach(token)
            tree.top_workflow.recorder.add(
                TokensMerged(
                    token_id=survivor.id, element_id=self.element_id, merged=[token.id for token in tokens[:-1]]
                )
            )
        tree.top_workflow.uncatch(survivor)
        survivor._ready()

    def join_if_complete(self, token: Token) -> bool:
        """Looked at when nothing else in the case moves: whether it goes on."""
        raise AssertionError("every joining gateway knows for what it waits")

    def join_what_came(self, token: Token) -> None:
        """Go on with the tokens that are here: no other can come."""
        self.join(list(self.first_of_each_flow(token).values()))

    @cached_property
    def _upstream(self) -> dict[str, frozenset[str]]:
        """For each incoming flow: the elements from which a token can come along it without passing this gateway."""
        sources: dict[str, set[str]] = {}
        entry: dict[str, str] = {}
        for element in self.scope_spec.task_specs.values():
            for flow, target in [*element.flows, *([element.default_flow] if element.default_flow else [])]:
                sources.setdefault(target.name, set()).add(element.name)
                entry[flow.id] = element.name
        for host, boundaries in self.scope_spec.boundaries.items():
            for boundary in boundaries:
                sources.setdefault(boundary.name, set()).add(host)
        for name, target in self.scope_spec.links.items():
            for element in self.scope_spec.task_specs.values():
                if element is not target and any(d.kind == "link" and d.name == name for d in element.node.events):
                    sources.setdefault(target.name, set()).add(element.name)
        return {flow: self._reaching(entry[flow], sources) for flow in self.incoming if flow in entry}

    def _reaching(self, last: str, sources: dict[str, set[str]]) -> frozenset[str]:
        seen: set[str] = set()
        pending = [last]
        while pending:
            name = pending.pop()
            if name not in seen and name != self.name:
                seen.add(name)
                pending.extend(sources.get(name, ()))
        return frozenset(seen)


class ParallelGateway(_JoiningGateway):
    """Waits for one token on every incoming flow, sends one along every outgoing flow (13.4.1)."""

    kind = "parallelGateway"

    def arrived(self, token: Token) -> None:
        first = self.first_of_each_flow(token)
        if len(first) == len(self.incoming):
            self.join(list(first.values()))
        elif token.workflow.root.internal_data.get("moved"):
            token.workflow.top_workflow.joins[token.id] = token

    def join_if_complete(self, token: Token) -> bool:
        """In a scope where tokens were moved by hand: go on once no token can come along an empty flow any more."""
        first = self.first_of_each_flow(token)
        missing = [self._upstream[flow] for flow in self.incoming if flow not in first and flow in self._upstream]
        for other in token.workflow.live_tokens():
            if other.element_id != self.element_id and other.task_spec.kind not in _ASIDE:
                at = other.task_spec.name
                if any(at in upstream for upstream in missing):
                    return False
        self.join(list(first.values()))
        return True

    def select_flows(self, token: Token) -> list[tuple[Flow, Element]]:
        return [*self.flows, *([self.default_flow] if self.default_flow else [])]


class InclusiveGateway(_JoiningGateway):
    """Waits while a token could still come along an empty flow; takes every flow whose condition holds (13.4.3)."""

    kind = "inclusiveGateway"

    def arrived(self, token: Token) -> None:
        token.workflow.top_workflow.joins[token.id] = token

    def join_if_complete(self, token: Token) -> bool:
        """Looked at when nothing else in the case moves: go on unless a token elsewhere may still arrive."""
        first = self.first_of_each_flow(token)
        empty = [flow for flow in self.incoming if flow not in first]
        for other in token.workflow.live_tokens():
            if other.element_id == self.element_id or other.task_spec.kind in _ASIDE:
                continue
            at = other.task_spec.name
            if any(at in self._upstream[flow] for flow in empty) and not any(at in self._upstream[f] for f in first):
                return False
        self.join(list(first.values()))
        return True


class EventBasedGateway(Element):
    """Waits at all its events at once; the first that occurs withdraws the others (13.4.4)."""

    kind = "eventBasedGateway"

    def execute(self, token: Token) -> bool | None:
        tree = token.workflow
        for flow, target in self.flows:
            candidate = tree.new_token(target, token, FUTURE, dict(token.data))
            candidate.internal_data["flow"] = flow.id
            target.arrive(candidate)
        return None

    def chosen(self, gateway: Token, winner: Token) -> None:
        """One of the events occurred."""
        tree = gateway.workflow
        for other in list(gateway.children):
            if other is not winner:
                cancel_tree(other)
        gateway._children = [winner.id]
        tree.top_workflow.recorder.add(ElementCompleted(token_id=gateway.id, element_id=self.element_id))
        gateway._set_state(COMPLETED)
        tree.splice(gateway)
