"""What events do to ``timer``, ``subscription``, ``job`` and ``incident``, and to what leaves the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, insert, null, or_, update

from workflow_engine.domain import events as e
from workflow_engine.domain.causes import cause_of
from workflow_engine.domain.lifecycle import INCIDENT, JOB, TIMER
from workflow_engine.storage.changes import Changes, Facts, Insert, Move, moved, states_before, text_column
from workflow_engine.storage.correlations import correlation_digest, fitting_digests
from workflow_engine.storage.schema import incident, job, message, message_digest, outbox, signal, subscription, timer
from workflow_engine.storage.statement import Statement, param, upsert

_LONGEST_MESSAGE = 4_000
THROWN_TIME_TO_LIVE = timedelta(days=7)
"""How long a message thrown by a case waits for its catcher before it is shown as undelivered."""

_TIMER_COLUMNS = tuple(column.name for column in timer.columns if column.name not in ("timer_id", "due_at"))
# A timer whose clock stood for no working time waits for the instant from which it was taken back.
TIMERS = Insert("timer", Statement(lambda dialect: upsert(dialect, timer, ("timer_id", "due_at"), _TIMER_COLUMNS)))
SUBSCRIPTIONS = Insert("subscription", Statement(insert(subscription)))
_JOB_COLUMNS = tuple(column.name for column in job.columns if column.name != "job_id")
# A job that failed is made anew, under its old id, when its incident is retried.
JOBS = Insert("job", Statement(lambda dialect: upsert(dialect, job, ("job_id",), _JOB_COLUMNS)))
INCIDENTS = Insert("incident", Statement(insert(incident)))
MESSAGES = Insert("message", Statement(insert(message)))
MESSAGE_DIGESTS = Insert("message_digest", Statement(insert(message_digest)))
SIGNALS = Insert("signal", Statement(insert(signal)))
OUTBOX = Insert("outbox", Statement(insert(outbox)))

_scheduled = timer.c.state.in_(states_before(TIMER, "fired"))
_FIRE = Move(
    "timer fired",
    Statement(
        update(timer)
        .where(timer.c.timer_id == param("key"), timer.c.due_at == param("due", timer.c.due_at), _scheduled)
        .values(state="fired", fired_at=param("at", timer.c.fired_at))
    ),
)
_CANCEL_TIMER = Move(
    "timer cancelled",
    Statement(update(timer).where(timer.c.timer_id == param("key"), _scheduled).values(state="cancelled")),
)
_CLOSE = Move(
    "subscription closed",
    Statement(delete(subscription).where(subscription.c.subscription_id == param("key"))),
)
_case_token = {
    table.name: (table.c.case_id == param("case")) & (table.c.token_id == param("token"))
    for table in (timer, subscription, job)
}
_REPLACE = [
    Move(
        f"{table.name} migrated",
        Statement(update(table).where(_case_token[table.name], *still).values(element_id=param("element"))),
        exactly=None,
    )
    for table, still in (
        (timer, [timer.c.state == "scheduled"]),
        (subscription, []),
        (job, [job.c.state.in_(["available", "locked", "failed"])]),
    )
]
_UNLOCKED: dict[str, Any] = {"locked_by": None, "lock_token": None, "lock_until": None}
_UNLOCK = {name: null() for name in _UNLOCKED}
_END_JOB = {
    state: Move(
        f"job {state}",
        Statement(
            update(job)
            .where(job.c.job_id == param("key"), job.c.state.in_(states_before(JOB, state)))
            .values(state=state, ended_at=param("at", job.c.ended_at), **_UNLOCK)
        ),
    )
    for state in ("completed", "cancelled")
}
_FAIL_JOB = Move(
    "job failed",
    Statement(
        update(job)
        .where(job.c.job_id == param("key"), job.c.state.in_(["available", "locked", "failed"]))
        .values(
            state=param("state"), retries=param("retries"), error=param("error"),
            available_at=param("available_at", job.c.available_at), **_UNLOCK,
        )
    ),
)  # fmt: skip
_RESOLVE = Move(
    "incident resolved",
    Statement(
        update(incident)
        .where(incident.c.case_id == param("case"), incident.c.incident_no == param("no"), incident.c.state == "open")
        .values(
            state="resolved", resolved_at=param("at", incident.c.resolved_at), resolved_by=param("by"),
            resolution=param("resolution"),
        )
    ),
)  # fmt: skip


def _hold(table: Any, held: bool, name: str, *where: Any) -> Move:
    statement = update(table).where(table.c.case_id == param("case"), *where).values(held=held)
    return Move(f"{name} held", Statement(statement), exactly=None)


_HOLDS = {
    held: (
        _hold(timer, held, "timer", timer.c.state == "scheduled"),
        _hold(subscription, held, "subscription"),
        _hold(job, held, "job", or_(job.c.state == "available", job.c.state == "locked", job.c.state == "failed")),
    )
    for held in (True, False)
}


_HELD_STATES: dict[Insert, tuple[str, ...] | None] = {
    TIMERS: ("scheduled",),
    SUBSCRIPTIONS: None,
    JOBS: ("available", "locked", "failed"),
}


def hold(changes: Changes, facts: Facts, held: bool) -> None:
    """A suspended case waits for nothing; resumed, it waits again for what it waited for."""
    for move in _HOLDS[held]:
        changes.move(move, {"case": facts.case_id})
    for kind, states in _HELD_STATES.items():
        for row in changes.pending_of(kind):
            if states is None or row["state"] in states:
                row["held"] = held


def timer_scheduled(changes: Changes, facts: Facts, event: e.TimerScheduled) -> None:
    """A due instant to look at."""
    timer_id = f"{facts.case_id}.{event.token_id}.{event.position}"
    row = {
        "timer_id": timer_id, "due_at": datetime.fromisoformat(event.due_at), "case_id": facts.case_id,
        "definition_id": None, "process_id": None, "token_id": event.token_id, "position": event.position,
        "element_id": event.element_id, "interrupting": event.interrupting, "state": "scheduled", "lane": facts.lane,
        "held": False, "firing": 0, "armed_at": facts.at, "fired_at": None, "fence": 0, "claimed_by": None,
        "lease_until": None,
    }  # fmt: skip
    changes.insert(TIMERS, (timer_id, row["due_at"]), row)


def timer_fired(changes: Changes, facts: Facts, event: e.TimerFired) -> None:
    """Once per timer and due instant: the state in the WHERE says so."""
    timer_id = f"{facts.case_id}.{event.token_id}.{event.position}"
    due_at = datetime.fromisoformat(event.due_at)
    row = changes.pending(TIMERS, (timer_id, due_at))
    if row is None:
        changes.move(_FIRE, {"key": timer_id, "due": due_at, "at": facts.at})
    else:
        moved(row, TIMER, "fired", {"fired_at": facts.at})


def timer_cancelled(changes: Changes, facts: Facts, event: e.TimerCancelled) -> None:
    """Nobody waits for this instant any more."""
    timer_id = f"{facts.case_id}.{event.token_id}.{event.position}"
    for row in changes.pending_of(TIMERS):
        if row["timer_id"] == timer_id and row["state"] == "scheduled":
            moved(row, TIMER, "cancelled", {})
            return
    changes.move(_CANCEL_TIMER, {"key": timer_id})


def wait_migrated(changes: Changes, facts: Facts, event: e.WaitMigrated) -> None:
    """What the token waits for belongs to another element now."""
    for move in _REPLACE:
        changes.move(move, {"case": facts.case_id, "token": event.token_id, "element": event.element_id})
    states = {"scheduled", "available", "locked", "failed"}
    for kind in (TIMERS, SUBSCRIPTIONS, JOBS):
        for row in changes.pending_of(kind):
            if row["token_id"] == event.token_id and row.get("state", "scheduled") in states:
                row["element_id"] = event.element_id


def subscription_opened(changes: Changes, facts: Facts, event: e.SubscriptionOpened) -> None:
    """The case can be found by what it waits for."""
    subscription_id = f"{facts.case_id}.{event.token_id}.{event.position}"
    changes.insert(
        SUBSCRIPTIONS,
        subscription_id,
        {
            "subscription_id": subscription_id, "case_id": facts.case_id, "token_id": event.token_id,
            "position": event.position, "element_id": event.element_id, "kind": event.subscription_kind,
            "name": text_column(event.name), "correlation": event.correlation,
            "correlation_digest": correlation_digest(event.correlation), "opened_at": facts.at, "held": False,
        },
    )  # fmt: skip


def subscription_closed(changes: Changes, facts: Facts, event: e.SubscriptionClosed) -> None:
    """A row exists exactly as long as the case waits."""
    subscription_id = f"{facts.case_id}.{event.token_id}.{event.position}"
    if not changes.drop(SUBSCRIPTIONS, subscription_id):
        changes.move(_CLOSE, {"key": subscription_id})


def job_created(changes: Changes, facts: Facts, event: e.JobCreated) -> None:
    """Work for a connector or an outside worker."""
    job_id = f"{facts.case_id}.{event.token_id}"
    changes.insert(
        JOBS,
        job_id,
        {
            "job_id": job_id, "case_id": facts.case_id, "token_id": event.token_id, "element_id": event.element_id,
            "topic": event.topic, "state": "available", "lane": facts.lane, "retries": event.retries,
            "variables": _json(event.variables), "headers": _json(event.headers), "error": None,
            "created_at": facts.at, "available_at": facts.at, "ended_at": None, "held": False, **_UNLOCKED,
        },
    )  # fmt: skip


def job_completed(changes: Changes, facts: Facts, event: e.JobCompleted) -> None:
    """The work is done."""
    _end_job(changes, facts, event.token_id, "completed")


def job_cancelled(changes: Changes, facts: Facts, event: e.JobCancelled) -> None:
    """The work is not needed any more."""
    _end_job(changes, facts, event.token_id, "cancelled")


def job_failed(changes: Changes, facts: Facts, event: e.JobFailed) -> None:
    """Try again later; or, with no retries left, wait for somebody to mend it."""
    again = event.retries_left > 0
    values = {
        "key": f"{facts.case_id}.{event.token_id}", "state": "available" if again else "failed",
        "retries": event.retries_left, "error": text_column(event.error or "", _LONGEST_MESSAGE),
        "available_at": facts.at if event.retry_at is None else datetime.fromisoformat(event.retry_at),
    }  # fmt: skip
    row = changes.pending(JOBS, values["key"])
    if row is None:
        changes.move(_FAIL_JOB, values)
    else:
        row.update({name: value for name, value in values.items() if name != "key"})


def _end_job(changes: Changes, facts: Facts, token_id: int, state: str) -> None:
    job_id = f"{facts.case_id}.{token_id}"
    row = changes.pending(JOBS, job_id)
    if row is None:
        changes.move(_END_JOB[state], {"key": job_id, "at": facts.at})
    else:
        moved(row, JOB, state, {"ended_at": facts.at})


def incident_opened(changes: Changes, facts: Facts, event: e.IncidentOpened) -> None:
    """Something in the case needs a person."""
    key = (facts.case_id, event.incident_no)
    words = text_column(event.message or "", _LONGEST_MESSAGE) or ""
    changes.insert(
        INCIDENTS,
        key,
        {
            "case_id": facts.case_id, "incident_no": event.incident_no, "token_id": event.token_id,
            "element_id": event.element_id, "code": event.code,
            "cause": cause_of(facts.definition_id, event.element_id, event.code, words), "message": words,
            "variables": _json(event.variables), "state": "open", "opened_at": facts.at, "resolved_at": None,
            "resolved_by": None, "resolution": None,
        },
    )  # fmt: skip


def incident_resolved(changes: Changes, facts: Facts, event: e.IncidentResolved) -> None:
    """Mended, or overtaken."""
    values = {"resolved_at": facts.at, "resolved_by": facts.actor_id, "resolution": event.resolution}
    row = changes.pending(INCIDENTS, (facts.case_id, event.incident_no))
    if row is None:
        changes.move(
            _RESOLVE,
            {
                "case": facts.case_id, "no": event.incident_no, "at": facts.at, "by": facts.actor_id,
                "resolution": event.resolution,
            },
        )  # fmt: skip
    else:
        moved(row, INCIDENT, "resolved", values)


def message_thrown(changes: Changes, facts: Facts, event: e.MessageThrown) -> None:
    """It waits in the row and is delivered after the commit, with the message id that never changes."""
    if event.caught_by is not None:
        return
    changes.insert(
        MESSAGES,
        event.message_id,
        {
            "message_id": event.message_id, "name": text_column(event.name),
            "correlation": None if event.correlation is None else _json(event.correlation),
            "payload": _json(event.payload), "state": "waiting", "published_at": facts.at,
            "published_by": f"case:{facts.case_id}", "origin_case_id": facts.case_id, "target_case_id": None,
            "expires_at": facts.at + THROWN_TIME_TO_LIVE, "case_id": None, "element_id": None, "settled_at": None,
        },
    )  # fmt: skip
    for digest in fitting_digests([event.correlation] if event.correlation else []):
        row = {"name": text_column(event.name), "digest": digest, "message_id": event.message_id}
        changes.insert(MESSAGE_DIGESTS, (digest, event.message_id), row)
    _send(changes, facts, "message", event.message_id)


def signal_thrown(changes: Changes, facts: Facts, event: e.SignalThrown) -> None:
    """Catchers of other cases get it after the commit."""
    changes.insert(
        SIGNALS,
        event.signal_id,
        {
            "signal_id": event.signal_id, "name": text_column(event.name), "payload": _json(event.payload),
            "origin_case_id": facts.case_id, "sent_by": f"case:{facts.case_id}", "sent_at": facts.at,
        },
    )  # fmt: skip
    _send(changes, facts, "signal", event.signal_id)


def _send(changes: Changes, facts: Facts, kind: str, subject_id: str) -> None:
    outbox_id = f"{kind}:{subject_id}"
    changes.insert(
        OUTBOX,
        outbox_id,
        {
            "outbox_id": outbox_id, "kind": kind, "payload": orjson.dumps({"id": subject_id}),
            "case_id": facts.case_id, "state": "pending", "attempts": 0, "last_error": None, "created_at": facts.at,
            "next_at": facts.at, "lane": facts.lane,
        },
    )  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps({} if value is None else value).decode()
