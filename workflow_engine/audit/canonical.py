"""Canonical JSON by RFC 8785 (JCS): one value, one sequence of bytes, on every machine.

Everything that is hashed goes through here. Entries take a fast path whose bytes are those of the standard; numbers
with a fraction, whose text the standard fixes to the last digit, take the slow one.
"""

from __future__ import annotations

import math
from typing import Any

import orjson
import rfc8785

from workflow_engine.domain.errors import AuditError

MAX_INTEGER = 2**53 - 1
"""RFC 8785 knows only IEEE 754 doubles; beyond this two integers would share one text."""
_INTEGER_TEXT_BELOW = 1e21
"""RFC 8785 writes whole floats below this without an exponent, so that they read back as integers."""
MAX_DEPTH = 200
"""Nesting that is accepted; below the limits of both encoders, so that both refuse the same values."""

# orjson would write dataclasses, dates and subclasses of str, int, list and dict without a word; here they are refused.
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
_TOO_LARGE = "expected a whole number between -(2^53-1) and 2^53-1; write larger ones as text"
_ATOMS = frozenset((str, int, bool, type(None)))


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 bytes of ``value``: dict, list, tuple (as list), str, int, float, bool or None.

    Raises:
        AuditError: what ``find_refusal`` names.
    """
    try:
        # The fast path gives the standard's bytes because: text is escaped alike (RFC 8785, 3.2.2.2), integers have one
        # form, and keys without characters beyond U+FFFF sort the same by code point as by UTF-16 unit (3.2.3).
        if _is_plain(value, MAX_DEPTH):
            return orjson.dumps(value, option=_OPTIONS)
        if (refusal := find_refusal(value)) is None:
            return rfc8785.dumps(value)
    except (ValueError, TypeError) as error:
        refusal = find_refusal(value) or f"$: expected a JSON value ({error})"
    raise AuditError(refusal)


def find_refusal(value: Any) -> str | None:
    """Return where and why ``value`` has no canonical JSON, such as “$.amount: expected a finite number, …”, or None.

    Refused are NaN and infinities, whole numbers of 2^53 and more that would be written with all their digits, half
    surrogate pairs, keys that are not text, nesting deeper than ``MAX_DEPTH``, and types that JSON does not have.
    What is not refused reads back from its canonical bytes as a value with the same canonical bytes.
    """
    return _find_refusal(value, "$", MAX_DEPTH)


def _is_plain(value: Any, depth: int) -> bool:
    """Tell whether the fast path may write ``value``; whatever it does not know is not plain."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if depth == 0:
        return False
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not (key.isascii() or max(key) <= "\uffff"):
                return False
            if type(item) not in _ATOMS and not _is_plain(item, depth - 1):
                return False
        return True
    if kind is list or kind is tuple:
        for item in value:  # noqa: SIM110 (a generator costs twice the time here)
            if type(item) not in _ATOMS and not _is_plain(item, depth - 1):
                return False
        return True
    return False


def _find_refusal(value: Any, place: str, depth: int) -> str | None:
    kind = type(value)
    if kind is dict:
        return _find_refusal_in_object(value, place, depth)
    if kind is list or kind is tuple:
        if depth == 0:
            return f"{place}: expected at most {MAX_DEPTH} levels of nesting"
        for index, item in enumerate(value):
            if refusal := _find_refusal(item, f"{place}[{index}]", depth - 1):
                return refusal
        return None
    return _find_refusal_of_atom(value, place)


def _find_refusal_in_object(value: dict[Any, Any], place: str, depth: int) -> str | None:
    if depth == 0:
        return f"{place}: expected at most {MAX_DEPTH} levels of nesting"
    for key, item in value.items():
        if type(key) is not str:
            return f"{place}: expected keys that are text, but found {key!r} ({type(key).__name__})"
        if not _is_unicode(key):
            return f"{place}: expected Unicode text, but the key {key!r} holds half a surrogate pair"
        if refusal := _find_refusal(item, f"{place}.{key}", depth - 1):
            return refusal
    return None


def _find_refusal_of_atom(value: Any, place: str) -> str | None:
    kind = type(value)
    if kind is str:
        return None if _is_unicode(value) else f"{place}: expected Unicode text, but it holds half a surrogate pair"
    if kind is int:
        return None if abs(value) <= MAX_INTEGER else f"{place}: {_TOO_LARGE}"
    if kind is float:
        if not math.isfinite(value):
            return f"{place}: expected a finite number, but found {value}"
        return f"{place}: {_TOO_LARGE}" if MAX_INTEGER < abs(value) < _INTEGER_TEXT_BELOW else None
    if kind is bool or value is None:
        return None
    return f"{place}: expected a JSON value, but found {kind.__name__}"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
