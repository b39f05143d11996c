"""The child process that reads one uploaded file: limits first, then the file from stdin, then the answer to stdout.

Input: one line of JSON (``Request``) and the raw bytes of the file. Output: ``Answer`` as JSON. The parent treats every
other ending as a verdict of its own.
"""

from __future__ import annotations

import os
import sys

import msgspec

from workflow_engine.bpmn.intake_here import read_model_here
from workflow_engine.bpmn.intake_limits import IntakeLimits, set_limits
from workflow_engine.bpmn.model import Model, Note
from workflow_engine.domain.errors import Problem

MAX_ANSWER_BYTES = 32 * 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    """What the parent asks for."""

    file_name: str
    limits: IntakeLimits
    known_processes: list[str] | None = None


class Answer(msgspec.Struct, frozen=True):
    """What the child found."""

    model: Model | None
    problems: list[Problem]
    notes: list[Note]


def main() -> None:
    """Reads one request and answers it; exit status 3 means that memory ran out."""
    line = sys.stdin.buffer.readline()
    request = msgspec.json.decode(line, type=Request)
    set_limits(request.limits)
    try:
        xml = sys.stdin.buffer.read(request.limits.max_bytes + 1)
        found = read_model_here(xml, request.file_name, limits=request.limits, known_processes=request.known_processes)
        answer = msgspec.json.encode(Answer(found.model, list(found.problems), list(found.notes)))
    except MemoryError:
        os._exit(3)
    if len(answer) > MAX_ANSWER_BYTES:
        os._exit(4)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
