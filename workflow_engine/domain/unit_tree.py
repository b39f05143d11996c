"""The units of a city as a tree in memory: who stands above whom, and which of them does what.

Closed units are climbed past: they are nobody's superior and do nothing. What is asked of a unit that does not exist
is answered with None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PLACE_LENGTHS = (12, 9, 6, 4, 2)
"""Digits of a place code (GB/T 2260 and its extension) at community, subdistrict, district, city and province."""


@dataclass(frozen=True, slots=True)
class TreeUnit:
    """What the tree knows of a unit."""

    unit_id: str
    parent_id: str | None = None
    level: str | None = None
    functions: frozenset[str] = frozenset()
    """What it does, such as ``justice``, ``emergency``, ``housing``."""
    disabled: bool = False
    place_code: str | None = None
    """Of the place that it governs; a unit whose id is a place code needs none."""


class UnitTree:
    """Every unit of the city, by id; a unit whose parent is not among them stands at the top."""

    def __init__(self, units: Iterable[TreeUnit]) -> None:
        self._units = {unit.unit_id: unit for unit in units}
        # Of several units at one place an open one counts, and of these the first by id, which is set last.
        placed = sorted(self._units.values(), key=lambda unit: (unit.disabled, unit.unit_id), reverse=True)
        self._at = {unit.place_code: unit for unit in placed if unit.place_code} | self._units
        self._below: dict[str | None, list[TreeUnit]] = {}
        for unit in sorted(self._units.values(), key=lambda unit: unit.unit_id):
            self._below.setdefault(unit.parent_id if unit.parent_id in self._units else None, []).append(unit)

    def __contains__(self, unit_id: object) -> bool:
        return unit_id in self._units

    def superior_of(self, unit_id: str) -> str | None:
        """The open unit it lies directly below; None at the top."""
        return next(iter(self.above(unit_id)), None)

    def above(self, unit_id: str) -> Iterator[str]:
        """Every open unit it lies below, the nearest first."""
        seen = {unit_id}
        at = self._units.get(unit_id)
        while at is not None and at.parent_id is not None and at.parent_id not in seen:
            at = self._units.get(at.parent_id)
            if at is not None:
                seen.add(at.unit_id)
                if not at.disabled:
                    yield at.unit_id

    def common_superior(self, unit_ids: Iterable[str]) -> str | None:
        """The lowest open unit in which all of them lie; a unit lies in itself, so it may be one of them."""
        ways = [[unit_id, *self.above(unit_id)] for unit_id in dict.fromkeys(unit_ids)]
        if not ways or any(way[0] not in self._units for way in ways):
            return None
        common = set(ways[0]).intersection(*ways[1:])
        return next((each for each in ways[0] if each in common and not self._units[each].disabled), None)

    def does(self, function: str, unit_id: str) -> bool:
        """Whether the unit itself has the function."""
        found = self._units.get(unit_id)
        return found is not None and not found.disabled and function in found.functions

    def unit_for(self, function: str, unit_id: str) -> str | None:
        """Who does this for the unit: the nearest above it, or directly below one above it, with the function.

        The unit itself is never the answer, so that from a unit with the function it is the same function one level
        up. Only the top, which has nobody above, is served by units directly below itself.
        """
        above = list(self.above(unit_id))
        if not above and unit_id in self._units:
            above = [unit_id]
        for place in above:
            candidates: list[TreeUnit] = [*self._below.get(place, ()), self._units[place]]
            for one in candidates:
                if function in one.functions and one.unit_id != unit_id and not one.disabled:
                    return one.unit_id
        return None

    def unit_at(self, place_code: str) -> str | None:
        """The unit at a place: its own (12 digits: a community), else the nearest above it that exists.

        A unit is found under its whole code, or under the code without the zeros that stand for "all of it".
        """
        code = place_code.strip()
        if not code.isdigit():
            return None
        for length in (len(code), *(length for length in PLACE_LENGTHS if length < len(code))):
            short = code[:length]
            for known in dict.fromkeys((short, *(short.ljust(longer, "0") for longer in PLACE_LENGTHS[:3]))):
                found = self._at.get(known)
                if found is not None:
                    return self.superior_of(found.unit_id) if found.disabled else found.unit_id
        return None

    def level_of(self, unit_id: str) -> str | None:
        """Its level, or else that of the nearest unit above that has one."""
        for each in (unit_id, *self.above(unit_id)):
            unit = self._units.get(each)
            if unit is not None and unit.level:
                return unit.level
        return None

    def functions(self) -> frozenset[str]:
        """Every function that some open unit has."""
        return frozenset().union(*(unit.functions for unit in self._units.values() if not unit.disabled))
