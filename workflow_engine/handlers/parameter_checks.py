"""What can be wrong with the parameters of a process: the file itself, and models that read others than it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson

from workflow_engine.bpmn.model import Model
from workflow_engine.domain.errors import Problem
from workflow_engine.domain.process_parameters import FILE_NAME, Parameter, read_parameters
from workflow_engine.feel import FeelSyntaxError, compile_expression, to_json

_READ = re.compile(r'city parameter\(\s*"((?:[^"\\]|\\.)*)"(?:\s*,\s*([^(),]*?)\s*\))?')


def check_parameters(
    model: Model | None, decisions: list[Any], files: Mapping[str, bytes], model_name: str
) -> Iterator[Problem]:
    """Problems of the file, and a warning for each parameter that is read but not declared so."""
    declared: dict[str, Parameter] = {}
    if FILE_NAME in files:
        declared, faults = read_parameters(files[FILE_NAME])
        for fault in faults:
            yield Problem("parameters_unreadable", "error", f"{FILE_NAME}: {fault}.", "Mend the file.", file=FILE_NAME)
    for name, default in sorted(_reads([msgspec.to_builtins(model), decisions])):
        if name not in declared:
            text = f"City parameter {name!r} is declared nowhere: no city can set it on a page."
            yield Problem("parameter_undeclared", "warning", text, f"Declare it in {FILE_NAME}.", file=model_name)
        elif (found := _constant(default)) is not None and found != declared[name].default:
            text = (
                f"City parameter {name!r} is read with the default {default}, but {FILE_NAME} says "
                f"{orjson.dumps(declared[name].default).decode()}."
            )
            yield Problem("parameter_default", "warning", text, "Say the same in both places.", file=model_name)


def _reads(tree: Any) -> set[tuple[str, str]]:
    """(name, text of the default) of every parameter that the texts of a tree read by a literal name."""
    found: set[tuple[str, str]] = set()
    pending = [tree]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            if "city parameter" in one:
                found.update(_READ.findall(one))
        elif isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list | tuple):
            pending.extend(one)
    return found


def _constant(text: str) -> Any:
    """The value of a default that needs nothing to be known; None for any other."""
    if not text:
        return None
    try:
        compiled = compile_expression(text)
    except FeelSyntaxError:
        return None
    return None if compiled.free_names else to_json(compiled.evaluate({}))
