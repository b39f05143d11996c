"""Event sub-processes: handlers that a scope keeps ready while it runs (BPMN 2.0.2, 10.3.5 and 13.5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.elements.scopes import SubProcess
from workflow_engine.bpmn.faults import Carried, open_incident
from workflow_engine.bpmn.model import Node
from workflow_engine.bpmn.scoping import cancel_tree, drop_listener
from workflow_engine.bpmn.token import FUTURE, WAITING, Token
from workflow_engine.bpmn.views import scope_view
from workflow_engine.domain.errors import ProcessFaultError
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
        try:
            self.execute(token)
        except ProcessFaultError as fault:
            open_incident(tree.top_workflow, token, fault)

    def execute(self, token: Token) -> bool | None:
        """Listen, for the first time or again after a fault was mended."""
        token._set_state(WAITING)
        if self.subscribe(token):
            self.take_over(token, {})
        return None

    def occurred(self, token: Token, payload: dict[str, Any]) -> None:
        self.take_over(token, payload)

    def take_over(self, token: Token, payload: dict[str, Any], carried: Carried | None = None) -> None:
        """The event occurred: start the handler with the scope's variables as they stand now.

        ``carried`` is what an error or escalation brings along.
        """
        tree = token.workflow
        variables = so_far = scope_view(tree)
        if carried is not None:
            variables = merge3(carried.base, variables, carried.variables)[0]
        if self.node.interrupting:
            self._alone(token, {**variables, **payload})
        else:
            begun = tree.give(tree.root, so_far)
            handler = tree.new_token(self.handler, begun, FUTURE, {**variables, **payload})
            self.listen_again(token)
            self.handler.arrive(handler)

    def _alone(self, token: Token, variables: dict[str, Any]) -> None:
        """The handler takes the place of everything in the scope, of what ended there before as well."""
        tree = token.workflow
        for child in list(tree.root.children):
            if child is not token:
                cancel_tree(child)
        tree.root._children = [token.id]
        tree.root.internal_data.pop("result", None)
        tree.top_workflow.recorder.touch(tree.root)
        handler = tree.new_token(self.handler, tree.root, FUTURE, variables)
        drop_listener(token)
        self.handler.arrive(handler)
