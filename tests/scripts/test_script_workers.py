"""The sandbox's workers: forks, deaths, threads, ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime
from typing import Any

import psutil
import pytest

from workflow_engine.bpmn.scripts import ScriptContext, ScriptSandbox

# Makes a script too rich for the in-process interpreter, so that a worker runs it.
LOOP = "\nfor _ in []: pass"

FORKING = """
import os, signal, sys
from datetime import UTC, datetime
from workflow_engine.bpmn.scripts import ScriptContext, ScriptSandbox
from workflow_engine.domain.errors import ScriptError

context = ScriptContext(now=datetime(2030, 1, 1, tzinfo=UTC), seed=1)
sandbox = ScriptSandbox()
LOOP = "; [0 for _ in []]"


def in_child(expected):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            found = sandbox.run("n = n + 1" + LOOP, {"n": 1}, context)
        except ScriptError as error:
            found = error.details["exception"]
        os._exit(0 if found == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, expected


in_child({"n": 2})  # forked before the first script: workers of its own
assert sandbox.run("n = n + 1" + LOOP, {"n": 1}, context) == {"n": 2}
in_child("Forked")  # forked behind it: told at once, never hangs
assert sandbox.run("n = n + 1" + LOOP, {"n": 2}, context) == {"n": 3}
sandbox.close()
"""


def test_fork_before_the_first_script_is_safe_and_later_ones_are_told() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_script_is_run_again_when_its_worker_died(context: ScriptContext) -> None:
    with ScriptSandbox() as sandbox:
        assert sandbox.run("n = 1" + LOOP, {}, context) == {"n": 1}
        for worker in psutil.Process().children():
            if "monty" in worker.name():
                worker.kill()
        assert sandbox.run("n = 2" + LOOP, {}, context) == {"n": 2}


def test_many_threads_share_the_workers(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    found: dict[int, Any] = {}

    def work(n: int) -> None:
        found[n] = sandbox.run("n = n * 2" + LOOP, {"n": n}, context)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: {"n": n * 2} if n else {} for n in range(24)}


def test_closed_sandbox_starts_again(context: ScriptContext) -> None:
    sandbox = ScriptSandbox()
    for _ in range(2):
        assert sandbox.run("n = 1" + LOOP, {}, context) == {"n": 1}
        sandbox.close()
    sandbox.close()


def test_context_needs_an_aware_clock() -> None:
    with pytest.raises(ValueError, match="aware"):
        ScriptContext(now=datetime(2030, 1, 1), seed=1)
