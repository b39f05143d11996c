"""What waits to be delivered after a commit, and what became of trying."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text, tuple_, update

from workflow_engine.storage.schema import outbox, process_instance, signal, signal_delivery
from workflow_engine.storage.schema.waiting import PENDING as PENDING_ROWS
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_o = outbox.c
_d = signal_delivery.c

PENDING = Statement(
    select(_o.outbox_id, _o.kind, _o.payload, _o.attempts)
    .where(PENDING_ROWS, _o.lane == param("lane"), _o.next_at <= param("now", _o.next_at))
    .order_by(_o.next_at, _o.outbox_id)
    .limit(param("most"))
)
DELIVERIES = Statement(
    select(_d.signal_id, _d.case_id, signal.c.name, signal.c.payload, signal.c.origin_case_id, signal.c.sent_by)
    .join(signal, signal.c.signal_id == _d.signal_id)
    .outerjoin(process_instance, process_instance.c.case_id == _d.case_id)
    .where(
        text("signal_delivery.state = 'pending'"),
        _d.lane == param("lane"),
        process_instance.c.state.is_distinct_from("suspended"),
        tuple_(_d.signal_id, _d.case_id) > tuple_(param("signal"), param("case")),
    )
    .order_by(_d.signal_id, _d.case_id)
    .limit(param("most"))
)
IS_ON_ITS_WAY = Statement(
    select(_d.signal_id)
    .outerjoin(process_instance, process_instance.c.case_id == _d.case_id)
    .where(
        text("signal_delivery.state = 'pending'"),
        _d.lane == param("lane"),
        process_instance.c.state.is_distinct_from("suspended"),
    )
    .limit(1)
)
_FAILED = Statement(
    update(outbox)
    .where(_o.outbox_id == param("key"), _o.state == "pending")
    .values(
        state=param("state"), attempts=param("attempts"), last_error=param("error"), next_at=param("next", _o.next_at)
    )
)

_STATE = Statement(select(_o.state).where(_o.outbox_id == param("key")).with_for_update())
_AGAIN = Statement(
    update(outbox)
    .where(_o.outbox_id == param("key"), _o.state == "dead")
    .values(state="pending", attempts=0, next_at=param("now", _o.next_at))
)


def find_state(unit: UnitOfWork, outbox_id: str) -> str | None:
    """The state of a delivery, locked; None when there is none."""
    row = unit.one(_STATE, {"key": outbox_id})
    return None if row is None else str(row[0])


def retry(unit: UnitOfWork, outbox_id: str, now: datetime) -> None:
    """dead → pending."""
    unit.run(_AGAIN, {"key": outbox_id, "now": now})


def failed(unit: UnitOfWork, outbox_id: str, *, dead: bool, attempts: int, error: str, next_at: datetime) -> None:
    """Note a failed try; ``dead``: it is not tried again by itself."""
    values = {
        "key": outbox_id, "state": "dead" if dead else "pending", "attempts": attempts, "error": error[:1000],
        "next": next_at,
    }  # fmt: skip
    unit.run(_FAILED, values)
