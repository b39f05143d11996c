"""What a thing of the record counts for: a few whole numbers, each in one month, unit and place.

A thing (a case, a task, a report) is known by its facts, which the record's entries change. When they change, what it
counted for before is taken back and what it counts for now is added. So numbers are right whenever an entry comes late
or corrects an earlier one, and adding up from nothing gives the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.indicator_conditions import NAME, ConditionError, compile_condition
from workflow_engine.domain.indicator_formulas import bucket_of

KINDS = ("case", "task", "ballot", "consultation", "opinion", "decision", "request")
Cell = tuple[str, str, str, str, str]
"""Key of the count, month, unit, place, and length class (empty where nothing is counted by length)."""

_MEASURES = ("sum", "spread")


@dataclass(frozen=True)
class CountRule:
    """One named count: of which things, by which instant, under which condition."""

    of: str
    at: str
    """The fact whose month it counts in."""
    where: str = ""
    sum: str = ""
    """Add up this fact, or the difference of two (``a - b``), instead of counting things."""
    spread: str = ""
    """Count by length: the difference of two instants."""

    @cached_property
    def key(self) -> str:
        """The same for the same count, wherever it is used."""
        told = json.dumps([self.of, self.at, self.where, self.sum, self.spread], ensure_ascii=False)
        return sha256(told.encode()).hexdigest()[:16]

    @cached_property
    def watched(self) -> frozenset[str]:
        """Elements of cases whose passing, or its instant (``<element>_at``), it asks for."""
        if self.of != "case":
            return frozenset()
        read = compile_condition(self.where or "ok")
        return read.contained | {name.removesuffix("_at") for name in {self.at, *read.names} if name.endswith("_at")}

    def cell(self, facts: Mapping[str, Any], zone: ZoneInfo) -> tuple[Cell, int] | None:
        """Where a thing with these facts counts, and for how much; None: it does not."""
        at = facts.get(self.at)
        if at is None or (self.where and compile_condition(self.where).test(facts) is not True):
            return None
        bucket, value = "", 1
        if measure := self.sum or self.spread:
            found = _measured(measure, facts)
            if found is None:
                return None
            bucket, value = (bucket_of(found), 1) if self.spread else ("", found)
        if value == 0:
            return None
        place = (self.key, month_of(at, zone), facts.get("unit") or "", facts.get("place") or "", bucket)
        return place, value


def month_of(at: int, zone: ZoneInfo) -> str:
    """``2026-11``, of the city's own calendar."""
    local = datetime.fromtimestamp(at, zone)
    return f"{local.year:04d}-{local.month:02d}"


def contributions(rules: Iterable[CountRule], facts: Mapping[str, Any], zone: ZoneInfo) -> dict[Cell, int]:
    """All that a thing counts for. What happens in an exercise counts for nothing."""
    if facts.get("exercise"):
        return {}
    found: dict[Cell, int] = {}
    for rule in rules:
        if (one := rule.cell(facts, zone)) is not None:
            found[one[0]] = found.get(one[0], 0) + one[1]
    return found


def read_rule(told: Any) -> CountRule:
    """Raises ValueError saying what was expected."""
    if not isinstance(told, dict) or (unknown := set(told) - {"of", "at", "where", *_MEASURES}):
        raise ValueError(f"of, at, where, sum, spread; not {told if not isinstance(told, dict) else sorted(unknown)}")
    values = {name: told.get(name, "") for name in ("of", "at", "where", *_MEASURES)}
    if not all(isinstance(value, str) for value in values.values()):
        raise ValueError("texts only")
    if values["of"] not in KINDS:
        raise ValueError(f"of one of {', '.join(KINDS)}")
    if not NAME.fullmatch(values["at"]) or not values["at"].endswith("_at"):
        raise ValueError("at: the name of an instant, such as closed_at")
    if values["sum"] and values["spread"]:
        raise ValueError("either sum or spread")
    for name in _MEASURES:
        if values[name] and not all(NAME.fullmatch(part.strip()) for part in values[name].split(" - ")):
            raise ValueError(f"{name}: a fact, or the difference of two")
    try:
        compile_condition(values["where"] or "ok")
    except ConditionError as error:
        raise ValueError(f"where: {error}") from error
    return CountRule(**values)


def _measured(measure: str, facts: Mapping[str, Any]) -> int | None:
    parts = [facts.get(part.strip()) for part in measure.split(" - ")]
    numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    if len(numbers) != len(parts):
        return None
    return numbers[0] if len(numbers) == 1 else numbers[0] - numbers[1]
