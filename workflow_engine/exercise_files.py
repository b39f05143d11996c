"""Scripts of exercises out of files: one of injects (JSON), and the alerts (CAP) that it names."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.interchange.cap import CapError, parse_alert
from workflow_engine.rehearsal.scenario import Scenario, ScenarioError, Step, read_script

MOST_BYTES = 2_000_000
SHIPPED = Path(__file__).parents[1] / "processes"


@dataclass(frozen=True, slots=True)
class OfferedScript:
    """A script that lies in the folder of a process."""

    key: str
    process_id: str
    name: Mapping[str, str]
    """By language; of the script itself where it says none."""
    about: str
    path: Path


def offered_scripts(folder: Path | None) -> list[OfferedScript]:
    """Those in ``*/injects/*.json`` of the folder of processes (by default the shipped one) that can be read."""
    found = []
    for path in sorted((folder or SHIPPED).glob("*/injects/*.json")):
        try:
            script, data = read_script(path), json.loads(path.read_text(encoding="utf-8"))
        except ScenarioError:
            continue
        named = data.get("title") or {}
        found.append(
            OfferedScript(
                f"{path.parents[1].name}/{path.stem}", script.process_id,
                named if isinstance(named, dict) else {"en": str(named)}, script.about, path,
            )
        )  # fmt: skip
    return found


def script_of(path: Path) -> tuple[str, dict[str, Any]]:
    """Process id, and the script as ``PlanExercise`` takes it. Raises InvalidVariablesError saying what is wrong."""
    try:
        script, data = read_script(path), json.loads(path.read_text(encoding="utf-8"))
        told: dict[str, Any] = {"injects": _injects(script)}
        told.update({name: _seconds(data[name]) for name in ("answers", "expected") if name in data})
    except (ScenarioError, CapError, OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidVariablesError("Expected a script of injects.", {"script": str(error)[:500]}) from error
    if isinstance(told.get("answers"), dict):
        told["answers"] = {
            element: ways if isinstance(ways, list) else [ways] for element, ways in told["answers"].items()
        }  # fmt: skip
    return script.process_id, told


def uploaded_script(files: Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    """The same of files that somebody sent: one ``.json``, and alerts by the names that it gives. Raises as above."""
    scripts = [name for name in files if name.endswith(".json")]
    if len(scripts) != 1 or sum(map(len, files.values())) > MOST_BYTES:
        raise InvalidVariablesError(
            "Expected a script of injects.", {"script": "Expected one .json file, its alerts as .xml, 2 MB in all."}
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / Path(name).name).write_bytes(content)
        return script_of(Path(folder) / Path(scripts[0]).name)


def _injects(script: Scenario) -> list[dict[str, Any]]:
    injects = [] if not script.start else [_beginning(script)]
    return [*injects, *(_inject(script, step, len(injects) + place) for place, step in enumerate(script.steps))]


def _beginning(script: Scenario) -> dict[str, Any]:
    start = dict(script.start)
    told = script.about[:500]
    if "alert" in start:
        return {"number": 0, "at": 0, "kind": "alert", "told": told, "content": _alert(script, str(start["alert"]))}
    if "service_request" in start:
        content = {"source": "phone", **start["service_request"]}
        return {"number": 0, "at": 0, "kind": "service_request", "told": told, "content": content}
    return {"number": 0, "at": 0, "kind": "start", "told": told, "content": start}


def _inject(script: Scenario, step: Step, number: int) -> dict[str, Any]:
    details = dict(step.details)
    told = str(details.pop("told", details.pop("note", "")))
    if step.kind == "alert":
        content: Any = _alert(script, str(step.value))
    elif step.kind == "service_request":
        if step.value != "submit":
            raise ScenarioError(f"Expected {step} to submit a report: nothing else of reports is an inject.")
        content = details
    else:
        content = {"name": str(step.value), "payload": details.get("payload", {})}
    at = 0 if step.at is None else int(step.at.total_seconds())
    return {"number": number, "at": at, "kind": step.kind, "told": told, "content": content}


def _alert(script: Scenario, name: str) -> dict[str, Any]:
    """Beside the script as it says, or (uploaded) in the same folder."""
    path = script.folder / name
    return parse_alert((path if path.exists() else script.folder / Path(name).name).read_bytes()).to_dict()


def _seconds(value: Any) -> Any:
    """The same with durations as seconds, at ``after`` and ``by``."""
    if isinstance(value, list):
        return [_seconds(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _passed(one) if name in ("after", "by") and isinstance(one, str) else one if name == "form"
        else _seconds(one)
        for name, one in value.items()
    }  # fmt: skip


def _passed(text: str) -> int:
    beginning = datetime(2000, 1, 1, tzinfo=UTC)
    return int((add(beginning, parse_duration(text)) - beginning) / timedelta(seconds=1))
