"""Event sub-processes: handlers that a scope keeps ready while it runs (BPMN 2.0.2, 10.3.5 and 13.5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.elements.scopes import SubProcess
from workflow_engine.bpmn.model import Node
from workflow_engine.bpmn.scoping import cancel_tree, drop_listener, scope_view
from workflow_engine.bpmn.token import FUTURE, WAITING, Token
from workflow_engine.domain.variables import merge3

if TYPE_CHECKING:
    from workflow_engine.bpmn.tree import ScopeSpec, ScopeTree


class EventSubProcess(SubProcess):
    """The handler itself: runs beside the scope's other work, or instead of it."""

    kind = "eventSubProcess"


class EventListener(CatchElement):
    """The start event of an event sub-process while it waits, below the root of its scope.

    It does not keep the scope alive: a scope ends with its last token, whatever it still listens for.
    """

    kind = "eventListener"
    visible = False

    def __init__(self, spec: ScopeSpec, name: str, node: Node, handler: EventSubProcess) -> None:
        super().__init__(spec, name, node)
        self.handler = handler

    def listen(self, tree: ScopeTree) -> None:
        """Begin to wait, as the scope begins."""
        token = tree.new_token(self, tree.root, FUTURE, dict(tree.root.data))
        token.triggered = True
        token._set_state(WAITING)
        if self.subscribe(token):
            self.take_over(token, {})

    def occurred(self, token: Token, payload: dict[str, Any]) -> None:
        self.take_over(token, payload)

    def take_over(
        self, token: Token, payload: dict[str, Any], thrown_with: dict[str, Any] | None = None, at: Token | None = None
    ) -> None:
        """The event occurred: start the handler with the scope's variables as they stand now.

        ``thrown_with`` are the variables where an error or escalation was thrown, inside the activity ``at``.
        """
        tree = token.workflow
        variables = scope_view(tree)
        if thrown_with is not None and at is not None:
            variables = merge3(tree.root.data, variables, at.task_spec.variables_out(at, thrown_with))[0]
        variables.update(payload)
        if self.node.interrupting:
            for child in list(tree.root.children):
                if child is not token:
                    cancel_tree(child)
            tree.root._children = [token.id]
            handler = tree.new_token(self.handler, tree.root, FUTURE, variables)
            drop_listener(token)
        else:
            handler = tree.new_token(self.handler, tree.root, FUTURE, variables)
            self.listen_again(token)
        self.handler.arrive(handler)
