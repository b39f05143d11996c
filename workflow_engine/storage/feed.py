"""The log over all chains as a feed: every committed entry once, in one order, without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, select

from workflow_engine.domain.lanes import ORDINARY
from workflow_engine.storage.schema import audit_entry, log_leaf, process_instance
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_a = audit_entry.c
_l = log_leaf.c
_c = process_instance.c
_ENTRIES = Statement(
    select(
        _l.log_index, _l.stream_id, _l.seq, _a.at, _a.actor, _a.body, _c.process_id, _c.business_key, _c.exercise,
        _c.lane,
    )
    .select_from(
        log_leaf.join(audit_entry, and_(_a.stream_id == _l.stream_id, _a.seq == _l.seq)).outerjoin(
            process_instance, _c.case_id == _l.stream_id
        )
    )
    .where(_l.log_index >= param("first"), _l.log_index < param("stop"))
    .order_by(_l.log_index)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of the record, in the order of the log."""

    log_index: int
    stream_id: str
    seq: int
    at: datetime
    actor: str
    events: list[dict[str, Any]]
    """Their public parts."""
    process_id: str | None
    """None for chains of no case."""
    business_key: str | None
    exercise: bool
    lane: int


def read_feed(unit: UnitOfWork, first: int, most: int) -> list[FeedEntry]:
    """Entries from this index of the log on."""
    rows = unit.all(_ENTRIES, {"first": first, "stop": first + most})
    return [
        FeedEntry(index, stream_id, seq, at, actor, orjson.loads(body)["events"], process_id, key, bool(exercise),
                  ORDINARY if lane is None else lane)
        for index, stream_id, seq, at, actor, body, process_id, key, exercise, lane in rows
    ]  # fmt: skip
