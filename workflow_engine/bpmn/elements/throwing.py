"""Start, intermediate throw and end events."""

from __future__ import annotations

from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.elements.element import Element
from workflow_engine.bpmn.elements.loops import MultiInstance
from workflow_engine.bpmn.elements.mapping import map_in
from workflow_engine.bpmn.elements.tasks import SendTask
from workflow_engine.bpmn.evaluation import text_of
from workflow_engine.bpmn.faults import throw_error, throw_escalation
from workflow_engine.bpmn.messaging import throw_event
from workflow_engine.bpmn.model import EventDefinition
from workflow_engine.bpmn.scoping import terminate_scope
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.tree import ScopeTree
from workflow_engine.domain.errors import ProcessFaultError
from workflow_engine.domain.events import ElementCompleted


class StartEvent(CatchElement):
    """Where a scope begins; what triggered it has occurred before the token exists."""

    kind = "startEvent"

    def execute(self, token: Token) -> bool | None:
        map_in(token)
        # A parallel multiple start event begins the case with its first occurrence and waits for the others.
        if self.node.parallel_multiple and not self.subscribe(token):
            return None
        return True


class ThrowEvent(SendTask):
    """Throws all its event definitions, in document order; a link jumps to its target."""

    kind = "intermediateThrowEvent"

    def work(self, token: Token) -> bool | None:
        if self.node.job is not None:
            return super().work(token)
        for position, definition in enumerate(self.node.events):
            if not self._throw(token, position, definition):
                return None
        return True

    def _throw(self, token: Token, position: int, definition: EventDefinition) -> bool:
        """Throw one; False when the token did not survive it."""
        if definition.kind == "escalation":
            return throw_escalation(token, _code(token, definition))
        if definition.kind == "error":
            throw_error(token, _code(token, definition))
            return False
        throw_event(token, position, definition)
        return token.id in token.workflow.top_workflow.index

    def _on_complete(self, token: Token) -> None:
        link = next((d for d in self.node.events if d.kind == "link"), None)
        if link is None:
            super()._on_complete(token)
            return
        target: Element = self.scope_spec.links[link.name or ""]
        token.workflow.top_workflow.recorder.add(ElementCompleted(token_id=token.id, element_id=self.element_id))
        target.arrive(token.workflow.succeed(token, target, None))


class EndEvent(ThrowEvent):
    """Ends its token; an error end event throws, a terminate end event ends the scope at once."""

    kind = "endEvent"

    def _on_complete(self, token: Token) -> None:
        ending = next((definition for definition in self.node.events if definition.kind == "terminate"), None)
        if ending is not None:
            top = token.workflow.top_workflow
            top.recorder.add(ElementCompleted(token_id=token.id, element_id=self.element_id))
            terminate_scope(top if ending.ends == "case" else _scope_to_end(token, ending))
            return
        super()._on_complete(token)


def _scope_to_end(token: Token, ending: EventDefinition) -> ScopeTree:
    """The scope of the event; to end a loop, the nearest one that is an instance of a multi-instance sub-process."""
    scope = token.workflow
    while ending.ends == "loop" and (host := scope.host) is not None and host.task_spec.kind == "subProcess":
        if isinstance(host.task_spec.container, MultiInstance):
            host.parent.note(enough=True)
            return scope
        scope = host.workflow
    return token.workflow


def _code(token: Token, definition: EventDefinition) -> str | None:
    if definition.code is not None and definition.code.startswith("="):
        try:
            return text_of(definition.code[1:], token.data, token.workflow.top_workflow.context)
        except ProcessFaultError:
            raise
    return definition.code
