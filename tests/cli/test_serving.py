"""``liandong serve`` as a process: what it prints, what it answers, how it ends, and that it keeps its data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = str(Path(sys.executable).with_name("liandong"))
PATIENCE_SECONDS = 90.0
Serve = Callable[..., "Served"]


class Served:
    """A running server and what it said when it was ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        text = ""
        while not text.endswith("\n}\n") and (line := process.stdout.readline()):
            text += line
        self.told: Any = json.loads(text) if text else {}

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"{self.told['url']}{path}", timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        _out, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == 0, err
        assert "Traceback" not in err


@pytest.fixture
def serve(empty_sqlite_url: str, tmp_path: Path) -> Iterator[Serve]:
    started: list[subprocess.Popen[str]] = []

    def starting(*words: str) -> Served:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")}
        environment["LIANDONG_DATABASE_URL"] = empty_sqlite_url
        process = subprocess.Popen(
            [PROGRAM, "serve", "--json", "--port", "0", *words],
            env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return Served(process)

    yield starting
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.slow
def test_demo_is_served_and_kept(serve: Serve) -> None:
    first = serve("--demo")
    assert {"sign_in_name", "name", "unit", "tasks"} <= set(first.told["people"][0])
    assert first.get("/sign-in")[0] == 200
    health = json.loads(first.get("/healthz")[1])
    assert health["ok"] is True
    first.end()
    again = serve("--demo")
    assert again.told["people"] == first.told["people"]
    port = again.told["url"].rpartition(":")[2]
    third = serve("--port", port)
    _out, err = third.process.communicate(timeout=PATIENCE_SECONDS)
    assert third.process.returncode == 2
    assert f"port {port}" in json.loads(err[err.index("{") :])["error"]["message"]
    again.end()


def test_server_without_clock_ends_on_ctrl_c(serve: Serve) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, and inherited, in a background run
    served = serve("--no-clock")
    signal.signal(signal.SIGINT, before)
    assert served.told["people"] == []
    served.process.send_signal(signal.SIGINT)
    _out, err = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert served.process.returncode in (0, 130)
    assert "Traceback" not in err
