"""Jobs shared by many machines over PostgreSQL, with Procrastinate (the extra ``scale``).

A queue entry says "there is a job of this topic"; whoever takes it fetches one under a lock and does it. The job's own
row stays the truth: an entry too many finds nothing to do, and what has no entry (a job to be tried again, or one whose
process died between commit and entry) is found by the sweep. So the queue makes workers quick and spreads the work,
and no failure of it loses or doubles anything.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector

from workflow_engine.domain.events import JobCreated
from workflow_engine.engine import Committed, Engine
from workflow_engine.workers.jobs import JobRunner
from workflow_engine.workers.loop import Loop

log = logging.getLogger(__name__)

QUEUE = "liandong"
TASK = "liandong.job"
_SCHEMA_LOCK = 7_305_117_206
_POLL_SECONDS = 5.0


class ProcrastinateDispatcher:
    """Enters jobs into the queue after each commit of this process, and does entries of all processes."""

    def __init__(
        self, engine: Engine, runner: JobRunner, database_url: str, *, threads: int = 4, sweep_seconds: float = 10.0
    ) -> None:
        self._engine = engine
        self._runner = runner
        self._threads = threads
        self._conninfo = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._entries: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._entering = threading.Thread(target=self._enter_all, name="job-queue", daemon=True)
        self._working = threading.Thread(target=self._work, name="job-worker", daemon=True)
        self._sweep = Loop("job-sweep", runner.run_once, sweep_seconds)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: asyncio.Task[None] | None = None
        self._begun = threading.Event()

    def start(self) -> None:
        """Make the queue's tables if they are missing, then begin.

        Raises:
            psycopg.Error: the database refuses.
        """
        ensure_schema(self._conninfo)
        self._engine.listen(self._heard)
        self._entering.start()
        self._working.start()
        self._begun.wait()
        self._sweep.start()

    def stop(self) -> None:
        """Begin no more and let what runs end."""
        self._sweep.stop()
        self._entries.put(None)
        loop, worker = self._loop, self._worker
        if loop is not None and worker is not None:
            loop.call_soon_threadsafe(worker.cancel)
        self._working.join()
        self._entering.join()
        self._runner.close()

    # ---- entering
    def _heard(self, committed: Committed) -> None:
        for event in committed.events:
            if isinstance(event, JobCreated):
                self._entries.put(event.topic)

    def _enter_all(self) -> None:
        app = procrastinate.App(connector=SyncPsycopgConnector(conninfo=self._conninfo, min_size=1, max_size=2))
        with app.open():
            task = app.configure_task(TASK, queue=QUEUE)
            while (topic := self._entries.get()) is not None:
                try:
                    task.defer(topic=topic)
                except (exceptions.ProcrastinateException, psycopg.Error) as error:
                    log.warning("a job of %s could not be entered into the queue; the sweep finds it: %s", topic, error)

    # ---- doing
    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:
            log.exception("the job queue cannot be served; the sweep goes on")
        finally:
            self._begun.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = procrastinate.App(connector=PsycopgConnector(conninfo=self._conninfo, min_size=2, max_size=4))
        app.task(name=TASK, queue=QUEUE)(self._do)
        async with app.open_async():
            await _drop_stalled(app)
            self._worker = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[QUEUE], concurrency=self._threads, install_signal_handlers=False, delete_jobs="always",
                    fetch_job_polling_interval=_POLL_SECONDS, name=QUEUE,
                )
            )  # fmt: skip
            self._begun.set()
            try:
                await self._worker
            except asyncio.CancelledError:
                log.debug("the job queue is served no more")

    def _do(self, topic: str) -> None:
        self._runner.run_one(topic)


async def _drop_stalled(app: procrastinate.App) -> None:
    """Entries that a dead process was doing; their jobs' own locks run out by themselves."""
    for stalled in await app.job_manager.get_stalled_jobs(queue=QUEUE):
        await app.job_manager.finish_job(stalled, jobs.Status.FAILED, delete_job=True)


def ensure_schema(conninfo: str) -> None:
    """Make the queue's tables, once, however many processes start together."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        row: Any = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if row[0] is None:
            connection.execute(procrastinate.schema.SchemaManager.get_schema())
