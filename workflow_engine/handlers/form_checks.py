"""What can be wrong with the forms deployed beside a model: a file that is no JSON, a task whose form is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from workflow_engine.bpmn.model import Model, Scope
from workflow_engine.domain.errors import Problem
from workflow_engine.domain.process_parameters import FILE_NAME as PARAMETERS

_SUFFIXES = (".json", ".form")
_ELSEWHERE = ("embedded:", "deployment:app:", "http://", "https://")
"""Form keys of other products that mean no file of ours."""


def check_forms(model: Model | None, files: Mapping[str, bytes], model_name: str) -> Iterator[Problem]:
    """Problems of every form file, and of every user task that names a form which is not there."""
    known: set[str] = set()
    for name in sorted(files):
        if not name.lower().endswith(_SUFFIXES) or name == PARAMETERS:
            continue
        try:
            schema = orjson.loads(files[name])
        except orjson.JSONDecodeError as error:
            text = f"{name} is no JSON: {error}."
            yield Problem("json_unreadable", "error", text, "Open it in the editor and mend that place.", file=name)
            continue
        known.update(_names(name, schema))
    for process in model.processes if model is not None else ():
        yield from _missing(process.scope, known, model_name)


def _names(name: str, schema: Any) -> Iterator[str]:
    """Under what a user task may name this form."""
    leaf = name.rpartition("/")[2]
    yield leaf
    yield leaf.rpartition(".")[0]
    if isinstance(schema, dict) and isinstance(schema.get("id"), str):
        yield schema["id"]


def _missing(scope: Scope, known: set[str], model_name: str) -> Iterator[Problem]:
    for node in scope.nodes:
        if node.body is not None:
            yield from _missing(node.body, known, model_name)
        key = node.user_task.form_key if node.user_task is not None else None
        if not key or key.startswith(_ELSEWHERE) or node.user_task is None or node.user_task.fields:
            continue
        if key.rpartition(":")[2].rpartition("/")[2] not in known:
            yield Problem(
                code="form_missing",
                severity="warning",
                message=f"Form {key!r} is in none of the files deployed with the model: the task asks for nothing.",
                mend="Deploy the form together with the model, or take the form key away.",
                element_id=node.id,
                element_name=node.name,
                file=model_name,
            )
