"""Work done outside the case: handed out under a lock, brought back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from workflow_engine.domain.commands import CompleteJob, FailJob, JobCommand, LockJobs, Receipt, ThrowJobError
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError, StaleVersionError
from workflow_engine.domain.lanes import lanes_of
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import jobs as store
from workflow_engine.storage.cases import Case
from workflow_engine.storage.jobs import Job

MOST_JOBS = 500
LONGEST_LOCK_SECONDS = 24 * 3600
LONGEST_RETRY_SECONDS = 30 * 24 * 3600


def lock_jobs(work: Handling, command: LockJobs) -> Receipt:
    """Hand jobs to one worker for a time; ``result["jobs"]`` holds them with their lock token."""
    require_permission(work.actor, "job.work", "fetch jobs")
    if not command.topics or not 1 <= command.most <= MOST_JOBS:
        raise RejectedError(f"Expected at least one topic and between 1 and {MOST_JOBS} jobs.")
    if not 1 <= command.lock_seconds <= LONGEST_LOCK_SECONDS:
        raise RejectedError(f"Expected a lock of 1 to {LONGEST_LOCK_SECONDS} seconds.")
    until = work.now + timedelta(seconds=command.lock_seconds)
    jobs = store.lock_jobs(
        work.unit, command.topics, command.worker_id, command.command_id, work.now, until, command.most,
        lanes_of(command.lane),
    )  # fmt: skip
    work.unchanged = not jobs
    return Receipt(command_id=command.command_id, result={"jobs": jobs})


def locked_again(work: Handling, command: LockJobs) -> Receipt:
    """The answer to the same fetch sent again: what is still locked by it."""
    jobs = store.locked_jobs(work.unit, command.command_id)
    return Receipt(command_id=command.command_id, result={"jobs": jobs}, replayed=True)


def complete_job(work: Handling, command: CompleteJob) -> Receipt:
    """The work is done; its variables enter the case."""
    case, _ = _require_held_job(work, command, f"complete job {command.case_id}.{command.token_id}")
    return advance(work, case, command)


def fail_job(work: Handling, command: FailJob) -> Receipt:
    """The work failed: try again later, or open an incident when no retries are left."""
    what = f"fail job {command.case_id}.{command.token_id}"
    if not 0 <= command.retry_in_seconds <= LONGEST_RETRY_SECONDS:
        raise RejectedError(f"Expected a pause of 0 to {LONGEST_RETRY_SECONDS} seconds before the next try.")
    case, job = _require_held_job(work, command, what)
    left = job.retries - 1 if command.retries_left is None else command.retries_left
    return advance(work, case, replace(command, retries_left=max(left, 0)))


def throw_job_error(work: Handling, command: ThrowJobError) -> Receipt:
    """The work ended in a BPMN error, which the model may catch."""
    case, _ = _require_held_job(work, command, f"throw an error from job {command.case_id}.{command.token_id}")
    return advance(work, case, command)


def _require_held_job(work: Handling, command: JobCommand, what: str) -> tuple[Case, Job]:
    """The locked case and a job that the sender holds. Raises NotFound, InvalidState or StaleVersion."""
    require_permission(work.actor, "job.work", what)
    case = require_running_case(work, command.case_id, what)
    job = store.find_job(work.unit, f"{command.case_id}.{command.token_id}")
    if job is None:
        raise NotFoundError(f"Expected to {what}, but there is no such job.")
    if job.state in ("completed", "cancelled", "failed"):
        raise InvalidStateError(f"Expected to {what}, but it is {job.state} already.", state=job.state)
    if job.lock_token != command.lock_token:
        if job.state == "locked":
            raise StaleVersionError(f"Expected to {what}, but {job.locked_by} holds it now.", locked_by=job.locked_by)
        raise StaleVersionError(f"Expected to {what}, but its lock is no longer held: fetch it again.")
    return case, job
