"""Files of plans: what they refer to is brought in, so that the document stands by itself wherever it is played."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from workflow_engine.interchange.cap import CapError, parse_alert
from workflow_engine.rehearsal.plan import PlanError
from workflow_engine.rehearsal.scenario import INJECTS, Scenario, ScenarioError, Step, read_scenario, scenario_from

_MOST_BYTES = 2_000_000


def read_document(path: Path, within: Path | None = None) -> dict[str, Any]:
    """The settled document of a plan's file; a plain scenario is taken as a plan that says nothing else.

    Raises:
        PlanError: it cannot be read, or refers to what is not there.
    """
    return settle(load(path), path.name, path.parent, within)


def load(path: Path) -> Any:
    """What a JSON file holds. Raises PlanError."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise PlanError(f"{path.name}: expected at most {_MOST_BYTES // 1_000_000} MB.")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path.name}: expected a file that can be read, but: {error.strerror}.") from error
    except ValueError as error:
        raise PlanError(f"{path.name}: expected JSON, but: {error}.") from error


def settle(document: Any, file: str, folder: Path, within: Path | None) -> dict[str, Any]:
    """The document with its scenario, alerts and scripts brought in; ``folder`` is what their names are relative to.

    ``within``: nothing outside this folder may be named; None: anything that can be read.

    Raises:
        PlanError: it refers to what is not there.
    """
    if not isinstance(document, Mapping):
        raise PlanError(f"{file}, the whole: expected an object.")
    return _Settling(file, folder, within).settle(document)


class _Settling:
    def __init__(self, file: str, folder: Path, within: Path | None) -> None:
        self._file = file
        self._folder = folder
        self._within = within

    def settle(self, document: Mapping[str, Any]) -> dict[str, Any]:
        told = dict(document)
        if "steps" in told:
            scenario = self._scenario_in(told)
            return self._with(scenario, {"name": scenario.name, "about": scenario.about})
        base = told.pop("scenario", None)
        if base is not None:
            told = self._with(self._read(base, "scenario"), told)
        if isinstance(told.get("start"), Mapping):
            told["start"] = self._start(told["start"], "start", self._folder)
        if isinstance(told.get("injects"), str):
            told["injects"] = self._script(told["injects"], "injects")
        elif isinstance(told.get("injects"), list):
            told["injects"] = self._injects(told["injects"], "injects")
        if isinstance(told.get("kinds"), list):
            told["kinds"] = [self._kind(kind, f"kinds[{n}]") for n, kind in enumerate(told["kinds"], 1)]
        return {name: value for name, value in told.items() if value not in (None, "")}

    def _kind(self, kind: Any, where: str) -> Any:
        if not isinstance(kind, Mapping):
            return kind
        told = dict(kind)
        if isinstance(told.get("start"), Mapping):
            told["start"] = self._start(told["start"], f"{where}.start", self._folder)
        injects = told.get("injects")
        if isinstance(injects, str):
            told["injects"] = self._script(injects, f"{where}.injects")
        elif isinstance(injects, list):
            told["injects"] = self._injects(injects, f"{where}.injects")
        return told

    # ---- what a scenario gives
    def _scenario_in(self, document: Mapping[str, Any]) -> Scenario:
        try:
            return scenario_from(document, self._folder / self._file)
        except ScenarioError as error:
            raise PlanError(f"{self._file}: {error}") from error

    def _read(self, name: Any, where: str) -> Scenario:
        path = self._path(name, where, self._folder)
        try:
            return read_scenario(path)
        except ScenarioError as error:
            raise PlanError(f"{self._file}, {where}: {error}") from error

    def _with(self, scenario: Scenario, told: Mapping[str, Any]) -> dict[str, Any]:
        """The plan with what its scenario says where it says nothing itself."""
        given: dict[str, Any] = {
            "process_id": scenario.process_id, "start_at": scenario.start_at.isoformat(),
            "forms": _forms(scenario), "votes": _votes(scenario), **told,
        }  # fmt: skip
        tasks = given.get("tasks", {})
        if isinstance(tasks, Mapping):  # Anything else is refused with its place when the plan is read.
            for element, answer in _attached(scenario).items():
                plan = tasks.get(element, {})
                if isinstance(plan, Mapping):
                    tasks = {**tasks, element: {"answers": [answer], **plan}}
            given["tasks"] = tasks
        if "kinds" not in told and "start" not in told:
            given["start"] = self._start(scenario.start, "start", scenario.folder)
        if "kinds" not in told and "injects" not in told:
            timed = [step for step in scenario.steps if step.at is not None and step.kind in INJECTS]
            given["injects"] = [self._inject_of(step, scenario.folder) for step in timed]
        return given

    def _script(self, name: str, where: str) -> list[dict[str, Any]]:
        script = self._read(name, where)
        return [self._inject_of(step, script.folder) for step in script.steps if step.kind in INJECTS]

    def _inject_of(self, step: Step, folder: Path) -> dict[str, Any]:
        value = self._alert(step.value, str(step), folder) if step.kind == "alert" else step.value
        details = {name: one for name, one in step.details.items() if name not in ("refused", "note", "told")}
        return {**details, step.kind: value, "at": _text(step.at or timedelta())}

    # ---- alerts
    def _start(self, start: Mapping[str, Any], where: str, folder: Path) -> dict[str, Any]:
        told = dict(start)
        if isinstance(told.get("alert"), str):
            told["alert"] = self._alert(told["alert"], f"{where}.alert", folder)
        return told

    def _injects(self, injects: list[Any], where: str) -> list[Any]:
        told = []
        for number, one in enumerate(injects, 1):
            if isinstance(one, Mapping) and isinstance(one.get("alert"), str):
                one = {**one, "alert": self._alert(one["alert"], f"{where}[{number}].alert", self._folder)}
            told.append(one)
        return told

    def _alert(self, name: Any, where: str, folder: Path) -> dict[str, Any]:
        path = self._path(name, where, folder)
        try:
            return dict(parse_alert(path.read_bytes()).to_dict())
        except (OSError, CapError) as error:
            raise PlanError(f"{self._file}, {where}: expected a CAP alert in {name}, but: {error}") from error

    def _path(self, name: Any, where: str, folder: Path) -> Path:
        if not isinstance(name, str):
            raise PlanError(f"{self._file}, {where}: expected the name of a file, but got {name!r}.")
        path = (folder / name).resolve()
        if self._within is not None and not path.is_relative_to(self._within.resolve()):
            raise PlanError(f"{self._file}, {where}: expected a file of the process, but {name} lies elsewhere.")
        if not path.is_file():
            raise PlanError(f"{self._file}, {where}: expected a file, but there is no {name}.")
        return path


def _forms(scenario: Scenario) -> dict[str, list[Mapping[str, Any]]]:
    """What is submitted at each element, in order; steps that are to be refused are no example."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for step in scenario.steps:
        if step.kind in ("do", "each") and "refused" not in step.details:
            found.setdefault(str(step.value), []).append(step.details.get("form", {}))
    return found


def _attached(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Elements at which the scenario puts a file to the case before it submits: the last form with the last file."""
    found: dict[str, dict[str, Any]] = {}
    file = None
    for step in scenario.steps:
        if step.kind == "attach" and "refused" not in step.details:
            file = str(step.value)
        elif step.kind in ("do", "each") and "refused" not in step.details:
            if file is not None:
                found[str(step.value)] = {"form": step.details.get("form", {}), "attach": file}
            file = None
    return found


def _votes(scenario: Scenario) -> dict[str, list[dict[str, Any]]]:
    """What was voted at each element, every vote with the same share."""
    found: dict[str, list[dict[str, Any]]] = {}
    for step in scenario.steps:
        if step.kind == "vote" and "refused" not in step.details:
            said = {"choice": str(step.details.get("choice", "yes"))}
            if "reason" in step.details:
                said["reason"] = str(step.details["reason"])
            found.setdefault(str(step.value), []).append(said)
    return found


def _text(span: timedelta) -> str:
    return f"PT{span.total_seconds():g}S" if span.total_seconds() < 1e6 else f"PT{int(span.total_seconds())}S"
