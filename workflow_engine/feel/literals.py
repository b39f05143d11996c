"""The value of text that is a single FEEL literal, without running anything."""

from __future__ import annotations

from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.errors import FeelSyntaxError
from workflow_engine.feel.parser import parse_expression
from workflow_engine.feel.temporal_text import (
    parse_date,
    parse_date_time,
    parse_duration,
    parse_temporal,
    parse_time,
)

_READERS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


def literal_value(text: str) -> Any:
    """Return a number, text, date, time or duration literal's value (also ``date("…")``), or None."""
    from workflow_engine.feel.names import NameIndex

    try:
        node = parse_expression(text, [NameIndex(["date and time"])])
    except FeelSyntaxError:
        return None
    if isinstance(node, ast.Literal):
        return node.value
    if isinstance(node, ast.AtLiteral):
        return parse_temporal(node.text)
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and len(node.arguments) == 1:
        reader = _READERS.get(node.function.name)
        argument = node.arguments[0]
        if reader and isinstance(argument, ast.Literal) and isinstance(argument.value, str):
            return reader(argument.value)
    return None
