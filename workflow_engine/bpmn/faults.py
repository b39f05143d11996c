"""Faults inside a case: incidents, and BPMN errors and escalations on their way to the right scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from workflow_engine.bpmn.token import ERROR, READY, WAITING, Token
from workflow_engine.bpmn.views import scope_view, without_own
from workflow_engine.domain.errors import ProcessFaultError, UncaughtErrorEventError
from workflow_engine.domain.events import ErrorCaught, IncidentOpened, IncidentResolved
from workflow_engine.domain.variables import merge3

if TYPE_CHECKING:
    from workflow_engine.bpmn.tree import CaseTree, ScopeTree


# ---------------------------------------------------------------------------------------------- incidents
def open_incident(top: CaseTree, token: Token | None, error: ProcessFaultError) -> None:
    """Stop this token where it is and tell people; everything else in the case goes on."""
    number = top.header["incidents"] = top.header.get("incidents", 0) + 1
    if token is not None:
        token._set_state(ERROR)
        token.note(incident=number)
    top.recorder.add(
        IncidentOpened(
            incident_no=number,
            token_id=token.id if token is not None else None,
            element_id=token.element_id if token is not None else None,
            code=error.code,
            message=error.message,
            variables=dict(token.data) if token is not None else None,
        )
    )


def resolve_incident(token: Token, resolution: str) -> None:
    """The fault of this token needs no one any more."""
    number = token.internal_data.pop("incident")
    recorder = token.workflow.top_workflow.recorder
    recorder.touch(token)
    recorder.add(IncidentResolved(incident_no=number, token_id=token.id, resolution=resolution))


def resolve_stuck(top: CaseTree, resolution: str) -> None:
    """The incident that nothing can happen any more, where there is one, needs no one any more."""
    number = top.header.pop("stuck", None)
    if number is not None:
        top.recorder.add(IncidentResolved(incident_no=number, token_id=None, resolution=resolution))


# ---------------------------------------------------------------------------------------------- errors and escalations
class Carried(NamedTuple):
    """Variables that a thrown error or escalation brings along: around the activity it came from, before and after."""

    base: dict[str, Any]
    variables: dict[str, Any]


def throw_error(token: Token, code: str | None, message: str | None = None) -> None:
    """A BPMN error thrown at ``token``: the nearest enclosing handler takes over, everything it guards is withdrawn.

    BPMN 2.0.2, 10.5.6 and 13.5.3: only enclosing scopes are asked; an exact code goes before a catch-all.

    Raises:
        UncaughtErrorEventError: no scope up to the case has a handler.
    """
    handler = _find_handler(token, "error", code)
    if handler is None:
        raise UncaughtErrorEventError(
            f"Expected somebody to handle BPMN error {code!r}, but no boundary event around "
            f"{token.element_id!r} catches it." + (f" {message}" if message else "")
        )
    _record_caught(token, "error", code, handler)
    _hand_over(handler, code, message, token)


def throw_escalation(token: Token, code: str | None) -> bool:
    """A BPMN escalation thrown at ``token``; returns whether the token itself survived it.

    BPMN 2.0.2, 10.5.6: an escalation that nobody handles is not a fault; the flow goes on.
    """
    handler = _find_handler(token, "escalation", code)
    _record_caught(token, "escalation", code, handler)
    if handler is None:
        return True
    _hand_over(handler, code, None, token)
    return token.id in token.workflow.top_workflow.index


def _find_handler(token: Token, kind: str, code: str | None) -> Token | None:
    """The boundary event that catches this, from the token's own boundary outwards."""
    at: Token | None = token
    while at is not None:
        found = _catcher_below(at, "boundaryEvent", kind, code)
        if found is None and at.task_spec.container is None:
            found = _listener_around(at, kind, code)
        if found is not None:
            return found
        container = at.task_spec.container
        at = at.parent if container is not None else at.workflow.host
    return None


def _listener_around(token: Token, kind: str, code: str | None) -> Token | None:
    """An event sub-process of the token's scope; one that is running now does not handle what it throws itself."""
    found = _catcher_below(token.workflow.root, "eventListener", kind, code)
    return None if found is not None and found.task_spec.handler is token.task_spec else found


def _catcher_below(activity: Token, catcher: str, kind: str, code: str | None) -> Token | None:
    candidates = [
        (definition.code is None, child)
        for child in activity.children
        if child.task_spec.kind == catcher and child.has_state(WAITING)
        for definition in child.task_spec.node.events
        if definition.kind == kind and definition.code in (None, code)
    ]
    return min(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _hand_over(handler: Token, code: str | None, message: str | None, thrower: Token) -> None:
    definition = handler.task_spec.node.events[0]
    payload: dict[str, Any] = {}
    if definition.code_variable:
        payload[definition.code_variable] = code
    if definition.message_variable:
        payload[definition.message_variable] = message
    handler.task_spec.take_over(handler, payload, _carried_to(handler.workflow, thrower))


def _carried_to(tree: ScopeTree, thrower: Token) -> Carried:
    """What reaches the scope of a handler of what was done to the variables where it was thrown."""
    at, variables = thrower, thrower.task_spec.variables_now(thrower)
    while True:
        base = without_own(at, at.data)
        if at.task_spec.container is not None:
            frame = at.parent
            base, variables = frame.data, frame.task_spec.with_body(frame, variables)
        if at.workflow is tree:
            return Carried(base, variables)
        inner = merge3(base, scope_view(at.workflow), variables)[0]
        at = at.workflow.host  # type: ignore[assignment]  # the handler's scope encloses the thrower's
        variables = at.task_spec.seen_outside(at, inner)


def _record_caught(token: Token, kind: str, code: str | None, handler: Token | None) -> None:
    token.workflow.top_workflow.recorder.add(
        ErrorCaught(
            error_kind=kind,
            code=code,
            token_id=token.id,
            element_id=token.element_id,
            caught_by=handler.element_id if handler is not None else None,
        )
    )


def restart(token: Token) -> None:
    """Have a faulted token try again."""
    token._set_state(READY)
    token.workflow.top_workflow.ready.append(token)
