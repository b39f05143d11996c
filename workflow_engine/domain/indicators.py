"""Indicators as data: what is counted, by which formula, for which levels, and how a value is judged and shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.indicator_counting import CountRule, read_rule
from workflow_engine.domain.indicator_formulas import Formula, apply, median_of, read_formula, total
from workflow_engine.domain.lifecycle import Table

OBJECTS = ("people", "governance", "industry", "environment", "livelihood", "infrastructure", "planning")
LEVELS = ("city", "district", "subdistrict", "community")
UNITS = ("percent", "number", "hours", "days", "per_1000", "per_10000", "per_100000", "ug_m3", "score")
DIRECTIONS = ("higher", "lower", "none")
LANGUAGES = ("zh_CN", "en")
STATES = ("provisional", "signed", "unsigned", "corrected", "withheld")
PUBLICATION_STATES: Table = {"computed": frozenset({"published"}), "published": frozenset()}
COMMENT_STATES: Table = {
    "waiting": frozenset({"shown", "hidden", "corrected", "refused"}),
    "shown": frozenset({"hidden", "corrected", "refused"}),
    "hidden": frozenset({"shown"}),
    "corrected": frozenset(),
    "refused": frozenset(),
}
COLOURS = ("good", "watch", "bad", "none")
MOST_SMOOTHED = 12
LONGEST_FILE = 100_000
_ID = re.compile(r"[a-z][a-z0-9_]{1,63}")
_PERIOD = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_KNOWN = {
    "id", "object", "theme", "method_version", "name", "description", "source", "unit", "levels", "owner", "counts",
    "formula", "smoothing", "small_number", "direction", "thresholds", "weight",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator in one version of its method; texts by language."""

    indicator_id: str
    method_version: int
    object: str
    unit: str
    formula_text: str
    formula: Formula
    counts: Mapping[str, CountRule]
    inputs: Mapping[str, str]
    """Counts that come from outside: name in the formula to the name of the series."""
    levels: tuple[str, ...]
    owner: str
    """Function of the unit that signs its numbers."""
    theme: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    source: Mapping[str, str]
    smoothing: int = 1
    """Months that a smoothed value takes together."""
    small_number: int = 0
    """Counts from 1 to one less than this are not shown; 0: all are."""
    direction: str = "none"
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """``watch`` and ``bad``: from where on a value is judged so."""
    weight: float = 1

    @property
    def is_external(self) -> bool:
        """Whether nothing of it comes from the record."""
        return not self.counts

    def judged(self, value: float | None) -> str:
        """good, watch or bad; none where there is nothing to judge by."""
        if value is None or self.direction == "none" or not self.thresholds:
            return "none"
        for colour in ("bad", "watch"):
            bound = self.thresholds.get(colour)
            if bound is not None and (value < bound if self.direction == "higher" else value > bound):
                return colour
        return "good"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with the numbers it was made of; for a median the denominator is how many there were."""

    numerator: float | None
    denominator: float | None
    value: float | None


def figure(
    indicator: Indicator, counts: Mapping[str, int | Fraction | None], spread: Mapping[str, int] | None = None
) -> Figure:
    """The same for a community and for the city: the formula over its sums; ``spread`` for a median."""
    if indicator.formula.kind == "median":
        classes = {bucket: number for bucket, number in (spread or {}).items() if number}
        count = sum(classes.values())
        return Figure(None, float(count), median_of(classes))
    known = {name: Fraction(0) if value is None and name in indicator.counts else value
             for name, value in ((name, counts.get(name)) for name in indicator.formula.names)}  # fmt: skip
    top, bottom = total(indicator.formula.top, known), total(indicator.formula.bottom, known)
    shown = None if indicator.formula.kind == "count" or bottom is None else float(bottom)
    return Figure(None if top is None else float(top), shown, apply(indicator.formula, top, bottom))


def base_of(indicator: Indicator, found: Figure) -> int:
    """How many things of the record stand behind a figure: what small numbers are judged by; 0 of outside numbers."""
    if indicator.is_external:
        return 0
    return int((found.numerator if _stands_on_top(indicator) else found.denominator) or 0)


def base_key(indicator: Indicator) -> str:
    """The same for indicators that stand on the same count: they hide the same small numbers."""
    terms = indicator.formula.top if _stands_on_top(indicator) else indicator.formula.bottom
    if indicator.formula.kind == "median":
        terms = indicator.formula.top
    return json.dumps([[sign, indicator.counts[name].key if name in indicator.counts else ""] for sign, name in terms])


def _stands_on_top(indicator: Indicator) -> bool:
    """Whether the numerator is what is judged: there is no denominator, or it comes from outside."""
    formula = indicator.formula
    return formula.kind != "median" and not any(name in indicator.counts for _, name in formula.bottom)


def read_indicator(content: bytes | str | Mapping[str, Any]) -> Indicator:
    """An indicator from its JSON. Raises ValueError whose text names every fault."""
    if not isinstance(content, Mapping):
        if len(content) > LONGEST_FILE:
            raise ValueError(f"at most {LONGEST_FILE} bytes")
        try:
            content = json.loads(content)
        except ValueError as error:
            raise ValueError(f"no JSON: {error}") from error
        if not isinstance(content, Mapping):
            raise ValueError("an object")
    faults = list(_faults(content))
    if faults:
        raise ValueError("; ".join(faults))
    counts, inputs = _counts(content["counts"])
    return Indicator(
        indicator_id=content["id"], method_version=content["method_version"], object=content["object"],
        unit=content["unit"], formula_text=content["formula"], formula=read_formula(content["formula"]), counts=counts,
        inputs=inputs, levels=tuple(content["levels"]), owner=content["owner"],
        theme=content.get("theme", content["object"]), name=dict(content["name"]),
        description=dict(content["description"]), source=dict(content["source"]),
        smoothing=content.get("smoothing", 1), small_number=content.get("small_number", 0),
        direction=content.get("direction", "none"), thresholds=dict(content.get("thresholds", {})),
        weight=content.get("weight", 1),
    )  # fmt: skip


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of a definition as JSON with sorted keys and without blanks."""
    text = json.dumps(dict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def is_period(text: str) -> bool:
    """Whether this names a month, such as 2026-11."""
    return bool(_PERIOD.fullmatch(text))


def months_before(period: str, number: int) -> list[str]:
    """``number`` months that end with this one, the earliest first. Raises RejectedError for what is no month."""
    if not is_period(period):
        raise RejectedError(f"Expected a month such as 2026-11, but got {period[:40]!r}.", field="period")
    month = int(period[:4]) * 12 + int(period[5:]) - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(month - number + 1, month + 1)]


def _counts(told: Mapping[str, Any]) -> tuple[dict[str, CountRule], dict[str, str]]:
    rules: dict[str, CountRule] = {}
    inputs: dict[str, str] = {}
    for name, one in told.items():
        if isinstance(one, Mapping) and set(one) == {"input"}:
            inputs[name] = str(one["input"])
        else:
            rules[name] = read_rule(one)
    return rules, inputs


def _faults(told: Mapping[str, Any]) -> Iterator[str]:
    if unknown := sorted(set(told) - _KNOWN):
        yield f"{', '.join(unknown)}: not known"
    if missing := sorted(_KNOWN - {"theme", "smoothing", "small_number", "direction", "thresholds", "weight"}
                         - set(told)):  # fmt: skip
        yield f"{', '.join(missing)}: missing"
        return
    yield from _word_faults(told)
    yield from _number_faults(told)
    yield from _formula_faults(told)


def _word_faults(told: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(told["id"], str) or not _ID.fullmatch(told["id"]):
        yield "id: small letters, digits and _"
    for name, words in (("object", OBJECTS), ("unit", UNITS)):
        if told[name] not in words:
            yield f"{name}: one of {', '.join(words)}"
    if told.get("direction", "none") not in DIRECTIONS:
        yield f"direction: one of {', '.join(DIRECTIONS)}"
    levels = told["levels"]
    if not isinstance(levels, list) or not levels or any(level not in LEVELS for level in levels):
        yield f"levels: some of {', '.join(LEVELS)}"
    if not isinstance(told["owner"], str) or not told["owner"]:
        yield "owner: the function of a unit"
    for name in ("name", "description", "source"):
        texts = told[name]
        if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES) or not all(map(_is_text, texts.values())):
            yield f"{name}: texts under {' and '.join(LANGUAGES)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 2_000


def _number_faults(told: Mapping[str, Any]) -> Iterator[str]:
    for name, low, high in (
        ("method_version", 1, 10_000), ("smoothing", 1, MOST_SMOOTHED), ("small_number", 0, 1_000),
    ):  # fmt: skip
        value = told.get(name, low)
        if type(value) is not int or not low <= value <= high:
            yield f"{name}: a whole number from {low} to {high}"
    thresholds = told.get("thresholds", {})
    if not isinstance(thresholds, Mapping) or set(thresholds) - {"watch", "bad"} or not all(
        isinstance(bound, int | float) and not isinstance(bound, bool) for bound in thresholds.values()
    ):
        yield "thresholds: numbers under watch and bad"
    weight = told.get("weight", 1)
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 <= weight <= 1_000:
        yield "weight: a number from 0 to 1000"


def _formula_faults(told: Mapping[str, Any]) -> Iterator[str]:
    counts = told["counts"]
    if not isinstance(counts, Mapping) or not counts:
        yield "counts: at least one"
        return
    for name, one in counts.items():
        if not _ID.fullmatch(str(name)):
            yield f"counts: {name} is no name"
        if isinstance(one, Mapping) and set(one) == {"input"}:
            if not _ID.fullmatch(str(one["input"])):
                yield f"counts.{name}: the name of an input"
            continue
        try:
            read_rule(one)
        except ValueError as error:
            yield f"counts.{name}: {error}"
    try:
        formula = read_formula(str(told["formula"]))
    except ValueError as error:
        yield f"formula: {error}"
        return
    if strange := sorted(formula.names - set(counts)):
        yield f"formula: {', '.join(strange)} is not counted"
    for name in sorted(formula.names & set(counts)):
        is_spread = isinstance(counts[name], Mapping) and bool(counts[name].get("spread"))
        if is_spread != (formula.kind == "median"):
            yield f"formula: {name} is {'counted by length' if is_spread else 'not counted by length'}"


def rules_of(indicators: Iterable[Indicator]) -> list[CountRule]:
    """Every count that these ask for, once each, by key."""
    found = {rule.key: rule for indicator in indicators for rule in indicator.counts.values()}
    return [found[key] for key in sorted(found)]
