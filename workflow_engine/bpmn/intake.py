"""The door for uploaded models: bytes in, a checked model or all that is wrong with them out.

The bytes are parsed in a child process with limits on time, memory and size. Whatever happens to the child, the caller
gets a verdict within seconds and keeps its own memory.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Collection

import msgspec

from workflow_engine.bpmn.child_program import ask_child
from workflow_engine.bpmn.intake_child import Answer, Request
from workflow_engine.bpmn.intake_here import read_model_here
from workflow_engine.bpmn.intake_limits import IntakeLimits
from workflow_engine.bpmn.intake_result import IntakeResult
from workflow_engine.bpmn.model import Model
from workflow_engine.domain.errors import DefinitionError, Problem

__all__ = ["IntakeLimits", "IntakeResult", "read_model", "read_model_here", "require_model"]

_STANDARD = IntakeLimits()


def read_model(
    xml: bytes,
    *,
    file_name: str = "model.bpmn",
    limits: IntakeLimits = _STANDARD,
    known_processes: Collection[str] | None = None,
) -> IntakeResult:
    """Reads and checks an uploaded BPMN file in a limited child process; never raises for what the file holds.

    ``known_processes`` are the ids that call activities may name beside those of the file; None leaves them unchecked.
    """
    if len(xml) > limits.max_bytes:
        text = f"The file has {len(xml):,} bytes; at most {limits.max_bytes:,} are accepted."
        return _refusal("too_large", text, "Split the model into several files with call activities.", file_name)
    request = Request(file_name, limits, None if known_processes is None else sorted(known_processes))
    given = msgspec.json.encode(request) + b"\n" + xml
    try:
        said = ask_child("workflow_engine.bpmn.intake_child", given, limits.wall_seconds)
    except subprocess.TimeoutExpired:
        return _exceeded(f"more than {limits.wall_seconds:g} seconds", file_name)
    except subprocess.CalledProcessError as ended:
        return _verdict_on_ending(ended.returncode, limits, file_name)
    answer = msgspec.json.decode(said, type=Answer)
    return IntakeResult(answer.model, tuple(answer.problems), tuple(answer.notes))


def require_model(
    xml: bytes,
    *,
    file_name: str = "model.bpmn",
    limits: IntakeLimits = _STANDARD,
    known_processes: Collection[str] | None = None,
) -> Model:
    """The model of an uploaded file.

    Raises:
        DefinitionError: it is refused; ``problems`` lists everything that was found, warnings included.
    """
    found = read_model(xml, file_name=file_name, limits=limits, known_processes=known_processes)
    if found.model is None or not found.ok:
        count = len(found.errors)
        raise DefinitionError(
            f"{file_name} is refused: {count} problem{'' if count == 1 else 's'}, first: {found.errors[0].message}",
            found.problems,
        )
    return found.model


def _verdict_on_ending(status: int, limits: IntakeLimits, file_name: str) -> IntakeResult:
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return _exceeded(f"more than {limits.cpu_seconds} seconds of computing time", file_name)
    if status in (3, -signal.SIGSEGV, -signal.SIGABRT):
        return _exceeded(f"more than {limits.memory_bytes // 2**20} MB of memory", file_name)
    if status == 4:
        return _exceeded("more room than a model may take", file_name)
    text = f"The file could not be read (status {status})."
    return _refusal(
        "unreadable", text, "Save it again in the modelling tool; if that does not help, report it.", file_name
    )


def _exceeded(what: str, file_name: str) -> IntakeResult:
    text = f"Reading the file took {what} and was stopped."
    return _refusal("limits_exceeded", text, "Make the model smaller and simpler.", file_name)


def _refusal(code: str, message: str, mend: str, file_name: str) -> IntakeResult:
    return IntakeResult(None, (Problem(code=code, severity="error", message=message, mend=mend, file=file_name),))
