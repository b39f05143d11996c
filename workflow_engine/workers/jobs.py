"""Does the jobs whose topic names a connector: lock, work outside any transaction, bring back the answer.

The lock token fences: a worker whose lock ran out cannot bring anything back any more. A worker that dies leaves its
jobs locked until the lock runs out; then they are done again, with the same key towards the outside.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from hashlib import sha256
from typing import Any

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import CompleteJob, FailJob, JobCommand, LockJobs, ThrowJobError
from workflow_engine.domain.errors import RejectedError, UnavailableError
from workflow_engine.domain.lanes import in_lane
from workflow_engine.engine import Engine
from workflow_engine.workers.backoff import pause_seconds
from workflow_engine.workers.connectors import BusinessError, ConnectorError, Registry, Work

log = logging.getLogger(__name__)

LONGEST_ERROR_CHARACTERS = 2_000
_MOST_REPORTS = 6
_REPORT_PAUSE_SECONDS = 0.5


class JobRunner:
    """Up to ``threads`` jobs at a time; every job has until ``lock_seconds`` after it was fetched.

    ``lane``: only jobs of this lane; None: of all, emergencies first.
    """

    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        *,
        worker_id: str,
        threads: int = 4,
        lock_seconds: int = 180,
        lane: int | None = None,
    ) -> None:
        self._lane = lane
        self._engine = engine
        self._registry = registry
        self._worker_id = worker_id
        self._lock_seconds = lock_seconds
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="connector")
        self._running: set[Future[None]] = set()
        self._turn = 0

    def run_once(self) -> int:
        """Fetch as many jobs as there are free threads and begin them; returns how many were begun.

        Waits for a free thread first if there is none.
        """
        if not self._registry.topics or not self._has_work():
            return 0
        self._wait_for_a_thread()
        free = self._threads - len(self._running)
        # The first topics of a fetch are served first: begin with another one each time.
        topics = self._registry.topics
        self._turn = (self._turn + 1) % len(topics)
        jobs = self._fetch(topics[self._turn :] + topics[: self._turn], free)
        for job in jobs:
            self._running.add(self._pool.submit(self._do, job))
        return len(jobs)

    def run_one(self, topic: str) -> bool:
        """Fetch one job of this topic and do it in this thread; False when there is none."""
        jobs = self._fetch((topic,), 1)
        for job in jobs:
            self._do(job)
        return bool(jobs)

    def finish(self) -> None:
        """Wait until every begun job is done and reported."""
        wait(self._running)
        self._running.clear()

    def close(self) -> None:
        """Begin nothing more and let what runs end."""
        self._pool.shutdown(wait=True)

    def _has_work(self) -> bool:
        """A look before the write, for a runner of one lane: it is woken for jobs of every lane."""
        if self._lane is None:
            return True
        return self._engine.queries.lanes.has_job(self._registry.topics, self._lane, self._engine.clock.now())

    def _wait_for_a_thread(self) -> None:
        self._running = {future for future in self._running if not future.done()}
        if len(self._running) >= self._threads:
            _done, self._running = wait(self._running, return_when="FIRST_COMPLETED")

    def _fetch(self, topics: tuple[str, ...], most: int) -> list[Mapping[str, Any]]:
        command = LockJobs(
            command_id=new_id(), topics=topics, worker_id=self._worker_id, lock_seconds=self._lock_seconds, most=most,
            lane=self._lane,
        )  # fmt: skip
        with in_lane(self._lane):
            found: list[Mapping[str, Any]] = self._engine.handle(command, WORKER).result["jobs"]
        return found

    def _do(self, job: Mapping[str, Any]) -> None:
        try:
            with in_lane(self._lane):
                self._report(job, self._outcome(job))
        except Exception:
            log.exception("job %s: its outcome could not be brought back; it is done again later", job["job_id"])

    def _outcome(self, job: Mapping[str, Any]) -> JobCommand:
        work = work_of(job)
        try:
            variables = self._registry.get(work.topic)(work)
        except BusinessError as error:
            return ThrowJobError(
                **_fields(job, "throw"), code=error.code, message=str(error), variables=error.variables
            )
        except ConnectorError as error:
            return self._failed(job, work, str(error), final=error.final, wish=error.retry_in_seconds)
        except Exception as error:
            log.exception("job %s: the connector %s broke", work.key, work.topic)
            return self._failed(job, work, f"{type(error).__name__}: {error}")
        return CompleteJob(**_fields(job, "complete"), variables=dict(variables or {}))

    def _failed(
        self, job: Mapping[str, Any], work: Work, error: str, *, final: bool = False, wish: int | None = None
    ) -> FailJob:
        left = 0 if final else max(job["retries"] - 1, 0)
        pause = 0 if left == 0 else self._pause(job) if wish is None else wish
        return FailJob(
            **_fields(job, "fail"), error=error[:LONGEST_ERROR_CHARACTERS], retries_left=left, retry_in_seconds=pause
        )

    def _pause(self, job: Mapping[str, Any]) -> int:
        tried = self._engine.clock.now() - datetime.fromisoformat(job["created_at"])
        return pause_seconds(job["job_id"], tried.total_seconds())

    def _report(self, job: Mapping[str, Any], outcome: JobCommand) -> None:
        try:
            self._send(outcome)
        except RejectedError as refused:
            if isinstance(outcome, FailJob) or refused.code in ("stale_version", "invalid_state", "not_found"):
                log.info("job %s: its outcome came too late: %s", job["job_id"], refused)
                return
            # The answer itself cannot enter the case: a person has to look, trying again would give the same.
            error = f"The answer of {job['topic']} does not fit the case: {refused}"
            self._send(FailJob(**_fields(job, "fail"), error=error[:LONGEST_ERROR_CHARACTERS], retries_left=0))

    def _send(self, command: JobCommand) -> None:
        for attempt in range(1, _MOST_REPORTS + 1):
            try:
                self._engine.handle(command, WORKER)
            except UnavailableError:
                if attempt == _MOST_REPORTS:
                    raise
                time.sleep(_REPORT_PAUSE_SECONDS * 2**attempt)
            else:
                return


def work_of(job: Mapping[str, Any]) -> Work:
    """A fetched job as its connector sees it."""
    return Work(
        key=job["job_id"], topic=job["topic"], case_id=job["case_id"], element_id=job["element_id"],
        variables=job["variables"], parameters=job["headers"], retries_left=job["retries"],
    )  # fmt: skip


def _fields(job: Mapping[str, Any], outcome: str) -> dict[str, Any]:
    """What every outcome of this lock carries; the command id is the same however often it is sent."""
    told = f"{job['job_id']}:{job['lock_token']}:{outcome}"
    return {
        "command_id": f"job-{sha256(told.encode()).hexdigest()[:40]}", "case_id": job["case_id"],
        "token_id": job["token_id"], "lock_token": job["lock_token"],
    }  # fmt: skip
