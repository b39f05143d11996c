"""The catalogue of what residents and inspectors report: who handles each category, and in what time.

A catalogue is immutable; every change makes the next version of the whole, and a case names the version it read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from workflow_engine.domain.request_attributes import attributes_of

KINDS = ("component", "event", "request")
"""Of things that stand about (a manhole cover), of what happens (exposed waste), and what people ask for."""
TIERS = ("urgent", "utility", "complex", "general")
TIME_UNITS = ("urgent_hours", "hours", "working_hours", "working_days", "days")
"""Urgent hours and hours run around the clock; days end with the day in the city."""
WHOLE_UNITS = frozenset({"working_days", "days"})
LONGEST_NAME, LONGEST_TEXT, LONGEST_WORD, MOST_WORDS = 120, 2_000, 60, 40
LONGEST_LIMIT = dict.fromkeys(TIME_UNITS, 4000)
MOST_CATEGORIES = 5_000
CODE = re.compile(r"[a-z0-9_.-]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_FLAGS = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}


@dataclass(frozen=True, slots=True)
class Category:
    """One line of the catalogue."""

    code: str
    group: str
    """Under which heading it stands; a name in Chinese and one in English, parted by a bar: ``市容|Appearance``."""
    name_zh: str
    name_en: str
    kind: str
    process_id: str
    description_zh: str = ""
    description_en: str = ""
    public: bool = True
    """Residents may choose it."""
    tier: str = "general"
    function: str | None = None
    """Of the unit that handles it."""
    owner_unit: str | None = None
    """Who owns the component and therefore handles it, wherever it stands."""
    limit: float | None = None
    limit_unit: str | None = None
    contact_limit: float | None = None
    contact_limit_unit: str | None = None
    dispatch_limit: float | None = None
    dispatch_limit_unit: str | None = None
    small: bool = False
    """May be settled on the spot."""
    photo_before: bool = False
    """Cannot be filed without a photo of how it is."""
    photo_after: bool = False
    """Cannot be reported as handled without a photo of how it is then."""
    life_risk: bool = False
    keywords: tuple[str, ...] = ()
    attributes: tuple[Mapping[str, Any], ...] = ()
    """Further questions to who reports it, as GeoReport defines them."""

    def content(self) -> dict[str, Any]:
        """As it is stored and given to expressions."""
        told = {name: getattr(self, name) for name in COLUMNS}
        return {**told, "keywords": list(self.keywords), "attributes": [dict(one) for one in self.attributes]}

    @property
    def group_zh(self) -> str:
        """The heading in Chinese."""
        return self.group.partition("|")[0]

    @property
    def group_en(self) -> str:
        """The heading in English."""
        zh, _, en = self.group.partition("|")
        return en or zh


COLUMNS = tuple(one.name for one in fields(Category))
"""Every field, in the order of files and pages."""
REQUIRED = ("code", "group", "name_zh", "name_en", "kind", "process_id")
FLAGS = ("public", "small", "photo_before", "photo_after", "life_risk")
LIMITS = ("limit", "contact_limit", "dispatch_limit")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All categories of one version by their code."""

    categories: Mapping[str, Category]

    @classmethod
    def read(cls, content: Iterable[Mapping[str, Any]]) -> Catalogue:
        """A stored version."""
        return cls({row["code"]: _stored(row) for row in content})

    def content(self) -> list[dict[str, Any]]:
        """As it is stored: by code, so that the same catalogue has the same text."""
        return [self.categories[code].content() for code in sorted(self.categories)]

    def __iter__(self) -> Iterator[Category]:
        return iter(sorted(self.categories.values(), key=lambda one: (one.group, one.code)))


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category that two versions have differently: fields of each, of those that differ; None: not there."""

    code: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def action(self) -> str:
        """``added``, ``changed`` or ``removed``."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def differences(before: Catalogue, after: Catalogue) -> list[CategoryChange]:
    """What is different, by code."""
    found = []
    for code in sorted(before.categories.keys() | after.categories.keys()):
        old, new = before.categories.get(code), after.categories.get(code)
        if old == new:
            continue
        was = None if old is None else old.content()
        now = None if new is None else new.content()
        if was is not None and now is not None:
            names = [name for name in COLUMNS if was[name] != now[name]]
            was, now = {name: was[name] for name in names}, {name: now[name] for name in names}
        found.append(CategoryChange(code, was, now))
    return found


def read_category(given: Mapping[str, Any], before: Category | None = None) -> tuple[Category | None, dict[str, str]]:
    """A category from fields as a file, a page or a program gives them, and what is wrong by field.

    A field that is not given stays as it was in ``before``, else has its default.
    """
    problems = {name: "no such column" for name in given if name not in COLUMNS}
    values: dict[str, Any] = {} if before is None else {name: getattr(before, name) for name in COLUMNS}
    for name in COLUMNS:
        if name in given:
            try:
                values[name] = _value(name, given[name])
            except ValueError as error:
                problems[name] = str(error)
        elif before is None and name in REQUIRED:
            problems[name] = "a value is needed"
    for name in LIMITS:
        if not {name, f"{name}_unit"} & problems.keys():
            problems.update(_limit_problems(name, values.get(name), values.get(f"{name}_unit")))
    return (None, problems) if problems else (Category(**values), {})


def _value(name: str, given: Any) -> Any:
    if name in FLAGS:
        return _flag(given)
    if name in LIMITS:
        return _number(given)
    if name == "attributes":
        return attributes_of(given)
    if name == "keywords":
        words = re.split(r"[;；\n]", given) if isinstance(given, str) else list(given or ())
        return _words(words)
    text = "" if given is None else str(given).strip()
    if not text:
        if name in REQUIRED:
            raise ValueError("a value is needed")
        return "" if name.startswith("description") else "general" if name == "tier" else None
    return _text(name, text)


def _text(name: str, text: str) -> str:
    choices = {"kind": KINDS, "tier": TIERS}.get(name, TIME_UNITS if name.endswith("_unit") else ())
    if name == "owner_unit":
        choices = ()
    if choices and text not in choices:
        raise ValueError(f"one of {', '.join(choices)}")
    if name == "code" and not CODE.fullmatch(text):
        raise ValueError("small letters, digits, dots, dashes and underscores, 64 at most")
    if name in ("process_id", "function", "owner_unit") and not _ID.fullmatch(text):
        raise ValueError("an id without blanks, quotes, commas and brackets")
    longest = LONGEST_TEXT if name.startswith("description") else LONGEST_NAME
    if len(text) > longest:
        raise ValueError(f"{longest} characters at most")
    if not all(character.isprintable() or character in "\n\t" for character in text):
        raise ValueError("a text without control characters")
    return text


def _flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    text = "" if given is None else str(given).strip().lower()
    if text in _FLAGS:
        return _FLAGS[text]
    if not text:
        return False
    raise ValueError("true or false")


def _number(given: Any) -> float | None:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    try:
        number = float(given) if not isinstance(given, bool) else -1.0
    except (TypeError, ValueError):
        raise ValueError("a number") from None
    if not 0 < number <= max(LONGEST_LIMIT.values()) or round(number, 2) != number:
        raise ValueError("a number above 0, with two decimals at most")
    return int(number) if number == int(number) else number


def _limit_problems(name: str, limit: float | None, unit: str | None) -> dict[str, str]:
    if (limit is None) != (unit is None):
        missing = name if limit is None else f"{name}_unit"
        return {missing: "a limit has a number and a unit"}
    if limit is not None and unit in WHOLE_UNITS and limit != int(limit):
        return {name: "a whole number of days"}
    return {}


def _words(given: Iterable[Any]) -> tuple[str, ...]:
    words = [str(word).strip() for word in given]
    words = list(dict.fromkeys(word for word in words if word))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD or not word.isprintable() for word in words):
        raise ValueError(f"{MOST_WORDS} words at most, each of {LONGEST_WORD} characters at most, parted by ;")
    if any(";" in word or "；" in word for word in words):
        raise ValueError("words parted by ;")
    return tuple(words)


def _stored(row: Mapping[str, Any]) -> Category:
    known = {name: row[name] for name in COLUMNS if name in row}
    return Category(**{**known, "keywords": tuple(row["keywords"]), "attributes": tuple(row["attributes"])})
