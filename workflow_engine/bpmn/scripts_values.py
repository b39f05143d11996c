"""Operations of the in-process script subset on plain JSON values; anything doubtful raises ``UnsureError``.

Only what the sandbox is known to do the same way is done here: exact integers up to 2^53 - 1, IEEE floats
without NaN and infinities, text compared by code point, ASCII case changes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from workflow_engine.domain.json_values import MAX_SAFE_INTEGER

MAX_TEXT = 65_536
_MAX_ITEMS = 10_000
_INFINITE = float("inf")
_ABSENT = object()


class UnsureError(Exception):
    """The in-process interpreter leaves this script to the sandbox."""


def is_plain_text(text: str) -> bool:
    """Whether the text is short and has no lone surrogates."""
    if len(text) > MAX_TEXT:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def item_of(container: Any, key: Any) -> Any:
    """``container[key]`` where that exists."""
    kind = type(container)
    if kind is dict:
        if type(key) is str and key in container:
            return container[key]
    elif (kind is list or kind is str) and type(key) is int and -len(container) <= key < len(container):
        return container[key]
    raise UnsureError


def slice_of(container: Any, lower: Any, upper: Any) -> Any:
    """``container[lower:upper]`` of a list or text."""
    if type(container) not in (list, str) or not all(bound is None or type(bound) is int for bound in (lower, upper)):
        raise UnsureError
    return container[lower:upper]


def copy_with(container: Any, key: Any, value: Any) -> Any:
    """A copy of the object or list in which ``key`` has ``value``."""
    if type(container) is dict and type(key) is str and len(container) < _MAX_ITEMS:
        return {**container, key: value}
    if type(container) is list and type(key) is int and -len(container) <= key < len(container):
        copy = container.copy()
        copy[key] = value
        return copy
    raise UnsureError


def copy_without(container: Any, key: Any) -> Any:
    """A copy of the object or list without the item at ``key``."""
    item_of(container, key)
    if type(container) is str:
        raise UnsureError
    copy = container.copy()
    del copy[key]
    return copy


def text_of(value: Any) -> str:
    """``str(value)`` of text, integers, booleans and None; the text of a float is the sandbox's matter."""
    if type(value) is str:
        return value
    if type(value) in (int, bool) or value is None:
        return str(value)
    raise UnsureError


def _number(result: int | float) -> int | float:
    if type(result) is int:
        if -MAX_SAFE_INTEGER <= result <= MAX_SAFE_INTEGER:
            return result
    elif -_INFINITE < result < _INFINITE:
        return result
    raise UnsureError


def _need_numbers(*values: Any) -> None:
    for value in values:
        if type(value) is not int and type(value) is not float:
            raise UnsureError


def _need_integers(*values: Any) -> None:
    for value in values:
        if type(value) is not int:
            raise UnsureError


def _add(left: Any, right: Any) -> Any:
    kind = type(left)
    if kind is type(right):
        if kind is int or kind is float:
            return _number(left + right)
        if kind is str and len(left) + len(right) <= MAX_TEXT:
            return left + right
        if kind is list and len(left) + len(right) <= _MAX_ITEMS:
            return left + right
    _need_numbers(left, right)
    return _number(left + right)


def _subtract(left: Any, right: Any) -> Any:
    _need_numbers(left, right)
    return _number(left - right)


def _multiply(left: Any, right: Any) -> Any:
    _need_numbers(left, right)
    return _number(left * right)


def _divide(left: Any, right: Any) -> Any:
    _need_numbers(left, right)
    if not right:
        raise UnsureError
    return _number(left / right)


def _floor_divide(left: Any, right: Any) -> Any:
    _need_integers(left, right)
    if not right:
        raise UnsureError
    return _number(left // right)


def _modulo(left: Any, right: Any) -> Any:
    _need_integers(left, right)
    if not right:
        raise UnsureError
    return left % right


def _negative(value: Any) -> Any:
    _need_numbers(value)
    return -value


def _positive(value: Any) -> Any:
    _need_numbers(value)
    return value


def _not(value: Any) -> bool:
    return not value


def _equal(left: Any, right: Any) -> bool:
    if type(left) in (list, dict) and type(right) in (list, dict) and left and right:
        raise UnsureError  # built by the script, they may be small in memory and endless as trees
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        if type(left) is not str or type(right) is not str:
            _need_numbers(left, right)
        return compare(left, right)

    return ordered


def _in(item: Any, container: Any) -> bool:
    kind = type(container)
    if type(item) in (list, dict) or (kind in (str, dict) and type(item) is not str) or kind not in (str, list, dict):
        raise UnsureError
    return item in container


def _length(value: Any) -> int:
    if type(value) not in (str, list, dict):
        raise UnsureError
    return len(value)


def _integer(value: Any) -> int:
    if type(value) not in (int, bool, float) or not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        raise UnsureError
    return int(value)


def _float(value: Any) -> float:
    _need_numbers(value)
    return float(value)


def _absolute(value: Any) -> Any:
    _need_numbers(value)
    return abs(value)


def _boolean(value: Any) -> bool:
    return bool(value)


def _sum(items: Any) -> Any:
    if type(items) is not list:
        raise UnsureError
    total: Any = 0
    for item in items:
        _need_numbers(item)
        total = _number(total + item)  # in order and uncompensated, whatever this Python's own sum does
    return total


def _extreme(pick: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def extreme(*args: Any) -> Any:
        items = args[0] if len(args) == 1 else list(args)
        if type(items) is not list or not items:
            raise UnsureError
        if not all(type(item) is str for item in items):
            _need_numbers(*items)
        return pick(items)

    return extreme


def _get(container: Any, key: Any, default: Any = None) -> Any:
    if type(container) is not dict or type(key) is not str:
        raise UnsureError
    return container.get(key, default)


def _ascii(change: Callable[[str], str]) -> Callable[[Any], str]:
    def changed(text: Any) -> str:
        if type(text) is not str or not text.isascii() or not text.isprintable():
            raise UnsureError
        return change(text)

    return changed


def _affix(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    def has(text: Any, part: Any) -> bool:
        if type(text) is not str or type(part) is not str:
            raise UnsureError
        return test(text, part)

    return has


def _fixed(function: Callable[..., Any], least: int, most: int) -> Callable[..., Any]:
    """The function, unsure about any other number of arguments."""

    def fixed(*args: Any) -> Any:
        if not least <= len(args) <= most:
            raise UnsureError
        return function(*args)

    return fixed


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.FloorDiv: _floor_divide,
    ast.Mod: _modulo,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: _negative, ast.UAdd: _positive, ast.Not: _not}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: _ordered(lambda left, right: left < right),
    ast.LtE: _ordered(lambda left, right: left <= right),
    ast.Gt: _ordered(lambda left, right: left > right),
    ast.GtE: _ordered(lambda left, right: left >= right),
    ast.In: _in,
    ast.NotIn: lambda item, container: not _in(item, container),
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": _fixed(_length, 1, 1),
    "str": _fixed(text_of, 1, 1),
    "int": _fixed(_integer, 1, 1),
    "float": _fixed(_float, 1, 1),
    "bool": _fixed(_boolean, 1, 1),
    "abs": _fixed(_absolute, 1, 1),
    "sum": _fixed(_sum, 1, 1),
    "min": _extreme(min),
    "max": _extreme(max),
}
METHODS: dict[str, Callable[..., Any]] = {
    "get": _fixed(_get, 2, 3),
    "upper": _fixed(_ascii(str.upper), 1, 1),
    "lower": _fixed(_ascii(str.lower), 1, 1),
    "strip": _fixed(_ascii(str.strip), 1, 1),
    "startswith": _fixed(_affix(str.startswith), 2, 2),
    "endswith": _fixed(_affix(str.endswith), 2, 2),
}
