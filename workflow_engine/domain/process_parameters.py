"""Parameters that processes declare for the city profile: names, defaults, words in both languages, legal bounds.

A process brings them in the file ``parameters.json``; a city sets other values on its profile. A value beyond a legal
bound is let in only with a reason, which is published with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from workflow_engine.domain.durations import TimingError, parse_duration

FILE_NAME = "parameters.json"
UNITS = ("", "number", "text", "true/false", "duration", "hours", "days", "working hours", "working days", "percent")
LANGUAGES = ("zh_CN", "en")
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_LONGEST = 500
_KNOWN = {"default", "unit", "floor", "ceiling", "floor_basis", "name", "description"}
_MONTH = timedelta(days=30)

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as its process declares it; texts by language."""

    name: str
    default: Value
    unit: str = ""
    floor: Value | None = None
    ceiling: Value | None = None
    floor_basis: Mapping[str, str] = field(default_factory=dict)
    """The law that sets the bounds."""
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> Value:
        """A value as it is typed or sent. Raises ValueError saying what it has to be."""
        if isinstance(self.default, bool):
            return _truth(value)
        if isinstance(self.default, int | float):
            return _number(value)
        text = str(value).strip()
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise ValueError(f"a text of at most {_LONGEST} characters")
        if self.unit == "duration":
            _size(text)
        return text

    def is_beyond(self, value: Value) -> bool:
        """Whether a value lies below the legal floor or above the legal ceiling."""
        size = _size_or_none(value)
        low, high = _size_or_none(self.floor), _size_or_none(self.ceiling)
        return size is not None and ((low is not None and size < low) or (high is not None and size > high))


def read_parameters(content: bytes) -> tuple[dict[str, Parameter], list[str]]:
    """The parameters of a file, and everything that is wrong with it, in words."""
    try:
        found = json.loads(content)
    except ValueError as error:
        return {}, [f"it is no JSON: {error}"]
    if not isinstance(found, dict):
        return {}, ["it is no object of parameters by name"]
    parameters: dict[str, Parameter] = {}
    problems: list[str] = []
    for name, told in found.items():
        faults = list(_faults(name, told))
        problems.extend(f"{name}: {fault}" for fault in faults)
        if not faults:
            parameters[name] = Parameter(
                name, told["default"], told.get("unit", ""), told.get("floor"), told.get("ceiling"),
                told.get("floor_basis", {}), told.get("name", {}), told.get("description", {}),
            )  # fmt: skip
    return parameters, problems


def _faults(name: str, told: Any) -> Iterable[str]:
    if not _NAME.fullmatch(name) or len(name) > 100:
        yield "a name has small letters, digits, _ and dots, such as cosign.reply_days"
    if not isinstance(told, dict):
        yield "expected an object with a default"
        return
    if unknown := sorted(set(told) - _KNOWN):
        yield f"{', '.join(unknown)} is not known"
    default = told.get("default")
    if not isinstance(default, str | int | float):
        yield "the default is a number, a text, true or false"
        return
    if told.get("unit", "") not in UNITS:
        yield f"the unit is one of {', '.join(UNITS[1:])}"
    for part in ("name", "description", "floor_basis"):
        texts = told.get(part, {})
        if not isinstance(texts, dict) or any(key not in LANGUAGES or not isinstance(texts[key], str) for key in texts):
            yield f"{part} has texts under {' and '.join(LANGUAGES)}"
    for part in ("default", "floor", "ceiling"):
        try:
            if (value := told.get(part)) is not None and (part != "default" or told.get("unit") == "duration"):
                _size(value)
        except ValueError as error:
            yield f"{part}: {error}"


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("true or false")
    return bool(value == "true")


def _number(value: Any) -> int | float:
    try:
        number = float(str(value).strip())
    except ValueError:
        raise ValueError("no number") from None
    if not abs(number) < 1e12 or isinstance(value, bool):
        raise ValueError("no number")
    return int(number) if number == int(number) else number


def _size(value: Any) -> float:
    """How large: a number, or the seconds of an ISO 8601 duration (a month counts 30 days)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        duration = parse_duration(value)
    except TimingError:
        raise ValueError("no number, nor a duration such as P30D") from None
    return (duration.time + duration.months * _MONTH).total_seconds()


def _size_or_none(value: Any) -> float | None:
    try:
        return _size(value)
    except ValueError:
        return None
