"""Jobs shared over PostgreSQL: each done once, by whichever process, also when the queue knows nothing of them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.workers.models import END, START, begin, chain, deploy, model, service_task
from workflow_engine.bootstrap import open_engine
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings, SettingsError
from workflow_engine.workers.connectors import Registry, Work
from workflow_engine.workers.dispatching import Dispatcher, make_dispatcher
from workflow_engine.workers.jobs import JobRunner

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

from workflow_engine.workers.procrastinating import ProcrastinateDispatcher, ensure_schema

PATIENCE_SECONDS = 60.0
CALLING = model("calling", chain(START, service_task("call", "own"), END))


class Done:
    """Counts the tries of each job."""

    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, work: Work) -> Mapping[str, Any]:
        with self._lock:
            self.tries[work.key] += 1
        return {}


@pytest.fixture
def engines(postgres_url: str) -> Iterator[list[Engine]]:
    """Two engines over one database, as two processes would have."""
    settings = Settings(database_url=postgres_url)
    opened = [open_engine(settings, migrate=True), open_engine(settings)]
    yield opened
    for engine in opened:
        engine.close()


@pytest.fixture
def dispatch(postgres_url: str) -> Iterator[Callable[..., Dispatcher]]:
    started: list[Dispatcher] = []

    def starting(engine: Engine, connector: Done, sweep_seconds: float = 3600.0) -> Dispatcher:
        runner = JobRunner(engine, Registry({"own": connector}), worker_id=f"worker-{len(started)}")
        made = ProcrastinateDispatcher(engine, runner, postgres_url, sweep_seconds=sweep_seconds)
        made.start()
        started.append(made)
        return made

    yield starting
    for dispatcher in started:
        dispatcher.stop()


def _until_completed(engine: Engine, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while engine.queries.count_cases() != {"completed": count}:
        assert time.monotonic() < deadline, engine.queries.count_cases()
        time.sleep(0.05)


def test_each_job_is_done_once_by_one_of_two(engines: list[Engine], dispatch: Callable[..., Dispatcher]) -> None:
    done = Done()
    deploy(engines[0], CALLING)
    for engine in engines:
        dispatch(engine, done, sweep_seconds=5.0)
    for number in range(20):
        begin(engines[number % 2], "calling")
    _until_completed(engines[0], 20)
    assert (len(done.tries), set(done.tries.values())) == (20, {1})


def test_job_that_was_never_entered_is_found_by_the_sweep(
    engines: list[Engine], dispatch: Callable[..., Dispatcher]
) -> None:
    done = Done()
    deploy(engines[0], CALLING)
    begin(engines[0], "calling")
    dispatch(engines[1], done, sweep_seconds=0.2)
    _until_completed(engines[0], 1)
    begin(engines[0], "calling")
    _until_completed(engines[0], 2)
    assert set(done.tries.values()) == {1}


def test_schema_is_made_once_however_many_start(postgres_url: str) -> None:
    conninfo = postgres_url.replace("+psycopg", "")
    failures: list[BaseException] = []

    def make() -> None:
        try:
            ensure_schema(conninfo)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(job_queue="carrier-pigeon"), "carrier-pigeon"),
        (Settings(job_queue="procrastinate"), "PostgreSQL"),
    ],
)
def test_queue_that_cannot_be_is_refused(engines: list[Engine], settings: Settings, said: str) -> None:
    runner = JobRunner(engines[0], Registry(), worker_id="tests")
    with pytest.raises(SettingsError, match=said):
        make_dispatcher(engines[0], runner, settings, 1)
    runner.close()
