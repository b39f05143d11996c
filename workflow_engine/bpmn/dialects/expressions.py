"""Which language an expression is written in, and its reading in FEEL.

The rule, in this order, stops at the first that applies:

1. ``=…`` (but not ``==…``) is FEEL, as Camunda 8 writes it. It is never guessed at.
2. A declared language decides: FEEL, JUEL (also "el", "uel"), Python, or Groovy's plain conditions; scripts in other
   languages are refused. XPath, BPMN's default when nothing was chosen, counts as nothing declared.
3. Text that is valid FEEL is FEEL, *except* where FEEL's reading cannot be what was meant: the names True, False, None;
   ``not x``, ``is``, ``empty`` read as parts of a name; index ``[0]``; chained comparisons; ``//``; methods of data;
   functions only Python has.
4. Text with ``${…}`` or ``#{…}`` is JUEL; text around it makes a joined string.
5. Text that is none of these is tried as Python, then as JUEL without its braces; what neither can read is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workflow_engine.bpmn.dialects.expressions_juel import translate_juel
from workflow_engine.bpmn.dialects.expressions_python import translate_python
from workflow_engine.bpmn.dialects.expressions_text import DialectError, Piece, joined
from workflow_engine.bpmn.dialects.expressions_text import text as literal_text
from workflow_engine.feel import Compiled, FeelSyntaxError, ast, compile_expression
from workflow_engine.feel.builtins import find_builtin
from workflow_engine.feel.outside import OUTSIDE

_NOT_FEEL_WORDS = frozenset(
    (
        "not",
        "is",
        "None",
        "True",
        "False",
        "lambda",
        "empty",
        "eq",
        "ne",
        "lt",
        "gt",
        "le",
        "ge",
        "div",
        "mod",
        "instanceof",
    )
)
_NOT_FEEL_NAMES = frozenset(("True", "False", "None"))
_PYTHON_FUNCTIONS = frozenset(
    ("len", "str", "int", "float", "bool", "round", "sorted", "set", "list", "tuple", "dict", "isinstance", "range")
)
_ORDER = frozenset(("<", "<=", ">", ">="))
_BRACED = re.compile(r"[$#]\{((?:[^{}'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*)\}", re.DOTALL)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ANY_STRINGS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
_SCRIPT = re.compile(r"[;\n{}]|\b(?:return|def|new)\b")
_MAX_SOURCE = 20_000


@dataclass(frozen=True, slots=True)
class Translation:
    """An expression as FEEL; ``changed`` tells whether the text differs, ``note`` what was done, for the uploader."""

    feel: str
    changed: bool
    note: str = ""


def translate(
    text: str,
    *,
    language: str | None = None,
    prefer: Literal["feel", "auto"] = "auto",
    names: Mapping[str, str] | None = None,
) -> Translation:
    """Return the FEEL reading of an expression in a model.

    ``language`` is what the model declares, if anything; with ``prefer="feel"`` every text that is valid FEEL is taken
    as it stands. ``names`` gives the FEEL for variables that mean something else in JUEL. Raises ``DialectError`` with
    the reason when there is no faithful reading.
    """
    source = text.strip()
    if not source:
        raise DialectError("Expected an expression, but there is no text")
    if len(source) > _MAX_SOURCE:
        raise DialectError(f"Expected an expression of at most {_MAX_SOURCE} characters")
    if source.startswith("=") and not source.startswith("=="):
        return _as_feel(source[1:].strip(), text)
    declared = _declared(language)
    if declared == "feel":
        return _as_feel(source, text)
    if declared is not None:
        return _finish(_read_as(declared, source, names or {}), text, declared)
    compiled = _try_feel(source)
    if compiled is not None and (prefer == "feel" or not _reads_wrong(compiled)):
        return Translation(source, source != text)
    return _guess(source, text, compiled, names or {})


def _guess(source: str, text: str, compiled: Compiled | None, names: Mapping[str, str]) -> Translation:
    if _BRACED.search(source):
        return _finish(_read_braced(source, names), text, "juel")
    try:
        return _finish(translate_python(source), text, "python")
    except DialectError as error:
        reason = error
    if reason.details.get("readable"):  # it is Python, but nothing FEEL can say: JUEL must not guess at it
        return _kept_as_feel(source, text, compiled, reason)
    try:
        return _finish(translate_juel(source), text, "juel")
    except DialectError:
        return _kept_as_feel(source, text, compiled, reason)


def _kept_as_feel(source: str, text: str, compiled: Compiled | None, reason: DialectError) -> Translation:
    if compiled is None:
        raise DialectError(f"{source[:200]!r} cannot be read: {reason.message}", source=source) from reason
    return Translation(source, source != text)


def _declared(language: str | None) -> str | None:
    """Return feel, juel or python for a declared language, None when nothing usable was declared."""
    lowered = (language or "").strip().lower()
    if not lowered or "xpath" in lowered or lowered.endswith(("/xml", "/text")):
        return None
    if "feel" in lowered or "dmn/feel" in lowered:
        return "feel"
    if lowered in ("juel", "uel", "el") or "juel" in lowered or "java.sun.com/jsp/el" in lowered:
        return "juel"
    if "python" in lowered:
        return "python"
    if lowered == "groovy":
        return "groovy"
    raise DialectError(f"Expected FEEL, JUEL or Python, but the expression declares {language!r}", language=language)


def _read_as(declared: str, source: str, names: Mapping[str, str]) -> Piece:
    if declared == "python":
        return translate_python(source)
    if declared == "groovy" and _SCRIPT.search(_ANY_STRINGS.sub("", source)):
        raise DialectError("Expected a plain condition, but this is a Groovy script")
    return _read_braced(source, names) if _BRACED.search(source) else translate_juel(source, names)


def _read_braced(source: str, names: Mapping[str, str]) -> Piece:
    """``${…}`` alone is its value; with text around it, a joined string."""
    whole = _BRACED.fullmatch(source)
    if whole:
        return translate_juel(whole.group(1), names)
    parts: list[Piece] = []
    position = 0
    for match in _BRACED.finditer(source):
        if match.start() > position:
            parts.append(literal_text(source[position : match.start()]))
        piece = translate_juel(match.group(1), names)
        parts.append(Piece(piece.text, piece.level))
        position = match.end()
    if position < len(source):
        parts.append(literal_text(source[position:]))
    return joined(parts)


_LABELS = {"juel": "${…} (JUEL)", "python": "Python", "groovy": "Groovy"}


def _finish(piece: Piece, text: str, dialect: str) -> Translation:
    try:
        compile_expression(piece.text)
    except FeelSyntaxError as error:
        raise DialectError(f"{text.strip()[:200]!r} has no reading in FEEL: {error.message}") from error
    return Translation(piece.text, True, f"translated from {_LABELS[dialect]}")


def _as_feel(source: str, text: str) -> Translation:
    try:
        compile_expression(source)
    except FeelSyntaxError as error:
        raise DialectError(
            f"{text.strip()[:200]!r} is not FEEL: {error.message}", line=error.line, column=error.column
        ) from error
    return Translation(source, source != text)


def _try_feel(source: str) -> Compiled | None:
    try:
        return compile_expression(source)
    except FeelSyntaxError:
        return None


def _reads_wrong(compiled: Compiled) -> bool:
    """Whether valid FEEL is most likely another language by accident; see rule 3 above."""
    if "//" in _STRINGS.sub("", compiled.source) and "\n" not in compiled.source:
        return True
    pending: list[ast.Node] = [compiled.tree]
    while pending:
        node = pending.pop()
        if _foreign(node):
            return True
        pending.extend(ast.children(node))
    return False


def _foreign(node: ast.Node) -> bool:
    if isinstance(node, ast.Name):
        return node.name in _NOT_FEEL_NAMES or (" " in node.name and _has_foreign_word(node.name))
    if isinstance(node, ast.Path):
        return " " in node.key and _has_foreign_word(node.key)
    if isinstance(node, ast.Filter):
        return isinstance(node.condition, ast.Literal) and node.condition.value == 0
    if isinstance(node, ast.Compare):
        return isinstance(node.left, ast.Compare) and node.operator in _ORDER
    if isinstance(node, ast.Call):
        function = node.function
        if isinstance(function, ast.Path):
            return True
        return (
            isinstance(function, ast.Name)
            and function.name in _PYTHON_FUNCTIONS
            and find_builtin(function.name) is None
        )
    return False


def _has_foreign_word(name: str) -> bool:
    return find_builtin(name) is None and name not in OUTSIDE and not _NOT_FEEL_WORDS.isdisjoint(name.split())


__all__ = ["DialectError", "Translation", "translate"]
