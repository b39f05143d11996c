"""The emergencies for pages that look on: what is new for each, with cards that are drawn once for all.

A page is told a tag of everything it shows. Coming back with it after a broken connection it is told what is new since;
with another one it is told everything again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from workflow_engine import Actor, Engine, WatchedEmergency

CARD, ROOM, ROOM_OF_CALLERS = "card", "room", "room of callers"
Draw = Callable[[WatchedEmergency, str, str], str]
"""An emergency in a language and a form: its card, or all of its room, with or without the way to call the next."""


@dataclass(slots=True)
class Seen:
    """What one page shows: by case, the state that it has of it."""

    language: str
    tag: str = ""
    """What the page says it shows; nothing: it says nothing."""
    form: str = CARD
    case_id: str | None = None
    """Of the emergency whose room it is; None: all."""
    was_told: bool = False
    states: dict[str, str] = field(default_factory=dict)
    may_see: dict[str, tuple[Any, bool]] = field(default_factory=dict)


class Board:
    """The running emergencies as of the last look; used by one thread."""

    def __init__(self, engine: Engine, draw: Draw) -> None:
        self._engine = engine
        self._draw = draw
        self._now: list[tuple[WatchedEmergency, str]] = []
        self._drawn: dict[tuple[str, str, str, str], str] = {}

    def look(self) -> None:
        """See how things stand."""
        self._now = [(one, state_of(one.view)) for one in self._engine.queries.emergencies.watched()]
        current = {(one.view.case.case_id, state) for one, state in self._now}
        self._drawn = {key: card for key, card in self._drawn.items() if key[:2] in current}

    def news(self, actor: Actor, seen: Seen) -> str:
        """What this page does not show yet, as server-sent events; nothing when it shows everything."""
        mine = [
            (one, state)
            for one, state in self._now
            if seen.case_id in (None, one.view.case.case_id) and _sees(actor, seen, one)
        ]
        states = {one.view.case.case_id: state for one, state in mine}
        tag = tag_of(states, seen.language)
        was_told, seen.was_told = seen.was_told, True
        if seen.tag == tag:
            seen.states = states
            return "" if was_told else self.beat()
        # A page that comes back shows something else than it should, and nobody knows what.
        is_strange = bool(seen.tag) and not seen.states
        told = ("event: anew\ndata: all\n\n" if is_strange else "") + "".join(self._changes(mine, states, seen))
        seen.states, seen.tag = states, tag
        return f"{told}id: {tag}\nevent: shown\ndata: {self._instant()}\n\n"

    def beat(self) -> str:
        """A sign of life with the hour, by which pages set their clocks."""
        return f"event: beat\ndata: {self._instant()}\n\n"

    def _changes(self, mine: list[tuple[WatchedEmergency, str]], states: dict[str, str], seen: Seen) -> Iterator[str]:
        for case_id in seen.states:
            if case_id not in states:
                yield f"event: gone\ndata: {case_id}\n\n"
        for one, state in mine:
            case_id = one.view.case.case_id
            if seen.states.get(case_id) != state:
                key = (case_id, state, seen.language, seen.form)
                if key not in self._drawn:
                    self._drawn[key] = json.dumps({"case": case_id, "html": self._draw(one, *key[2:])})
                yield f"event: emergency\ndata: {self._drawn[key]}\n\n"

    def _instant(self) -> str:
        return self._engine.clock.now().isoformat()


def state_of(view: Any) -> str:
    """Changes when what is shown of an emergency does, clocks aside: they tick by themselves."""
    warnings = [(one.warning_id, one.state) for one in view.warnings]
    resources = [(one.request_id, one.line_no, one.requested, one.assigned, one.out) for one in view.resources]
    shown = (view.case.version, warnings, resources, view.issued, view.drill, len(view.timeline))
    return sha256(repr(shown).encode()).hexdigest()[:16]


def tag_of(states: dict[str, str], language: str) -> str:
    """Stands for everything that a page shows."""
    return sha256(repr((language, sorted(states.items()))).encode()).hexdigest()[:24]


def _sees(actor: Actor, seen: Seen, one: WatchedEmergency) -> bool:
    """Whether it lies within reach; asked anew only when the reach has changed."""
    case_id = one.view.case.case_id
    known = seen.may_see.get(case_id)
    if known is None or known[0] != one.reach:
        known = seen.may_see[case_id] = (one.reach, one.reach.includes(actor))
    return known[1]
