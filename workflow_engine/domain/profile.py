"""The city profile: what administrators set for the whole installation on a page, each with what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.office_hours import CalendarError, check_zone

Kind = Literal["text", "zone", "language", "number"]
LANGUAGES = ("", "en", "zh_CN")
LONGEST_NAME = 80


def _parameter(default: Any, kind: Kind, floor: int = 0, ceiling: int = 0) -> Any:
    return field(default=default, metadata={"kind": kind, "floor": floor, "ceiling": ceiling})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One version of it, immutable."""

    city_name_zh: str = _parameter("", "text")
    city_name_en: str = _parameter("", "text")
    time_zone: str = _parameter("Asia/Shanghai", "zone")
    language: str = _parameter("", "language")
    retention_days: int = _parameter(0, "number", 0, 36_500)
    idle_minutes: int = _parameter(480, "number", 5, 1_440)
    longest_session_hours: int = _parameter(16, "number", 1, 72)
    shortest_password: int = _parameter(10, "number", 8, 64)
    most_upload_megabytes: int = _parameter(4, "number", 1, 16)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the city sets for its processes, by name; see ``domain.process_parameters``."""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Profile:
        """A stored version; what a later build added has its default."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in content.items() if name in known})

    def content(self) -> dict[str, Any]:
        """As it is stored."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def changed(self, values: Mapping[str, Any]) -> Profile:
        """With other values.

        Raises:
            InvalidVariablesError: names every parameter that cannot be so.
        """
        kinds = {one.name: one.metadata for one in fields(self) if one.metadata}
        problems = {name: "no such parameter" for name in values if name not in kinds}
        clean: dict[str, Any] = {}
        for name in values.keys() & kinds.keys():
            try:
                clean[name] = _clean(values[name], kinds[name])
            except ValueError as error:
                problems[name] = str(error)
        if problems:
            raise InvalidVariablesError("Expected parameters that can be so.", problems)
        return Profile(**{**self.content(), **clean})


def _clean(value: Any, metadata: Mapping[str, Any]) -> Any:
    kind = metadata["kind"]
    if kind == "number":
        return _number(value, metadata["floor"], metadata["ceiling"])
    text = str(value).strip()
    if kind == "zone":
        try:
            check_zone(text)
        except CalendarError as error:
            raise ValueError("no time zone such as Asia/Shanghai") from error
    if kind == "language" and text not in LANGUAGES:
        raise ValueError("no language of this product")
    if len(text) > LONGEST_NAME:
        raise ValueError(f"at most {LONGEST_NAME} characters")
    return text


def _number(value: Any, floor: int, ceiling: int) -> int:
    try:
        number = int(str(value).strip())
    except ValueError:
        raise ValueError("no whole number") from None
    if not floor <= number <= ceiling:
        raise ValueError(f"from {floor} to {ceiling}")
    return number
