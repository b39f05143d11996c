"""What people do around a task: what can be done now, what was said, who has copies and notes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
from sqlalchemy import func, literal, or_, select, tuple_

from workflow_engine.bpmn.deadlines import clock_verbs
from workflow_engine.bpmn.elements.loops import MultiInstance
from workflow_engine.bpmn.going_back import followers, goes_straight_back, lineage_of, plan_taking_back, ways_back
from workflow_engine.bpmn.signing import find_host
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.verbs import EVERYDAY, allowed_verbs
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import EngineError, NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import is_reader, may
from workflow_engine.domain.work_commands import TakeBackUserTask
from workflow_engine.library import BoundSource
from workflow_engine.queries.cases import require_visible_case, restore
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import CaseRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.queries.work_rows import (
    AttachmentRow,
    CommentRow,
    CopyRow,
    DelegationRow,
    DraftRow,
    OpinionRow,
    PersonLabel,
    PersonNoteRow,
    StepBack,
    TaskWork,
)
from workflow_engine.storage.schema import (
    attachment,
    comment,
    note,
    person,
    process_instance,
    service_request_photo,
    supervision_file,
    task_copy,
    task_delegation,
    task_draft,
    task_opinion,
    user_task,
)
from workflow_engine.storage.visibility import subjects_of
from workflow_engine.storage.work import is_begun, recorded_events

_u, _c, _k, _n = user_task.c, process_instance.c, task_copy.c, note.c
OPEN = ("ready", "claimed")


class WorkQueries:
    """Questions about work around tasks."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def around(self, user_task_id: str, actor: Actor) -> TaskWork:
        """Everything around one task. Raises NotFoundError for a task outside the actor's reach."""
        with self._snapshot() as snapshot:
            return _around(snapshot, user_task_id, actor)

    def comments(self, case_id: str, actor: Actor) -> tuple[CommentRow, ...]:
        """What was said about a case, oldest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            return _comments(snapshot, case_id)

    def attachments(self, case_id: str, actor: Actor) -> tuple[AttachmentRow, ...]:
        """The files of a case, removed ones included, oldest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            return _attachments(snapshot, case_id)

    def get_attachment(self, attachment_id: str, actor: Actor) -> AttachmentRow:
        """One file that is still there. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            case_id = attachment_id.rpartition(".")[0]
            require_visible_case(snapshot, case_id, actor)
            for row in _attachments(snapshot, case_id):
                if row.attachment_id == attachment_id and row.removed_at is None:
                    return row
        raise NotFoundError(f"Expected a file {attachment_id[:80]!r}, but there is none.")

    def digest_of(self, attachment_id: str) -> str | None:
        """The digest of a file's content; None when there was none of this id."""
        with self._snapshot() as snapshot:
            statement = select(attachment.c.digest).where(attachment.c.attachment_id == attachment_id)
            found: str | None = snapshot.connection.execute(statement).scalar_one_or_none()
            return found

    def kept_digests(self) -> set[str]:
        """Digests of all files that are still with a case or an answer to a notice, or with a service request."""
        photo = service_request_photo.c
        with self._snapshot() as snapshot:
            statement = select(attachment.c.digest).where(attachment.c.removed_at.is_(None)).distinct()
            others = (select(supervision_file.c.digest), select(photo.digest), select(photo.public_digest))
            return {str(row[0]) for row in snapshot.connection.execute(statement.union(*others))}

    def copies(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[CopyRow]:
        """What was copied to the actor, the newest first."""
        limit = clamp(limit)
        with self._snapshot() as snapshot:
            statement = select(*(_k[name] for name in CopyRow.__slots__)).where(_k.person_id == actor.actor_id)
            if (key := decode(after, 2)) is not None:
                start = tuple_(literal(key[0], _k.sent_at.type), literal(key[1]))
                statement = statement.where(tuple_(_k.sent_at, _k.copy_id) < start)
            statement = statement.order_by(_k.sent_at.desc(), _k.copy_id.desc()).limit(limit + 1)
            rows = [CopyRow(*row) for row in snapshot.connection.execute(statement)]
        return page_of(rows, limit, lambda row: (row.sent_at, row.copy_id))

    def notes(self, actor: Actor, *, unread: bool = False, limit: int = 50) -> list[PersonNoteRow]:
        """Notes to the actor, their units and roles, the newest first."""
        with self._snapshot() as snapshot:
            columns = [_n[name if name != "text" else "content"] for name in PersonNoteRow.__slots__]
            statement = select(*columns).where(_n.subject.in_(subjects_of(actor)), _n.sent_by != actor.actor_id)
            if unread:
                statement = statement.where(_n.read_at.is_(None))
            statement = statement.order_by(_n.sent_at.desc(), _n.note_id.desc()).limit(clamp(limit))
            return [PersonNoteRow(*row) for row in snapshot.connection.execute(statement)]

    def count_unread(self, actor: Actor) -> tuple[int, int]:
        """How many copies and how many notes the actor has not read."""
        with self._snapshot() as snapshot:
            copies = select(func.count()).where(_k.person_id == actor.actor_id, _k.read_at.is_(None))
            notes = select(func.count()).where(
                _n.subject.in_(subjects_of(actor)), _n.read_at.is_(None), _n.sent_by != actor.actor_id
            )
            connection = snapshot.connection
            return int(connection.execute(copies).scalar_one()), int(connection.execute(notes).scalar_one())

    def find_people(self, words: str, limit: int = 20) -> list[PersonLabel]:
        """People in whose names, sign-in name or id every word occurs."""
        p = person.c
        columns = (p.display_name_zh, p.display_name_en, p.sign_in_name, p.person_id)
        statement = select(p.person_id, p.sign_in_name, p.display_name_zh, p.display_name_en).where(~p.disabled)
        for word in words.split()[:5]:
            statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(statement.order_by(p.display_name_en, p.person_id).limit(limit))
            return [PersonLabel(*row) for row in found]


# ------------------------------------------------------------------------------------------------ one task
def _around(snapshot: Snapshot, user_task_id: str, actor: Actor) -> TaskWork:
    statement = select(
        _u.case_id, _u.token_id, _u.state, _u.assignee, _u.completed_by, _u.candidate_users, _u.candidate_groups,
        _c.unit_id,
    ).join(process_instance, _c.case_id == _u.case_id)  # fmt: skip
    row = snapshot.connection.execute(statement.where(_u.user_task_id == user_task_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"Expected a user task {user_task_id[:80]!r}, but there is none.")
    case = require_visible_case(snapshot, row.case_id, actor)
    opinions = _opinions(snapshot, row.case_id)
    own = next((one for one in opinions if one.opinion_id == user_task_id), None)
    about = own.user_task_id if own is not None else user_task_id
    delegations = _delegations(snapshot, about)
    situation = _Situation(snapshot, case, row, user_task_id, actor, own)
    pending = next((one for one in delegations if one.state == "pending"), None)
    token = situation.token
    asked = {} if token is None else token.internal_data.get("opinions", {})
    return TaskWork(
        verbs=situation.verbs(pending),
        steps_back=situation.steps_back(pending),
        opinion=own,
        opinions=tuple(one for one in opinions if one.user_task_id == about),
        delegation=pending,
        delegations=delegations,
        waits_for=tuple(entry[1] for entry in asked.values() if entry[0] == "before"),
        is_joint=situation.is_joint,
        draft=_draft(snapshot, user_task_id, actor),
        copies=_copies(snapshot, row.case_id),
        comments=_comments(snapshot, row.case_id),
        attachments=_attachments(snapshot, row.case_id),
    )


class _Situation:
    """A task as the actor finds it: what they can do with it now."""

    def __init__(
        self, snapshot: Snapshot, case: CaseRow, row: Any, user_task_id: str, actor: Actor, own: OpinionRow | None
    ) -> None:
        self.snapshot, self.case, self.row, self.actor, self.own = snapshot, case, row, actor, own
        self.user_task_id = user_task_id
        self.instance = None if case.state in ENDED_CASE else restore(snapshot, case.case_id)
        self.token: Token | None = None
        if self.instance is not None:
            index = self.instance.tree.index
            self.token = index.get(row.token_id) or find_host(self.instance.tree, row.token_id)
        self.operates = may(actor, "case.operate", row.unit_id, case.process_id)
        self.writes = not is_reader(actor)
        self.holds = row.state in OPEN and (row.assignee == actor.actor_id or self.operates)

    @property
    def is_joint(self) -> bool:
        token = self.token
        if token is None or not isinstance(token.task_spec.container, MultiInstance):
            return False
        return token.task_spec.container.loop.kind == "parallel" and self.own is None

    def verbs(self, pending: DelegationRow | None) -> frozenset[str]:
        """What would not be refused at once."""
        found: set[str] = set()
        if not self.writes:
            return frozenset()
        found.add("comment")
        if self.case.state in ENDED_CASE:
            return frozenset(found | {"copy"})
        found.add("attach")
        if self.case.state != "active":
            return frozenset(found)
        found |= self._verbs_of_a_running_case(pending)
        return frozenset(found)

    def _verbs_of_a_running_case(self, pending: DelegationRow | None) -> set[str]:
        row, me, found = self.row, self.actor.actor_id, set[str]()
        allowed = EVERYDAY if self.operates or self.token is None else allowed_verbs(self.token.task_spec.node)
        if "copy" in allowed:
            found.add("copy")
        if row.state in OPEN and row.assignee != me and "urge" in allowed:
            found.add("urge")
        if row.state == "completed" and row.completed_by == me and self._can_be_taken_back():
            found.add("take_back")
        if pending is not None and self.own is None:
            if me == pending.delegate:
                found.add("answer")
            if me == pending.owner or self.operates:
                found.add("take_back_delegation")
            return found
        if self.own is not None and row.state in OPEN and row.assignee == me:
            found.add("give_opinion")
        found |= self._taking()
        if self.holds and "transfer" in allowed:
            found.add("transfer")
        if self.holds and self.own is None and row.assignee is not None:
            found |= allowed & {"delegate", "sign"}
            if self.is_joint and "sign" in allowed:
                found.add("add_instance")
        found |= self._clocks(allowed)
        if self.holds and self.own is None and "return" in allowed:
            found.add("return")
        return found

    def _clocks(self, allowed: frozenset[str]) -> set[str]:
        """Whether the clock of the task can be stopped or started."""
        if not self.holds or self.own is not None or self.token is None or "stop_clock" not in allowed:
            return set()
        return clock_verbs(self.token)

    def _taking(self) -> set[str]:
        """Whether the task is on offer to the actor, or can go back on offer."""
        row, absent = self.row, list(self.actor.absent(self.case.process_id))
        people = {self.actor.actor_id, *(one.person_id for one in absent)}
        candidates = {*orjson.loads(row.candidate_users), *orjson.loads(row.candidate_groups)}
        if row.state not in OPEN:
            return set()
        if row.assignee is None:
            offered = candidates & people.union(self.actor.groups, *(one.groups for one in absent))
            return {"claim"} if offered or not candidates else set()
        return {"release"} if candidates and row.assignee in people else set()

    def steps_back(self, pending: DelegationRow | None) -> tuple[StepBack, ...]:
        """Where the task can be returned to, the nearest first."""
        if "return" not in self.verbs(pending) or self.instance is None or self.token is None:
            return ()
        ways = ways_back(self._lineage(), self.instance, self.row.token_id)
        statement = select(_u.token_id, _u.user_task_id, _u.element_id, _u.name, _u.completed_by, _u.completed_at)
        statement = statement.where(_u.case_id == self.case.case_id, _u.state == "completed")
        found: dict[tuple[Any, ...], StepBack] = {}
        for row in self.snapshot.connection.execute(statement.order_by(_u.token_id.desc())):
            way = ways.get(row.token_id)
            if way is not None:  # a step done several times, or by several people, is offered once
                straight = goes_straight_back(self.token, way)
                found.setdefault((way.scope_id, way.path), StepBack(*row[1:], straight))
        return tuple(found.values())

    def _can_be_taken_back(self) -> bool:
        if self.instance is None:
            return False
        command = TakeBackUserTask(command_id="only-looking", user_task_id=self.user_task_id, reason="")
        lineage = self._lineage()
        try:
            plan = plan_taking_back(self.instance, lineage, command, self.row.token_id, "take it back")
        except EngineError:
            return False
        for number in followers(self.instance, lineage, plan, self.row.token_id):
            step = lineage.passed[number]
            if step.kind == "userTask" and (
                step.completed or is_begun(self.snapshot.unit, f"{self.case.case_id}.{number}")
            ):
                return False
        return True

    def _lineage(self) -> Any:
        source = BoundSource(self.snapshot.unit, self.snapshot.library)
        return lineage_of(self.instance, source, recorded_events(self.snapshot.unit, self.case.case_id))  # type: ignore[arg-type]  # asked only where there is one


# ------------------------------------------------------------------------------------------------ rows
def _opinions(snapshot: Snapshot, case_id: str) -> tuple[OpinionRow, ...]:
    o = task_opinion.c
    statement = select(*(o[name] for name in OpinionRow.__slots__)).where(o.case_id == case_id)
    rows = snapshot.connection.execute(statement.order_by(o.asked_at, o.opinion_id))
    return tuple(OpinionRow(*row) for row in rows)


def _delegations(snapshot: Snapshot, user_task_id: str) -> tuple[DelegationRow, ...]:
    d = task_delegation.c
    statement = select(*(d[name] for name in DelegationRow.__slots__)).where(d.user_task_id == user_task_id)
    return tuple(DelegationRow(*row) for row in snapshot.connection.execute(statement.order_by(d.seq)))


def _copies(snapshot: Snapshot, case_id: str) -> tuple[CopyRow, ...]:
    statement = select(*(_k[name] for name in CopyRow.__slots__)).where(_k.case_id == case_id)
    return tuple(CopyRow(*row) for row in snapshot.connection.execute(statement.order_by(_k.sent_at, _k.copy_id)))


def _comments(snapshot: Snapshot, case_id: str) -> tuple[CommentRow, ...]:
    m = comment.c
    columns = (m.comment_id, m.case_id, m.user_task_id, m.written_by, m.written_at, m.mentions, m.content)
    rows = snapshot.connection.execute(select(*columns).where(m.case_id == case_id).order_by(m.seq))
    return tuple(CommentRow(*row[:5], tuple(orjson.loads(row.mentions)), row.content) for row in rows)


def _attachments(snapshot: Snapshot, case_id: str) -> tuple[AttachmentRow, ...]:
    a = attachment.c
    statement = select(*(a[name] for name in AttachmentRow.__slots__)).where(a.case_id == case_id)
    return tuple(AttachmentRow(*row) for row in snapshot.connection.execute(statement.order_by(a.seq)))


def _draft(snapshot: Snapshot, user_task_id: str, actor: Actor) -> DraftRow | None:
    t = task_draft.c
    statement = select(t.version, t.content, t.saved_at).where(
        t.user_task_id == user_task_id, t.person_id == actor.actor_id
    )
    row = snapshot.connection.execute(statement).one_or_none()
    return None if row is None else DraftRow(row.version, orjson.loads(row.content), row.saved_at)
