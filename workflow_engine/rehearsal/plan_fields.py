"""Reads the fields of a plan one by one; whatever is wrong is told by its place in the file and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.timing import parse_instant
from workflow_engine.rehearsal.chances import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Triangular,
    Uniform,
)
from workflow_engine.rehearsal.plan import PlanError

T = TypeVar("T")
U = TypeVar("U")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_TEXT = 2_000
_MOST_SEEN = 5_000
_KINDS = "a duration, or one of constant, uniform, triangular, exponential, lognormal, empirical"


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the file, with where it stands."""

    file: str
    path: str
    value: Any

    def refuse(self, expected: str) -> NoReturn:
        """Raises PlanError: what was expected here, and what is here instead."""
        shown = repr(self.value)
        shown = shown if len(shown) <= 80 else shown[:79] + "…"
        raise PlanError(f"{self.file}, {self.path or 'the whole'}: expected {expected}, but got {shown}.")

    # ---- going down
    def members(self, *known: str) -> dict[str, Field]:
        """The parts of an object by name; only these names may be there, or any where none is given."""
        if not isinstance(self.value, Mapping):
            self.refuse("an object")
        unknown = sorted(set(self.value) - set(known)) if known else []
        if unknown:
            raise PlanError(
                f"{self.file}, {self.path or 'the whole'}: {', '.join(unknown)} is nothing a plan may say here; "
                f"expected only {', '.join(sorted(known))}."
            )
        return {str(name): self.down(str(name), value) for name, value in self.value.items()}

    def items(self) -> list[Field]:
        """The parts of a list."""
        if not isinstance(self.value, list):
            self.refuse("a list")
        return [Field(self.file, f"{self.path}[{number}]", value) for number, value in enumerate(self.value, 1)]

    def down(self, name: str, value: Any) -> Field:
        """A part of it."""
        return Field(self.file, f"{self.path}.{name}" if self.path else name, value)

    # ---- reading
    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip() or len(self.value) > _LONGEST_TEXT:
            self.refuse("a text")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts, or one."""
        return (self.text(),) if isinstance(self.value, str) else tuple(one.text() for one in self.items())

    def name(self) -> dict[str, str]:
        """A name in both languages: ``{"zh_CN": …, "en": …}``, or one text for both."""
        if isinstance(self.value, str):
            return {"zh_CN": self.text(), "en": self.text()}
        parts = self.members("zh_CN", "en")
        if len(parts) != 2:
            self.refuse("a text, or an object with zh_CN and en")
        return {language: part.text() for language, part in parts.items()}

    def whole(self, low: int, high: int) -> int:
        """A whole number within bounds."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not low <= self.value <= high:
            self.refuse(f"a whole number from {low} to {high}")
        return self.value

    def number(self, low: float, high: float) -> float:
        """A number within bounds."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not low <= self.value <= high:
            self.refuse(f"a number from {low:g} to {high:g}")
        return float(self.value)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("true or false")
        return self.value

    def json(self) -> dict[str, Any]:
        """An object of any content."""
        self.members()
        return dict(self.value)

    def seconds(self) -> float:
        """A duration such as PT20M."""
        try:
            return (add(_EPOCH, parse_duration(self.value)) - _EPOCH).total_seconds()
        except ValueError:
            self.refuse("an ISO 8601 duration such as PT20M")

    def instant(self) -> datetime:
        """An instant with its offset, in UTC."""
        try:
            return parse_instant(self.value).astimezone(UTC)
        except ValueError:
            self.refuse("an instant with an offset such as 2026-07-01T08:00:00+08:00")

    def duration(self) -> Distribution:
        """A distribution of durations."""
        return self._distribution(lambda one: one.seconds())

    def factor(self) -> Distribution:
        """A distribution of factors."""
        return self._distribution(lambda one: one.number(0.01, 100))

    def share(self) -> Distribution:
        """A distribution of shares of some time."""
        return self._distribution(lambda one: one.number(0, 10))

    def _distribution(self, leaf: Callable[[Field], float]) -> Distribution:
        if not isinstance(self.value, Mapping):
            return Constant(leaf(self))
        parts = self.members()
        if len(parts) != 1:
            self.refuse(_KINDS)
        ((kind, part),) = parts.items()
        if kind == "constant":
            return Constant(leaf(part))
        if kind == "exponential":
            return Exponential(part.positive(leaf))
        if kind == "uniform":
            low, high = part.rising(leaf, 2)
            return Uniform(low, high)
        if kind == "triangular":
            return Triangular(*part.rising(leaf, 3))
        if kind == "lognormal":
            return part.lognormal(leaf)
        if kind != "empirical":
            self.refuse(_KINDS)
        seen = part.items()
        if not 1 <= len(seen) <= _MOST_SEEN:
            part.refuse(f"1 to {_MOST_SEEN} values")
        return Empirical(tuple(sorted(leaf(one) for one in seen)))

    def rising(self, leaf: Callable[[Field], float], count: int) -> list[float]:
        """So many values, none below the one before."""
        values = [leaf(one) for one in self.items()]
        if len(values) != count or values != sorted(values):
            self.refuse(f"{count} values, none below the one before")
        return values

    def lognormal(self, leaf: Callable[[Field], float]) -> Distribution:
        """By its median and either its 90th percentile or its sigma."""
        parts = self.members("median", "p90", "sigma")
        if "median" not in parts or len(parts) != 2:
            self.refuse("median with p90 or sigma")
        median = parts["median"].positive(leaf)
        if "sigma" in parts:
            return Lognormal(median, parts["sigma"].number(0, 5))
        p90 = leaf(parts["p90"])
        if p90 < median:
            parts["p90"].refuse("at least the median")
        return Lognormal.of(median, p90)

    def positive(self, leaf: Callable[[Field], float]) -> float:
        """A value above nothing."""
        value = leaf(self)
        if value <= 0:
            self.refuse("more than nothing")
        return value


def optional(parts: Mapping[str, Field], name: str, read: Callable[[Field], T], otherwise: U) -> T | U:
    """What a part says, or what holds where it is not there."""
    part = parts.get(name)
    return otherwise if part is None else read(part)


def required(owner: Field, parts: Mapping[str, Field], name: str) -> Field:
    """A part that has to be there. Raises PlanError."""
    found = parts.get(name)
    if found is None:
        raise PlanError(f"{owner.file}, {owner.path or 'the whole'}: expected it to say {name}, but it does not.")
    return found
