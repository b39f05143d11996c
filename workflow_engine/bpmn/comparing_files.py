"""Two sets of files side by side: the model and tables by their own rules, forms field by field, the rest by value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from workflow_engine.bpmn.comparing import FieldChange, FileChange, Kind, ModelDifference
from workflow_engine.bpmn.comparing_diagrams import compare_diagrams
from workflow_engine.bpmn.comparing_tables import compare_tables
from workflow_engine.bpmn.comparing_values import changed_values, flat_json

Files = Mapping[str, bytes]


def compare_files(before: Files, after: Files, is_model: Callable[[str, bytes], bool]) -> ModelDifference:
    """Everything that differs. ``is_model`` says which file holds the diagram."""
    elements, counts = compare_diagrams(_model(before, is_model), _model(after, is_model))
    return ModelDifference(
        elements=elements,
        tables=compare_tables(_tables(before), _tables(after)),
        files=tuple(_changed_files(_others(before, is_model), _others(after, is_model))),
        counts=counts,
    )


def _model(files: Files, is_model: Callable[[str, bytes], bool]) -> bytes | None:
    return next((content for name, content in sorted(files.items()) if is_model(name, content)), None)


def _tables(files: Files) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.lower().endswith(".dmn")}


def _others(files: Files, is_model: Callable[[str, bytes], bool]) -> dict[str, bytes]:
    tables = _tables(files)
    return {name: content for name, content in files.items() if name not in tables and not is_model(name, content)}


def _changed_files(before: Files, after: Files) -> Iterator[FileChange]:
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        kind: Kind = "added" if was is None else "removed" if now is None else "changed"
        old, new = _json(was), _json(now)
        if _is_form(old) or _is_form(new):
            fields = tuple(_changed_fields(_fields(old), _fields(new)))
            values = changed_values(_around(old), _around(new)) if kind == "changed" else ()
            if fields or values or kind != "changed":
                yield FileChange(name, kind, fields, values)
        else:
            yield FileChange(name, kind, (), changed_values(_flat(old), _flat(new)) if kind == "changed" else ())


def _json(content: bytes | None) -> Any:
    try:
        return None if content is None else orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _flat(value: Any) -> dict[str, str]:
    return {} if value is None else flat_json(value)


def _is_form(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("components"), list)


def _around(form: Any) -> dict[str, str]:
    """What a form says beside its fields."""
    return flat_json({key: value for key, value in form.items() if key != "components"}) if _is_form(form) else {}


def _fields(form: Any, prefix: str = "") -> dict[str, dict[str, str]]:
    """Fields by key (texts and lines by id), those in groups too; each as path to text."""
    found: dict[str, dict[str, str]] = {}
    for number, part in enumerate(form["components"] if _is_form(form) else (), 1):
        if not isinstance(part, dict):
            continue
        key = str(part.get("key") or part.get("path") or part.get("id") or f"{part.get('type', '')} {number}")
        key = f"{prefix}.{key}" if prefix else key
        own = {name: value for name, value in part.items() if name not in ("components", "id", "layout")}
        found[key] = flat_json(own)
        found.update(_fields(part, key if part.get("path") else prefix))
    return found


def _changed_fields(before: Mapping[str, dict[str, str]], after: Mapping[str, dict[str, str]]) -> Iterator[FieldChange]:
    order_before = [key for key in before if key in after]
    order_after = [key for key in after if key in before]
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key), after.get(key)
        label = (now or was or {}).get("label") or (now or was or {}).get("text", "")[:80]
        if was is None or now is None:
            yield FieldChange("added" if was is None else "removed", key, label)
        elif values := changed_values(was, now):
            yield FieldChange("changed", key, label, values)
        elif order_before.index(key) != order_after.index(key):
            yield FieldChange("moved", key, label)
