"""Forks programs from a process in which everything is imported: ``python -m tests.faults.nursery DESCRIPTOR``.

A program that starts here takes milliseconds instead of seconds, and is a process like any other: it can be killed,
stopped and continued. All of them end when the control socket closes.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import traceback
from typing import Any, NoReturn

from tests.faults import batch_worker, booking_worker, exercise_worker, replan_worker, worker
from workflow_engine.failpoints import VARIABLE, failpoint

_MODULES = (worker, batch_worker, booking_worker, exercise_worker, replan_worker)
PROGRAMS = {module.__name__: module.main for module in _MODULES}


def main() -> None:
    """Serve until the control socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    children: set[int] = set()
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(control, 1 << 16, 3)
        if not message:
            break
        control.send(json.dumps(_serve(json.loads(message), descriptors, children)).encode())
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(request: dict[str, Any], descriptors: list[int], children: set[int]) -> int:
    if request["do"] == "spawn":
        child = os.fork()
        if child == 0:
            _become(request["program"], request["words"], request["environment"], descriptors)
        children.add(child)
        for descriptor in descriptors:
            os.close(descriptor)
        return child
    child = int(request["process_id"])
    if request["do"] == "signal":
        if child in children:
            os.kill(child, request["number"])
        return child
    children.remove(child)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(program: str, words: list[str], environment: dict[str, str], descriptors: list[int]) -> NoReturn:
    status = 1
    try:
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        os.closerange(3, 256)
        os.environ.update(environment)
        time.tzset()
        failpoint.__init__(environment.get(VARIABLE, ""))  # type: ignore[misc]
        sys.argv = [program, *words]
        status = PROGRAMS[program]()
    except BaseException:  # noqa: BLE001 - nothing may get back into the nursery's loop
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
