"""Texts of a model turned into FEEL: expressions, texts with ``${…}`` in them, names and timers.

Every text that had to change becomes a note, and every result is compiled, so that a slip is found at upload and not
when a case gets there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from workflow_engine.bpmn.dialects.expressions import DialectError, translate
from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.reading_cron import find_cycle_of_cron
from workflow_engine.bpmn.xml import Element, child, is_bpmn, text_of
from workflow_engine.domain.timing import TimingError, parse_cycle, parse_duration, parse_instant

_HOLE = re.compile(r"[$#]\{")
_ISO_LIKE = re.compile(r"[+-]?(P[\dT].*|R-?\d*/.*|\d{4}-\d\d-\d\d.*)", re.IGNORECASE)
_CRON_LIKE = re.compile(r"[0-9*?][0-9*/,?\-]*(\s+[0-9A-Za-z*?/,\-#]+){4,6}")
_QUOTED = re.compile(r"""\s*(["'])([^"'\\]*)\1\s*""")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_TIMER_TAGS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_TIMER_MEND = {
    "date": "Write an ISO 8601 instant such as 2030-01-31T12:00:00Z, or an expression such as ${dueDate}.",
    "duration": "Write an ISO 8601 duration such as PT1H or P2D, or an expression such as ${wait}.",
    "cycle": "Write an ISO 8601 cycle such as R3/PT1H, or an expression such as ${rhythm}.",
}


@dataclass(frozen=True, slots=True)
class NameText:
    """A name: literal text, or FEEL that gives it."""

    name: str | None
    expression: str | None


class Words:
    """Translates the texts of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._findings = document.findings
        self._known_names: frozenset[str] | None = None

    def expression(self, element: Element, raw: str | None, what: str, language: str | None = None) -> str | None:
        """FEEL for a text that is an expression even without ``${…}``; None when there is no text or it is wrong."""
        if raw is None or not raw.strip():
            return None
        raw = raw.strip()
        try:
            translation = translate(raw, language=language, names=_names_of(element))
        except DialectError as exc:
            self._findings.error(
                "expression", element, f"The {what} {_shown(raw)} cannot be translated: {exc}.",
                "Write it in FEEL, for example amount > 100 and status = \"open\".",
            )  # fmt: skip
            return None
        feel = translation.feel
        if translation.changed and feel != raw.removeprefix("=").strip():
            self._findings.note("translated", element, f"{what}, {translation.note}", before=raw, after=feel)
        return feel

    def template(self, element: Element, raw: str | None, what: str) -> str | None:
        """FEEL for a text that stands for itself unless it starts with ``=`` or holds ``${…}``."""
        if raw is None or not raw.strip():
            return None
        raw = raw.strip()
        if raw.startswith("="):
            return self.expression(element, raw, what)
        parts = split_template(raw)
        if all(literal for literal, _ in parts):
            return quote(raw)
        if len(parts) == 1:
            return self.expression(element, raw, what)
        pieces: list[str] = []
        for literal, text in parts:
            if literal:
                pieces.append(quote(text))
                continue
            inner = self.expression(element, text, what)
            if inner is None:
                return None
            pieces.append(f"string({inner})")
        feel = " + ".join(pieces)
        self._findings.note("translated", element, what, before=raw, after=feel)
        return feel

    def holes(self, element: Element, raw: str | None, what: str) -> str | None:
        """FEEL for a text with ``${…}`` in it; None when it stands for itself."""
        return self.template(element, " ".join(raw.split()), what) if raw and _HOLE.search(raw) else None

    def list_of(self, element: Element, raw: str | None, what: str) -> str | None:
        """FEEL for a comma separated list of names in which each may be ``${…}``."""
        if raw is None or not raw.strip():
            return None
        raw = raw.strip()
        if raw.startswith("="):
            return self.expression(element, raw, what)
        parts = [part.strip() for part in _split_commas(raw) if part.strip()]
        if len(parts) == 1 and _HOLE.match(parts[0]):
            return self.template(element, parts[0], what)
        found = [self.template(element, part, what) for part in parts]
        return None if None in found else "[" + ", ".join(text for text in found if text is not None) + "]"

    def name(self, element: Element, raw: str | None, what: str) -> NameText:
        """A message, signal or topic name, which may be given by an expression."""
        if raw is None or not raw.strip():
            return NameText(None, None)
        raw = raw.strip()
        if not _HOLE.search(raw) and not raw.startswith("="):
            return NameText(raw, None)
        feel = self.template(element, raw, what)
        quoted = _QUOTED.fullmatch(feel or "")
        return NameText(quoted[2], None) if quoted else NameText(None, feel)

    def literal(self, element: Element, raw: str | None, what: str) -> str | None:
        """A text that must be fixed; ``${'E1'}`` counts, an expression over variables is refused."""
        found = self.name(element, raw, what)
        if found.expression is not None:
            self._findings.error(
                "not_fixed", element, f"The {what} {_shown(raw or '')} is an expression; expected a fixed text.",
                "Write the text itself.",
            )  # fmt: skip
        return found.name

    # ---------------------------------------------------------------------------------------------------- timers
    def timer(self, element: Element, definition: Element) -> tuple[str | None, str | None]:
        """The kind of a timer event definition and FEEL for its ISO 8601 text."""
        given = [(tag, item) for tag in _TIMER_TAGS for item in definition if is_bpmn(item, tag)]
        if len(given) != 1:
            self._findings.error(
                "timer_kind", element,
                f"The timer has {len(given) or 'no'} time expressions; expected exactly one date, duration or cycle.",
                "Give it one of timeDate, timeDuration and timeCycle.",
            )  # fmt: skip
            return None, None
        tag, item = given[0]
        return _TIMER_TAGS[tag], self.time_text(element, text_of(item), _TIMER_TAGS[tag])

    def time_text(self, element: Element, raw: str | None, kind: str) -> str | None:
        """FEEL for a date, duration or cycle; literal texts are checked at once."""
        if raw is None:
            self._findings.error("timer_text", element, f"The timer's {kind} is empty.", _TIMER_MEND[kind])
            return None
        quoted = _QUOTED.fullmatch(raw)
        text = quoted[2].strip() if quoted else raw
        if quoted or _ISO_LIKE.fullmatch(text) or _CRON_LIKE.fullmatch(text):
            return self._literal_time(element, text, kind)
        if not raw.startswith("=") and not _HOLE.search(raw) and not self._speaks_of_variables(raw):
            self._refuse_time(element, text, kind, "is no ISO 8601 text and names no variable of the model")
            return None
        feel = self.expression(element, raw, f"timer {kind}")
        literal = _QUOTED.fullmatch(feel or "")
        return self._literal_time(element, literal[2], kind) if literal else feel

    def _literal_time(self, element: Element, text: str, kind: str) -> str | None:
        cycle = find_cycle_of_cron(text) if kind == "cycle" else None
        if cycle is not None:
            self._findings.note("rewritten", element, "cron text as an ISO 8601 cycle", before=text, after=cycle)
            return quote(cycle)
        try:
            if kind == "cycle":
                parse_cycle(text)
            elif kind == "duration":
                if text.startswith("-"):
                    raise TimingError("it is negative")
                parse_duration(text)
            else:
                parse_instant(text)
        except TimingError as exc:
            self._refuse_time(element, text, kind, f"is refused: {exc}")
            return None
        return quote(text)

    def _refuse_time(self, element: Element, text: str, kind: str, why: str) -> None:
        self._findings.error("timer_text", element, f"The timer's {kind} {_shown(text)} {why}.", _TIMER_MEND[kind])

    def _speaks_of_variables(self, raw: str) -> bool:
        """Bare text in a timer is an expression only if it mentions a name that the model itself gives a value."""
        if self._known_names is None:
            self._known_names = _names_given(self._document)
        return any(word in self._known_names for word in _NAME.findall(raw))


def _names_of(element: Element) -> dict[str, str]:
    """In ``${…}`` the instances of a multi-instance activity count from 0, here from 1 (BPMN 2.0.2, table 10.30)."""
    activities = (element, *element.iterancestors())
    inside = any(child(activity, "multiInstanceLoopCharacteristics") is not None for activity in activities)
    return {"loopCounter": "loopCounter - 1"} if inside else {}


def quote(text: str) -> str:
    """A FEEL string literal."""
    return json.dumps(text, ensure_ascii=False)


def split_template(raw: str) -> list[tuple[bool, str]]:
    """``a-${b}`` as [(True, 'a-'), (False, '${b}')]; True marks literal text. Braces inside strings are skipped."""
    parts: list[tuple[bool, str]] = []
    at = 0
    while at < len(raw):
        hole = _HOLE.search(raw, at)
        end = _end_of_hole(raw, hole.end()) if hole else -1
        if hole is None or end < 0:
            parts.append((True, raw[at:]))
            break
        if hole.start() > at:
            parts.append((True, raw[at : hole.start()]))
        parts.append((False, raw[hole.start() : end]))
        at = end
    return parts or [(True, raw)]


def _end_of_hole(raw: str, at: int) -> int:
    depth, quote_mark = 1, ""
    while at < len(raw):
        letter = raw[at]
        if quote_mark:
            if letter == "\\":
                at += 1
            elif letter == quote_mark:
                quote_mark = ""
        elif letter in "\"'":
            quote_mark = letter
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1


def _split_commas(raw: str) -> list[str]:
    """At commas outside ``${…}``."""
    parts, current = [], ""
    for literal, text in split_template(raw):
        if not literal:
            current += text
            continue
        first, *rest = text.split(",")
        current += first
        for piece in rest:
            parts.append(current)
            current = piece
    return [*parts, current]


def _names_given(document: Document) -> frozenset[str]:
    names: set[str] = set()
    for element in document.elements:
        if is_bpmn(element, "script"):
            names.update(_NAME.findall(element.text or ""))
        elif is_bpmn(
            element, "dataObject", "dataObjectReference", "property", "dataInput", "dataOutput", "inputDataItem"
        ):
            names.update(value for value in (element.get("id"), element.get("name")) if value)
        elif not is_bpmn(element):
            names.update(value for key in ("id", "name", "target", "key") if (value := element.get(key)))
    return frozenset(names)


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= 120 else text[:117] + '…'}”"
