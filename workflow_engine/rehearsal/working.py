"""The step of a scenario in which a worker outside ends its job: as a command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command, CompleteJob, FailJob, ThrowJobError
from workflow_engine.queries.rows import JobRow
from workflow_engine.rehearsal.scenario import Step


def job_command(step: Step, jobs: Iterable[JobRow]) -> Command | None:
    """The work outside the step's element is done, or ends in an error (without a code: it fails for good).

    None: no such job is open.
    """
    job = next((job for job in jobs if job.element_id == step.value and job.state == "available"), None)
    if job is None:
        return None
    error = step.details.get("error")
    ids: dict[str, Any] = {"command_id": new_id(), "case_id": job.case_id, "token_id": job.token_id}
    if error is None:
        return CompleteJob(**ids, variables=step.details.get("variables", {}))
    if error:
        return ThrowJobError(**ids, code=str(error), message="")
    return FailJob(**ids, error="failed in a scenario", retries_left=0)
