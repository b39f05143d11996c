"""Built-in functions on text (10.3.4.3). Patterns run in RE2, which is linear in the text whatever the pattern."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.patterns import find_matches, is_match, pattern_steps, replace_matches, split_by
from workflow_engine.feel.runtime import State


def _whole(value: Decimal | None) -> int | None:
    if value is None or value != value.to_integral_value() or value.adjusted() > 9:
        return None
    return int(value)


@builtin("substring", "string: string, start position: number, length?: number")
def _substring(state: State, text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    at = int(start) if start.adjusted() <= 9 else None
    count = int(length) if length is not None and length.adjusted() <= 9 else None
    if at is None or at == 0 or abs(at) > len(text) or (length is not None and (count is None or count < 1)):
        return None
    begin = at - 1 if at > 0 else len(text) + at
    part = text[begin:] if count is None else text[begin : begin + count]
    state.grow(len(part))
    return part


@builtin("string length", "string: string")
def _string_length(state: State, text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case", "string: string")
def _upper_case(state: State, text: str) -> str:
    state.grow(len(text))
    return text.upper()


@builtin("lower case", "string: string")
def _lower_case(state: State, text: str) -> str:
    state.grow(len(text))
    return text.lower()


@builtin("trim", "string: string")
def _trim(state: State, text: str) -> str:
    return text.strip()


@builtin("substring before", "string: string, match: string")
def _substring_before(state: State, text: str, match: str) -> str:
    state.grow(len(text))
    head, found, _ = text.partition(match) if match else ("", "", "")
    return head if found else ""


@builtin("substring after", "string: string, match: string")
def _substring_after(state: State, text: str, match: str) -> str:
    state.grow(len(text))
    if not match:
        return text
    return text.partition(match)[2]


@builtin("contains", "string: string, match: string")
def _contains(state: State, text: str, match: str) -> bool:
    state.charge(len(text) // 1_000)
    return match in text


@builtin("starts with", "string: string, match: string")
def _starts_with(state: State, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with", "string: string, match: string")
def _ends_with(state: State, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?")
def _matches(state: State, text: str, pattern: str, flags: Any = None) -> bool | None:
    if not (flags is None or isinstance(flags, str)):
        return None
    state.charge(pattern_steps(text, pattern, flags or ""))
    return is_match(text, pattern, flags or "", state)


@builtin("replace", "input: string, pattern: string, replacement: string, flags?")
def _replace(state: State, text: str, pattern: str, replacement: str, flags: Any = None) -> str | None:
    if not (flags is None or isinstance(flags, str)):
        return None
    state.charge(pattern_steps(text, pattern, flags or "") + len(text) // 64)
    state.grow(len(text))
    return replace_matches(text, pattern, replacement, flags or "", state)


@builtin("split", "string: string, delimiter: string")
def _split(state: State, text: str, delimiter: str) -> list[str] | None:
    state.charge(pattern_steps(text, delimiter) + len(text) // 64)
    state.grow(len(text) * 2)
    return split_by(text, delimiter, state)


@builtin("extract", "string: string, pattern: string")
def _extract(state: State, text: str, pattern: str) -> list[str] | None:
    state.charge(pattern_steps(text, pattern) + len(text) // 64)
    state.grow(len(text) * 2)
    return find_matches(text, pattern, state)


@builtin("string join", "list: list, delimiter?, prefix?, suffix?")
def _string_join(state: State, items: list[Any], delimiter: Any = None, prefix: Any = None, suffix: Any = None) -> Any:
    if any(not (part is None or isinstance(part, str)) for part in (delimiter, prefix, suffix)):
        return None
    if any(not isinstance(item, str) for item in items if item is not None):
        return None
    parts = [item for item in items if item is not None]
    state.grow(sum(map(len, parts)) + len(parts) * len(delimiter or ""))
    return (prefix or "") + (delimiter or "").join(parts) + (suffix or "")
