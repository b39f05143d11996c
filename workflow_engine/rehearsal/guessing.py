"""A first plan for a process for which nobody has written one: what people need is guessed from the deadlines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_engine.rehearsal.filling import read_schemas, valid_answer

FILE = "guess.json"
_START_AT = "2026-03-02T08:00:00+08:00"
_EMERGENCY = b'mechanism="emergency"'
_START_FORM = re.compile(rb"<(?:\w+:)?startEvent\b[^>]*\bformKey=\"([^\"]+)\"")
_USUAL = "main_path.json"


def guessed_plan(process_id: str, files: Mapping[str, bytes], folder: Path | None) -> dict[str, Any]:
    """The document of such a plan; a scenario of the process's folder, where there is one, says how cases go.

    Names of files in it are relative to ``rehearsals`` in that folder.
    """
    xml = b"".join(content for name, content in sorted(files.items()) if name.endswith(".bpmn"))
    plan: dict[str, Any] = {
        "name": "初步推测 First guess",
        "about": (
            "时间按各任务时限推测, 每个部门两人; 请按实际修改后再作依据。 Times are guessed from the deadlines, "
            "two people in each department: put in what you know before you rely on it."
        ),
        "process_id": process_id, "guessed": True, "season": {"cases": 10},
        "arrivals": {"between": {"exponential": "PT6H"}},
        "others": {"people": 2, "hours": "always" if _EMERGENCY in xml else "office"},
        "tasks": {"*": {
            "notice": {"lognormal": {"median": "PT20M", "p90": "PT2H"}},
            "work": {"lognormal": {"median": "PT30M", "p90": "PT2H"}},
            "of_deadline": {"notice": {"triangular": [0, 0.1, 0.5]}, "work": {"triangular": [0.05, 0.2, 0.7]}},
        }},
        "milestones": [{"id": "end", "name": {"zh_CN": "结束", "en": "Ended"}, "until": "end"}],
    }  # fmt: skip
    scenario = _scenario(folder)
    if scenario is not None:
        return {**plan, "scenario": f"../scenarios/{scenario}"}
    return {**plan, "start_at": _START_AT, "start": {"variables": _started(xml, files)}}


def _scenario(folder: Path | None) -> str | None:
    """The usual course, else the first."""
    names = [] if folder is None else sorted(path.name for path in (folder / "scenarios").glob("*.json"))
    return _USUAL if _USUAL in names else next(iter(names), None)


def _started(xml: bytes, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a start form asks for."""
    found = _START_FORM.search(xml)
    schema = read_schemas(files).get(found[1].decode()) if found else None
    return {} if schema is None else valid_answer(schema)
