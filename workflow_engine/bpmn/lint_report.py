"""What intake found, for a person at a terminal, for a program, and for pins on a diagram."""

from __future__ import annotations

import json
from typing import Any

from workflow_engine.bpmn.intake_result import IntakeResult
from workflow_engine.bpmn.model import Note

_NOTE_TITLES = {
    "rewritten": "Read as something equivalent",
    "translated": "Expressions translated to FEEL",
    "unused": "Not used",
}


def format_text(found: IntakeResult, file_name: str = "model.bpmn") -> str:
    """One line per problem with its place and how to mend it, then what was translated, rewritten and not used."""
    errors = len(found.errors)
    warnings = sum(1 for problem in found.problems if problem.severity == "warning")
    verdict = "accepted" if found.ok else "refused"
    lines = [f"{file_name}: {verdict}, {_count(errors, 'error')}, {_count(warnings, 'warning')}"]
    lines += [f"  {problem}" for problem in found.problems]
    for kind, title in _NOTE_TITLES.items():
        notes = [note for note in found.notes if note.kind == kind]
        if notes:
            lines += [f"{title}:", *(f"  {_note_line(note)}" for note in notes)]
    return "\n".join(lines)


def format_json(found: IntakeResult, file_name: str = "model.bpmn") -> str:
    """The same as one JSON object: ``file``, ``ok``, ``problems``, ``notes``."""
    return json.dumps({"file": file_name, **found.to_dict()}, ensure_ascii=False, indent=2)


def list_pins(found: IntakeResult) -> list[dict[str, Any]]:
    """Problems by element, for a diagram: ``element_id``, the gravest ``severity``, and the ``problems`` in full.

    Those that belong to no element come under ``element_id`` None.
    """
    rank = {"error": 0, "warning": 1, "info": 2}
    pins: dict[str | None, list[dict[str, Any]]] = {}
    for problem in found.problems:
        pins.setdefault(problem.element_id, []).append(problem.to_dict())
    return [
        {
            "element_id": element_id,
            "severity": min((problem["severity"] for problem in problems), key=rank.__getitem__),
            "problems": problems,
        }
        for element_id, problems in pins.items()
    ]


def _note_line(note: Note) -> str:
    text = f"{note.element_id}: {note.what}" if note.element_id else note.what
    if note.before is not None and note.after is not None:
        return f"{text}: {_short(note.before)} → {_short(note.after)}"
    value = note.before if note.before is not None else note.after
    return text if value is None else f"{text}: {_short(value)}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:97] + "…"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
