"""What the events of people working together do to rows: delegations, opinions, copies, notes, comments, files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import delete, insert, update

from workflow_engine.domain import events_teamwork as t
from workflow_engine.domain.events import UserTaskCancelled
from workflow_engine.domain.lifecycle import DELEGATION, OPINION
from workflow_engine.storage import user_task_rows
from workflow_engine.storage.changes import Changes, Facts, Insert, Move, moved, states_before
from workflow_engine.storage.schema import (
    attachment,
    comment,
    note,
    task_copy,
    task_delegation,
    task_draft,
    task_opinion,
)
from workflow_engine.storage.statement import Statement, param

DELEGATIONS = Insert("task_delegation", Statement(insert(task_delegation)))
OPINIONS = Insert("task_opinion", Statement(insert(task_opinion)))
COPIES = Insert("task_copy", Statement(insert(task_copy)))
NOTES = Insert("note", Statement(insert(note)))
COMMENTS = Insert("comment", Statement(insert(comment)))
ATTACHMENTS = Insert("attachment", Statement(insert(attachment)))

_d, _o, _k, _f = task_delegation.c, task_opinion.c, task_copy.c, attachment.c
_END_DELEGATION = Move(
    "task_delegation ended",
    Statement(
        update(task_delegation)
        .where(_d.user_task_id == param("key"), _d.state == "pending")
        .values(state=param("state"), answer=param("answer"), ended_at=param("ended_at", _d.ended_at))
    ),
)
_WITHDRAW_DELEGATION = Move(
    "task_delegation withdrawn",
    Statement(
        update(task_delegation)
        .where(_d.user_task_id == param("key"), _d.state == "pending")
        .values(state="withdrawn", ended_at=param("ended_at", _d.ended_at))
    ),
    exactly=None,
)
_DROP_DRAFTS = Move(
    "task_draft of a withdrawn task",
    Statement(delete(task_draft).where(task_draft.c.user_task_id == param("key"))),
    exactly=None,
)


def _move_opinion(state: str, *columns: str) -> Move:
    values = {name: param(name, _o[name]) for name in columns}
    allowed = states_before(OPINION, state)
    statement = update(task_opinion).where(_o.opinion_id == param("key"), _o.state.in_(allowed))
    return Move(f"task_opinion {state}", Statement(statement.values(state=state, **values)))


_OPEN = _move_opinion("open")
_ANSWER = _move_opinion("answered", "agrees", "answer", "answered_by", "ended_at")
_END_OPINION = {outcome: _move_opinion(outcome, "ended_at") for outcome in ("removed", "withdrawn")}
_READ = Move(
    "task_copy read",
    Statement(
        update(task_copy)
        .where(_k.case_id == param("case"), _k.person_id == param("person"), _k.read_at.is_(None))
        .values(read_at=param("read_at", _k.read_at))
    ),
    exactly=None,
)
_REMOVE_FILE = Move(
    "attachment removed",
    Statement(
        update(attachment)
        .where(_f.attachment_id == param("key"), _f.removed_at.is_(None))
        .values(removed_at=param("at", _f.removed_at), removed_by=param("by"), name="")
    ),
)


# ------------------------------------------------------------------------------------------------ into other hands
def transferred(changes: Changes, facts: Facts, event: t.UserTaskTransferred) -> None:
    """The task has a new holder, or is on offer to another unit."""
    user_task_rows.handed_over(changes, facts, event.token_id, event.assignee, event.group)
    subject = event.assignee or event.group
    _notes(changes, facts, "transferred", [subject], event.token_id, event.reason)


def delegated(changes: Changes, facts: Facts, event: t.UserTaskDelegated) -> None:
    """The delegate has the task for a while."""
    task_id = _task(facts, event.token_id)
    user_task_rows.given(changes, facts, event.token_id, event.delegate)
    row = {
        "user_task_id": task_id, "seq": facts.seq, "case_id": facts.case_id, "owner": event.owner,
        "delegate": event.delegate, "state": "pending", "reason": event.reason or "", "delegated_at": facts.at,
        "answer": None, "ended_at": None,
    }  # fmt: skip
    changes.insert(DELEGATIONS, (task_id, facts.seq), row)
    _notes(changes, facts, "delegated", [event.delegate], event.token_id, event.reason)


def delegation_ended(changes: Changes, facts: Facts, event: t.DelegationEnded) -> None:
    """The owner has it again."""
    user_task_rows.given(changes, facts, event.token_id, event.owner)
    values = {"answer": event.answer, "ended_at": facts.at}
    for row in _pending_delegations(changes, facts, event.token_id):
        moved(row, DELEGATION, event.outcome, values)
        break
    else:
        changes.move(_END_DELEGATION, {"key": _task(facts, event.token_id), "state": event.outcome, **values})
    told = event.owner if event.outcome == "resolved" else event.delegate
    kind = "answered" if event.outcome == "resolved" else "took_back"
    _notes(changes, facts, kind, [told], event.token_id, event.answer)


def _pending_delegations(changes: Changes, facts: Facts, token_id: int) -> list[dict[str, Any]]:
    task_id = _task(facts, token_id)
    found = changes.pending_of(DELEGATIONS)
    return [row for row in found if row["user_task_id"] == task_id and row["state"] == "pending"]


def task_cancelled(changes: Changes, facts: Facts, event: UserTaskCancelled) -> None:
    """A withdrawn task is with no delegate any more, and what was typed into it is forgotten."""
    user_task_rows.cancelled(changes, facts, event)
    for row in _pending_delegations(changes, facts, event.token_id):
        moved(row, DELEGATION, "withdrawn", {"ended_at": facts.at})
    key = _task(facts, event.token_id)
    changes.move(_WITHDRAW_DELEGATION, {"key": key, "ended_at": facts.at})
    changes.move(_DROP_DRAFTS, {"key": key})


# ------------------------------------------------------------------------------------------------ more signatures
def opinion_asked(changes: Changes, facts: Facts, event: t.OpinionAsked) -> None:
    """A signer is asked, now or later."""
    opinion_id = _task(facts, event.opinion_no)
    row = {
        "opinion_id": opinion_id, "case_id": facts.case_id, "user_task_id": _task(facts, event.token_id),
        "place": event.place, "subject": event.subject, "asked_by": facts.actor_id, "asked_at": facts.at,
        "question": event.reason or "", "state": "open" if event.is_open else "waiting", "agrees": None,
        "answer": None, "answered_by": None, "ended_at": None,
    }  # fmt: skip
    changes.insert(OPINIONS, opinion_id, row)
    if event.is_open:
        _notes(changes, facts, "opinion", [event.subject], event.opinion_no, event.reason)


def opinion_opened(changes: Changes, facts: Facts, event: t.OpinionOpened) -> None:
    """A signer's turn has come."""
    _move(changes, facts, event.opinion_no, _OPEN, "open", {})
    _notes(changes, facts, "opinion", [event.subject], event.opinion_no, None)


def opinion_given(changes: Changes, facts: Facts, event: t.OpinionGiven) -> None:
    """A signer has answered."""
    values = {
        "agrees": event.agrees, "answer": event.opinion, "answered_by": event.answered_by, "ended_at": facts.at,
    }  # fmt: skip
    _move(changes, facts, event.opinion_no, _ANSWER, "answered", values)


def opinion_ended(changes: Changes, facts: Facts, event: t.OpinionEnded) -> None:
    """A signer is asked no more."""
    _move(changes, facts, event.opinion_no, _END_OPINION[event.outcome], event.outcome, {"ended_at": facts.at})
    if event.outcome == "removed":
        _notes(changes, facts, "removed", [event.subject], event.opinion_no, event.reason)


def _move(changes: Changes, facts: Facts, number: int, move: Move, state: str, values: dict[str, Any]) -> None:
    key = _task(facts, number)
    row = changes.pending(OPINIONS, key)
    if row is None:
        changes.move(move, {"key": key, **values})
    else:
        moved(row, OPINION, state, values)


# ------------------------------------------------------------------------------------------------ telling others
def returned(changes: Changes, facts: Facts, event: t.UserTaskReturned) -> None:
    """Whoever has to do the step again is told."""
    _notes(changes, facts, "returned", [event.assignee], event.placed, event.reason)


def copied(changes: Changes, facts: Facts, event: t.CaseCopied) -> None:
    """Everybody named gets a copy."""
    _copies(changes, facts, event.people, event.token_id, event.reason)


def copies_read(changes: Changes, facts: Facts, event: t.CopiesRead) -> None:
    """The reader's copies of the case are read."""
    for row in changes.pending_of(COPIES):
        if row["case_id"] == facts.case_id and row["person_id"] == event.person and row["read_at"] is None:
            row["read_at"] = facts.at
    changes.move(_READ, {"case": facts.case_id, "person": event.person, "read_at": facts.at})


def urged(changes: Changes, facts: Facts, event: t.UserTaskUrged) -> None:
    """Whoever has the task gets a note."""
    _notes(changes, facts, "urge", event.subjects, event.token_id, event.reason)


def commented(changes: Changes, facts: Facts, event: t.CommentAdded) -> None:
    """The comment, and a note for everybody it mentions."""
    comment_id = _task(facts, facts.seq)
    task_id = None if event.token_id is None else _task(facts, event.token_id)
    row = {
        "comment_id": comment_id, "case_id": facts.case_id, "seq": facts.seq, "user_task_id": task_id,
        "written_by": facts.actor_id, "written_at": facts.at, "mentions": orjson.dumps(event.mentions).decode(),
        "content": event.text or "",
    }  # fmt: skip
    changes.insert(COMMENTS, comment_id, row)
    _notes(changes, facts, "mention", event.mentions, event.token_id, event.text)
    _copies(changes, facts, event.copied, event.token_id, event.text)


def attached(changes: Changes, facts: Facts, event: t.AttachmentAdded) -> None:
    """A file is listed with the case."""
    attachment_id = _task(facts, facts.seq)
    row = {
        "attachment_id": attachment_id, "case_id": facts.case_id, "seq": facts.seq,
        "user_task_id": None if event.token_id is None else _task(facts, event.token_id), "digest": event.digest,
        "size": event.size, "media_type": event.media_type, "name": event.name or "", "added_by": facts.actor_id,
        "added_at": facts.at, "removed_at": None, "removed_by": None,
    }  # fmt: skip
    changes.insert(ATTACHMENTS, attachment_id, row)


def detached(changes: Changes, facts: Facts, event: t.AttachmentRemoved) -> None:
    """A file is gone; its name with it."""
    key = _task(facts, event.attachment_seq)
    row = changes.pending(ATTACHMENTS, key)
    if row is None:
        changes.move(_REMOVE_FILE, {"key": key, "at": facts.at, "by": facts.actor_id})
    else:
        row.update(removed_at=facts.at, removed_by=facts.actor_id, name="")


# ------------------------------------------------------------------------------------------------ inside
def _task(facts: Facts, number: int) -> str:
    return f"{facts.case_id}.{number}"


def _notes(
    changes: Changes, facts: Facts, kind: str, subjects: Iterable[str | None], token_id: int | None, text: str | None
) -> None:
    for subject in dict.fromkeys(subjects):
        if subject is None or subject == facts.actor_id:
            continue
        note_id = f"{facts.case_id}.{facts.seq}.{kind}.{subject}"[:200]
        row = {
            "note_id": note_id, "case_id": facts.case_id,
            "user_task_id": None if token_id is None else _task(facts, token_id), "subject": subject, "kind": kind,
            "sent_by": facts.actor_id, "sent_at": facts.at, "content": text or "", "read_at": None, "read_by": None,
        }  # fmt: skip
        changes.insert(NOTES, note_id, row)


def _copies(
    changes: Changes, facts: Facts, people: Iterable[str], token_id: int | None, reason: str | None
) -> None:
    for person in dict.fromkeys(people):
        copy_id = f"{facts.case_id}.{facts.seq}.{person}"[:200]
        row = {
            "copy_id": copy_id, "case_id": facts.case_id,
            "user_task_id": None if token_id is None else _task(facts, token_id), "person_id": person,
            "sent_by": facts.actor_id, "sent_at": facts.at, "started_at": facts.started_at, "reason": reason or "",
            "read_at": None,
        }  # fmt: skip
        changes.insert(COPIES, copy_id, row)


APPLIERS: dict[type[Any], Any] = {
    UserTaskCancelled: task_cancelled,
    t.UserTaskTransferred: transferred,
    t.UserTaskDelegated: delegated,
    t.DelegationEnded: delegation_ended,
    t.OpinionAsked: opinion_asked,
    t.OpinionOpened: opinion_opened,
    t.OpinionGiven: opinion_given,
    t.OpinionEnded: opinion_ended,
    t.UserTaskReturned: returned,
    t.CaseCopied: copied,
    t.CopiesRead: copies_read,
    t.UserTaskUrged: urged,
    t.CommentAdded: commented,
    t.AttachmentAdded: attached,
    t.AttachmentRemoved: detached,
}
