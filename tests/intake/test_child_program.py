"""Children that read uploads: forked from one host, knowing nothing of us, ended in time, there again after a crash."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from workflow_engine.bpmn.child_program import ENVIRONMENT, ask_child

SAMPLE = "tests.intake.child_sample"


def ask(word: str, rest: bytes = b"", seconds: float = 60) -> Any:
    return json.loads(ask_child(SAMPLE, word.encode() + b"\n" + os.urandom(200_000) + rest, seconds))


def test_child_knows_nothing_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_DATABASE_URL", "postgresql://secret")
    told = ask("tell", bytes(1_000_000))
    assert told["environment"] == ENVIRONMENT
    assert (told["folder"], told["bytes"]) == ("/", 1_200_000)
    assert told["open"][:3] == [0, 1, 2] and len(told["open"]) == 4  # the fourth is the look at them
    assert ask("tell")["parent"] == told["parent"] != os.getpid()


def test_children_work_at_the_same_time() -> None:
    with ThreadPoolExecutor(6) as pool:
        waiting = pool.submit(ask, "wait", b"", 2.0)
        told = list(pool.map(lambda size: ask("tell", bytes(size))["bytes"], range(0, 3_000_000, 250_000)))
        assert isinstance(waiting.exception(), subprocess.TimeoutExpired)
    assert told == [200_000 + size for size in range(0, 3_000_000, 250_000)]


@pytest.mark.parametrize(("word", "status"), [("fail", 1), ("leave", 7)])
def test_child_that_ends_badly_is_told_by_its_status(word: str, status: int) -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        ask(word, bytes(2_000_000))
    assert ended.value.returncode == status


def test_host_that_is_gone_is_started_again() -> None:
    before = ask("tell")["parent"]
    with pytest.raises(subprocess.CalledProcessError):
        ask("end_host")
    assert ask("tell")["parent"] != before


def test_fork_starts_a_host_of_its_own() -> None:
    mine = ask("tell")["parent"]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(ask("tell")["parent"]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        theirs = int(said.read())
    assert os.waitpid(child, 0)[1] == 0
    assert theirs not in (mine, 0)
    assert ask("tell")["parent"] == mine
