"""Correlation: which message belongs to which case (BPMN 2.0.2, 8.4.2).

A correlation is ``{key name: {property name: value}}``; a vendor model's bare correlation key is ``{"": value}``. What
a catcher demands is written as canonical JSON, so that a database can compare it as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from workflow_engine.bpmn.evaluation import text_of, value_of
from workflow_engine.domain.errors import ExpressionError, InvalidStateError
from workflow_engine.domain.events import SubscriptionClosed, SubscriptionOpened

if TYPE_CHECKING:
    from workflow_engine.bpmn.model import EventDefinition
    from workflow_engine.bpmn.run_context import RunContext
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

WITHIN_THE_CASE = " (within this case)"
"""Ends the name of a signal that stays inside: no signal from outside is called so."""


def event_name(definition: EventDefinition, token: Token) -> str:
    """The name of the message or signal, computed where the model gives an expression.

    Raises:
        ExpressionError: the expression gives nothing.
    """
    name = definition.name or ""
    if definition.name_expression is not None:
        name = text_of(definition.name_expression, token.data, token.workflow.top_workflow.context) or ""
        if not name:
            expression = definition.name_expression
            raise ExpressionError(f"Expected {expression!r} to name a {definition.kind}, but it is empty.")
    return f"{name}{WITHIN_THE_CASE}" if definition.local else name


def correlation_text(correlation: Mapping[str, Any]) -> str:
    """Canonical text of a correlation: equal correlations, equal text."""
    return orjson.dumps(correlation, option=orjson.OPT_SORT_KEYS).decode()


def demanded_correlation(definition: EventDefinition, token: Token) -> str | None:
    """What a message must carry to be caught here; None when any will do."""
    top = token.workflow.top_workflow
    if definition.correlation_key is not None:
        return correlation_text({"": value_of(definition.correlation_key, token.data, top.context)})
    demanded: dict[str, dict[str, Any]] = {}
    bound = top.header.get("correlations", {})
    for prop in definition.correlation:
        if prop.data_path is not None:
            demanded.setdefault(prop.key, {})[prop.name] = value_of(prop.data_path, token.data, top.context)
        elif prop.key in bound:
            demanded[prop.key] = bound[prop.key]
    return correlation_text(demanded) if demanded else None


def carried_correlation(
    definition: EventDefinition, payload: Mapping[str, Any], context: RunContext
) -> dict[str, dict[str, Any]]:
    """The correlation that a message with this payload carries, by its retrieval expressions."""
    found: dict[str, dict[str, Any]] = {}
    for prop in definition.correlation:
        value = value_of(prop.retrieval, payload, context)
        if value is not None:
            found.setdefault(prop.key, {})[prop.name] = value
    return found


def correlation_to_send(
    top: CaseTree, definition: EventDefinition, payload: Mapping[str, Any], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """What a message thrown by the case carries.

    Read from its payload; one without payload belongs to the conversation of the case, which it may begin with the
    variables of the token that throws.
    """
    if payload:
        return dict(carried_correlation(definition, payload, top.context))
    bound = top.header.get("correlations", {})
    keys = {prop.key for prop in definition.correlation}
    fresh = carried_correlation(definition, variables, top.context) if keys - bound.keys() else {}
    return {**fresh, **{key: bound[key] for key in sorted(keys & bound.keys())}}


def matches(
    demanded: str | None,
    definition: EventDefinition,
    payload: Mapping[str, Any],
    correlation: Mapping[str, Any] | None,
    context: RunContext,
) -> bool:
    """Whether a message fits what a catcher demands; properties it does not carry are read from its payload."""
    if demanded is None:
        return True
    carried = correlation or carried_correlation(definition, payload, context)
    return all(carried.get(key) == value for key, value in orjson.loads(demanded).items())


def bind_correlation(
    top: CaseTree, definition: EventDefinition, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None
) -> None:
    """The first message of a conversation fixes its key for the rest of the case."""
    if not definition.correlation:
        return
    carried = {**carried_correlation(definition, payload, top.context), **(correlation or {})}
    bound = top.header.setdefault("correlations", {})
    fresh = {prop.key for prop in definition.correlation if prop.key not in bound and prop.key in carried}
    for key in fresh:
        bound[key] = carried[key]
    if fresh:
        _demand_from_now_on(top, fresh)


def begin_conversation(
    top: CaseTree,
    definitions: tuple[EventDefinition, ...],
    payload: Mapping[str, Any],
    correlation: Mapping[str, Any] | None,
) -> None:
    """The message that starts a case fixes the key of its conversation.

    Raises:
        InvalidStateError: the key cannot be read from the message.
    """
    try:
        for definition in definitions:
            bind_correlation(top, definition, payload, correlation)
    except ExpressionError as fault:
        raise InvalidStateError(f"Expected the message to start a case, but {fault.message}") from fault


def _demand_from_now_on(top: CaseTree, keys: set[str]) -> None:
    """Catchers that were open to any conversation now belong to this one."""
    for _, token in sorted(top.index.items()):
        for position, wait in token.internal_data.get("waits", {}).items():
            definition = token.task_spec.node.events[int(position)]
            if wait[0] != "message" or keys.isdisjoint(prop.key for prop in definition.correlation):
                continue
            wait[2] = demanded_correlation(definition, token)
            where = (token.id, int(position), token.element_id)
            top.recorder.touch(token)
            top.recorder.add(SubscriptionClosed(token_id=where[0], position=where[1], element_id=where[2]))
            top.recorder.add(
                SubscriptionOpened(
                    token_id=where[0],
                    position=where[1],
                    element_id=where[2],
                    subscription_kind="message",
                    name=wait[1],
                    correlation=wait[2],
                )
            )
