"""Throwing: messages to one catcher, signals to all, inside the case first; what leaves it goes out as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.correlation import bind_correlation, correlation_to_send, event_name, matches
from workflow_engine.bpmn.evaluation import mapped, value_of
from workflow_engine.bpmn.faults import open_incident
from workflow_engine.bpmn.service_requests import TELL, tell
from workflow_engine.domain.errors import ExpressionError, ProcessFaultError
from workflow_engine.domain.events import MessageThrown, SignalThrown

if TYPE_CHECKING:
    from workflow_engine.bpmn.model import EventDefinition
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree


def throw_event(token: Token, position: int, definition: EventDefinition) -> None:
    """Throw the message or signal that this definition names."""
    if definition.kind == "message":
        _throw_message(token, position, definition)
    elif definition.kind == "signal":
        _throw_signal(token, position, definition)


def _throw_message(token: Token, position: int, definition: EventDefinition) -> None:
    top = token.workflow.top_workflow
    name, payload = event_name(definition, token), _payload(token, definition)
    if name == TELL:
        tell(token, payload)
        return
    carried = correlation_to_send(top, definition, payload, token.data)
    if definition.correlation_key is not None:
        carried[""] = value_of(definition.correlation_key, token.data, top.context)
    bind_correlation(top, definition, payload, carried)
    message_id = f"{top.case_id}.{token.id}.{position}"
    catcher = find_message_catcher(top, name, payload, carried or None)
    top.recorder.add(
        MessageThrown(
            message_id=message_id,
            token_id=token.id,
            element_id=token.element_id,
            name=name,
            caught_by=catcher[0].element_id if catcher else None,
            correlation=carried or None,
            payload=payload,
        )
    )
    if catcher:
        _deliver(*catcher, payload, carried or None, message_id)


def find_message_catcher(
    top: CaseTree, name: str, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None
) -> tuple[Token, int] | None:
    """The one catcher inside the case that a message goes to: the longest waiting that it fits."""
    for token, position in waiting_for(top, "message", name):
        demanded = token.internal_data["waits"][str(position)][2]
        if matches(demanded, token.task_spec.node.events[position], payload, correlation, top.context):
            return token, position
    return None


def bring_message(top: CaseTree, name: str, payload: Mapping[str, Any]) -> None:
    """Give a message to whatever in the case waits for it; nothing happens where nothing does."""
    catcher = find_message_catcher(top, name, payload, None)
    if catcher is not None:
        _deliver(*catcher, payload)


def waiting_for(top: CaseTree, kind: str, name: str) -> list[tuple[Token, int]]:
    """Every (token, position) that waits for a message or signal of this name, the longest waiting first."""
    return [
        (token, int(position))
        for token_id, token in sorted(top.index.items())
        for position, wait in token.internal_data.get("waits", {}).items()
        if wait[0] == kind and wait[1] == name
    ]


def _throw_signal(token: Token, position: int, definition: EventDefinition) -> None:
    top = token.workflow.top_workflow
    name, payload = event_name(definition, token), _payload(token, definition)
    if not definition.local:
        top.recorder.add(
            SignalThrown(
                signal_id=f"{top.case_id}.{token.id}.{position}",
                token_id=token.id,
                element_id=token.element_id,
                name=name,
                payload=payload,
            )
        )
    deliver_signal(top, name, payload)


def deliver_signal(top: CaseTree, name: str, payload: Mapping[str, Any]) -> int:
    """Give a signal to everything in the case that waits for it at this moment; returns how many caught it."""
    caught = 0
    for token, position in waiting_for(top, "signal", name):
        if token.id in top.index and str(position) in token.internal_data.get("waits", {}):
            _deliver(token, position, payload)
            caught += 1
    return caught


def _deliver(
    token: Token,
    position: int,
    payload: Mapping[str, Any],
    correlation: Mapping[str, Any] | None = None,
    message_id: str | None = None,
) -> None:
    """Hand it over; a fault in catching is the catcher's, whoever threw."""
    top = token.workflow.top_workflow
    try:
        token.task_spec.deliver(token, position, payload, correlation, message_id)
    except ProcessFaultError as fault:
        open_incident(top, top.index.get(token.id), fault)


def _payload(token: Token, definition: EventDefinition) -> dict[str, Any]:
    context = token.workflow.top_workflow.context
    if definition.variables:
        return mapped(definition.variables, token.data, context)
    if definition.kind == "message" and token.task_spec.node.inputs:
        names = {mapping.target.partition(".")[0] for mapping in token.task_spec.node.inputs}
        return {name: token.data[name] for name in sorted(names)}
    if definition.payload is None:
        return {}  # an event carries what its data association gives it, and nothing by itself (BPMN 2.0.2, 10.5.1)
    value = value_of(definition.payload, token.data, context)
    if not isinstance(value, dict):
        raise ExpressionError(f"Expected payload {definition.payload!r} to be a context, but it is {value!r}.")
    return value
