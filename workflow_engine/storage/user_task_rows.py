"""What the events of user tasks do to ``user_task``, ``offer`` and ``submission``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow_engine.domain.events import (
    UserTaskActedFor,
    UserTaskAssigned,
    UserTaskCancelled,
    UserTaskClaimed,
    UserTaskCompleted,
    UserTaskCreated,
    UserTaskMigrated,
    UserTaskReleased,
)
from workflow_engine.domain.lifecycle import USER_TASK
from workflow_engine.storage.changes import Changes, Facts, Insert, Move, Values, moved, states_before, text_column
from workflow_engine.storage.schema import offer, submission, user_task
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.types import instant_text

EVERYBODY = "*"
DEFAULT_PRIORITY = 50
_MOST_PRIORITY = 1_000_000
_LATE = "9" * 16

TASKS = Insert("user_task", Statement(insert(user_task)))
OFFERS = Insert("offer", Statement(insert(offer)))
SUBMISSIONS = Insert("submission", Statement(insert(submission)))

_key = user_task.c.user_task_id == param("key")


def _move_task(state: str, *columns: str, also_from: tuple[str, ...] = ()) -> Move:
    allowed = [*states_before(USER_TASK, state), *also_from]
    values = {name: param(name, user_task.c[name]) for name in columns}
    return Move(
        f"user_task {state}",
        Statement(update(user_task).where(_key, user_task.c.state.in_(allowed)).values(state=state, **values)),
    )


_CLAIM = _move_task("claimed", "assignee", "claimed_at", also_from=("claimed",))
_RELEASE = _move_task("ready", "assignee", "claimed_at")
_HAND_OVER = _move_task("claimed", "assignee", "claimed_at", "candidate_users", also_from=("claimed",))
_OFFER_TO_GROUP = _move_task(
    "ready", "assignee", "claimed_at", "candidate_users", "candidate_groups", also_from=("ready",)
)
_COMPLETE = _move_task("completed", "completed_at", "completed_by")
_CANCEL = _move_task("cancelled")
_MIGRATED = ("element_id", "name", "lane", "form_key")
_MIGRATE = Move(
    "user_task migrated",
    Statement(update(user_task).where(_key).values({name: param(name) for name in _MIGRATED})),
)
_ACT_FOR = Move(
    "user_task done for somebody", Statement(update(user_task).where(_key).values(completed_for=param("completed_for")))
)
_MOVE_OFFERS = Move(
    "offer",
    Statement(
        update(offer)
        .where(offer.c.user_task_id == param("key"), offer.c.state != "closed")
        .values(state=param("state"))
    ),
    exactly=None,
)


def _offer_again(dialect: str) -> Any:
    """A new offer of a stored task, or the old one once more."""
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    u = user_task.c
    names = ["user_task_id", "subject", "case_id", "state", "sort_key", "started_at", "process_id"]
    found = select(
        u.user_task_id, param("subject", offer.c.subject), u.case_id, param("state", offer.c.state), u.sort_key,
        param("started_at", offer.c.started_at), param("process", offer.c.process_id),
    ).where(_key)  # fmt: skip
    statement = kind(offer).from_select(names, found)
    return statement.on_conflict_do_update(
        index_elements=["user_task_id", "subject"], set_={"state": statement.excluded.state}
    )


def _due_of(table: Any) -> Any:
    """The part of the sort key that says when the task is due, replaced: see ``_sort_key``."""
    key = table.c.sort_key
    return func.substr(key, 1, 5).concat(param("due_text", key)).concat(func.substr(key, 25))


_MOVE_DUE = Move(
    "user_task due at another instant",
    Statement(
        update(user_task).where(_key).values(due_at=param("due_at", user_task.c.due_at), sort_key=_due_of(user_task))
    ),
)
_MOVE_OFFERS_DUE = Move(
    "offer due at another instant",
    Statement(update(offer).where(offer.c.user_task_id == param("key")).values(sort_key=_due_of(offer))),
    exactly=None,
)
_OFFER_AGAIN = Move("offer to another", Statement(_offer_again))


def created(changes: Changes, facts: Facts, event: UserTaskCreated) -> None:
    """A task appears: one row, and one offer for each user and group that may take it."""
    task_id = f"{facts.case_id}.{event.token_id}"
    due_at = _instant(event.due_at)
    priority = DEFAULT_PRIORITY if event.priority is None else max(-_MOST_PRIORITY, min(_MOST_PRIORITY, event.priority))
    sort_key = _sort_key(facts, priority, due_at)
    users, groups = event.candidate_users or [], event.candidate_groups or []
    assignee = text_column(event.assignee)
    taken = assignee is not None
    if assignee is not None and not users and not groups:
        users = [assignee]  # Given back, it is offered to whom the model gave it, and to nobody else.
    row = {
        "user_task_id": task_id, "case_id": facts.case_id, "token_id": event.token_id, "element_id": event.element_id,
        "name": event.name, "lane": event.lane, "state": "claimed" if taken else "ready", "assignee": assignee,
        "candidate_users": _json(users), "candidate_groups": _json(groups), "form_key": text_column(event.form_key),
        "due_at": due_at, "follow_up_at": _instant(event.follow_up_at), "priority": priority, "sort_key": sort_key,
        "created_at": facts.at, "claimed_at": facts.at if taken else None, "completed_at": None, "completed_by": None,
        "completed_for": None,
        "started_by": facts.started_by, "started_at": facts.started_at,
    }  # fmt: skip
    changes.insert(TASKS, task_id, row)
    subjects = dict.fromkeys(text_column(subject) for subject in (*users, *groups))
    if not subjects and not taken:
        subjects = {EVERYBODY: None}
    for subject in subjects:
        changes.insert(
            OFFERS,
            (task_id, subject),
            {
                "user_task_id": task_id, "subject": subject, "case_id": facts.case_id,
                "state": "taken" if taken else "open", "sort_key": sort_key,
                "started_at": facts.started_at, "process_id": facts.process_id,
            },
        )  # fmt: skip


def claimed(changes: Changes, facts: Facts, event: UserTaskClaimed | UserTaskAssigned) -> None:
    """Somebody has the task; it is offered to nobody else meanwhile."""
    _move(changes, facts, event.token_id, _CLAIM, "claimed", {"assignee": event.assignee, "claimed_at": facts.at})
    _move_offers(changes, facts, event.token_id, "taken")


def released(changes: Changes, facts: Facts, event: UserTaskReleased) -> None:
    """The task is on offer again."""
    _move(changes, facts, event.token_id, _RELEASE, "ready", {"assignee": None, "claimed_at": None})
    _move_offers(changes, facts, event.token_id, "open")


def given(changes: Changes, facts: Facts, token_id: int, assignee: str) -> None:
    """The task is in this person's hands, for now or for good."""
    _move(changes, facts, token_id, _CLAIM, "claimed", {"assignee": assignee, "claimed_at": facts.at})
    _move_offers(changes, facts, token_id, "taken")


def handed_over(changes: Changes, facts: Facts, token_id: int, assignee: str | None, group: str | None) -> None:
    """The task is this person's or this group's for good: nobody it was offered to before gets it back."""
    subject = assignee or group
    values = {"assignee": assignee, "claimed_at": facts.at if assignee else None}
    if assignee is not None:
        values["candidate_users"] = _json([assignee])
        _move(changes, facts, token_id, _HAND_OVER, "claimed", values)
    else:
        values |= {"candidate_users": "[]", "candidate_groups": _json([group])}
        _move(changes, facts, token_id, _OFFER_TO_GROUP, "ready", values)
    _move_offers(changes, facts, token_id, "closed")
    offered_again(changes, facts, token_id, str(subject), "open" if assignee is None else "taken")


def offered_again(changes: Changes, facts: Facts, token_id: int, subject: str, state: str) -> None:
    """One more subject to whom the task is offered, or once more."""
    task_id = f"{facts.case_id}.{token_id}"
    task = changes.pending(TASKS, task_id)
    if task is None:
        found = {
            "key": task_id, "subject": subject, "state": state, "started_at": facts.started_at,
            "process": facts.process_id,
        }  # fmt: skip
        changes.move(_OFFER_AGAIN, found)
        return
    row = {
        "user_task_id": task_id, "subject": subject, "case_id": facts.case_id, "state": state,
        "sort_key": task["sort_key"], "started_at": facts.started_at, "process_id": facts.process_id,
    }  # fmt: skip
    changes.insert(OFFERS, (task_id, subject), row)


def completed(changes: Changes, facts: Facts, event: UserTaskCompleted) -> None:
    """The task is done, and what was said is a row of its own."""
    values = {"completed_at": facts.at, "completed_by": event.completed_by}
    _move(changes, facts, event.token_id, _COMPLETE, "completed", values)
    _move_offers(changes, facts, event.token_id, "closed")
    task_id = f"{facts.case_id}.{event.token_id}"
    changes.insert(
        SUBMISSIONS,
        task_id,
        {
            "user_task_id": task_id, "case_id": facts.case_id, "seq": facts.seq, "definition_id": facts.definition_id,
            "form_key": event.form_key, "submitted_by": event.completed_by, "submitted_at": facts.at,
            "content": _json(event.variables if event.variables is not None else {}),
        },
    )  # fmt: skip


def acted_for(changes: Changes, facts: Facts, event: UserTaskActedFor) -> None:
    """A completion on behalf of somebody else names them in the row."""
    if not event.is_completion:
        return
    task_id = f"{facts.case_id}.{event.token_id}"
    row = changes.pending(TASKS, task_id)
    if row is None:
        changes.move(_ACT_FOR, {"key": task_id, "completed_for": event.on_behalf_of})
    else:
        row["completed_for"] = event.on_behalf_of


def cancelled(changes: Changes, facts: Facts, event: UserTaskCancelled) -> None:
    """The task is not to be done any more."""
    _move(changes, facts, event.token_id, _CANCEL, "cancelled", {})
    _move_offers(changes, facts, event.token_id, "closed")


def migrated(changes: Changes, facts: Facts, event: UserTaskMigrated) -> None:
    """The task is that of another version now; who has it, and its dates, stay."""
    task_id = f"{facts.case_id}.{event.token_id}"
    values = {name: getattr(event, name) for name in _MIGRATED} | {"form_key": text_column(event.form_key)}
    row = changes.pending(TASKS, task_id)
    if row is None:
        changes.move(_MIGRATE, {"key": task_id, **values})
    else:
        row.update(values)


def due_moved(changes: Changes, facts: Facts, token_id: int, due_at: datetime) -> None:
    """The task is due at another instant, and stands at another place in every list."""
    task_id, due_text = f"{facts.case_id}.{token_id}", instant_text(due_at)[:19]
    task = changes.pending(TASKS, task_id)
    if task is None:
        changes.move(_MOVE_DUE, {"key": task_id, "due_at": due_at, "due_text": due_text})
        changes.move(_MOVE_OFFERS_DUE, {"key": task_id, "due_text": due_text})
        return
    task["due_at"], task["sort_key"] = due_at, task["sort_key"][:5] + due_text + task["sort_key"][24:]
    for row in changes.pending_of(OFFERS):
        if row["user_task_id"] == task_id:
            row["sort_key"] = task["sort_key"]


def _move(changes: Changes, facts: Facts, token_id: int, move: Move, state: str, values: Values) -> None:
    task_id = f"{facts.case_id}.{token_id}"
    row = changes.pending(TASKS, task_id)
    if row is None:
        changes.move(move, {"key": task_id, **values})
    elif row["state"] == state and state in ("ready", "claimed"):
        row.update(values)  # from one holder to another, from one offer to another
    else:
        moved(row, USER_TASK, state, values)


def _move_offers(changes: Changes, facts: Facts, token_id: int, state: str) -> None:
    task_id = f"{facts.case_id}.{token_id}"
    if changes.pending(TASKS, task_id) is None:
        changes.move(_MOVE_OFFERS, {"key": task_id, "state": state})
        return
    for row in changes.pending_of(OFFERS):
        if row["user_task_id"] == task_id and row["state"] != "closed":
            row["state"] = state


def _sort_key(facts: Facts, priority: int, due_at: datetime | None) -> str:
    """Emergency cases first, then the higher priority, then the earlier due, then the older task."""
    due = _LATE if due_at is None else instant_text(due_at)[:19]
    return f"{facts.lane}{urgency(priority)}{due:<19}{instant_text(facts.at)}"


def urgency(priority: int) -> str:
    """A priority as the sort key has it: the higher, the earlier."""
    return f"{max(0, min(9999, 9999 - priority)):04d}"


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
