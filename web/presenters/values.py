"""Values of a case as a table a person can read: plain values in words, objects folded, lists by their heads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from web.i18n import gettext as _
from web.presenters.areas import PLACE_KEYS, area_text, is_area, known_places
from web.presenters.names import Names
from web.presenters.people import actor_name, find_group_name, group_name
from web.presenters.times import duration, exact, instant

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_SUBJECTS = re.compile(r"(?:unit|role|user):[\w.-]+(?:,\s*(?:unit|role|user):[\w.-]+)*")
LONGEST_SHORT = 160
LONGEST_HEAD = 60
MOST_ITEMS = 12
MOST_FACTS = 200
DEEPEST = 3
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: a name and a value in words, or the facts inside an object."""

    key: str
    label: str
    text: str = ""
    full: str = ""
    """The value itself, where the words leave something out."""
    inside: list[Fact] = field(default_factory=list)
    superseded: bool = False
    """It comes from an answer that no longer stands."""


def facts(values: Mapping[str, Any], names: Names, superseded: frozenset[str] = frozenset()) -> list[Fact]:
    """The values that are not empty: plain ones first, then objects, each in the order in which they are stored."""
    found = list(islice(_facts(values, names, ""), MOST_FACTS))
    found = [replace(fact, superseded=True) if fact.key in superseded else fact for fact in found]
    return [fact for fact in found if not fact.inside] + [fact for fact in found if fact.inside]


def _facts(values: Mapping[str, Any], names: Names, path: str) -> Iterable[Fact]:
    for name, value in values.items():
        key = path + name
        if value in EMPTY:
            continue
        label = names.variable(key)
        if not is_area(value) and isinstance(value, Mapping) and key.count(".") < DEEPEST:
            inside = list(_facts(value, names, key + "."))
            if inside:
                yield Fact(key, label, inside=inside)
            continue
        text = value_text(value, names, key)
        yield Fact(key, label, _shorten(text), _json(value) if _says_less(value, text) else "")


def value_text(value: Any, names: Names, key: str = "") -> str:
    """One value in words."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, list):
        heads = [_head(item, names, key) for item in value[:MOST_ITEMS]]
        return ", ".join(heads) + (" …" if len(value) > MOST_ITEMS else "") if heads else "—"
    if is_area(value):
        return area_text(value)
    if isinstance(value, Mapping):
        pairs = ((inner, item) for inner, item in value.items() if item not in EMPTY)
        return "; ".join(f"{names.variable(inner)}: {value_text(item, names, inner)}" for inner, item in pairs) or "—"
    return _text(str(value), names, key)


def _text(text: str, names: Names, key: str) -> str:
    told = names.value(key, text)
    if told != text:
        return told
    if _SUBJECTS.fullmatch(text):
        return ", ".join(_subject(part.strip(), names) for part in text.split(","))
    if key.rpartition(".")[2] in PLACE_KEYS and text.isdigit():
        return known_places([text])[0]
    if key.rpartition(".")[2] == "unit" and (unit := find_group_name(f"unit:{text}")):
        return unit
    moment = instant(text) if _INSTANT.fullmatch(text) else None
    return exact(moment) if moment else duration(text) or text


def _subject(subject_id: str, names: Names) -> str:
    if subject_id.startswith("user:"):
        return actor_name(subject_id)
    return names.group(subject_id) or group_name(subject_id)


def _head(item: Any, names: Names, key: str) -> str:
    """What stands for one item of a list: an object's title where it has one."""
    if isinstance(item, Mapping):
        title = next((inner for inner in names.title_keys() if item.get(inner)), None)
        if title is not None:
            return value_text(item[title], names, title)
    return _shorten(value_text(item, names, key), LONGEST_HEAD)


def _says_less(value: Any, text: str) -> bool:
    if isinstance(value, list):
        return (
            len(value) > MOST_ITEMS or len(text) > LONGEST_SHORT or any(isinstance(i, (Mapping, list)) for i in value)
        )
    return isinstance(value, Mapping) or len(text) > LONGEST_SHORT


def _shorten(text: str, most: int = LONGEST_SHORT) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
