"""How jobs get to whoever does them: in this process, or over a queue that many machines share."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

from workflow_engine.domain.events import JobCreated
from workflow_engine.engine import Committed, Engine
from workflow_engine.settings import Settings, SettingsError
from workflow_engine.workers.jobs import JobRunner
from workflow_engine.workers.loop import Loop


class Dispatcher(Protocol):
    """Sees to it that available jobs are done. What is to be done stands in the job rows; a dispatcher only hurries."""

    def start(self) -> None:
        """Begin to have jobs done; what waits already is done first."""

    def stop(self) -> None:
        """Begin no more and let what runs end."""


class InProcessDispatcher:
    """Does jobs in threads of this process: at once after the commit that made them, else every ``rest_seconds``."""

    def __init__(
        self, engine: Engine, runner: JobRunner, *, rest_seconds: float = 2.0, name: str = "jobs"
    ) -> None:
        self._engine = engine
        self._runner = runner
        self._loop = Loop(name, runner.run_once, rest_seconds)

    def start(self) -> None:
        self._engine.listen(self._heard)
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()
        self._runner.close()

    def _heard(self, committed: Committed) -> None:
        if any(isinstance(event, JobCreated) for event in committed.events):
            self._loop.wake()


def make_dispatcher(engine: Engine, runner: JobRunner, settings: Settings, threads: int) -> Dispatcher:
    """The dispatcher that the settings ask for.

    Raises:
        SettingsError: there is no such queue, or what it needs is missing.
    """
    if not settings.job_queue:
        return InProcessDispatcher(engine, runner)
    if settings.job_queue != "procrastinate":
        raise SettingsError(f"Expected job_queue to be procrastinate or empty, but it is {settings.job_queue!r}.")
    if find_spec("procrastinate") is None:
        raise SettingsError("Expected the extra `scale` for job_queue=procrastinate: pip install 'liandong[scale]'.")
    if not settings.database_url.startswith("postgresql"):
        raise SettingsError("Expected a PostgreSQL database for job_queue=procrastinate.")
    from workflow_engine.workers.procrastinating import ProcrastinateDispatcher

    return ProcrastinateDispatcher(engine, runner, settings.database_url, threads=threads)
