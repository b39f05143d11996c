"""Where a case stood after an entry: the steps of its replay, folded, as ``replay-state.js`` does in the browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from web.presenters.replay import Step


@dataclass(slots=True)
class Place:
    """A token at an element."""

    element: str
    scope: int | None
    who: str = ""
    is_held: bool = False
    due: int | None = None


@dataclass(slots=True)
class ReplayState:
    """Tokens, waits and stops at one moment."""

    tokens: dict[int, Place] = field(default_factory=dict)
    waits: dict[str, tuple[str, int | None, str]] = field(default_factory=dict)
    stops: dict[int, int | None] = field(default_factory=dict)
    definition: str = ""
    ended: bool = False

    def apply(self, steps: Iterable[Step]) -> None:
        """Take the steps of one entry."""
        for step in steps:
            self._take(step[0], step[1:])

    def _take(self, kind: str, rest: list[Any]) -> None:
        if kind == "a":
            self.tokens[rest[0]] = Place(rest[1], rest[3])
        elif kind in "cx":
            self.tokens.pop(rest[0], None)
        elif kind == "m":
            for token in rest[0]:
                self.tokens.pop(token, None)
        elif kind == "d" and rest[0] in self.tokens:
            self.tokens[rest[0]].due = rest[1]
        elif kind in "tu" and rest[0] in self.tokens:
            self._task(self.tokens[rest[0]], kind, rest[1:])
        elif kind == "w":
            self.waits[rest[0]] = (rest[1], rest[2], rest[3])
        elif kind == "o":
            self.waits.pop(rest[0], None)
        elif kind == "i":
            self.stops[rest[0]] = rest[1]
        elif kind == "j":
            self.stops.pop(rest[0], None)
        else:
            self._whole(kind, rest)

    def _whole(self, kind: str, rest: list[Any]) -> None:
        """What concerns the case as a whole."""
        if kind == "v":
            self.definition = rest[0]
        elif kind == "n":
            self._rename(rest[0])
        elif kind == "e":
            self.ended = True
            self.tokens, self.waits, self.stops = {}, {}, {}

    def _rename(self, mapping: dict[str, str]) -> None:
        for place in self.tokens.values():
            place.element = mapping.get(place.element, place.element)
        for key, (element, due, name) in self.waits.items():
            self.waits[key] = (mapping.get(element, element), due, name)

    def _task(self, place: Place, kind: str, rest: list[Any]) -> None:
        if kind == "u":
            place.who, place.is_held = "", False
            return
        place.who, place.is_held = rest[0] or place.who, bool(rest[1])
        if len(rest) > 2:
            place.due = rest[2]
