"""Formulas of indicators: linear sums of counts, so that a whole is computed as its parts are, from their sums.

    100 * resolved / called_back          a rate
    faults                                a count
    1000 * faults / components            per thousand
    repair_seconds / repaired / 3600      a mean
    median(hours)                         of durations that were counted by length
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Literal

_NAME = r"[a-z][a-z0-9_]*"
_SUM = rf"{_NAME}(?:\s*[+-]\s*{_NAME})*"
_PART = rf"(?:{_NAME}|\(\s*{_SUM}\s*\))"
_RATIO = re.compile(
    rf"\s*(?:(?P<scale>\d+(?:\.\d+)?)\s*\*\s*)?(?P<top>{_PART})"
    rf"(?:\s*/\s*(?P<bottom>{_PART}))?(?:\s*/\s*(?P<divide>\d+(?:\.\d+)?))?\s*"
)
_MEDIAN = re.compile(rf"\s*median\(\s*(?P<top>{_NAME})\s*\)\s*")
_CENT = Decimal("0.01")
Term = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Formula:
    """Numerator and denominator as signed counts; ``kind`` says what is made of them."""

    kind: Literal["count", "ratio", "median"]
    top: tuple[Term, ...]
    bottom: tuple[Term, ...] = ()
    scale: Fraction = Fraction(1)

    @property
    def names(self) -> frozenset[str]:
        """Every count it asks for."""
        return frozenset(name for _, name in (*self.top, *self.bottom))


def read_formula(source: str) -> Formula:
    """Raises ValueError saying what was expected."""
    if median := _MEDIAN.fullmatch(source):
        return Formula("median", ((1, median["top"]),))
    if re.fullmatch(rf"\s*{_SUM}\s*", source):
        return Formula("count", _terms(source))
    found = _RATIO.fullmatch(source)
    if found is None:
        raise ValueError("a formula such as 100 * a / b, a + b, or median(hours)")
    scale = Fraction(found["scale"] or 1)
    if found["divide"]:
        if not float(found["divide"]):
            raise ValueError("a divisor that is not 0")
        scale /= Fraction(found["divide"])
    bottom = _terms(found["bottom"]) if found["bottom"] else ()
    return Formula("ratio" if bottom else "count", _terms(found["top"]), bottom, scale)


def total(terms: Iterable[Term], counts: Mapping[str, Fraction | int | None]) -> Fraction | None:
    """The signed sum; None where a part of it is not known."""
    found = Fraction(0)
    for sign, name in terms:
        value = counts.get(name)
        if value is None:
            return None
        found += sign * Fraction(value)
    return found


def apply(formula: Formula, top: Fraction | None, bottom: Fraction | None) -> float | None:
    """The value, to two places; None without a numerator, or with a denominator of nothing."""
    if top is None or (formula.kind == "ratio" and not bottom):
        return None
    value = formula.scale * top if formula.kind == "count" else formula.scale * top / (bottom or 1)
    return rounded(value)


def rounded(value: Fraction) -> float:
    """To two places, half to even: the same on every machine."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(_CENT, ROUND_HALF_EVEN))


def bucket_of(seconds: int) -> str:
    """The class in which a duration is counted: hours to three significant digits, so that classes can be added up."""
    hours = Decimal(max(0, seconds)) / 3600
    if hours < Decimal("0.01"):
        return "0"
    digits = hours.adjusted()
    step = Decimal(1).scaleb(max(digits - 2, -2))
    return format(hours.quantize(step, ROUND_HALF_EVEN).normalize(), "f")


def median_of(buckets: Mapping[str, int]) -> float | None:
    """The middle duration in hours: half of all are at most as long; None of none."""
    count = sum(buckets.values())
    if count <= 0:
        return None
    passed = 0
    for hours, number in sorted((Decimal(name), number) for name, number in buckets.items()):
        passed += number
        if passed * 2 >= count:
            return float(hours.quantize(_CENT, ROUND_HALF_EVEN))
    raise AssertionError("unreachable")


def _terms(text: str) -> tuple[Term, ...]:
    parts = re.findall(rf"([+-]?)\s*({_NAME})", text.strip().strip("()"))
    return tuple((-1 if sign == "-" else 1, name) for sign, name in parts)
