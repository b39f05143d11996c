"""Jobs as workers see them: locked for a while, with a token that proves who holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, or_, select, update

from workflow_engine.domain.lanes import LANES
from workflow_engine.storage.schema import job, process_instance
from workflow_engine.storage.schema.waiting import DOABLE
from workflow_engine.storage.statement import Row, Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_j = job.c
_WORK = (
    _j.job_id, _j.case_id, _j.token_id, _j.element_id, _j.topic, _j.retries, _j.variables, _j.headers, _j.lock_token,
    _j.lock_until, _j.created_at, process_instance.c.process_id, process_instance.c.definition_id,
    process_instance.c.business_key,
)  # fmt: skip
_with_case = job.join(process_instance, process_instance.c.case_id == _j.case_id)
_free = or_(
    _j.state == "available",
    and_(_j.state == "locked", _j.lock_until < param("now", _j.lock_until)),
)
_IS_REAL = ~select(process_instance.c.exercise).where(process_instance.c.case_id == _j.case_id).scalar_subquery()
"""What an exercise asks of the world outside never gets there; the exercise itself answers."""
_doable = (
    select(_j.job_id)
    .where(_j.topic == param("topic"), _j.lane == param("lane"), DOABLE, _free, _IS_REAL)
    .where(_j.available_at <= param("now", _j.available_at))
    .order_by(_j.available_at, _j.job_id)
    .limit(param("most"))
)
_DOABLE = Statement(_doable.with_for_update(skip_locked=True))
COULD_BE_DONE = Statement(_doable)
"""The same to look at, nothing taken."""
_LOCK = Statement(
    update(job)
    .where(_j.job_id == param("key"))
    .values(state="locked", locked_by=param("by"), lock_token=param("token"), lock_until=param("until", _j.lock_until))
)
_LOCKED_BY_TOKEN = Statement(
    select(*_WORK).select_from(_with_case).where(_j.lock_token == param("token")).order_by(_j.lane, _j.job_id)
)
_FIND = Statement(select(_j.state, _j.retries, _j.lock_token, _j.locked_by, _j.topic).where(_j.job_id == param("key")))


@dataclass(frozen=True, slots=True)
class Job:
    """What deciding about a job needs."""

    state: str
    retries: int
    lock_token: str | None
    locked_by: str | None
    topic: str


def lock_jobs(
    unit: UnitOfWork, topics: tuple[str, ...], worker_id: str, token: str, now: datetime, until: datetime, most: int,
    lanes: tuple[int, ...] = LANES,
) -> list[dict[str, Any]]:
    """Take up to ``most`` doable jobs of these topics: emergencies of all topics first, then topics as given."""
    keys: list[str] = []
    for lane in lanes:
        for topic in dict.fromkeys(topics):
            if len(keys) >= most:
                break
            rows = unit.all(_DOABLE, {"topic": topic, "lane": lane, "now": now, "most": most - len(keys)})
            keys.extend(row[0] for row in rows)
    unit.many(_LOCK, ({"key": key, "by": worker_id, "token": token, "until": until} for key in keys))
    return locked_jobs(unit, token) if keys else []


def locked_jobs(unit: UnitOfWork, token: str) -> list[dict[str, Any]]:
    """The jobs that are locked under this token."""
    return [_as_json(row) for row in unit.all(_LOCKED_BY_TOKEN, {"token": token})]


def find_job(unit: UnitOfWork, job_id: str) -> Job | None:
    """The job; its case's lock keeps it from ending."""
    row = unit.one(_FIND, {"key": job_id})
    return None if row is None else Job(*row)


def _as_json(row: Row) -> dict[str, Any]:
    (
        job_id, case_id, token_id, element_id, topic, retries, variables, headers, token, until, created_at,
        process_id, definition_id, business_key,
    ) = row  # fmt: skip
    return {
        "job_id": job_id, "case_id": case_id, "token_id": token_id, "element_id": element_id, "topic": topic,
        "retries": retries, "variables": orjson.loads(variables), "headers": orjson.loads(headers),
        "lock_token": token, "lock_until": until.isoformat(), "created_at": created_at.isoformat(),
        "process_id": process_id,
        "definition_id": definition_id, "business_key": business_key,
    }  # fmt: skip
