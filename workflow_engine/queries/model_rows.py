"""What the questions about models give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelWorkRow:
    """A working copy in a list."""

    work_id: str
    base_definition_id: str | None
    base_version: int | None
    base_name: str | None
    revision: int
    changed_at: datetime
    file_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ModelWork:
    """A working copy with its files."""

    work_id: str
    base_definition_id: str | None
    base_version: int | None
    base_name: str | None
    revision: int
    changed_at: datetime
    files: Mapping[str, bytes]


PlaceState = Literal["gone", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Place:
    """An element at which running cases stand, and what another version makes of it."""

    element_id: str
    state: PlaceState
    """``gone``: the other version has no such element; ``changed``: it behaves differently there."""
    tokens: int
    cases: int
    examples: Sequence[str]
    """Some of these cases."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a version means for the running cases of another one."""

    before_id: str
    after_id: str
    cases: int
    """Running cases of the version before."""
    places: Sequence[Place]
    is_whole: bool
    """False when there were too many to look at all."""

    def count(self, state: PlaceState) -> int:
        """Number of open tokens at places in this state."""
        return sum(place.tokens for place in self.places if place.state == state)
