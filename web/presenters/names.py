"""Names of a model's parts in the visitor's language, from the messages deployed with it, else as the author drew them.

A definition may carry ``messages.json``: ``{"en": {...}, "zh": {...}}``, or one file per language
(``messages.zh.json``, ``messages/en.json``). Keys are element ids, ``variable.<name>``,
``value.<variable>.<value>``, ``group.<group id>``, or the very text of a form's label; values are the words.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask import current_app
from lxml import etree

from web.context import engine
from web.i18n import current_language
from web.words import in_words
from workflow_engine import DefinitionDetail, DefinitionRow, EngineError

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_LANGUAGE_IN_NAME = re.compile(r"(?:^|[./_-])(en|zh)(?:[_-][A-Za-z]+)*\.json$")
_CHINESE_FIRST = re.compile(r"(.*[\u4e00-\u9fff]\S*)\s+([A-Za-z(][^\u4e00-\u9fff]*)", re.DOTALL)
_CALLED = re.compile(rb'calledElement="(\w+)"')
MOST_KEPT = 64

Messages = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the author wrote into the model, by element id."""

    names: Mapping[str, str]
    documentation: Mapping[str, str]


class Names:
    """Words for one definition in one language."""

    def __init__(self, drawn: Drawn, messages: Messages, language: str, process_id: str = "") -> None:
        self._drawn = drawn.names
        self._documentation = drawn.documentation
        self._language = language
        self._words = messages.get(language) or {}
        self._process_id = process_id

    def element(self, element_id: str | None, otherwise: str | None = None) -> str:
        """The name of an element; its id in words when it has none."""
        if not element_id:
            return otherwise or ""
        found = self._words.get(element_id) or self._words.get(f"element.{element_id}")
        return found or self._pick(self._drawn.get(element_id) or otherwise or "") or in_words(element_id)

    def translate(self, xml: bytes) -> bytes:
        """The model with every name in this language, for drawing."""
        root = _parse(xml)
        if root is None:
            return xml
        for element in root.iter(f"{_BPMN}*"):
            if element.get("id") and element.get("name"):
                element.set("name", self.element(str(element.get("id"))))
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def has_name(self, element_id: str) -> bool:
        """Whether the author named the element."""
        return bool(self._words.get(element_id) or self._drawn.get(element_id))

    def process(self, otherwise: str | None = None) -> str:
        """The name of the process."""
        return self.element(self._process_id, otherwise)

    def documentation(self, element_id: str) -> str:
        """What the author wrote about an element, if it is in the visitor's language."""
        found = self._words.get(f"documentation.{element_id}")
        if found:
            return found
        drawn = pick_language(self._documentation.get(element_id, ""), self._language)
        return drawn if _is_chinese(drawn) == (self._language == "zh") else ""

    def group(self, group_id: str) -> str | None:
        """The name the model gives to a unit or role."""
        return self._words.get(f"group.{group_id}")

    def variable(self, name: str) -> str:
        """The name of a variable or of a field."""
        leaf = name.rpartition(".")[2]
        return self._words.get(f"variable.{name}") or self._words.get(f"variable.{leaf}") or in_words(leaf)

    def value(self, variable: str, value: str) -> str:
        """A stored value, where the model gives a word for it."""
        leaf = variable.rpartition(".")[2]
        return self._words.get(f"value.{variable}.{value}") or self._words.get(f"value.{leaf}.{value}") or value

    def text(self, source: str) -> str:
        """A label or text of a form."""
        return self._words.get(source) or self._pick(source)

    def title_keys(self) -> tuple[str, ...]:
        """Keys that name an object in a list."""
        mine = (f"name_{self._language}", f"title_{self._language}")
        return (*mine, "name", "title", "label", "unit", "group", "text", "id")

    def _pick(self, text: str) -> str:
        return pick_language(text, self._language)


def pick_language(text: str, language: str) -> str:
    """The half of a two-language text that is in ``language``; the text itself when it is not made of two halves.

    Authors write ``核实 Verify``, or ``Verify / 核实``.
    """
    for separator in (" / ", " | ", "\n"):
        halves = text.split(separator)
        if len(halves) == 2 and _is_chinese(halves[0]) != _is_chinese(halves[1]):
            return halves[0] if _is_chinese(halves[0]) == (language == "zh") else halves[1]
    two = _CHINESE_FIRST.fullmatch(text)
    return two[1 if language == "zh" else 2] if two else text


def in_language(text: str | None) -> str:
    """A text of a case, such as its title, in the visitor's language where it has both."""
    return pick_language(text, current_language().key) if text else ""


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def names_of(definition_id: str) -> Names:
    """The words for a definition; kept, as definitions never change."""
    language = current_language().key
    shelf: _Shelf = current_app.extensions.setdefault("names", _Shelf())
    kept = shelf.find((definition_id, language))
    if kept is None:
        kept = _read(definition_id, language)
        shelf.keep((definition_id, language), kept)
    return kept


class _Shelf:
    """The most recently used words, safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], Names] = OrderedDict()

    def find(self, key: tuple[str, str]) -> Names | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: tuple[str, str], names: Names) -> None:
        with self._lock:
            self._kept[key] = names
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _read(definition_id: str, language: str) -> Names:
    """Its own words, and for what it calls those of the called processes, as they are released now."""
    found = list(_with_called(definition_id, set()))
    names: dict[str, str] = {}
    documentation: dict[str, str] = {}
    words: dict[str, str] = {}
    for definition in reversed(found):
        drawn = read_drawn(definition.bpmn_xml)
        names.update(drawn.names)
        documentation.update(drawn.documentation)
        words.update(messages_in(definition.files).get(language) or {})
    process_id = found[0].process_id if found else ""
    return Names(Drawn(names, documentation), {language: words}, language, process_id)


def _with_called(definition_id: str, seen: set[str]) -> Iterator[DefinitionDetail]:
    try:
        definition = engine().queries.get_definition(definition_id)
    except EngineError:
        return
    seen.add(definition.process_id)
    yield definition
    called = {name.decode() for name in _CALLED.findall(definition.bpmn_xml)} - seen
    newest = {row.process_id: row for row in sorted(_released(), key=lambda row: row.version)} if called else {}
    for process_id in sorted(called & newest.keys()):
        yield from _with_called(newest[process_id].definition_id, seen)


def _released() -> list[DefinitionRow]:
    return [row for row in engine().queries.list_definitions() if row.state == "released"]


def read_drawn(xml: bytes) -> Drawn:
    """Names and documentation in a stored (and so already checked) model."""
    root = _parse(xml)
    if root is None:
        return Drawn({}, {})
    names: dict[str, str] = {}
    documentation: dict[str, str] = {}
    for element in root.iter(f"{_BPMN}*"):
        element_id = str(element.get("id") or "")
        if element_id and element.get("name"):
            names[element_id] = str(element.get("name")).strip()
        text = element.findtext(f"{_BPMN}documentation")
        if element_id and text:
            documentation[element_id] = text.strip()
    return Drawn(names, documentation)


def _parse(xml: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        return None


def messages_in(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """The messages among a definition's files, by language."""
    found: dict[str, dict[str, str]] = {}
    for name, content in sorted(files.items()):
        if "messages" not in name or not name.endswith(".json"):
            continue
        try:
            data = json.loads(content)
        except ValueError:
            continue
        language = _LANGUAGE_IN_NAME.search(name)
        parts = {language[1]: data} if language else data
        for key, words in parts.items() if isinstance(parts, dict) else ():
            if isinstance(words, dict):
                found.setdefault(key[:2], {}).update(_flat(words))
    return found


def _flat(words: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested objects as dotted keys; plural group names of the top level as the singular the lookups use."""
    flat: dict[str, str] = {}
    for key, value in words.items():
        if isinstance(value, Mapping):
            group = {
                "elements": "", "texts": "", "variables": "variable.", "values": "value.", "groups": "group.",
            }  # fmt: skip
            flat.update(_flat(value, group.get(key, f"{prefix}{key}.") if not prefix else f"{prefix}{key}."))
        elif isinstance(value, str):
            flat[f"{prefix}{key}"] = value
    return flat
