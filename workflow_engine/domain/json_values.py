"""The border that every value crosses on its way into a case, and what a case may hold: plain JSON.

Accepted values are rebuilt, so that no caller keeps a reference into a case. An integral float is
stored as the integer, because JSON knows one kind of number and a reload must not tell them apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from workflow_engine.domain.errors import InvalidVariablesError

MAX_SAFE_INTEGER = 2**53 - 1
_MAX_NAME = 128
_MAX_PROBLEMS = 50
_VALUE_SIZE = 8
_INFINITE = float("inf")
_DIGITS_BELOW = 1e21
"""Whole floats below are written with all their digits (RFC 8785), and would be read back as larger integers."""


@dataclass(frozen=True, slots=True)
class VariableLimits:
    """How much may enter a case at once.

    ``size`` counts UTF-8 bytes of all texts and names plus 8 for every other value; ``depth`` counts nested
    objects and lists, the outermost included; ``keys`` counts the names in all objects together.
    """

    depth: int = 32
    keys: int = 10_000
    size: int = 1_048_576
    document_bytes: int = 4_194_304


DEFAULT_LIMITS = VariableLimits()


class _RefusedError(Exception):
    """Something is wrong somewhere; the second, slower walk says what."""


class _Budget:
    """What a walk may still use up; checked on the way, since a shared graph may be exponential as a tree."""

    __slots__ = ("keys", "size")

    def __init__(self, limits: VariableLimits) -> None:
        self.keys = limits.keys
        self.size = limits.size

    def spend(self, keys: int, size: int) -> None:
        self.keys -= keys
        self.size -= size + _VALUE_SIZE
        if self.keys < 0 or self.size < 0:
            raise _RefusedError


def clean_variables(value: Any, *, limits: VariableLimits = DEFAULT_LIMITS) -> dict[str, Any]:
    """A fresh JSON object equal to ``value``, checked in full.

    Raises ``InvalidVariablesError`` whose ``problems`` map each path to what was expected there: JSON types
    only, finite numbers, integers of at most 2^53 - 1, no lone surrogates, no NUL, and the given limits.
    """
    if not isinstance(value, Mapping):
        refuse_variables({"$": f"Expected an object of variables, but got {_kind(value)}."})
    try:
        if not all(map(is_variable_name, value)):
            raise _RefusedError
        return _copy_object(value, _Budget(limits), limits.depth - 1)
    except _RefusedError:
        refuse_variables(dict(_problems(value, limits)))


def clean_value(value: Any, *, limits: VariableLimits = DEFAULT_LIMITS) -> Any:
    """A fresh JSON value equal to ``value``, checked like one variable; problems are told under ``value``."""
    return clean_variables({"value": value}, limits=limits)["value"]


def is_variable_name(name: Any) -> bool:
    """Whether ``name`` may name a variable: 1 to 128 printable characters, no outer blanks, no leading ``__``."""
    return (
        type(name) is str
        and 0 < len(name) <= _MAX_NAME
        and name.isprintable()
        and name[:2] != "__"
        and name[0] != " "
        and name[-1] != " "
    )


def path_text(path: tuple[str | int, ...]) -> str:
    """A readable path into a value: ``applicant.phones[0]``, or ``rows["a b"]`` where a name is no plain word."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        elif text:
            text += f"[{json.dumps(step[:80])}]"
        else:
            text = step[:80].encode("unicode_escape").decode() if not step.isprintable() else step[:80]
    return text or "$"


def _copy_object(value: Mapping[str, Any], budget: _Budget, depth: int) -> dict[str, Any]:
    """The hot path: one pass that copies, counts and checks, and gives up at the first fault."""
    copy: dict[str, Any] = {}
    size = 0
    for name, item in value.items():
        if type(name) is not str:
            raise _RefusedError
        size += _text_size(name)
        kind = type(item)
        if kind is str:
            size += _text_size(item)
            if size > budget.size:
                raise _RefusedError
            copy[name] = item
        elif kind is dict or kind is list:
            copy[name] = _copy_container(item, budget, depth)
        else:
            size += _VALUE_SIZE
            copy[name] = item if item is None or kind is bool else _number(item)
    budget.spend(len(copy), size)
    return copy


def _copy_container(value: Any, budget: _Budget, depth: int) -> Any:
    if depth <= 0:
        raise _RefusedError
    if type(value) is dict:
        return _copy_object(value, budget, depth - 1)
    copy: list[Any] = []
    size = 0
    for item in value:
        kind = type(item)
        if kind is str:
            size += _text_size(item)
            if size > budget.size:
                raise _RefusedError
            copy.append(item)
        elif kind is dict or kind is list:
            copy.append(_copy_container(item, budget, depth - 1))
        else:
            size += _VALUE_SIZE
            copy.append(item if item is None or kind is bool else _number(item))
    budget.spend(0, size)
    return copy


def _text_size(text: str) -> int:
    if "\x00" in text:
        raise _RefusedError
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise _RefusedError from None


def _number(value: Any) -> int | float:
    kind = type(value)
    if kind is int:
        if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            return int(value)
    elif kind is float and -_INFINITE < value < _INFINITE:
        if value.is_integer() and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            return int(value)
        if not MAX_SAFE_INTEGER < abs(value) < _DIGITS_BELOW:
            return float(value)
    raise _RefusedError


def _problems(value: Mapping[Any, Any], limits: VariableLimits) -> Iterator[tuple[str, str]]:
    """Every problem with its path, at most 50; the slow twin of the hot path."""
    found = 0
    budget = _Budget(limits)
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while stack:
        path, item = stack.pop()
        for problem in _problems_here(path, item, budget, limits, stack):
            yield problem
            found += 1
            if found >= _MAX_PROBLEMS:
                return
        if budget.keys < 0 or budget.size < 0:
            break
    if budget.keys < 0:
        yield "$", f"Expected at most {limits.keys} names in all, but there are more."
    if budget.size < 0:
        yield "$", f"Expected at most {limits.size} bytes in all, but there are more."


def _problems_here(
    path: tuple[str | int, ...],
    item: Any,
    budget: _Budget,
    limits: VariableLimits,
    stack: list[tuple[tuple[str | int, ...], Any]],
) -> Iterator[tuple[str, str]]:
    if isinstance(item, Mapping) and (not path or type(item) is dict):
        if len(path) >= limits.depth:
            yield _too_deep(path, limits)
            return
        budget.keys -= len(item)
        budget.size -= _VALUE_SIZE
        for name, inner in reversed(item.items()) if isinstance(item, dict) else item.items():
            problem = _name_problem(name, top=not path)
            if problem:
                yield path_text((*path, str(name))), problem
            else:
                budget.size -= _text_size(name)
                stack.append(((*path, name), inner))
    elif type(item) is list:
        if len(path) >= limits.depth:
            yield _too_deep(path, limits)
            return
        budget.size -= _VALUE_SIZE
        stack.extend(((*path, index), item[index]) for index in range(len(item) - 1, -1, -1))
    else:
        try:
            budget.size -= _text_size(item) if type(item) is str else _VALUE_SIZE
            if type(item) is not str and item is not None and type(item) is not bool:
                _number(item)
        except _RefusedError:
            yield path_text(path), _scalar_problem(item)


def _too_deep(path: tuple[str | int, ...], limits: VariableLimits) -> tuple[str, str]:
    return path_text(path[:6]), f"Expected at most {limits.depth} levels of objects and lists, but there are more."


def _name_problem(name: Any, *, top: bool) -> str | None:
    if type(name) is not str:
        return f"Expected a text as name, but got {_kind(name)}."
    if top and not is_variable_name(name):
        return "Expected a name of 1 to 128 printable characters, without outer blanks and leading double underscore."
    try:
        _text_size(name)
    except _RefusedError:
        return "Expected a name without NUL and lone surrogates."
    return None


def _scalar_problem(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return "Expected text without NUL and lone surrogates."
    if kind is int or (kind is float and -_INFINITE < value < _INFINITE):
        return "Expected an integer between -(2^53 - 1) and 2^53 - 1; write larger ones as text."
    if kind is float:
        return f"Expected a finite number, but got {value}."
    return f"Expected a JSON value, but got {_kind(value)}."


def _kind(value: Any) -> str:
    return type(value).__name__


def refuse_variables(problems: dict[str, str]) -> NoReturn:
    """Raise ``InvalidVariablesError`` with the problems by path."""
    shown = "; ".join(f"{path}: {what}" for path, what in list(problems.items())[:3])
    raise InvalidVariablesError(f"Expected variables that are plain JSON, but {shown}", problems)
