"""Boundary events: opened with their activity, closed with it, and what happens when one occurs."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.faults import Carried
from workflow_engine.bpmn.scoping import drop_listener, withdraw
from workflow_engine.bpmn.token import COMPLETED, FUTURE, WAITING, Token
from workflow_engine.domain.errors import ProcessFaultError
from workflow_engine.domain.events import ElementCompleted


class BoundaryEvent(CatchElement):
    """Hangs below its activity's token while that runs (BPMN 2.0.2, 13.5.3)."""

    kind = "boundaryEvent"
    visible = False
    """Only an event that occurs belongs to the story; it becomes visible when it does."""

    def wait(self, host: Token) -> None:
        """Begin to listen for the activity ``host``."""
        token = host.workflow.new_token(self, host, FUTURE, dict(host.data))
        token.triggered = True
        token._set_state(WAITING)
        try:
            due = self.subscribe(token)
        except ProcessFaultError:
            drop_listener(token)
            raise
        if due:
            self.take_over(token, {})

    def execute(self, token: Token) -> bool | None:
        """Listen again, after its fault was mended."""
        token._set_state(WAITING)
        if self.subscribe(token):
            self.take_over(token, {})
        return None

    def occurred(self, token: Token, payload: dict[str, Any]) -> None:
        self.take_over(token, payload)

    def take_over(self, token: Token, payload: dict[str, Any], carried: Carried | None = None) -> None:
        """The event occurred: replace the activity (interrupting) or go beside it, with what it has done so far.

        ``carried`` is what an error or escalation brings along.
        """
        host = token.parent
        tree, fork = host.workflow, _parting_point(host)
        so_far = host.task_spec.variables_now(host)
        variables = so_far if carried is None else carried.variables
        if self.node.interrupting:
            branch = tree.new_token(self, fork, FUTURE, {**variables, **payload})
            withdraw(host)
        else:
            branch = tree.new_token(self, tree.give(fork, so_far), FUTURE, {**variables, **payload})
            self.listen_again(token)
        if self.node.outputs:
            branch.internal_data["outer"] = variables
        self.record_arrival(branch)
        self.finish(branch)

    def record_end(self, token: Token) -> None:
        """An event that occurred belongs to the story."""
        if not token.internal_data.get("told"):
            token.internal_data["told"] = True
            token.workflow.top_workflow.recorder.add(ElementCompleted(token_id=token.id, element_id=self.element_id))


def _parting_point(host: Token) -> Token:
    """A finished token between ``host`` and its parent that keeps the variables the activity began with.

    It is the base against which the branches of the activity and of its events are merged when they meet.
    """
    tree = host.workflow
    parent: Token = host.parent
    if parent.internal_data.get("parting") == host.id:
        return parent
    fork = tree.new_token(host.task_spec, None, COMPLETED, dict(host.internal_data.get("outer", host.data)))
    fork.internal_data["parting"] = host.id
    fork._parent = parent.id
    parent._children[parent._children.index(host.id)] = fork.id
    tree.move_under(host, fork)
    return fork


def open_boundaries(host: Token) -> None:
    """Begin to listen for every event on this activity's boundary; one that is due already may end it at once.

    Those that listen already, because another one failed to and the activity is tried again, are left alone.

    Raises:
        ProcessFaultError: one of them cannot tell what it waits for.
    """
    tree = host.workflow
    for element in tree.spec.boundaries.get(host.element_id, ()):
        if host.id not in tree.tasks:
            return
        if not any(child.task_spec is element for child in host.children):
            element.wait(host)


def close_boundaries(host: Token) -> None:
    """The activity is over: its events can no longer occur."""
    for child in list(host.children):
        if child.task_spec.kind == "boundaryEvent":
            drop_listener(child)
