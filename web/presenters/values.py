"""Values of a case as a table a person can read: texts, numbers and dates plainly, objects and lists unfolded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from web.i18n import gettext as _
from web.presenters.names import Names
from web.presenters.times import duration, exact, instant

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
LONGEST_SHORT = 160
MOST_ITEMS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: a name, a value in words, and the value itself where the words leave something out."""

    key: str
    label: str
    text: str
    full: str = ""
    depth: int = 0

    @property
    def is_heading(self) -> bool:
        """Whether it only opens a group of facts."""
        return not self.text and not self.full


def facts(values: Mapping[str, Any], names: Names, most: int = 200) -> list[Fact]:
    """The values in the order in which they are stored, nested ones below their heading."""
    return list(_limited(_facts(values, names, ""), most))


def _limited(lines: Iterable[Fact], most: int) -> Iterable[Fact]:
    for number, line in enumerate(lines):
        if number == most:
            yield Fact("…", "…", _("and more"))
            return
        yield line


def _facts(values: Mapping[str, Any], names: Names, path: str) -> Iterable[Fact]:
    depth = path.count(".")
    for name, value in values.items():
        key = path + name
        label = names.variable(key)
        if isinstance(value, Mapping) and value and depth < 2:
            yield Fact(key, label, "", depth=depth)
            yield from _facts(value, names, key + ".")
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            yield Fact(key, label, _list_text(value, names), full=_json(value), depth=depth)
        else:
            text = value_text(value, names, key)
            full = _json(value) if _is_shortened(value, text) else ""
            yield Fact(key, label, _shorten(text), full=full, depth=depth)


def value_text(value: Any, names: Names, key: str = "") -> str:
    """One value in words."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, list):
        parts = [value_text(item, names, key) for item in value[:MOST_ITEMS]]
        return ", ".join(parts) + (" …" if len(value) > MOST_ITEMS else "") if parts else "—"
    if isinstance(value, Mapping):
        return "; ".join(f"{names.variable(inner)}: {value_text(item, names, inner)}" for inner, item in value.items())
    text = names.value(key, str(value))
    moment = instant(text) if _INSTANT.fullmatch(text) else None
    return exact(moment) if moment else duration(text) or text


def _is_shortened(value: Any, text: str) -> bool:
    if isinstance(value, list):
        return len(value) > MOST_ITEMS or len(text) > LONGEST_SHORT
    return len(text) > LONGEST_SHORT


def _list_text(items: list[Mapping[str, Any]], names: Names) -> str:
    heads = []
    for item in items[:MOST_ITEMS]:
        head = next((item[key] for key in names.title_keys() if item.get(key)), None)
        heads.append(value_text(head, names) if head is not None else _shorten(value_text(item, names), 60))
    return ", ".join(heads) + (" …" if len(items) > MOST_ITEMS else "")


def _shorten(text: str, most: int = LONGEST_SHORT) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
