"""The real program in processes of its own: clocks beside each other, killed ones, and a graceful end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workers.models import END, START, begin, chain, deploy, events_of, model, service_task, state_of, timer_event
from workflow_engine.bootstrap import open_engine
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings

PROGRAM = str(Path(sys.executable).with_name("liandong"))
PATIENCE_SECONDS = 60.0
WAITING = model("waiting", chain(START, timer_event("pause", "timeDuration", "PT1H"), END))
Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def real_engine(database_url: str) -> Iterator[Engine]:
    """An engine over a new database, with the machine's clock."""
    engine = open_engine(Settings(database_url=database_url), migrate=True)
    yield engine
    engine.close()


@pytest.fixture
def launch(database_url: str, tmp_path: Path) -> Iterator[Launch]:
    """Starts ``liandong worker`` with these settings and waits until it works."""
    started: list[subprocess.Popen[str]] = []

    def starting(*words: str, **settings: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")}
        environment.update({f"LIANDONG_{name.upper()}": value for name, value in settings.items()})
        paths = [str(tmp_path), *filter(None, [environment.get("PYTHONPATH")])]
        environment.update(LIANDONG_DATABASE_URL=database_url, PYTHONPATH=os.pathsep.join(paths))
        process = subprocess.Popen(
            [PROGRAM, *(words or ("worker",))],
            env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield starting
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS:g} seconds for {what}"
        time.sleep(0.1)


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, err
    assert "Traceback" not in err


def test_two_workers_fire_each_timer_once(real_engine: Engine, launch: Launch) -> None:
    deploy(real_engine, WAITING)
    cases = [begin(real_engine, "waiting") for _ in range(60)]
    workers = [launch("worker", "--json", clock_offset_seconds="7200", clock_batch="5") for _ in range(2)]
    for worker in workers:
        _wait_until_working(worker)  # before that, a request to end ends it like any program
    _until(lambda: real_engine.queries.count_cases() == {"completed": 60}, "all timers to fire")
    assert all(len(events_of(real_engine, case_id, "timer.fired")) == 1 for case_id in cases)
    for worker in workers:
        _end(worker)


def test_timers_of_a_killed_worker_are_fired_by_another(real_engine: Engine, launch: Launch) -> None:
    deploy(real_engine, WAITING)
    cases = [begin(real_engine, "waiting") for _ in range(10)]
    killed = launch(clock_offset_seconds="7200", failpoint="clock.after_claim:1:kill")
    assert killed.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    assert real_engine.queries.count_cases() == {"active": 10}
    other = launch(clock_offset_seconds="7260")  # The lease of the dead one is over by then.
    _until(lambda: real_engine.queries.count_cases() == {"completed": 10}, "another worker to take over")
    assert all(len(events_of(real_engine, case_id, "timer.fired")) == 1 for case_id in cases)
    _end(other)


def test_worker_ends_after_the_job_it_is_doing(real_engine: Engine, launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "slow_connector.py").write_text(
        "import time\ndef run(work):\n    open('began', 'w').close()\n    time.sleep(1.5)\n    return {'done': True}\n"
    )
    deploy(real_engine, model("calling", chain(START, service_task("call", "slow"), END)))
    case_id = begin(real_engine, "calling")
    worker = launch("worker", connectors="slow=slow_connector:run")
    _until((tmp_path / "began").exists, "the job to begin")
    _end(worker)
    assert state_of(real_engine, case_id) == "completed"


def test_worker_without_a_database_is_refused(empty_sqlite_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "LIANDONG_DATABASE_URL": empty_sqlite_url}
    ran = subprocess.run(
        [PROGRAM, "worker", "--json"], env=environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "db upgrade" in ran.stderr
    assert "Traceback" not in ran.stderr


def _wait_until_working(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    told = ""
    while not told.endswith("}\n"):
        told += worker.stdout.readline()
    assert json.loads(told)["working"] is True


def _beats_of(engine: Engine, name: str) -> list[dict[str, Any]]:
    return [beat for beat in engine.health()["heartbeats"] if beat["name"] == name]


def test_heartbeat_tells_that_a_clock_is_alive(real_engine: Engine, launch: Launch) -> None:
    worker = launch("worker", "--json")
    _wait_until_working(worker)
    _until(lambda: _beats_of(real_engine, "clock"), "the first heartbeat")
    (beat,) = _beats_of(real_engine, "clock")
    assert beat["tick_seconds"] == 1.0
    _end(worker)
