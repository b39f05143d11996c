"""Closures into which the in-process script subset is compiled: each takes the frame of one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from workflow_engine.bpmn.scripts_values import MAX_TEXT, UnsureError, copy_with, is_plain_text, item_of, slice_of
from workflow_engine.domain.json_values import MAX_SAFE_INTEGER

DELETED: Final = object()
_CONTAINERS = (list, dict)


class BeyondError(Exception):
    """The script uses something outside the subset."""


class Frame:
    """One run: the variables given and, over them, what the script has bound so far."""

    __slots__ = ("bound", "given")

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.bound: dict[str, Any] = {}

    def load(self, name: str) -> Any:
        value = self.bound.get(name, DELETED)
        if value is DELETED:
            if name in self.bound or name not in self.given:
                raise UnsureError
            value = self.given[name]
        return value


Expression = Callable[[Frame], Any]
Statement = Callable[[Frame], None]


def constant(value: Any) -> Expression:
    """A literal that is plain JSON."""
    kind = type(value)
    if kind is str:
        if not is_plain_text(value):
            raise BeyondError
    elif kind is int:
        if value > MAX_SAFE_INTEGER:
            raise BeyondError
    elif kind is float:
        if value == float("inf"):
            raise BeyondError
    elif value is not None and kind is not bool:
        raise BeyondError
    return lambda frame: value


def nothing(frame: Frame) -> None:
    """``pass``."""


def evaluate_only(value: Expression) -> Statement:
    """An expression statement: only its faults matter."""

    def evaluate(frame: Frame) -> None:
        value(frame)

    return evaluate


def bind_name(name: str, value: Expression) -> Statement:
    """``name = value``."""

    def bind(frame: Frame) -> None:
        frame.bound[name] = value(frame)

    return bind


def branch_on(test: Expression, body: tuple[Statement, ...], orelse: tuple[Statement, ...]) -> Statement:
    """``if test: … else: …``."""

    def branch(frame: Frame) -> None:
        for statement in body if test(frame) else orelse:
            statement(frame)

    return branch


def change_path(name: str, keys: tuple[Expression, ...], step: Callable[[Frame, Any, Any], Any]) -> Statement:
    """Rebind ``name`` to a copy in which the object on the path is replaced; siblings are shared."""

    def change(frame: Frame) -> None:
        path = [key(frame) for key in keys]
        containers = [frame.load(name)]
        for key in path[:-1]:
            containers.append(item_of(containers[-1], key))
        value = step(frame, containers[-1], path[-1])
        for container, key in zip(reversed(containers[:-1]), reversed(path[:-1]), strict=True):
            value = copy_with(container, key, value)
        frame.bound[name] = value

    return change


def binary_of(operator: Callable[[Any, Any], Any], left: Expression, right: Expression) -> Expression:
    """An operator between two values."""
    return lambda frame: operator(left(frame), right(frame))


def unary_of(operator: Callable[[Any], Any], operand: Expression) -> Expression:
    """An operator on one value."""
    return lambda frame: operator(operand(frame))


def call_of(function: Callable[..., Any], args: list[Expression]) -> Expression:
    """A call of a known function."""
    return lambda frame: function(*[arg(frame) for arg in args])


def sliced(value: Expression, lower: Expression, upper: Expression) -> Expression:
    """``value[lower:upper]``."""
    return lambda frame: slice_of(value(frame), lower(frame), upper(frame))


def either_of(test: Expression, body: Expression, orelse: Expression) -> Expression:
    """``body if test else orelse``."""
    return lambda frame: body(frame) if test(frame) else orelse(frame)


def list_of(items: list[Expression]) -> Expression:
    """A list display."""
    return lambda frame: [item(frame) for item in items]


def object_of(keys: list[Expression], values: list[Expression]) -> Expression:
    """A dict display; names must be text."""

    def display(frame: Frame) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in zip(keys, values, strict=True):
            name = key(frame)
            if type(name) is not str:
                raise UnsureError
            found[name] = value(frame)
        return found

    return display


def joined_text(parts: list[Expression]) -> Expression:
    """An f-string without formats."""

    def joined(frame: Frame) -> str:
        text = "".join([part(frame) for part in parts])
        if len(text) > MAX_TEXT:
            raise UnsureError
        return text

    return joined


def bool_of(is_and: bool, values: list[Expression]) -> Expression:
    """``and`` or ``or`` with Python's short cut; gives the deciding value."""

    def bool_op(frame: Frame) -> Any:
        found = None
        for value in values:
            found = value(frame)
            if bool(found) is not is_and:
                break
        return found

    return bool_op


def compared(operators: list[Callable[[Any, Any], bool]], sides: list[Expression]) -> Expression:
    """A chain of comparisons with Python's short cut."""
    if len(operators) == 1:
        return binary_of(operators[0], sides[0], sides[1])

    def compare(frame: Frame) -> bool:
        left = sides[0](frame)
        for operator, side in zip(operators, sides[1:], strict=True):
            right = side(frame)
            if not operator(left, right):
                return False
            left = right
        return True

    return compare


def only_scalar(value: Expression) -> Expression:
    """The value, unless it is a list or object that another name may hold."""

    def scalar(frame: Frame) -> Any:
        found = value(frame)
        if type(found) in _CONTAINERS:
            raise UnsureError
        return found

    return scalar


def only_flat(value: Expression) -> Expression:
    """The value, unless it is a list with lists or objects in it that another name may hold."""

    def flat(frame: Frame) -> Any:
        found = value(frame)
        if type(found) is list and any(type(item) in _CONTAINERS for item in found):
            raise UnsureError
        return found

    return flat
