"""``job``: work outside cases, for people who look and for workers written as scripts."""

from __future__ import annotations

from typing import Any

import click

from workflow_engine import CompleteJob, FailJob, LockJobs, ThrowJobError, new_id
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person, with_values
from workflow_engine.cli.output import Output, table

_COLUMNS = ("job_id", "topic", "state", "retries", "available_at", "locked_by", "error")


@click.group()
def job() -> None:
    """Look at jobs, or do them with a script: list, fetch, complete, fail, throw.

    A worker of your own fetches jobs of its topics under a lock, does the work, and brings back the outcome together
    with the lock token it was given. When the lock runs out before that, the job goes to somebody else.
    """


@job.command("list")
@click.option("--state", type=click.Choice(["available", "locked", "failed", "completed", "cancelled"]))
@click.option("--topic", help="Only jobs of this topic.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_output
def list_jobs(output: Output, state: str | None, topic: str | None, limit: int) -> None:
    """List jobs, the oldest first."""
    with opened() as engine:
        rows = engine.queries.list_jobs(state=state, topic=topic, limit=limit).items
    output.tell({"jobs": rows}, table(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows)))


@job.command()
@click.argument("topics", nargs=-1, required=True, metavar="TOPIC...")
@click.option("--worker", required=True, help="Your worker's name.")
@click.option("--most", type=click.IntRange(1, 500), default=1, show_default=True, help="How many at most.")
@click.option("--lock-seconds", type=click.IntRange(1, 86400), default=300, show_default=True)
@with_person
@with_output
def fetch(
    output: Output, topics: tuple[str, ...], worker: str, most: int, lock_seconds: int, person: str | None
) -> None:
    """Fetch available jobs of these topics and lock them; --json gives their variables, headers and lock token."""
    with opened() as engine:
        command = LockJobs(command_id=new_id(), topics=topics, worker_id=worker, most=most, lock_seconds=lock_seconds)
        jobs: list[dict[str, Any]] = engine.handle(command, actor_for(engine, person)).result["jobs"]
    columns = ("job_id", "topic", "retries", "lock_until", "lock_token")
    output.tell({"jobs": jobs}, table(columns, ([one[name] for name in columns] for one in jobs)))


def _token(function: Any) -> Any:
    return click.option("--token", required=True, help="The lock token that came with the job.")(function)


@job.command()
@click.argument("job_id")
@_token
@with_values
@with_person
@with_output
def complete(output: Output, job_id: str, token: str, values: dict[str, Any], person: str | None) -> None:
    """Bring back the job's result; its values become variables of the case."""
    _send(output, CompleteJob(**_fields(job_id, token), variables=values), person, "completed")


@job.command()
@click.argument("job_id")
@_token
@click.option("--error", required=True, help="What went wrong.")
@click.option("--retries", type=click.IntRange(0), help="Tries left; default: one less than before. 0: an incident.")
@click.option("--retry-in", type=click.IntRange(0), default=0, help="Seconds until the next try.")
@with_person
@with_output
def fail(
    output: Output, job_id: str, token: str, error: str, retries: int | None, retry_in: int, person: str | None
) -> None:
    """Say that a try failed."""
    command = FailJob(**_fields(job_id, token), error=error, retries_left=retries, retry_in_seconds=retry_in)
    _send(output, command, person, "failed")


@job.command()
@click.argument("job_id")
@_token
@click.option("--code", required=True, help="Code of the BPMN error, which the model may catch.")
@click.option("--message", default="", help="More about it.")
@with_values
@with_person
@with_output
def throw(
    output: Output, job_id: str, token: str, code: str, message: str, values: dict[str, Any], person: str | None
) -> None:
    """End the job with a business error that the model foresees."""
    command = ThrowJobError(**_fields(job_id, token), code=code, message=message, variables=values)
    _send(output, command, person, "thrown")


def _fields(job_id: str, token: str) -> dict[str, Any]:
    case_id, _, token_id = job_id.rpartition(".")
    if not case_id or not token_id.isdigit():
        raise click.UsageError(f"Expected a job's id like CASE.NUMBER, but got {job_id!r}.")
    return {"command_id": new_id(), "case_id": case_id, "token_id": int(token_id), "lock_token": token}


def _send(output: Output, command: CompleteJob | FailJob | ThrowJobError, person: str | None, outcome: str) -> None:
    with opened() as engine:
        receipt = engine.handle(command, actor_for(engine, person))
    job_id = f"{command.case_id}.{command.token_id}"
    data = {"job_id": job_id, "outcome": outcome, "seq": receipt.seq, "entry_hash": receipt.entry_hash}
    output.tell(data, [f"Job {job_id}: {outcome}."])
