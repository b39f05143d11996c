"""What a command asked that no case knows, written down with the answer it got."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event, Json, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAsked(Event):
    """A question whose answer may be another one tomorrow; running the command again answers from here."""

    KIND = "outside.asked"
    PRIVATE = ("arguments", "answer", "refusal")
    function: str
    source: Variables
    """What answered, with its version: ``{"calendar": 3}``."""
    provisional: bool | None = None
    arguments: list[Json] | None = None
    answer: Json = None
    refusal: str | None = None
    """Why there is no answer, in words."""
