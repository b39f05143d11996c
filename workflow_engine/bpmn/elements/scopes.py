"""Sub-processes and call activities: activities with a scope of their own (BPMN 2.0.2, 13.3.4 and 13.3.5)."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.elements.activity import Activity
from workflow_engine.bpmn.evaluation import mapped, text_of
from workflow_engine.bpmn.model import CalledElement
from workflow_engine.bpmn.scoping import end_scope
from workflow_engine.bpmn.token import FUTURE, Token
from workflow_engine.bpmn.tree import ScopeSpec, ScopeTree
from workflow_engine.bpmn.views import scope_view, without_own
from workflow_engine.domain.errors import ExpressionError, NotFoundError
from workflow_engine.domain.events import CallResolved
from workflow_engine.domain.variables import merge3


def begin_scope(tree: ScopeTree, elements: list[Any], position: int = 0) -> None:
    """Put one token on each of these start elements; a scope without any is over at once."""
    for listener in tree.spec.listeners:
        listener.listen(tree)
    begun = [child.task_spec.kind for child in tree.root.children]
    if begun and all(kind == "eventSubProcess" for kind in begun):
        return  # due at once, and interrupting: nothing else begins
    tokens = [tree.new_token(element, tree.root, FUTURE, dict(tree.root.data)) for element in elements]
    for token in tokens:
        if token.task_spec.node.parallel_multiple:
            token.internal_data["seen"] = [position]
        token.task_spec.arrive(token)
    if not tokens:
        end_scope(tree, "completed")


def enter_scope(tree: ScopeTree, path: list[str], noted: dict[str, Any]) -> None:
    """Begin a scope in its middle, where somebody moved a token to; see ``bpmn.moving``."""
    for listener in tree.spec.listeners:
        listener.listen(tree)
    if any(child.task_spec.kind == "eventSubProcess" for child in tree.root.children):
        return
    element = tree.spec.task_specs.get(path[0])
    if element is None:
        raise ExpressionError(f"Expected an element {path[0]!r} in {tree.spec.name!r}, but there is none.")
    tree.top_workflow.header["moved"] = True
    tree.root.note(moved=True)
    token = tree.new_token(element, tree.root, FUTURE, dict(tree.root.data))
    if len(path) > 1:
        token.internal_data["enter"] = {"path": path[1:], "noted": noted}
    else:
        token.internal_data.update(noted)
    element.arrive(token)


class ScopedActivity(Activity):
    """Runs a scope and goes on with what the scope leaves."""

    def open(self, token: Token, spec: ScopeSpec, variables: dict[str, Any]) -> bool | None:
        """Start the inside; True when it is over already."""
        scope = token.workflow.top_workflow.open_scope(spec, token)
        scope.plant(variables)
        entered = token.internal_data.pop("enter", None)
        if entered is None:
            begin_scope(scope, spec.start_elements)
        else:
            enter_scope(scope, entered["path"], entered["noted"])
        return self._take_in(token) if "returned" in token.internal_data else None

    def execute(self, token: Token) -> bool | None:
        return self._take_in(token) if "returned" in token.internal_data else super().execute(token)

    def _take_in(self, token: Token) -> bool:
        token.set_variables(self.outgoing(token, *token.internal_data["returned"]))
        del token.internal_data["returned"]
        return True

    def scope_done(self, token: Token, before: dict[str, Any], result: dict[str, Any]) -> None:
        """The inside, which began with ``before``, has left ``result``; it is taken in the token's own turn."""
        token.note(returned=[before, result])
        token._ready()

    def seen_outside(self, token: Token, inner: dict[str, Any]) -> dict[str, Any]:
        """The variables around the activity when those inside it are ``inner``."""
        scope = token.workflow.top_workflow.scopes[token.id]
        return without_own(token, self.outgoing(token, scope.root.data, inner))

    def outgoing(self, token: Token, before: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        """The activity's variables when the inside, which began with ``before``, leaves ``result``."""
        return merge3(before, token.data, result)[0]

    def release(self, token: Token) -> None:
        scope = token.workflow.top_workflow.scopes.get(token.id)
        if scope is not None:
            token.workflow.top_workflow.close_scope(scope)


class SubProcess(ScopedActivity):
    """An embedded sub-process: sees all variables around it, and what it changes is changed for good."""

    kind = "subProcess"
    inside: ScopeSpec

    def variables_now(self, token: Token) -> dict[str, Any]:
        scope = token.workflow.top_workflow.scopes.get(token.id)
        return super().variables_now(token) if scope is None else self.seen_outside(token, scope_view(scope))

    def work(self, token: Token) -> bool | None:
        return self.open(token, self.inside, dict(token.data))

    def inner_spec(self, token: Token) -> ScopeSpec:
        """The graph inside, for a cold load."""
        return self.inside


class CallActivity(ScopedActivity):
    """Calls another process in its newest released version, or in the version it is bound to."""

    kind = "callActivity"
    shares_variables = False

    def work(self, token: Token) -> bool | None:
        called, context = self._called, token.workflow.top_workflow.context
        process_id = text_of(called.process_id, token.data, context)
        if not process_id:
            raise ExpressionError(f"Expected {called.process_id!r} to name a process, but it gives nothing.")
        caller = self.scope_spec.definition
        try:
            definition = context.source.resolve(process_id, called.binding, called.version, caller)
        except NotFoundError as error:
            raise ExpressionError(f"Expected to call process {process_id!r}, but {error.message}") from error
        token.note(definition_id=definition.definition_id, process_id=process_id)
        token.workflow.top_workflow.recorder.add(
            CallResolved(
                token_id=token.id,
                element_id=self.element_id,
                process_id=process_id,
                definition_id=definition.definition_id,
            )
        )
        given = dict(token.data) if called.all_in else {}
        variables = {**given, **mapped(called.inputs, token.data, context)}
        return self.open(token, definition.spec(process_id), variables)

    def outgoing(self, token: Token, before: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        called = self._called
        base = merge3(before, token.data, result)[0] if called.all_out else dict(token.data)
        return {**base, **mapped(called.outputs, result, token.workflow.top_workflow.context)}

    def inner_spec(self, token: Token) -> ScopeSpec:
        """The graph of the version that was called, for a cold load."""
        state, source = token.internal_data, token.workflow.top_workflow.source
        return source.by_id(state["definition_id"]).spec(state["process_id"])

    @property
    def _called(self) -> CalledElement:
        return self.node.called or CalledElement(process_id="null")
