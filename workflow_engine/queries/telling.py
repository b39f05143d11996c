"""Webhooks with how sending goes, and people's choices of mail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, tuple_

from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import delivery, log_head, mail_choice, telling_cursor, webhook

_w = webhook.c
_d = delivery.c


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """A webhook, never its secret."""

    webhook_id: str
    name: str
    url: str
    kinds: tuple[str, ...]
    process_id: str | None
    state: str
    created_at: datetime
    created_by: str
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One thing to be sent, or that was."""

    delivery_id: str
    webhook_id: str | None
    content: str
    """JSON, as it is sent."""
    state: str
    attempts: int
    next_at: datetime
    last_error: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailChoiceRow:
    """What a person is told by mail."""

    assigned: bool = True
    notes: bool = True
    digest: bool = False


class TellingQueries:
    """Questions about what goes out."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def is_behind(self) -> bool:
        """Whether somebody may have to be told of something that stands in the log."""
        c = telling_cursor.c
        size = select(func.coalesce(func.max(log_head.c.size), 0)).scalar_subquery()
        told = select(func.max(c.log_index)).scalar_subquery()
        with self._snapshot() as snapshot:
            size_now, told_until = snapshot.connection.execute(select(size, told)).one()
        return told_until is None or bool(size_now > told_until)

    def list_webhooks(self) -> list[WebhookRow]:
        """Every webhook, by name."""
        counts = (
            select(
                _d.webhook_id,
                func.sum(case((_d.state == "pending", 1), else_=0)).label("waiting"),
                func.sum(case((_d.state == "dead", 1), else_=0)).label("given_up"),
            )
            .where(_d.state != "delivered")
            .group_by(_d.webhook_id)
            .subquery()
        )
        columns = (_w.webhook_id, _w.name, _w.url, _w.kinds, _w.process_id, _w.state, _w.created_at, _w.created_by)
        statement = (
            select(*columns, func.coalesce(counts.c.waiting, 0), func.coalesce(counts.c.given_up, 0))
            .select_from(webhook.outerjoin(counts, counts.c.webhook_id == _w.webhook_id))
            .order_by(_w.name, _w.webhook_id)
        )
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(statement).all()
        return [
            WebhookRow(row[0], row[1], row[2], tuple(row[3].split()), row[4], row[5], row[6], row[7], row[8], row[9])
            for row in rows
        ]

    def list_deliveries(self, webhook_id: str, after: str | None = None, limit: int = 50) -> Page[DeliveryRow]:
        """Deliveries of a webhook, the newest first."""
        limit, key = clamp(limit), decode(after, 2)
        columns = (_d.delivery_id, _d.webhook_id, _d.content, _d.state, _d.attempts, _d.next_at, _d.last_error,
                   _d.created_at, _d.settled_at)  # fmt: skip
        statement = select(*columns).where(_d.webhook_id == webhook_id)
        if key is not None:
            statement = statement.where(tuple_(_d.created_at, _d.delivery_id) < key)
        statement = statement.order_by(_d.created_at.desc(), _d.delivery_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            found = [DeliveryRow(*row) for row in snapshot.connection.execute(statement)]
        return page_of(found, limit, lambda row: (row.created_at, row.delivery_id))

    def get_mail_choice(self, person_id: str) -> MailChoiceRow:
        """What a person chose, or what holds until they do."""
        m = mail_choice.c
        statement = select(m.assigned, m.notes, m.digest).where(m.person_id == person_id)
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(statement).one_or_none()
        return MailChoiceRow() if row is None else MailChoiceRow(*row)
