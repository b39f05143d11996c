"""The addresses of the API: every operation of the table; for workers outside, jobs under a lock."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify

from web.api import files
from web.api.answering import answer, carry_out
from web.api.bodies import read_body
from web.api.description import DOCUMENT
from web.api.keys import REPLAYED_HEADER, find_key, lock_command_id, outcome_command_id
from web.api.operations import Ask, Tell
from web.api.table import OPERATIONS
from web.api.workers import current_worker, note_alive, require_topics, require_worker
from web.context import engine
from workflow_engine import CompleteJob, FailJob, LockJobs, NotFoundError, Receipt, ThrowJobError

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.before_request(require_worker)

LOCK_SECONDS = 60
MOST = 10
_JOB_ID = re.compile(r"([0-9A-Za-z_-]{1,64})\.([0-9]{1,9})")
_TOLD = (
    "job_id", "case_id", "topic", "element_id", "process_id", "business_key", "variables", "headers", "retries",
    "lock_token",
)  # fmt: skip


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of all this; open to all."""
    return jsonify(DOCUMENT)


@blueprint.post("/jobs/lock")
def lock() -> Response:
    """Hand jobs to the worker for a time."""
    body = read_body("Lock")
    require_topics(body["topics"])
    worker = current_worker()
    note_alive(worker.name, body["topics"])
    command = LockJobs(
        command_id=lock_command_id(worker, find_key(body)), topics=tuple(dict.fromkeys(body["topics"])),
        worker_id=f"{worker.name}/{body['worker_id']}", lock_seconds=body.get("lock_seconds", LOCK_SECONDS),
        most=body.get("most", MOST),
    )  # fmt: skip
    receipt = engine().handle(command, worker.actor)
    jobs = [
        {**{name: job[name] for name in _TOLD}, "locked_until": job["lock_until"]} for job in receipt.result["jobs"]
    ]
    return _answer({"jobs": jobs}, receipt)


@blueprint.post("/jobs/<job_id>/complete")
def complete(job_id: str) -> Response:
    """Bring back the result; its variables enter the case."""
    body = read_body("Complete")
    command = CompleteJob(**_fields(job_id, body, "complete"), variables=body.get("variables", {}))
    return _send(job_id, command, "completed")


@blueprint.post("/jobs/<job_id>/fail")
def fail(job_id: str) -> Response:
    """Say that a try failed; an incident waits on the case when none is left."""
    body = read_body("Fail")
    command = FailJob(
        **_fields(job_id, body, "fail"), error=body["error"], retries_left=body.get("retries_left"),
        retry_in_seconds=body.get("retry_in_seconds", 0),
    )  # fmt: skip
    return _send(job_id, command, "failed")


@blueprint.post("/jobs/<job_id>/throw")
def throw(job_id: str) -> Response:
    """End the job with a BPMN error that the model foresees."""
    body = read_body("Throw")
    command = ThrowJobError(
        **_fields(job_id, body, "throw"), code=body["code"], message=body.get("message", ""),
        variables=body.get("variables", {}),
    )  # fmt: skip
    return _send(job_id, command, "thrown")


def _route(operation: Ask | Tell) -> None:
    """Give the operation its address."""
    view = partial(answer, operation) if isinstance(operation, Ask) else partial(carry_out, operation)
    path = operation.path.replace("{", "<").replace("}", ">")
    blueprint.add_url_rule(path, operation.name, view, methods=[operation.method.upper()])


for _operation in OPERATIONS:
    _route(_operation)
blueprint.add_url_rule("/cases/<case_id>/attachments", "attach_file", files.attach, methods=["POST"])
blueprint.add_url_rule("/cases/<case_id>/attachments/<attachment_id>/content", "get_file", files.download)
blueprint.add_url_rule("/alerts", "import_alerts", files.bring_in_alerts, methods=["POST"])


def _fields(job_id: str, body: dict[str, Any], outcome: str) -> dict[str, Any]:
    """What every outcome carries. Raises NotFoundError."""
    match = _JOB_ID.fullmatch(job_id)
    if match is None:
        raise NotFoundError("Expected a job's id like CASE.NUMBER; there is no such job.")
    lock_token = body["lock_token"]
    return {
        "command_id": outcome_command_id(job_id, lock_token, outcome, find_key(body)), "case_id": match[1],
        "token_id": int(match[2]), "lock_token": lock_token,
    }  # fmt: skip


def _send(job_id: str, command: CompleteJob | FailJob | ThrowJobError, outcome: str) -> Response:
    receipt = engine().handle(command, current_worker().actor)
    answer = {
        "job_id": job_id, "outcome": outcome, "case_id": receipt.case_id, "seq": receipt.seq,
        "entry_hash": receipt.entry_hash,
    }  # fmt: skip
    return _answer(answer, receipt)


def _answer(body: dict[str, Any], receipt: Receipt) -> Response:
    answer = jsonify(body)
    if receipt.replayed:
        answer.headers[REPLAYED_HEADER] = "true"
    return answer
