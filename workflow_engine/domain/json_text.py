"""JSON documents from outside, read strictly."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from workflow_engine.domain.json_values import DEFAULT_LIMITS, VariableLimits, refuse_variables


def parse_json(text: str | bytes, *, limits: VariableLimits = DEFAULT_LIMITS) -> Any:
    """The value of a JSON document; refuses repeated names, NaN, Infinity, bad UTF-8 and documents over 4 MB.

    Raises ``InvalidVariablesError``. The answer still has to pass ``clean_variables``.
    """
    if len(text) > limits.document_bytes:
        refuse_variables({"$": f"Expected at most {limits.document_bytes} bytes of JSON, but got {len(text)}."})
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        return json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_refuse_constant)
    except RecursionError:
        refuse_variables({"$": "Expected JSON of a sensible depth, but it is nested too deeply."})
    except UnicodeDecodeError as error:
        refuse_variables({"$": f"Expected UTF-8, but byte {error.start} is none."})
    except json.JSONDecodeError as error:
        refuse_variables({"$": f"Expected JSON, but line {error.lineno}, column {error.colno}: {error.msg}."})
    except ValueError as error:
        refuse_variables({"$": f"Expected JSON, but {error}."})


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the name {json.dumps(name[:80])} stands twice in one object")
            seen.add(name)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
