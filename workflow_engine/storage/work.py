"""Looking at delegations, opinions, drafts and people inside a transaction, and keeping drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, func, literal, or_, select, union_all, update

from workflow_engine.storage.schema import (
    attachment,
    audit_entry,
    membership,
    note,
    person,
    role,
    task_copy,
    task_delegation,
    task_draft,
    task_opinion,
    unit,
    user_task,
)
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_d, _o, _n, _a, _u = task_delegation.c, task_opinion.c, note.c, attachment.c, user_task.c
_PENDING = Statement(
    select(_d.owner, _d.delegate).where(_d.user_task_id == param("task"), _d.state == "pending")
)
_OPINION = Statement(
    select(_o.user_task_id, _o.state, _o.subject, _o.asked_by).where(_o.opinion_id == param("opinion"))
)
_FILE = Statement(
    select(_a.case_id, _a.added_by, _a.removed_at, _a.digest).where(_a.attachment_id == param("attachment"))
)
_LAST_URGE = Statement(
    select(func.max(_n.sent_at)).where(
        _n.user_task_id == param("task"), _n.kind == "urge", _n.sent_by == param("actor")
    )
)
_IS_THERE = Statement(select(person.c.person_id).where(person.c.person_id == param("person"), ~person.c.disabled))
_GROUP = Statement(
    union_all(
        select(literal(1)).select_from(unit).where(("unit:" + unit.c.unit_id) == param("group")),
        select(literal(1)).select_from(role).where(role.c.group_id == param("group")),
        select(literal(1)).select_from(membership).where(membership.c.group_id == param("group")),
    ).limit(1)
)
_MEMBERS = Statement(
    select(person.c.person_id)
    .where(
        ~person.c.disabled,
        or_(
            ("unit:" + person.c.unit_id) == param("group"),
            person.c.person_id.in_(select(membership.c.person_id).where(membership.c.group_id == param("group"))),
        ),
    )
    .order_by(person.c.person_id)
    .limit(param("most"))
)
_BODIES = Statement(select(audit_entry.c.body).where(audit_entry.c.stream_id == param("case")).order_by(
    audit_entry.c.seq
))  # fmt: skip
_COPIED = Statement(
    select(task_copy.c.copy_id).where(task_copy.c.case_id == param("case"), task_copy.c.person_id == param("person"))
    .limit(1)
)  # fmt: skip
_UNREAD = Statement(
    select(task_copy.c.copy_id).where(
        task_copy.c.case_id == param("case"), task_copy.c.person_id == param("person"), task_copy.c.read_at.is_(None)
    ).limit(1)
)  # fmt: skip
_COMPLETER = Statement(select(_u.completed_by).where(_u.user_task_id == param("task")))
_BEGUN = Statement(
    union_all(
        select(task_draft.c.user_task_id).where(task_draft.c.user_task_id == param("task")),
        select(_d.user_task_id).where(_d.user_task_id == param("task")),
        select(_o.user_task_id).where(_o.user_task_id == param("task")),
    ).limit(1)
)
_DRAFT = Statement(
    select(task_draft.c.version).where(
        task_draft.c.user_task_id == param("task"), task_draft.c.person_id == param("person")
    )
)
_PUT_DRAFT = Statement(
    lambda dialect: upsert(dialect, task_draft, ("user_task_id", "person_id"), ("version", "content", "saved_at"))
)
_DROP_DRAFT = Statement(
    delete(task_draft).where(task_draft.c.user_task_id == param("task"), task_draft.c.person_id == param("person"))
)
_DROP_DRAFTS = Statement(delete(task_draft).where(task_draft.c.user_task_id == param("task")))
_READ_NOTE = Statement(
    update(note)
    .where(_n.note_id == param("note"), _n.read_at.is_(None))
    .values(read_at=param("at", _n.read_at), read_by=param("by"))
)
_SUBJECT_OF_NOTE = Statement(select(_n.subject).where(_n.note_id == param("note")))


@dataclass(frozen=True, slots=True)
class Opinion:
    """A question to a signer."""

    user_task_id: str
    """The task signed for."""
    state: str
    subject: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of a case."""

    case_id: str
    added_by: str
    removed_at: datetime | None
    digest: str


def pending_delegation(work: UnitOfWork, user_task_id: str) -> tuple[str, str] | None:
    """(owner, delegate) of a task that a delegate prepares now."""
    row = work.one(_PENDING, {"task": user_task_id})
    return None if row is None else (row[0], row[1])


def find_opinion(work: UnitOfWork, opinion_id: str) -> Opinion | None:
    """The question under this id."""
    row = work.one(_OPINION, {"opinion": opinion_id})
    return None if row is None else Opinion(*row)


def find_file(work: UnitOfWork, attachment_id: str) -> AttachedFile | None:
    """The file under this id."""
    row = work.one(_FILE, {"attachment": attachment_id})
    return None if row is None else AttachedFile(*row)


def last_urged_at(work: UnitOfWork, user_task_id: str, actor_id: str) -> datetime | None:
    """When this person last urged this task."""
    row = work.one(_LAST_URGE, {"task": user_task_id, "actor": actor_id})
    if row is None or row[0] is None:
        return None
    return row[0] if isinstance(row[0], datetime) else datetime.fromisoformat(str(row[0]))


def is_person(work: UnitOfWork, person_id: str) -> bool:
    """Whether somebody of this id can act."""
    return work.one(_IS_THERE, {"person": person_id}) is not None


def is_group(work: UnitOfWork, group_id: str) -> bool:
    """Whether tasks can be offered under this id."""
    return work.one(_GROUP, {"group": group_id}) is not None


def members_of(work: UnitOfWork, group_id: str, most: int) -> list[str]:
    """The people of a unit or role, at most ``most``."""
    return [str(row[0]) for row in work.all(_MEMBERS, {"group": group_id, "most": most})]


def recorded_events(work: UnitOfWork, case_id: str) -> list[dict[str, Any]]:
    """The public part of every event of the case, in their order."""
    return [event for (body,) in work.all(_BODIES, {"case": case_id}) for event in orjson.loads(body)["events"]]


def has_copy(work: UnitOfWork, case_id: str, person_id: str, *, unread: bool = False) -> bool:
    """Whether the case was copied to this person; and not read yet."""
    return work.one(_UNREAD if unread else _COPIED, {"case": case_id, "person": person_id}) is not None


def completer_of(work: UnitOfWork, user_task_id: str) -> str | None:
    """Who completed the task."""
    row = work.one(_COMPLETER, {"task": user_task_id})
    return None if row is None else row[0]


def is_begun(work: UnitOfWork, user_task_id: str) -> bool:
    """Whether somebody has done something with an open task: typed, delegated it, or asked others."""
    return work.one(_BEGUN, {"task": user_task_id}) is not None


# ------------------------------------------------------------------------------------------------ drafts and notes
def draft_version(work: UnitOfWork, user_task_id: str, person_id: str) -> int:
    """The version of somebody's draft; 0 when there is none."""
    row = work.one(_DRAFT, {"task": user_task_id, "person": person_id})
    return 0 if row is None else int(row[0])


def put_draft(
    work: UnitOfWork, case_id: str, user_task_id: str, person_id: str, version: int, content: str, at: datetime
) -> None:
    """Keep this as the person's draft."""
    row = {
        "user_task_id": user_task_id, "person_id": person_id, "case_id": case_id, "version": version,
        "content": content, "saved_at": at,
    }  # fmt: skip
    work.run(_PUT_DRAFT, row)


def drop_draft(work: UnitOfWork, user_task_id: str, person_id: str | None = None) -> None:
    """Forget the person's draft; None: everybody's."""
    if person_id is None:
        work.run(_DROP_DRAFTS, {"task": user_task_id})
    else:
        work.run(_DROP_DRAFT, {"task": user_task_id, "person": person_id})


def subject_of_note(work: UnitOfWork, note_id: str) -> str | None:
    """Whom a note is for."""
    row = work.one(_SUBJECT_OF_NOTE, {"note": note_id})
    return None if row is None else str(row[0])


def read_note(work: UnitOfWork, note_id: str, by: str, at: datetime) -> None:
    """Mark a note as read."""
    work.run(_READ_NOTE, {"note": note_id, "by": by, "at": at})
