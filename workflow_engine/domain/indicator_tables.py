"""From counts per unit and place to the figures of communities, subdistricts, districts and the city."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from workflow_engine.domain.indicator_hiding import hidden_numbers
from workflow_engine.domain.indicators import Figure, Indicator, base_key, base_of, figure, months_before

PLACE = "place:"
_PLACE_LEVELS = {6: "district", 9: "subdistrict", 12: "community"}
_OWN = "/own"
Where = tuple[str, str]
"""Unit and place; empty where not known."""
Counts = Mapping[str, Mapping[Where, Mapping[str, int]]]
"""Of one month: key of the count, where, length class (empty: no length) → number."""
Inputs = Mapping[str, Mapping[str, Fraction]]
"""Of one month: series, scope → value."""


@dataclass(frozen=True, slots=True)
class ScopeUnit:
    """A unit as roll-up sees it."""

    unit_id: str
    parent_id: str | None
    level: str


class Scopes:
    """Who is part of whom. A scope is a unit, by its id, or ``place:`` and the digits of a place."""

    def __init__(self, units: Iterable[ScopeUnit]) -> None:
        self.units = {unit.unit_id: unit for unit in units}
        tops = [unit for unit in self.units.values() if unit.parent_id not in self.units]
        of_city = [unit for unit in tops if unit.level == "city"]
        self.root = (of_city or tops or [ScopeUnit("city", None, "city")])[0].unit_id

    def level_of(self, scope: str) -> str:
        """city, district, subdistrict or community; a unit without a level has that of the one above."""
        if scope.startswith(PLACE):
            return _PLACE_LEVELS.get(len(scope) - len(PLACE), "city")
        unit = self.units.get(scope)
        while unit is not None and not unit.level:
            unit = self.units.get(unit.parent_id or "")
        return "city" if unit is None else unit.level

    def above(self, unit_id: str) -> list[str]:
        """The unit and all that it is part of, up to the city; of an unknown one the city alone."""
        way = self._ways.get(unit_id)
        if way is None:
            way = self._ways[unit_id] = list(dict.fromkeys([*self._climb(unit_id), self.root]))
        return way

    @cached_property
    def _ways(self) -> dict[str, list[str]]:
        return {}

    def _climb(self, unit_id: str) -> Iterator[str]:
        seen: set[str] = set()
        while (unit := self.units.get(unit_id)) is not None and unit_id not in seen:
            seen.add(unit_id)
            yield unit_id
            unit_id = unit.parent_id or ""


def places_above(code: str) -> list[str]:
    """The place and those it lies in, below the city, as scopes."""
    return [f"{PLACE}{code[:length]}" for length in (12, 9, 6) if len(code) >= length]


@dataclass(frozen=True, slots=True)
class Computed:
    """One value of an indicator, as it is before anybody signs it."""

    indicator_id: str
    method_version: int
    scope: str
    level: str
    period: str
    figure: Figure
    smoothed: float | None
    hidden: bool
    base: int


def compute(
    indicators: Sequence[Indicator],
    period: str,
    counts: Mapping[str, Counts],
    inputs: Mapping[str, Inputs],
    scopes: Scopes,
) -> list[Computed]:
    """Every value of a month. ``counts`` and ``inputs`` by month, with those that smoothing goes back to."""
    bounds: dict[str, int] = {}
    for one in indicators:
        bounds[base_key(one)] = max(bounds.get(base_key(one), 0), one.small_number)
    found: list[Computed] = []
    for one in indicators:
        months = {
            month: _Month(one, counts.get(month, {}), inputs.get(month, {}), scopes, bounds[base_key(one)])
            for month in months_before(period, one.smoothing)
        }
        found.extend(_values(one, period, months, scopes))
    return found


class _Month:
    """Figures of one indicator in one month, by scope."""

    def __init__(self, indicator: Indicator, counts: Counts, inputs: Inputs, scopes: Scopes, bound: int) -> None:
        self.indicator = indicator
        self.spreads: dict[str, dict[str, int]] = {}
        self.sums: dict[str, dict[str, Fraction]] = {}
        direct: dict[Where, dict[str, int]] = {}
        spread: dict[Where, dict[str, int]] = {}
        for name, rule in indicator.counts.items():
            for where, buckets in counts.get(rule.key, {}).items():
                for bucket, number in buckets.items():
                    if rule.spread:
                        spread.setdefault(where, {})[bucket] = spread.get(where, {}).get(bucket, 0) + number
                    else:
                        direct.setdefault(where, {})[name] = number
        self._roll(direct, spread, scopes)
        self._take_inputs(inputs, scopes)
        self.hidden = self._hide(direct, spread, scopes, bound) if bound else frozenset()

    def figure(self, scope: str) -> Figure:
        return figure(self.indicator, self.sums.get(scope, {}), self.spreads.get(scope))

    def _roll(
        self, direct: Mapping[Where, Mapping[str, int]], spread: Mapping[Where, Mapping[str, int]], scopes: Scopes
    ) -> None:
        for where, numbers in direct.items():
            for scope in _ways(where, scopes):
                sums = self.sums.setdefault(scope, {})
                for name, number in numbers.items():
                    sums[name] = sums.get(name, Fraction(0)) + number
        for where, buckets in spread.items():
            for scope in _ways(where, scopes):
                classes = self.spreads.setdefault(scope, {})
                for bucket, number in buckets.items():
                    classes[bucket] = classes.get(bucket, 0) + number

    def _take_inputs(self, inputs: Inputs, scopes: Scopes) -> None:
        """What was given for a scope holds there; for the others above it is added up where it can be."""
        adds_up = not self.indicator.is_external
        for name, series in self.indicator.inputs.items():
            given = inputs.get(series, {})
            sums: dict[str, Fraction] = {}
            for scope, value in given.items():
                above = scopes.above(scope) if not scope.startswith(PLACE) else places_above(scope[len(PLACE) :])
                covered = any(other in given for other in above if other != scope)
                for each in above if adds_up and not covered else [scope]:
                    sums[each] = sums.get(each, Fraction(0)) + value
            for scope, value in {**sums, **given}.items():
                self.sums.setdefault(scope, {})[name] = value

    def _hide(
        self,
        direct: Mapping[Where, Mapping[str, int]],
        spread: Mapping[Where, Mapping[str, int]],
        scopes: Scopes,
        bound: int,
    ) -> frozenset[str]:
        base = self._base_by_where(direct, spread)
        by_unit = _tree(base, lambda where: scopes.above(where[0]))
        by_place = _tree(base, lambda where: [*places_above(where[1]), scopes.root])
        root = frozenset({scopes.root})
        hidden = hidden_numbers(*by_unit, bound)
        placed = hidden_numbers(*by_place, bound, hidden & root)
        if placed & root and not hidden & root:
            hidden = hidden_numbers(*by_unit, bound, root)
        return frozenset(node for node in hidden | placed if not node.endswith(_OWN))

    def _base_by_where(
        self, direct: Mapping[Where, Mapping[str, int]], spread: Mapping[Where, Mapping[str, int]]
    ) -> dict[Where, int]:
        one = self.indicator
        found = {where: sum(buckets.values()) for where, buckets in spread.items()}
        if one.formula.kind != "median":
            found = {where: base_of(one, figure(one, _known(one, numbers))) for where, numbers in direct.items()}
        return {where: number for where, number in found.items() if number > 0}


def _known(indicator: Indicator, numbers: Mapping[str, int]) -> dict[str, int | Fraction | None]:
    """Counts of one place alone; what comes from outside is no part of what is hidden by."""
    return {**dict.fromkeys(indicator.inputs, Fraction(1)), **numbers}


def _ways(where: Where, scopes: Scopes) -> list[str]:
    return [*scopes.above(where[0]), *places_above(where[1])]


def _tree(
    base: Mapping[Where, int], way: Callable[[Where], list[str]]
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Sums, and what each consists of: those below, and what was counted there directly."""
    values: dict[str, int] = {}
    parts: dict[str, dict[str, None]] = {}
    for where, number in base.items():
        scopes = way(where)
        own = scopes[0] + _OWN
        for scope in (own, *scopes):
            values[scope] = values.get(scope, 0) + number
        for part, whole in zip((own, *scopes), scopes, strict=False):
            parts.setdefault(whole, {})[part] = None
    return values, {whole: list(own) for whole, own in parts.items()}


def _values(one: Indicator, period: str, months: Mapping[str, _Month], scopes: Scopes) -> Iterator[Computed]:
    now = months[period]
    for scope in sorted({*now.sums, *now.spreads, scopes.root}):
        level = scopes.level_of(scope)
        found = now.figure(scope)
        if level not in one.levels or (found.value is None and not base_of(one, found) and scope != scopes.root):
            continue
        is_hidden = scope in now.hidden
        smoothed = None
        if one.smoothing > 1 and not any(scope in month.hidden for month in months.values()):
            smoothed = _smoothed(one, scope, months.values())
        yield Computed(
            one.indicator_id, one.method_version, scope, level, period, found, smoothed, is_hidden, base_of(one, found)
        )


def _smoothed(one: Indicator, scope: str, months: Iterable[_Month]) -> float | None:
    """The formula over the sums of all these months; what comes from outside is taken of each month too."""
    sums: dict[str, Fraction | int | None] = {}
    spread: dict[str, int] = {}
    for month in months:
        for name, number in month.sums.get(scope, {}).items():
            sums[name] = (sums.get(name) or Fraction(0)) + number
        for bucket, count in month.spreads.get(scope, {}).items():
            spread[bucket] = spread.get(bucket, 0) + count
    return figure(one, sums, spread).value
