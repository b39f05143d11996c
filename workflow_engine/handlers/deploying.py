"""Reading what is deployed, before any transaction: files to one version, or every reason against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
import orjson

from workflow_engine.bpmn.decisions_intake import read_decision_files
from workflow_engine.bpmn.intake import read_model
from workflow_engine.bpmn.model import CorrelationProperty, Model, Node, Note, Process, Scope, dump_model
from workflow_engine.domain.commands import DeployDefinition
from workflow_engine.domain.errors import DefinitionError, Problem
from workflow_engine.handlers.form_checks import check_forms
from workflow_engine.handlers.parameter_checks import check_parameters
from workflow_engine.storage.definitions import Trigger

MAX_FILES = 50
MAX_BYTES = 8 * 1024 * 1024
_GRAVITY = {"error": 0, "warning": 1, "info": 2}
_BPMN_NAMESPACE = b"http://www.omg.org/spec/BPMN/20100524/MODEL"
_FILE_NAME = re.compile(r"(?:[^/\\:]*[^/\\:.]/)?[^/\\:]*[^/\\:.]")
_LANES = {"emergency": 0}
ORDINARY_LANE = 1
_LONGEST_ID = 150
_LANE_PROPERTIES = ("liandong:lane", "priorityLane", "lane")


@dataclass(frozen=True, slots=True)
class Deployment:
    """Files that were read, checked and compiled to what the database keeps."""

    definition_id: str
    model: Model
    model_json: bytes
    files: Mapping[str, bytes]
    decisions: bytes
    """JSON of every decision file, so that no XML is read again."""
    problems: list[dict[str, Any]]
    """Warnings and infos; errors refuse."""

    @property
    def processes(self) -> list[Process]:
        """What can be started, in document order."""
        return [process for process in self.model.processes if process.executable]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in files: everything to say about them, and the deployment when nothing refuses it."""

    problems: Sequence[Problem]
    notes: Sequence[Note] = ()
    deployment: Deployment | None = None


def prepare(command: DeployDefinition) -> Deployment:
    """Read and check everything. Raises DefinitionError with all problems."""
    reading = read_files(command.files)
    if reading.deployment is None:
        errors = [problem for problem in reading.problems if problem.severity == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise DefinitionError(f"Expected a model that can be deployed, but {errors[0]}{more}", reading.problems)
    return reading.deployment


def read_files(given: Mapping[str, bytes]) -> Reading:
    """Read and check everything; what refuses it is among the problems. Raises DefinitionError without one model."""
    files = dict(given)
    name = _require_one_model(files)
    result = read_model(files[name], file_name=name)
    problems = list(result.problems)
    decisions = read_decision_files({other: files[other] for other in files if other.lower().endswith(".dmn")})
    problems.extend(decisions.problems)
    if result.model is not None:
        problems.extend(_missing_decisions(result.model, set(decisions.decision_ids), name))
        problems.extend(_too_long(result.model, name))
        if not any(process.executable for process in result.model.processes):
            problems.append(_problem("no_executable_process", "The file holds no executable process.", name))
    problems.extend(check_forms(result.model, files, name))
    problems.extend(check_parameters(result.model, list(decisions.files), files, name))
    problems.sort(key=lambda problem: _GRAVITY[problem.severity])
    if result.model is None or any(problem.severity == "error" for problem in problems):
        return Reading(problems, result.notes)
    deployment = Deployment(
        definition_id=definition_id_of(files),
        model=result.model,
        model_json=dump_model(result.model),
        files=files,
        decisions=orjson.dumps(decisions.files),
        problems=[problem.to_dict() for problem in problems],
    )
    return Reading(problems, result.notes, deployment)


def lane_of(process: Process) -> int:
    """0 for processes that say they are emergencies, else the ordinary lane."""
    properties = dict(process.properties)
    word = next((properties[name] for name in _LANE_PROPERTIES if name in properties), "")
    return _LANES.get(word, ORDINARY_LANE)


def message_keys(model: Model) -> Iterator[dict[str, str]]:
    """How correlations of the messages that the model catches are read from payloads."""
    for node in all_nodes(model):
        for event in node.events:
            if event.kind == "message" and event.name and event.correlation:
                text = msgspec.json.encode(list(event.correlation), order="sorted").decode()
                yield {"name": event.name, "digest": sha256(text.encode()).hexdigest(), "properties": text}


def read_properties(text: str) -> tuple[CorrelationProperty, ...]:
    """The correlation properties back from ``message_keys``."""
    return msgspec.json.decode(text, type=tuple[CorrelationProperty, ...])


def start_triggers(model: Model, process: Process, definition_id: str) -> Iterator[Trigger]:
    """Start events that start cases by themselves."""
    for node in process.scope.nodes:
        if node.kind != "startEvent":
            continue
        for position, event in enumerate(node.events):
            if event.kind in ("message", "signal", "timer"):
                yield Trigger(
                    definition_id, process.id, node.id, position, event.kind, event.name, event.timer, event.expression
                )


def all_nodes(model: Model) -> Iterator[Node]:
    """Every flow node of every process, nested ones included."""
    for process in model.processes:
        yield from _nodes(process.scope)


def _nodes(scope: Scope) -> Iterator[Node]:
    for node in scope.nodes:
        yield node
        if node.body is not None:
            yield from _nodes(node.body)


def _too_long(model: Model, file_name: str) -> Iterator[Problem]:
    """Identifiers and names that no column holds."""
    for process in model.processes:
        if len(process.id) > _LONGEST_ID:
            yield _problem("id_too_long", f"A process id may have {_LONGEST_ID} characters.", file_name)
    for node in all_nodes(model):
        names = [node.id, *(event.name or "" for event in node.events)]
        if node.job is not None:
            names.append(node.job.topic)
        if max(map(len, names)) > _LONGEST_ID:
            yield Problem(
                code="id_too_long",
                severity="error",
                message=f"An id, a message or signal name and a topic may have {_LONGEST_ID} characters each.",
                mend="Shorten it.",
                element_id=node.id[:_LONGEST_ID],
                file=file_name,
            )


def _missing_decisions(model: Model, decisions: set[str], file_name: str) -> Iterator[Problem]:
    for node in all_nodes(model):
        if node.decision is not None and node.decision.decision_id not in decisions:
            yield Problem(
                code="decision_missing",
                severity="error",
                message=f"Decision {node.decision.decision_id!r} is in none of the DMN files deployed with the model.",
                mend="Deploy the DMN file together with the model.",
                element_id=node.id,
                element_name=node.name,
                file=file_name,
            )


def _require_one_model(files: Mapping[str, bytes]) -> str:
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise _refusal(f"at most {MAX_FILES} files of {MAX_BYTES // 1024 // 1024} MB in all are accepted")
    require_file_names(files)
    models = [name for name, content in files.items() if is_model(name, content)]
    if len(models) != 1:
        raise _refusal(f"there are {len(models)} BPMN files among {len(files)} ({', '.join(sorted(models)) or 'none'})")
    return models[0]


def require_file_names(names: Iterable[str]) -> None:
    """Raise DefinitionError unless each is a plain name, or one in a single folder."""
    for name in names:
        if len(name) > 200 or not _FILE_NAME.fullmatch(name) or not name.isprintable():
            raise _refusal(f"{name[:80]!r} is no plain file name, nor one in a single folder")


def is_model(name: str, content: bytes) -> bool:
    """Whether a file holds a BPMN model, by its name and, for plain XML, by what it says."""
    lower = name.lower()
    return lower.endswith((".bpmn", ".bpmn20.xml", ".bpmn2")) or (lower.endswith(".xml") and _BPMN_NAMESPACE in content)


def _refusal(why: str) -> DefinitionError:
    message = f"Expected exactly one BPMN file with its decision tables and forms, but {why}."
    return DefinitionError(message, [_problem("files_refused", message, None)])


def _problem(code: str, message: str, file: str | None) -> Problem:
    return Problem(code=code, severity="error", message=message, file=file)


def definition_id_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents, whatever their order."""
    listed = [[name, sha256(content).hexdigest()] for name, content in sorted(files.items())]
    return sha256(orjson.dumps(listed)).hexdigest()
