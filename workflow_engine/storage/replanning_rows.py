"""What events of re-planning do to ``task_plan``, and to the place of a task in lists and its offers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, update

from workflow_engine.domain import events_replanning as r
from workflow_engine.storage import user_task_rows
from workflow_engine.storage.changes import Changes, Facts, Insert, Move
from workflow_engine.storage.schema import offer, task_plan, user_task
from workflow_engine.storage.statement import Statement, param, upsert

_KEY = ("user_task_id", "emergency_id")
_REST = tuple(column.name for column in task_plan.columns if column.name not in _KEY)
PLANS = Insert("task_plan", Statement(lambda dialect: upsert(dialect, task_plan, _KEY, _REST)))
_p = task_plan.c
_END = Move(
    "task_plan ended",
    Statement(
        update(task_plan)
        .where(_p.user_task_id == param("key"), _p.emergency_id == param("emergency"))
        .values(ended_at=param("at", _p.ended_at), kept=param("kept"), taken_out=param("taken_out"))
    ),
)


def _placed(table: Any) -> Any:
    """The part of the sort key that says how urgent a task is, replaced: see ``user_task_rows``."""
    key = table.c.sort_key
    return func.substr(key, 1, 1).concat(param("urgency", key)).concat(func.substr(key, 6))


_PLACE = Move(
    "user_task of another priority",
    Statement(
        update(user_task)
        .where(user_task.c.user_task_id == param("key"))
        .values(priority=param("priority"), sort_key=_placed(user_task))
    ),
)
_PLACE_OFFERS = Move(
    "offer of another priority",
    Statement(update(offer).where(offer.c.user_task_id == param("key")).values(sort_key=_placed(offer))),
    exactly=None,
)
_GROUPS = Move(
    "user_task offered to other groups",
    Statement(
        update(user_task).where(user_task.c.user_task_id == param("key")).values(candidate_groups=param("groups"))
    ),
)
_CLOSE_OFFER = Move(
    "offer closed",
    Statement(
        update(offer)
        .where(offer.c.user_task_id == param("key"), offer.c.subject == param("subject"))
        .values(state="closed")
    ),
)


def _replanned(changes: Changes, facts: Facts, event: r.UserTaskReplanned) -> None:
    key = f"{facts.case_id}.{event.token_id}"
    row = {
        "user_task_id": key, "emergency_id": event.emergency_id, "case_id": facts.case_id,
        "replan_id": event.replan_id, "level": event.level, "deadline": event.deadline,
        "given_due_at": _instant(event.given_due_at), "due_at": _instant(event.due_at),
        "given_priority": event.given_priority, "priority": event.priority,
        "offered": orjson.dumps(event.offered).decode(), "legal": event.legal, "rule": event.rule,
        "words": event.words, "reason": event.reason or "", "planned_at": facts.at, "ended_at": None, "kept": "[]",
        "taken_out": False,
    }  # fmt: skip
    changes.insert(PLANS, (key, event.emergency_id), row)


def _plan_ended(changes: Changes, facts: Facts, event: r.UserTaskPlanEnded) -> None:
    key, kept = f"{facts.case_id}.{event.token_id}", orjson.dumps(event.kept).decode()
    taken_out = event.replan_id is None
    row = changes.pending(PLANS, (key, event.emergency_id))
    if row is None:
        values = {"key": key, "emergency": event.emergency_id, "at": facts.at, "kept": kept, "taken_out": taken_out}
        changes.move(_END, values)
    else:
        row.update(ended_at=facts.at, kept=kept, taken_out=taken_out)


def _reprioritised(changes: Changes, facts: Facts, event: r.UserTaskReprioritised) -> None:
    key, urgency = f"{facts.case_id}.{event.token_id}", user_task_rows.urgency(event.after)
    task = changes.pending(user_task_rows.TASKS, key)
    if task is None:
        changes.move(_PLACE, {"key": key, "priority": event.after, "urgency": urgency})
        changes.move(_PLACE_OFFERS, {"key": key, "urgency": urgency})
        return
    task["priority"], task["sort_key"] = event.after, task["sort_key"][:1] + urgency + task["sort_key"][5:]
    for row in changes.pending_of(user_task_rows.OFFERS):
        if row["user_task_id"] == key:
            row["sort_key"] = task["sort_key"]


def _offers_changed(changes: Changes, facts: Facts, event: r.UserTaskOffersChanged) -> None:
    key, groups = f"{facts.case_id}.{event.token_id}", orjson.dumps(event.candidate_groups).decode()
    task = changes.pending(user_task_rows.TASKS, key)
    if task is None:
        changes.move(_GROUPS, {"key": key, "groups": groups})
    else:
        task["candidate_groups"] = groups
    for subject in event.removed:
        row = changes.pending(user_task_rows.OFFERS, (key, subject))
        if row is None:
            changes.move(_CLOSE_OFFER, {"key": key, "subject": subject})
        else:
            row["state"] = "closed"
    for subject in event.added:
        state = "taken" if event.taken else "open"
        user_task_rows.offered_again(changes, facts, event.token_id, subject, state)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


APPLIERS: dict[type[Any], Any] = {
    r.UserTaskReplanned: _replanned,
    r.UserTaskPlanEnded: _plan_ended,
    r.UserTaskReprioritised: _reprioritised,
    r.UserTaskOffersChanged: _offers_changed,
}
