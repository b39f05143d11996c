"""The door for uploaded decision files: read in a child process with limits, like models; JSON or problems come out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from workflow_engine.bpmn.child_program import ask_child
from workflow_engine.bpmn.decisions import read_decisions
from workflow_engine.bpmn.intake_limits import IntakeLimits, set_limits
from workflow_engine.domain.errors import DefinitionError, Problem

_STANDARD = IntakeLimits()


class DecisionIntake(msgspec.Struct, frozen=True):
    """What was found in all files together."""

    files: list[Any]
    """JSON of each file that could be read (``Decisions.to_json``)."""
    decision_ids: list[str]
    problems: list[Problem]


class _Request(msgspec.Struct, frozen=True):
    limits: IntakeLimits
    files: dict[str, bytes]


def read_decision_files(files: Mapping[str, bytes], limits: IntakeLimits = _STANDARD) -> DecisionIntake:
    """Read uploaded decision files in a limited child process; never raises for what they hold."""
    if not files:
        return DecisionIntake([], [], [])
    given = msgspec.msgpack.encode(_Request(limits, dict(files)))
    try:
        said = ask_child("workflow_engine.bpmn.decisions_intake", given, limits.wall_seconds)
    except subprocess.TimeoutExpired:
        return _refused(files, f"Reading the decision files took more than {limits.wall_seconds:g} seconds.")
    except subprocess.CalledProcessError:
        return _refused(files, "Reading the decision files took more time or memory than they may use.")
    return msgspec.msgpack.decode(said, type=DecisionIntake)


def read_decision_files_here(files: Mapping[str, bytes]) -> DecisionIntake:
    """The same in this process, without limits."""
    found = DecisionIntake([], [], [])
    for name in sorted(files):
        try:
            decisions, problems = read_decisions(files[name], files)
        except DefinitionError as error:
            own = error.problems or (Problem("decision_refused", "error", str(error)),)
            found.problems.extend(replace(problem, file=name) for problem in own)
            continue
        found.problems.extend(replace(problem, file=name) for problem in problems)
        found.files.append(decisions.to_json())
        found.decision_ids.extend(decision.decision_id for decision in decisions)
    return found


def main() -> None:
    """The child: one request from stdin, the answer to stdout; status 3 means that memory ran out."""
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Request)
    set_limits(request.limits)
    try:
        answer = msgspec.msgpack.encode(read_decision_files_here(request.files))
    except MemoryError:
        os._exit(3)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _refused(files: Mapping[str, bytes], message: str) -> DecisionIntake:
    mend = "Make the tables smaller and simpler."
    return DecisionIntake([], [], [Problem("limits_exceeded", "error", message, mend, file=", ".join(sorted(files)))])
