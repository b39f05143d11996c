"""What a command may ask that no case knows: the calendar, the city profile, the organisation; and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

SILENT = frozenset({"falls to"})
"""Questions asked so often that an answer of null, the usual one, is not written down: silence says it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, JSON; ``refusal`` in its place says in words why there is none."""

    value: Any = None
    source: Mapping[str, int] = field(default_factory=dict)
    """What answered, with its version: ``{"calendar": 3}``."""
    provisional: bool = False
    """It may change when something is published that is not yet known, such as a year's notice of days off."""
    refusal: str | None = None


class Outside(Protocol):
    """Whoever answers: the database as it stands, or the record of a command."""

    def answer(self, function: str, arguments: list[Any]) -> Answer:
        """The answer to one question; the same within one transaction however often it is asked."""
