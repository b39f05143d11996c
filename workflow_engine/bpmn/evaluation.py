"""Every expression of a model is evaluated here: FEEL over a token's variables, at the command's instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.model import Mapping as ModelMapping
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.domain.timing import TimingError, add, parse_duration, parse_instant
from workflow_engine.feel import EvaluationContext, compile_expression, to_json

if TYPE_CHECKING:
    from workflow_engine.bpmn.run_context import RunContext


def value_of(source: str, variables: Mapping[str, Any], context: RunContext) -> Any:
    """The JSON value of a FEEL expression.

    Raises:
        ExpressionError: it cannot be evaluated; the message names the expression.
    """
    try:
        return to_json(compile_expression(source).evaluate(variables, feel_context(context)))
    except ExpressionError as error:
        raise ExpressionError(f"Expression {source!r}: {error.message}", **error.details) from error


def condition_of(source: str, variables: Mapping[str, Any], context: RunContext) -> bool:
    """Whether a condition holds. Null is false, unless it comes from a name that does not exist.

    Raises:
        ExpressionError: the value is neither true nor false, or a variable is missing.
    """
    value = value_of(source, variables, context)
    if value is True or value is False:
        return value
    missing = sorted(name for name in compile_expression(source).free_names if name not in variables)
    if value is None and not missing:
        return False
    if missing:
        raise ExpressionError(
            f"Condition {source!r} is neither true nor false, because there is no variable {', '.join(missing)}."
        )
    raise ExpressionError(f"Expected condition {source!r} to be true or false, but it is {value!r}.")


def text_of(source: str, variables: Mapping[str, Any], context: RunContext) -> str | None:
    """The value as text; null stays None."""
    value = value_of(source, variables, context)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise ExpressionError(f"Expected {source!r} to give text, but it gives {type(value).__name__}.")


def names_of(source: str, variables: Mapping[str, Any], context: RunContext) -> list[str] | None:
    """A list of ids: a FEEL list, or text separated by commas."""
    value = value_of(source, variables, context)
    if value is None:
        return None
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        value = [value]
    return [str(item).strip() for item in value if item is not None and str(item).strip()]


def whole_number_of(source: str, variables: Mapping[str, Any], context: RunContext) -> int:
    """A whole number.

    Raises:
        ExpressionError: it is none.
    """
    value = value_of(source, variables, context)
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ExpressionError(f"Expected {source!r} to give a whole number, but it gives {value!r}.")
    return int(value)


def instant_of(source: str, variables: Mapping[str, Any], context: RunContext) -> datetime | None:
    """A due instant: an ISO 8601 date and time with offset, or a duration counted from now; null stays None."""
    text = text_of(source, variables, context)
    if text is None:
        return None
    return due_instant(text, context.now)


def due_instant(text: str, now: datetime) -> datetime:
    """See ``instant_of``.

    Raises:
        TimingError: the text is neither.
    """
    if text.strip().lstrip("+-").upper().startswith("P"):
        return add(now, parse_duration(text))
    if len(text.strip()) == 10:  # a date alone means its beginning
        raise TimingError(f"Expected a date and time with offset such as 2030-01-31T12:00:00Z, but got {text!r}.")
    return parse_instant(text)


def mapped(mappings: tuple[ModelMapping, ...], variables: Mapping[str, Any], context: RunContext) -> dict[str, Any]:
    """The targets of these mappings, each source evaluated over ``variables`` and the targets before it."""
    seen = dict(variables)
    out: dict[str, Any] = {}
    for mapping in mappings:
        value = value_of(mapping.source, seen, context)
        _assign(out, mapping.target, value, seen)
        seen = {**seen, **out}
    return out


def _assign(out: dict[str, Any], target: str, value: Any, seen: Mapping[str, Any]) -> None:
    """Set a plain name, or a path such as ``order.total`` without touching the value that was there."""
    name, *path = target.split(".")
    if not path:
        out[name] = value
        return
    whole = out.get(name, seen.get(name))
    for step in reversed(range(len(path))):
        holder = _at(whole, path[:step])
        value = {**holder, path[step]: value}
    out[name] = value


def _at(whole: Any, path: list[str]) -> dict[str, Any]:
    for step in path:
        whole = whole.get(step) if isinstance(whole, dict) else None
    return whole if isinstance(whole, dict) else {}


def iso(instant: datetime) -> str:
    """The instant as the record writes it: UTC, with microseconds only when there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def feel_context(context: RunContext) -> EvaluationContext:
    """The FEEL context of one command, made once."""
    found: EvaluationContext | None = context.feel
    if found is None:
        found = context.feel = EvaluationContext(now=context.now, ask=context.asking.ask)
    return found
