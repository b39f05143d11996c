"""Consultations as everybody may see them, and as the participation office works on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Select, and_, false, or_, select, true, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.consultations import adoption, tally
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.events_consultation import OpinionsAnswered, OpinionsModerated, OpinionSubmitted
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import may
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.consultations import count
from workflow_engine.storage.schema import (
    audit_entry,
    consultation,
    consultation_notice,
    consultation_opinion,
    process_instance,
)

_c, _o, _n = consultation.c, consultation_opinion.c, consultation_notice.c
_PUBLIC = (
    _o.number, _o.channel, _o.subject_class, _o.stance, _o.district, _o.public_text, _o.submitted_at, _o.moderation,
    _o.topic, _o.disposition, _o.disposition_reason, _o.fingerprint,
)  # fmt: skip
_ALL = (
    *_PUBLIC, _o.text, _o.name, _o.contact, _o.wants_hearing, _o.moderation_reason, _o.moderated_by, _o.answered_by,
    _o.answered_at,
)  # fmt: skip
_ROW = (
    _c.consultation_id, _c.case_id, _c.process_id, _c.unit_id, _c.round, _c.follows, _c.title, _c.summary, _c.state,
    _c.channels, _c.short_reason, _c.min_responses, _c.opened_at, _c.closes_at, _c.closed_at, _c.settled_at,
    _c.draft_digest, _c.last_number, _c.exercise,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """A consultation in a list."""

    consultation_id: str
    case_id: str
    process_id: str
    unit_id: str | None
    round: int
    follows: str | None
    title: str
    summary: str
    state: str
    channels: str
    short_reason: str
    min_responses: int
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    settled_at: datetime | None
    draft_digest: str
    received: int
    exercise: bool

    def is_open(self, now: datetime) -> bool:
        """Whether opinions are taken at this moment."""
        return self.state == "open" and now < self.closes_at


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something that was made public in the course of a consultation."""

    number: int
    kind: str
    title: str
    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class PublicOpinion:
    """An opinion as everybody may read it; who said it is not among it."""

    number: int
    channel: str
    subject_class: str
    stance: str
    district: str
    text: str
    submitted_at: datetime
    moderation: str
    topic: str
    disposition: str | None
    disposition_reason: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class OpinionAtWork(PublicOpinion):
    """An opinion as the office has it: ``text`` is what the public reads, ``full_text`` what came in."""

    full_text: str
    name: str
    contact: str
    wants_hearing: bool
    moderation_reason: str
    moderated_by: str | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsultationDetail:
    """A consultation with its text, its figures and its course."""

    row: ConsultationRow
    draft: str
    figures: dict[str, Any]
    adoption: dict[str, Any]
    notices: tuple[NoticeRow, ...]
    next_round: str | None
    """The consultation of the redraft, where there is one."""


@dataclass(frozen=True, slots=True)
class OpinionWish:
    """Which opinions a list is to show; empty words mean all."""

    moderation: str = ""
    stance: str = ""
    subject_class: str = ""
    topic: str = ""
    unanswered: bool = False


class ConsultationQueries:
    """Questions about consultations; those of exercises are shown to the office only."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def list_public(self, after: str | None = None, limit: int = 20, *, over: bool = False) -> Page[ConsultationRow]:
        """Those that are open, or that are over, the newest first."""
        states = ("answered", "withdrawn") if over else ("open", "closed")
        return self._list(select(*_ROW).where(_c.state.in_(states), ~_c.exercise), after, limit)

    def list_for(self, actor: Actor, after: str | None = None, limit: int = 20) -> Page[ConsultationRow]:
        """Those that the actor runs, the newest first."""
        held = [one for one in actor.held or () if one.verb == "consultation.run"]
        statement = select(*_ROW)
        if not may(actor, "consultation.run"):
            reach = [
                and_(
                    true() if one.units is None else _c.unit_id.in_(sorted(one.units)),
                    true() if one.process_id is None else _c.process_id == one.process_id,
                )
                for one in held
            ]
            statement = statement.where(or_(false(), *reach))
        return self._list(statement, after, limit)

    def list_of_case(self, case_id: str) -> list[ConsultationRow]:
        """Those that this case opened, the last first."""
        statement = select(*_ROW).where(_c.case_id == case_id).order_by(_c.opened_at.desc(), _c.consultation_id)
        with self._snapshot() as snapshot:
            rows: Any = snapshot.connection.execute(statement)
            return [ConsultationRow(*row) for row in rows]

    def left_open(self, most: int) -> list[str]:
        """Consultations that still run though their case has ended, whoever ended it; the oldest first."""
        case = process_instance.c
        statement = (
            select(_c.consultation_id)
            .join(process_instance, case.case_id == _c.case_id)
            .where(_c.state.in_(("open", "closed")), case.state.in_(sorted(ENDED_CASE)))
            .order_by(_c.opened_at)
            .limit(most)
        )
        with self._snapshot() as snapshot:
            return list(snapshot.connection.execute(statement).scalars())

    def get_public(self, consultation_id: str) -> ConsultationDetail:
        """What everybody may see of it. Raises NotFoundError."""
        return self._detail(consultation_id, _c.exercise.is_(False))

    def get_for(self, actor: Actor, consultation_id: str) -> ConsultationDetail:
        """The same for those who run it. Raises NotFoundError, also where it is out of their reach."""
        found = self._detail(consultation_id)
        if not may(actor, "consultation.run", found.row.unit_id, found.row.process_id):
            raise NotFoundError("Expected a consultation that you run, but there is none of this id.")
        return found

    def list_opinions(
        self, consultation_id: str, after: str | None = None, limit: int = 20, stance: str = ""
    ) -> Page[PublicOpinion]:
        """Accepted opinions as everybody may read them, the newest first."""
        wish = OpinionWish(moderation="accepted", stance=stance)
        found = self._opinions(select(*_PUBLIC), consultation_id, wish, after, limit)
        return page_of([PublicOpinion(*row) for row in found], limit, lambda row: (row.number,))

    def list_at_work(
        self, actor: Actor, consultation_id: str, wish: OpinionWish, after: str | None = None, limit: int = 50
    ) -> Page[OpinionAtWork]:
        """Opinions with everything that is known of them. Raises NotFoundError where it is out of reach."""
        self.get_for(actor, consultation_id)
        found = self._opinions(select(*_ALL), consultation_id, wish, after, limit)
        rows = [OpinionAtWork(*row) for row in found]
        return page_of(rows, limit, lambda row: (row.number,))

    def find_by_code(self, consultation_id: str, code: str) -> PublicOpinion | None:
        """The opinion whose sender was given this code, whatever its state; None when there is none."""
        statement = select(*_PUBLIC).where(
            _o.consultation_id == consultation_id, _o.code_sha256 == sha256(code.encode()).hexdigest()
        )
        with self._snapshot() as snapshot:
            row: Any = snapshot.connection.execute(statement).one_or_none()
        return None if row is None else PublicOpinion(*row)

    def recorded_counts(self, consultation_id: str) -> dict[str, int]:
        """What the record of the consultation counts: must equal ``figures`` and ``adoption``."""
        statement = (
            select(audit_entry.c.body)
            .where(audit_entry.c.stream_id == f"consultation:{consultation_id}")
            .order_by(audit_entry.c.seq)
        )
        accepted: dict[int, bool] = {}
        answered: set[int] = set()
        received = 0
        with self._snapshot() as snapshot:
            for (body,) in snapshot.connection.execute(statement):
                for event in orjson.loads(body)["events"]:
                    if event["event"] == OpinionSubmitted.KIND:
                        received += 1
                    elif event["event"] == OpinionsModerated.KIND:
                        accepted.update(dict.fromkeys(event["numbers"], event["accepted"]))
                    elif event["event"] == OpinionsAnswered.KIND:
                        answered.update(event["numbers"])
        rejected = sum(not yes for yes in accepted.values())
        return {"received": received, "rejected": rejected, "n": received - rejected, "answered": len(answered)}

    # ---- inside
    def _list(self, statement: Select[Any], after: str | None, limit: int) -> Page[ConsultationRow]:
        limit, key = clamp(limit), decode(after, 2)
        statement = statement.order_by(_c.opened_at.desc(), _c.consultation_id.desc()).limit(limit + 1)
        if key is not None:
            statement = statement.where(tuple_(_c.opened_at, _c.consultation_id) < key)
        with self._snapshot() as snapshot:
            rows = [ConsultationRow(*row) for row in snapshot.connection.execute(statement)]
        return page_of(rows, limit, lambda row: (row.opened_at, row.consultation_id))

    def _detail(self, consultation_id: str, *conditions: Any) -> ConsultationDetail:
        statement = select(*_ROW, _c.draft).where(_c.consultation_id == consultation_id, *conditions)
        notices = (
            select(_n.number, _n.kind, _n.title, _n.text, _n.published_at)
            .where(_n.consultation_id == consultation_id)
            .order_by(_n.number)
        )
        later = select(_c.consultation_id).where(_c.follows == consultation_id).limit(1)
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(statement).one_or_none()
            if row is None:
                raise NotFoundError("Expected a consultation, but there is none of this id.")
            counted = count(snapshot.unit, consultation_id)
            return ConsultationDetail(
                row=ConsultationRow(*row[:-1]),
                draft=row[-1],
                figures=tally(counted),
                adoption=adoption(counted),
                notices=tuple(NoticeRow(*one) for one in snapshot.connection.execute(notices)),
                next_round=snapshot.connection.execute(later).scalar_one_or_none(),
            )

    def _opinions(
        self, statement: Select[Any], consultation_id: str, wish: OpinionWish, after: str | None, limit: int
    ) -> list[Any]:
        key = decode(after, 1)
        statement = statement.where(_o.consultation_id == consultation_id)
        for name in ("moderation", "stance", "subject_class", "topic"):
            if wanted := getattr(wish, name):
                statement = statement.where(_o[name] == wanted)
        if wish.unanswered:
            statement = statement.where(_o.moderation == "accepted", _o.disposition.is_(None))
        if key is not None:
            statement = statement.where(_o.number < key[0])
        statement = statement.order_by(_o.number.desc()).limit(clamp(limit) + 1)
        with self._snapshot() as snapshot:
            return list(snapshot.connection.execute(statement))
