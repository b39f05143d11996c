"""Further questions that a category asks of who reports it, in the words of GeoReport v2."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
MOST_ATTRIBUTES, MOST_VALUES = 30, 100
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_LISTS = frozenset({"singlevaluelist", "multivaluelist"})
_LONGEST = 400


def attributes_of(given: Any) -> tuple[Mapping[str, Any], ...]:
    """The definitions, each whole. Raises ValueError in words.

    Of each: ``code``, ``datatype``, ``required``, ``variable`` (false: a notice without an answer),
    ``description_zh`` and ``_en``, for lists ``values`` of ``key``, ``name_zh`` and ``name_en``.
    """
    if given is None or (isinstance(given, str) and not given.strip()):
        return ()
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise ValueError("a list of attributes as JSON") from None
    if not isinstance(given, list | tuple) or len(given) > MOST_ATTRIBUTES:
        raise ValueError(f"a list of at most {MOST_ATTRIBUTES} attributes")
    found = tuple(_attribute(one) for one in given)
    if len({one["code"] for one in found}) != len(found):
        raise ValueError("an attribute stands twice")
    return found


def _attribute(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError("each attribute is an object")
    known = {"code", "datatype", "required", "variable", "description_zh", "description_en", "values"}
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"an attribute has no {unknown[0]}")
    code, datatype = given.get("code"), given.get("datatype", "string")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ValueError("each attribute has a code of letters, digits, dots, dashes and underscores")
    if datatype not in DATATYPES:
        raise ValueError(f"attribute {code}: datatype is one of {', '.join(DATATYPES)}")
    values = given.get("values", [])
    if not isinstance(values, list | tuple) or len(values) > MOST_VALUES or bool(values) != (datatype in _LISTS):
        raise ValueError(f"attribute {code}: lists, and only they, have values")
    made = {
        "code": code, "datatype": datatype, "required": given.get("required", False) is True,
        "variable": given.get("variable", True) is True, "description_zh": _text(given, "description_zh", code),
        "description_en": _text(given, "description_en", code), "values": [_choice(one, code) for one in values],
    }  # fmt: skip
    if len({one["key"] for one in made["values"]}) != len(values):
        raise ValueError(f"attribute {code}: a value stands twice")
    return made


def _choice(given: Any, code: str) -> dict[str, str]:
    if not isinstance(given, Mapping) or given.keys() - {"key", "name_zh", "name_en"}:
        raise ValueError(f"attribute {code}: each value has a key, name_zh and name_en")
    made = {name: _text(given, name, code) for name in ("key", "name_zh", "name_en")}
    if not made["key"]:
        raise ValueError(f"attribute {code}: each value has a key")
    return made


def _text(given: Mapping[str, Any], name: str, code: str) -> str:
    text = given.get(name, "")
    if not isinstance(text, str) or len(text) > _LONGEST or not all(c.isprintable() or c == "\n" for c in text):
        raise ValueError(f"attribute {code}: {name} is a text of at most {_LONGEST} characters")
    return text.strip()
