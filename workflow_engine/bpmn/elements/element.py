"""An element: a SpiffWorkflow task spec that decides when its token runs, what it does and where it goes next.

The library's hooks are used as they are meant (``_update_hook`` on arrival, ``_run_hook`` to work, ``_on_complete`` to
leave); its predictions of tasks that may come one day are not made at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from workflow_engine.bpmn.evaluation import condition_of
from workflow_engine.bpmn.faults import resolve_incident
from workflow_engine.bpmn.model import Flow, Node
from workflow_engine.bpmn.scoping import end_token
from workflow_engine.bpmn.token import CANCELLED, FUTURE, LIVE, READY, STARTED, Token
from workflow_engine.bpmn.views import without_own
from workflow_engine.domain.errors import NoFlowTakenError
from workflow_engine.domain.events import ElementActivated, ElementCancelled, ElementCompleted

if TYPE_CHECKING:
    from workflow_engine.bpmn.tree import ScopeSpec


class Element(BpmnTaskSpec):
    """One flow node of a compiled definition; shared by all cases, never changed while they run."""

    kind = "element"
    visible = True
    """Whether people see it in the story of a case."""

    def __init__(self, spec: ScopeSpec, name: str, node: Node) -> None:
        super().__init__(spec, name, lane=node.lane, documentation=node.documentation)
        self.node = node
        self.element_id = node.id
        self.bpmn_id = node.id
        self.bpmn_name = node.name
        self.scope_spec = spec
        self.flows: list[tuple[Flow, Element]] = []
        self.default_flow: tuple[Flow, Element] | None = None
        self.container: Any = None
        """The loop element whose body this is."""

    def connect_flow(self, flow: Flow, target: Element) -> None:
        """Add a sequence flow, in document order."""
        self.connect(target)
        if flow.id == self.node.default_flow:
            self.default_flow = (flow, target)
        else:
            self.flows.append((flow, target))

    def test(self) -> None:
        """The library demands inputs of every spec; intake has checked the graph already."""

    # ---- arriving
    def arrive(self, token: Token) -> None:
        """The token has been put here: record it and have it run, or let it wait for others."""
        if self.visible:
            self.record_arrival(token)
        self._update(token)

    def record_arrival(self, token: Token) -> None:
        """Tell the story that a token entered this element."""
        token.workflow.top_workflow.recorder.add(
            ElementActivated(
                token_id=token.id,
                element_id=self.element_id,
                element_kind=self.kind,
                scope_id=token.workflow.parent_task_id,
                flow_id=token.flow_id,
            )
        )

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """No predictions: an unfinished tree holds only what has really been reached."""

    def _update_hook(self, token: Token) -> bool:
        return True

    def _on_ready(self, token: Token) -> None:
        token.workflow.top_workflow.ready.append(token)

    # ---- running
    def _run_hook(self, token: Token) -> bool | None:
        # A token whose work is done runs only to leave: after an outside answer, and again after a mended fault.
        return True if "leaving" in token.internal_data else self.execute(token)

    def execute(self, token: Token) -> bool | None:
        """Do the work: True when done, None when something outside has to happen first.

        Raises:
            ProcessFaultError: becomes an incident on this token.
        """
        return True

    # ---- leaving
    def finish(self, token: Token) -> None:
        """The work has been done outside; have the token leave in its turn."""
        token.note(leaving=True)
        token._set_state(READY)
        token.workflow.top_workflow.ready.append(token)

    def _on_complete(self, token: Token) -> None:
        # Whatever fails from here on is tried again without doing the work twice.
        token.internal_data["leaving"] = True
        if "back" in token.internal_data:
            self._go_straight_back(token)
            return
        if self.ends_before_leaving:
            self.record_end(token)
        flows = [] if self.container is not None else self.select_flows(token)
        self.record_end(token)
        if self.container is not None:
            self.container.body_done(token.parent, token)
        else:
            self.follow(token, flows)

    def record_end(self, token: Token) -> None:
        """Tell the story, once, that the element did its work."""
        if self.visible and not token.internal_data.get("told"):
            token.internal_data["told"] = True
            token.workflow.top_workflow.recorder.add(ElementCompleted(token_id=token.id, element_id=self.element_id))

    def _go_straight_back(self, token: Token) -> None:
        """The step was returned on the condition that it comes back past everything in between."""
        back = token.internal_data["back"]
        self.record_end(token)
        target: Element = self.scope_spec.task_specs[back["element"]]
        successor = token.workflow.succeed(token, target, None)
        successor.internal_data["for"] = back["for"]
        if "then" in back:
            successor.internal_data["back"] = back["then"]
        target.arrive(successor)

    ends_before_leaving = True
    """The work counts even when no flow can be taken afterwards; a gateway's work is to take one."""

    def select_flows(self, token: Token) -> list[tuple[Flow, Element]]:
        """The flows that a token takes: all without condition, those whose condition holds, else the default flow.

        BPMN 2.0.2, 13.3.1: several flows leaving an activity or event are a parallel split, conditional ones an
        inclusive one.

        Raises:
            NoFlowTakenError: there are flows, none can be taken and none is the default.
        """
        if not self.flows and self.default_flow is None:
            return []
        context = token.workflow.top_workflow.context
        taken = [
            (flow, target)
            for flow, target in self.flows
            if flow.condition is None or condition_of(flow.condition, token.data, context)
        ]
        if not taken and self.default_flow is not None:
            return [self.default_flow]
        if not taken:
            raise NoFlowTakenError(no_flow_message(self))
        return taken

    def follow(self, token: Token, flows: list[tuple[Flow, Element]]) -> None:
        """Move along these flows: one keeps the token's place, several part from it, none ends it."""
        tree = token.workflow
        if not flows:
            end_token(token)
        elif len(flows) == 1:
            flow, target = flows[0]
            target.arrive(tree.succeed(token, target, flow.id))
        else:
            token.internal_data = {}
            branches = []
            for flow, target in flows:
                branch = tree.new_token(target, token, FUTURE, dict(token.data))
                branch.internal_data["flow"] = flow.id
                branches.append((target, branch))
            for target, branch in branches:
                target.arrive(branch)

    # ---- cancelling
    def cancel(self, token: Token) -> None:
        """End this token without effect; ``scoping.cancel_tree`` does the same to all below it and drops them."""
        if not token.has_state(LIVE):
            return
        self.release(token)
        token._set_state(CANCELLED)
        if self.visible:
            token.workflow.top_workflow.recorder.add(ElementCancelled(token_id=token.id, element_id=self.element_id))
        if "incident" in token.internal_data:
            resolve_incident(token, "cancelled")

    def release(self, token: Token) -> None:
        """Give back what the element held outside: work items, timers, subscriptions, scopes."""

    def can_happen(self, token: Token) -> bool:
        """Whether something from outside (a person, time, a message) can move this token."""
        return False

    def variables_now(self, token: Token) -> dict[str, Any]:
        """The variables around the activity, with what it has made of them so far."""
        return without_own(token, token.data)

    waiting_state = STARTED
    """The state of a token whose work goes on outside."""
    shares_variables = True
    """For an activity with a scope: whether conditions inside may look at the variables around it."""


class Root(Element):
    """The planted start of a scope: holds its first variables; nobody sees it."""

    kind = "root"
    visible = False


def no_flow_message(element: Element) -> str:
    """What happened and how to mend it."""
    conditions = "; ".join(f"{flow.id}: {flow.condition}" for flow, _ in element.flows if flow.condition)
    return (
        f"Expected a flow out of {element.element_id!r} to be taken, but no condition held ({conditions}) and there is "
        "no default flow."
    )
