"""Messages that wait, who waits for them, and signals on their way to cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, delete, insert, or_, select, update

from workflow_engine.domain.lanes import ORDINARY
from workflow_engine.domain.lifecycle import MESSAGE
from workflow_engine.storage.changes import states_before
from workflow_engine.storage.schema import (
    message,
    message_digest,
    outbox,
    process_instance,
    signal,
    signal_delivery,
    subscription,
)
from workflow_engine.storage.schema.waiting import WAITING
from workflow_engine.storage.statement import Row, Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_m = message.c
_s = subscription.c
_d = signal_delivery.c
_g = message_digest.c
_c = process_instance.c

_MESSAGE = (
    _m.message_id, _m.name, _m.correlation, _m.payload, _m.state, _m.published_by, _m.origin_case_id,
    _m.target_case_id, _m.case_id,
)  # fmt: skip
_FIND_MESSAGE = Statement(select(*_MESSAGE).where(_m.message_id == param("message")).with_for_update())
_ADD_MESSAGE = Statement(insert(message))
_SETTLE = Statement(
    update(message)
    .where(_m.message_id == param("message"), _m.state.in_(states_before(MESSAGE, "correlated")))
    .values(
        state="correlated", case_id=param("case"), element_id=param("element"), settled_at=param("at", _m.settled_at)
    )
)
_EXPIRED = Statement(
    select(_m.message_id, _m.name)
    .where(WAITING, _m.expires_at <= param("now", _m.expires_at))
    .order_by(_m.expires_at, _m.message_id)
    .limit(param("most"))
    .with_for_update(skip_locked=True)
)
_EXPIRE = Statement(
    update(message)
    .where(_m.message_id == param("message"), _m.state == "waiting")
    .values(state="expired", settled_at=param("at", _m.settled_at))
)
_CATCHERS = (_s.case_id, _s.token_id, _s.position, _s.element_id)
_waits = and_(_s.kind == "message", _s.name == param("name"), _s.correlation_digest == param("digest"), ~_s.held)
_of_a_case = subscription.join(process_instance, _c.case_id == _s.case_id)
_FIND_CATCHERS = Statement(
    select(*_CATCHERS)
    .select_from(_of_a_case)
    .where(_waits, _c.exercise == param("exercise", _c.exercise))
    .order_by(_s.opened_at, _s.subscription_id)
    .limit(param("most"))
)
_FIND_CATCHERS_IN_CASE = Statement(
    select(*_CATCHERS, _c.exercise)
    .select_from(_of_a_case)
    .where(_waits, _s.case_id == param("case"))
    .order_by(_s.opened_at, _s.subscription_id)
)
_STILL_WAITS = Statement(
    select(_s.subscription_id).where(
        _s.case_id == param("case"), _s.token_id == param("token"), _s.position == param("position"), ~_s.held
    )
)
_FIND_SIGNAL = Statement(
    select(signal.c.name, signal.c.payload, signal.c.origin_case_id, signal.c.sent_by).where(
        signal.c.signal_id == param("signal")
    )
)
_ADD_SIGNAL = Statement(insert(signal))
_WAITING_CASES = Statement(
    select(_s.case_id, _c.lane)
    .select_from(_of_a_case)
    .where(_s.kind == "signal", _s.name == param("name"), _c.exercise == param("exercise", _c.exercise))
    .distinct()
    .order_by(_s.case_id)
)
_ADD_DELIVERY = Statement(insert(signal_delivery))
_FIND_DELIVERY = Statement(
    select(_d.state, _d.definition_id, _d.process_id, _d.element_id)
    .where(_d.signal_id == param("signal"), _d.case_id == param("case"))
    .with_for_update()
)
_END_DELIVERY = Statement(
    update(signal_delivery)
    .where(_d.signal_id == param("signal"), _d.case_id == param("case"), _d.state == "pending")
    .values(state=param("state"))
)
_WAITS_FOR_SIGNAL = Statement(
    select(_s.subscription_id)
    .where(_s.case_id == param("case"), _s.kind == "signal", _s.name == param("name"))
    .limit(1)
)
_SENT = Statement(
    update(outbox).where(outbox.c.outbox_id == param("key"), outbox.c.state == "pending").values(state="sent")
)
_ADD_TO_OUTBOX = Statement(insert(outbox))
_ADD_DIGEST = Statement(insert(message_digest))
_DROP_DIGESTS = Statement(delete(message_digest).where(_g.message_id == param("message")))
FITTING = Statement(
    select(_g.message_id)
    .where(_g.name == param("name"), _g.digest == param("digest"))
    .order_by(_g.message_id)
    .limit(param("most"))
)
"""Messages that wait and fit a subscription that was opened."""
ALL_FITTING = Statement(
    select(_g.message_id)
    .join(message, _m.message_id == _g.message_id)
    .where(
        select(_s.subscription_id)
        .where(
            _s.kind == "message",
            _s.name == _g.name,
            _s.correlation_digest == _g.digest,
            ~_s.held,
            or_(_m.target_case_id.is_(None), _m.target_case_id == _s.case_id),
        )
        .exists()
    )
    .distinct()
    .order_by(_g.message_id)
    .limit(param("most"))
)
"""Messages that wait although somebody waits for them: what a crash between commit and delivery left."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message row."""

    message_id: str
    name: str
    correlation: str | None
    payload: str
    state: str
    published_by: str
    origin_case_id: str | None
    target_case_id: str | None
    case_id: str | None


@dataclass(frozen=True, slots=True)
class Catcher:
    """An open message subscription."""

    case_id: str
    token_id: int
    position: int
    element_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A signal on its way to one case; with a definition when it starts that case."""

    state: str
    definition_id: str | None
    process_id: str | None
    element_id: str | None


def find_message(unit: UnitOfWork, message_id: str) -> Message | None:
    """The message, locked; None when there is none."""
    row = unit.one(_FIND_MESSAGE, {"message": message_id})
    return None if row is None else Message(*row)


def add_message(unit: UnitOfWork, row: Mapping[str, Any], digests: Iterable[str]) -> None:
    """A new message; ``digests``: what catchers may demand so that it fits, while it waits."""
    unit.run(_ADD_MESSAGE, row)
    unit.many(
        _ADD_DIGEST,
        ({"name": row["name"], "digest": digest, "message_id": row["message_id"]} for digest in digests),
    )


def add_to_outbox(unit: UnitOfWork, message_id: str, case_id: str, at: datetime, lane: int = ORDINARY) -> None:
    """Have a waiting message brought to its catcher after the commit, and again until somebody takes it."""
    unit.run(
        _ADD_TO_OUTBOX,
        {
            "outbox_id": f"message:{message_id}", "kind": "message", "payload": orjson.dumps({"id": message_id}),
            "case_id": case_id, "state": "pending", "attempts": 0, "last_error": None, "created_at": at, "next_at": at,
            "lane": lane,
        },
    )  # fmt: skip


def settle_message(unit: UnitOfWork, message_id: str, case_id: str, element_id: str, at: datetime) -> bool:
    """waiting → correlated; False when it was settled already."""
    values = {"message": message_id, "case": case_id, "element": element_id, "at": at}
    unit.run(_DROP_DIGESTS, values)
    return unit.run(_SETTLE, values) == 1


def expire_messages(unit: UnitOfWork, now: datetime, most: int) -> list[Row]:
    """waiting → expired for those whose time is over; returns (message_id, name) of each."""
    rows = unit.all(_EXPIRED, {"now": now, "most": most})
    unit.many(_EXPIRE, ({"message": row[0], "at": now} for row in rows))
    unit.many(_DROP_DIGESTS, ({"message": row[0]} for row in rows))
    return rows


def find_catchers(
    unit: UnitOfWork, name: str, digest: str, case_id: str | None, exercise: bool | None, most: int = 20
) -> list[Catcher]:
    """Open subscriptions that demand exactly this correlation, the longest waiting first; of ``case_id``, or of all.

    ``exercise``: only in exercises, or only in real cases; None: in whatever the named case is.
    """
    values = {"name": name, "digest": digest, "most": most, "case": case_id, "exercise": bool(exercise)}
    if case_id is None:
        return [Catcher(*row) for row in unit.all(_FIND_CATCHERS, values)]
    rows = unit.all(_FIND_CATCHERS_IN_CASE, values)
    return [Catcher(*row[:-1]) for row in rows if exercise in (None, bool(row[-1]))]


def still_waits(unit: UnitOfWork, catcher: Catcher) -> bool:
    """Whether the subscription is there, now that its case is locked."""
    values = {"case": catcher.case_id, "token": catcher.token_id, "position": catcher.position}
    return unit.one(_STILL_WAITS, values) is not None


def find_signal(unit: UnitOfWork, signal_id: str) -> Row | None:
    """(name, payload JSON, origin case, sender)."""
    return unit.one(_FIND_SIGNAL, {"signal": signal_id})


def add_signal(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A new signal."""
    unit.run(_ADD_SIGNAL, row)


def waiting_cases(unit: UnitOfWork, name: str, exercise: bool) -> list[tuple[str, int]]:
    """Exercises that wait for this signal, or real cases that do, each with its lane."""
    return [(row[0], row[1]) for row in unit.all(_WAITING_CASES, {"name": name, "exercise": exercise})]


def add_deliveries(
    unit: UnitOfWork, signal_id: str, rows: list[tuple[str, str | None, str | None, str | None, int]]
) -> None:
    """Note deliveries: (case_id, definition_id, process_id, element_id, lane)."""
    unit.many(
        _ADD_DELIVERY,
        (
            {
                "signal_id": signal_id, "case_id": case_id, "state": "pending", "definition_id": definition_id,
                "process_id": process_id, "element_id": element_id, "lane": lane,
            }
            for case_id, definition_id, process_id, element_id, lane in rows
        ),
    )  # fmt: skip


def find_delivery(unit: UnitOfWork, signal_id: str, case_id: str) -> Delivery | None:
    """The delivery, locked."""
    row = unit.one(_FIND_DELIVERY, {"signal": signal_id, "case": case_id})
    return None if row is None else Delivery(*row)


def end_delivery(unit: UnitOfWork, signal_id: str, case_id: str, state: str) -> None:
    """pending → delivered or skipped."""
    unit.run(_END_DELIVERY, {"signal": signal_id, "case": case_id, "state": state})


def waits_for_signal(unit: UnitOfWork, case_id: str, name: str) -> bool:
    """Whether the case waits for it, now that it is locked."""
    return unit.one(_WAITS_FOR_SIGNAL, {"case": case_id, "name": name}) is not None


def mark_sent(unit: UnitOfWork, kind: str, subject_id: str) -> bool:
    """The outbox row of this message or signal is done; False when there is none that waits."""
    return unit.run(_SENT, {"key": f"{kind}:{subject_id}"}) == 1
