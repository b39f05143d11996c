"""Rows of webhooks, of choices of mail, and of what is to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, null, or_, select, update
from sqlalchemy import text as sql_text

from workflow_engine.domain.lanes import LANES
from workflow_engine.storage.schema import delivery, mail_choice, note, person, telling_cursor, webhook
from workflow_engine.storage.schema.telling import UNSETTLED
from workflow_engine.storage.statement import Row, Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_w = webhook.c
_d = delivery.c
_c = telling_cursor.c
_m = mail_choice.c
_n = note.c
_p = person.c
CURSOR = "log"

_ADD = Statement(insert(webhook))
_COUNT = Statement(select(func.count()).select_from(webhook))
_STATE = Statement(select(_w.state).where(_w.webhook_id == param("webhook")).with_for_update())
_MOVE = Statement(update(webhook).where(_w.webhook_id == param("webhook")).values(state=param("state")))
_DROP_DELIVERIES = Statement(delete(delivery).where(_d.webhook_id == param("webhook")))
_DROP = Statement(delete(webhook).where(_w.webhook_id == param("webhook")))
_ALL = Statement(select(_w.webhook_id, _w.kinds, _w.process_id))
_CHOOSE = Statement(
    lambda dialect: upsert(dialect, mail_choice, ("person_id",), ("assigned", "notes", "digest")),
    ("person_id", "assigned", "notes", "digest", "digest_day"),
)
_CHOICE = Statement(
    select(_p.email, _m.assigned, _m.notes)
    .select_from(person.outerjoin(mail_choice, _m.person_id == _p.person_id))
    .where(_p.person_id == param("person"), ~_p.disabled)
)
_NEW_CURSOR = Statement(lambda dialect: upsert(dialect, telling_cursor, ("name",), None))
_CURSOR = Statement(select(_c.log_index).where(_c.name == CURSOR).with_for_update())
_MOVE_CURSOR = Statement(update(telling_cursor).where(_c.name == CURSOR).values(log_index=param("index")))
_NOTE = Statement(lambda dialect: upsert(dialect, delivery, ("delivery_id",), None))
_DUE = Statement(
    select(
        _d.delivery_id, _d.webhook_id, _d.person_id, _d.request_id, _d.content, _d.attempts, _w.url, _w.secret
    )
    .select_from(delivery.outerjoin(webhook, _w.webhook_id == _d.webhook_id))
    .where(UNSETTLED, _d.lane == param("lane"), _d.next_at <= param("now", _d.next_at))
    .where(or_(_w.state.is_(None), _w.state == "active"))
    .order_by(_d.next_at, _d.delivery_id)
    .limit(param("most"))
    .with_for_update(of=delivery, skip_locked=True)
)
IS_DUE = Statement(
    select(_d.delivery_id)
    .where(UNSETTLED, _d.lane == param("lane"), _d.next_at <= param("now", _d.next_at))
    .limit(1)
)
_LEASE = Statement(
    update(delivery)
    .where(_d.delivery_id == param("key"))
    .values(attempts=_d.attempts + 1, next_at=param("until", _d.next_at))
)
_FIND = Statement(
    select(_d.state, _d.attempts, _d.created_at).where(_d.delivery_id == param("key")).with_for_update()
)
_SETTLE = Statement(
    update(delivery)
    .where(_d.delivery_id == param("key"))
    .values(
        state=param("state"), next_at=param("next", _d.next_at), last_error=param("error"),
        settled_at=param("settled", _d.settled_at),
    )
)  # fmt: skip
_AGAIN = Statement(
    update(delivery)
    .where(_d.delivery_id == param("key"))
    .values(state="pending", attempts=0, next_at=param("now", _d.next_at), settled_at=null())
)
_CLEAN = Statement(
    delete(delivery).where(_d.state == "delivered", _d.settled_at < param("before", _d.settled_at))
)


_NOTES = Statement(
    select(_n.note_id, _n.kind, _n.subject, _n.user_task_id)
    .where(_n.note_id >= param("first"), _n.note_id < param("stop"))
    .order_by(_n.note_id)
)
_DIGESTS = Statement(
    select(_m.person_id)
    .where(sql_text("digest"), or_(_m.digest_day.is_(None), _m.digest_day < param("day")))
    .order_by(_m.person_id)
    .limit(param("most"))
    .with_for_update(skip_locked=True)
)
_DIGESTED = Statement(update(mail_choice).where(_m.person_id == param("person")).values(digest_day=param("day")))


@dataclass(frozen=True, slots=True)
class LeftNote:
    """A note that an entry left somebody."""

    note_id: str
    kind: str
    subject: str
    user_task_id: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook as spreading sees it."""

    webhook_id: str
    kinds: tuple[str, ...]
    process_id: str | None


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """Where a delivery stands."""

    state: str
    attempts: int
    created_at: datetime


def add_webhook(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write a new webhook."""
    unit.run(_ADD, row)


def count_webhooks(unit: UnitOfWork) -> int:
    """How many there are."""
    row = unit.one(_COUNT, {})
    return 0 if row is None else int(row[0])


def find_webhook_state(unit: UnitOfWork, webhook_id: str) -> str | None:
    """Its state, locked; None when there is none."""
    row = unit.one(_STATE, {"webhook": webhook_id})
    return None if row is None else str(row[0])


def move_webhook(unit: UnitOfWork, webhook_id: str, state: str) -> None:
    """active ↔ paused."""
    unit.run(_MOVE, {"webhook": webhook_id, "state": state})


def remove_webhook(unit: UnitOfWork, webhook_id: str) -> None:
    """Delete it with all its deliveries."""
    unit.run(_DROP_DELIVERIES, {"webhook": webhook_id})
    unit.run(_DROP, {"webhook": webhook_id})


def get_targets(unit: UnitOfWork) -> list[Target]:
    """Every webhook; paused ones collect what they get later."""
    return [Target(row[0], tuple(row[1].split()), row[2]) for row in unit.all(_ALL, {})]


def choose_mail(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write what a person is told by mail."""
    unit.run(_CHOOSE, {**row, "digest_day": None})


def wants_mail(unit: UnitOfWork, person_id: str, about: str) -> bool:
    """Whether a person with an address is told of this (``assigned`` or ``notes``) by mail; yes for who never chose."""
    row = unit.one(_CHOICE, {"person": person_id})
    if row is None or not row[0]:
        return False
    chosen = row[1] if about == "assigned" else row[2]
    return chosen is None or bool(chosen)


def get_notes(unit: UnitOfWork, case_id: str, seq: int) -> list[LeftNote]:
    """The notes that one entry of a case left."""
    # Their ids begin with case and entry, and a slash follows the dot.
    values = {"first": f"{case_id}.{seq}.", "stop": f"{case_id}.{seq}/"}
    return [LeftNote(*row) for row in unit.all(_NOTES, values)]


def take_digests(unit: UnitOfWork, day: str, most: int) -> list[str]:
    """Who wants a digest and has none for this day yet; they have it from now on."""
    people = [str(row[0]) for row in unit.all(_DIGESTS, {"day": day, "most": most})]
    unit.many(_DIGESTED, ({"person": person_id, "day": day} for person_id in people))
    return people


def lock_cursor(unit: UnitOfWork, beginning: int) -> tuple[int, bool]:
    """The first index of the log that nobody was told of yet, locked; ``beginning`` and True where there was none."""
    is_new = unit.run(_NEW_CURSOR, {"name": CURSOR, "log_index": beginning}) == 1
    row = unit.one(_CURSOR, {})
    return (beginning if row is None else int(row[0])), is_new


def move_cursor(unit: UnitOfWork, index: int) -> None:
    """Everybody was told of what stands before ``index``."""
    unit.run(_MOVE_CURSOR, {"index": index})


def note_deliveries(unit: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what is to be sent; what is noted already stays as it is."""
    unit.many(_NOTE, rows)


def take_due(
    unit: UnitOfWork, now: datetime, until: datetime, most: int, lanes: Iterable[int] = LANES
) -> list[dict[str, Any]]:
    """Deliveries that are due, given to the caller until the lease ends; emergencies first."""
    rows: list[Row] = []
    for lane in lanes:
        if len(rows) < most:
            rows.extend(unit.all(_DUE, {"lane": lane, "now": now, "most": most - len(rows)}))
    unit.many(_LEASE, ({"key": row[0], "until": until} for row in rows))
    return [
        {
            "delivery_id": row[0], "webhook_id": row[1], "person_id": row[2], "request_id": row[3],
            "content": orjson.loads(row[4]), "attempts": row[5] + 1, "url": row[6], "secret": row[7],
        }
        for row in rows
    ]  # fmt: skip


def find_delivery(unit: UnitOfWork, delivery_id: str) -> DeliveryState | None:
    """Where it stands, locked; None when there is none."""
    row = unit.one(_FIND, {"key": delivery_id})
    return None if row is None else DeliveryState(*row)


def settle(
    unit: UnitOfWork, delivery_id: str, state: str, *, next_at: datetime, error: str | None, settled_at: datetime | None
) -> None:
    """Write how sending went."""
    values = {"key": delivery_id, "state": state, "next": next_at, "error": error, "settled": settled_at}
    unit.run(_SETTLE, values)


def send_again(unit: UnitOfWork, delivery_id: str, now: datetime) -> None:
    """dead → pending."""
    unit.run(_AGAIN, {"key": delivery_id, "now": now})


def clean(unit: UnitOfWork, before: datetime) -> int:
    """Delete what was delivered before; returns how many."""
    return unit.run(_CLEAN, {"before": before})
