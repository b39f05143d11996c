"""Boundary events: opened with their activity, closed with it, and what happens when one occurs."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.scoping import withdraw
from workflow_engine.bpmn.token import COMPLETED, FUTURE, WAITING, Token
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
        if self.subscribe(token):
            self.take_over(token, {})

    def occurred(self, token: Token, payload: dict[str, Any]) -> None:
        self.take_over(token, payload)

    def take_over(
        self, token: Token, payload: dict[str, Any], thrown_with: dict[str, Any] | None = None, at: Token | None = None
    ) -> None:
        """The event occurred: replace the activity (interrupting) or go beside it.

        ``thrown_with`` are the variables at the place where an error or escalation was thrown: what they changed
        against the activity's own goes along.
        """
        host = token.parent
        data = dict(host.data) if thrown_with is None else host.task_spec.variables_out(host, thrown_with)
        data.update(payload)
        if self.node.interrupting:
            self._replace(token, host, data)
        else:
            self._beside(token, host, data)

    def _replace(self, token: Token, host: Token, data: dict[str, Any]) -> None:
        tree = host.workflow
        branch = tree.new_token(self, _parting_point(host), FUTURE, data)
        withdraw(host)
        self._go(branch)

    def _beside(self, token: Token, host: Token, data: dict[str, Any]) -> None:
        branch = host.workflow.new_token(self, _parting_point(host), FUTURE, data)
        self.listen_again(token)
        self._go(branch)

    def _go(self, branch: Token) -> None:
        self.record_arrival(branch)
        self.finish(branch)

    def record_end(self, token: Token) -> None:
        """An event that occurred belongs to the story."""
        if not token.internal_data.get("ended"):
            token.internal_data["ended"] = True
            token.workflow.top_workflow.recorder.add(ElementCompleted(token_id=token.id, element_id=self.element_id))


def _parting_point(host: Token) -> Token:
    """A finished token between ``host`` and its parent that keeps the variables the activity began with.

    It is the base against which the branches of the activity and of its events are merged when they meet.
    """
    tree = host.workflow
    parent = host.parent
    if parent.internal_data.get("parting") == host.id:
        return parent
    fork = tree.new_token(host.task_spec, None, COMPLETED, dict(host.data))
    fork.internal_data["parting"] = host.id
    fork._parent = parent.id
    parent._children[parent._children.index(host.id)] = fork.id
    tree.move_under(host, fork)
    return fork


def open_boundaries(host: Token) -> None:
    """Begin to listen for every event on this activity's boundary; one that is due already may end it at once."""
    for element in host.workflow.spec.boundaries.get(host.element_id, ()):
        if host.id not in host.workflow.tasks:
            return
        element.wait(host)  # type: ignore[attr-defined]  # only boundary events are listed there


def close_boundaries(host: Token) -> None:
    """The activity is over: its events can no longer occur."""
    for child in list(host.children):
        if child.task_spec.kind == "boundaryEvent":
            child.task_spec.release(child)
            host.workflow.forget(child)
            host._children.remove(child.id)
