"""What a city's processes cover: who acts, what is acted on, in which stage, by which mechanism.

A process says so itself, by properties; everything here is counted from those and nothing is typed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

SUBJECTS = ("government", "enterprise", "society")
OBJECTS = ("people", "governance", "industry", "environment", "livelihood", "infrastructure", "planning")
STAGES = ("creation", "development")
MECHANISMS = ("decision", "evaluation", "operation", "emergency", "supervision")
AXES: Mapping[str, tuple[str, ...]] = {
    "subjects": SUBJECTS, "objects": OBJECTS, "stages": STAGES, "mechanisms": MECHANISMS
}  # fmt: skip
PROPERTIES = {
    "subjects": "liandong:subjects", "objects": "liandong:objects", "stages": "liandong:stage",
    "mechanisms": "liandong:mechanism",
}  # fmt: skip
"""The property of a process under which each axis stands: words with commas between, the leading one first."""
EVERY_STAGE = frozenset({"both", "mechanism"})
"""Words for a stage that mean: in each of them."""
LED = ("mechanisms", "subjects")
"""Axes on which the first word of a process is the one that it leads with."""
PAIRS = (
    ("objects", "stages"), ("objects", "subjects"), ("mechanisms", "subjects"), ("objects", "mechanisms"),
    ("stages", "mechanisms"), ("stages", "subjects"),
)  # fmt: skip
"""Every two axes, rows first; the first two are those of which no cell may be empty."""
REQUIRED = PAIRS[:2]


@dataclass(frozen=True, slots=True)
class ProcessScope:
    """What one process says it covers; words that are on no axis are left out."""

    process_id: str
    subjects: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()

    def on(self, axis: str) -> tuple[str, ...]:
        """Its words on an axis, the leading one first."""
        words: tuple[str, ...] = getattr(self, axis)
        return words

    def leads(self, axis: str, word: str) -> bool:
        """Whether this is the word it leads with."""
        return self.on(axis)[:1] == (word,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A process in a cell."""

    process_id: str
    leads: bool
    """The cell's subject and mechanism are those that the process leads with."""


def scope_from(process_id: str, properties: Iterable[tuple[str, str]]) -> ProcessScope:
    """What the properties of a process say."""
    given = dict(properties)
    found = {axis: _words(axis, given.get(name, "")) for axis, name in PROPERTIES.items()}
    return ProcessScope(process_id, **found)


def cells(scopes: Sequence[ProcessScope], *axes: str) -> dict[tuple[str, ...], tuple[Entry, ...]]:
    """The processes of every cell over these axes, in the order of ``scopes``; empty cells are there, too."""
    return {
        words: tuple(
            Entry(scope.process_id, _leads(scope, dict(zip(axes, words, strict=True))))
            for scope in scopes
            if all(word in scope.on(axis) for axis, word in zip(axes, words, strict=True))
        )
        for words in product(*(AXES[axis] for axis in axes))
    }


def gaps(scopes: Sequence[ProcessScope]) -> list[tuple[str, ...]]:
    """What nobody covers though it has to be: cells of ``REQUIRED``, mechanisms and subjects that no process leads."""
    return [*_empty_cells(scopes), *_without_driver(scopes)]


def _leads(scope: ProcessScope, cell: Mapping[str, str]) -> bool:
    """Of objects and stages none leads; a cell of these alone nobody leads."""
    led = [scope.leads(axis, word) for axis, word in cell.items() if axis in LED]
    return bool(led) and all(led)


def _empty_cells(scopes: Sequence[ProcessScope]) -> Iterator[tuple[str, ...]]:
    for axes in REQUIRED:
        yield from (words for words, entries in cells(scopes, *axes).items() if not entries)


def _without_driver(scopes: Sequence[ProcessScope]) -> Iterator[tuple[str, ...]]:
    for axis in LED:
        yield from ((word,) for word in AXES[axis] if not any(scope.leads(axis, word) for scope in scopes))


def _words(axis: str, text: str) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    if axis == "stages" and not EVERY_STAGE.isdisjoint(given):
        return STAGES
    return tuple(word for word in given if word in AXES[axis])
