"""Holding ended cases, and removing them: every row that tells of people goes, the chain and its proofs stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, exists, insert, literal, null, select, update

from workflow_engine.storage.resources import ERASE_VALUES, forget_requests
from workflow_engine.storage.schema import (
    METADATA,
    audit_entry,
    ballot,
    case_hold,
    case_removal,
    entry_payload,
    process_instance,
    supervision_notice,
    visit,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.supervision import forget_words
from workflow_engine.storage.unit_of_work import UnitOfWork

KEPT = frozenset({
    "process_instance", "case_scope", "case_path", "visit", "case_reading", "case_hold", "case_removal", "batch_item",
    "alert", "consultation", "published_decision", "supervision_notice", "indicator_publication",
    "destruction", "destruction_case",
    "resource_request",
})  # fmt: skip
"""What stays: the case as a stone without name, figures without people, who read it, that its personal data was
destroyed; what came from outside or was made public has its own time, and notices of supervision are numbered documents
whose words alone go."""

STREAM = "area:keeping"
_c = process_instance.c
_HOLD = Statement(insert(case_hold), ("case_id", "reason", "held_by", "held_at"))
_LIFT = Statement(delete(case_hold).where(case_hold.c.case_id == param("case")))
_HELD = Statement(select(case_hold.c.case_id).where(case_hold.c.case_id == param("case")))
_DUE = Statement(
    select(_c.case_id)
    .where(_c.removal_at <= param("now", _c.removal_at), ~exists().where(case_hold.c.case_id == _c.case_id))
    .order_by(_c.removal_at)
    .limit(param("most"))
)
_REMOVED = Statement(select(case_removal.c.case_id).where(case_removal.c.case_id == param("case")))
_ADD_REMOVAL = Statement(insert(case_removal), ("case_id", "due_at", "removed_at", "entries", "chain_head"))
_REMOVALS = Statement(
    select(case_removal.c.case_id, case_removal.c.entries, case_removal.c.chain_head, _c.chain_head).join(
        process_instance, _c.case_id == case_removal.c.case_id
    )
)
_SAID = Statement(select(audit_entry.c.body).where(audit_entry.c.stream_id == param("stream")))
_ERASE = Statement(delete(entry_payload).where(entry_payload.c.stream_id == param("case")))
_ERASE_NOTICES = Statement(
    delete(entry_payload).where(
        entry_payload.c.stream_id.in_(
            select(literal("supervision:") + supervision_notice.c.notice_id).where(
                supervision_notice.c.case_id == param("case")
            )
        )
    )
)
_ERASE_REPORTS = Statement(
    delete(entry_payload).where(entry_payload.c.stream_id == literal("situation_report:") + param("case"))
)
_ERASE_REQUESTS = Statement(delete(entry_payload).where(ERASE_VALUES))
_FORGET_WHO = Statement(update(visit).where(visit.c.case_id == param("case")).values(done_by=null()))
_EMPTY = Statement(
    update(process_instance)
    .where(_c.case_id == param("case"))
    .values(title=null(), business_key=null(), header=param("header", _c.header), removal_at=null())
)


def is_held(unit: UnitOfWork, case_id: str) -> bool:
    """Whether somebody holds the case."""
    return unit.one(_HELD, {"case": case_id}) is not None


def is_removed(unit: UnitOfWork, case_id: str) -> bool:
    """Whether the case's time was over and it was removed."""
    return unit.one(_REMOVED, {"case": case_id}) is not None


def hold(unit: UnitOfWork, case_id: str, reason: str, by: str, at: datetime) -> None:
    """Keep the case beyond its time."""
    unit.run(_HOLD, {"case_id": case_id, "reason": reason, "held_by": by, "held_at": at})


def lift(unit: UnitOfWork, case_id: str) -> None:
    """Let its time count again."""
    unit.run(_LIFT, {"case": case_id})


def due_cases(unit: UnitOfWork, now: datetime, most: int) -> list[str]:
    """Cases whose time is over and that nobody holds, the longest over first; one range of a partial index."""
    return [str(row[0]) for row in unit.all(_DUE, {"now": now, "most": most})]


def remove(unit: UnitOfWork, case_id: str, due_at: datetime, now: datetime, entries: int, head: str) -> None:
    """Erase every value of the case with its salt, and every row but ``KEPT``."""
    unit.run(_ERASE, {"case": case_id})
    unit.run(_ERASE_REPORTS, {"case": case_id})
    unit.run(_FORGET_WHO, {"case": case_id})
    _forget_notices(unit, case_id)
    unit.run(_ERASE_REQUESTS, {"case": case_id})
    forget_requests(unit, case_id)
    for statement in _DELETIONS:
        unit.run(statement, {"case": case_id})
    unit.run(_EMPTY, {"case": case_id, "header": b"{}"})
    row = {"case_id": case_id, "due_at": due_at, "removed_at": now, "entries": entries, "chain_head": head}
    unit.run(_ADD_REMOVAL, row)


def _forget_notices(unit: UnitOfWork, case_id: str) -> None:
    """What notices about the case say, in their rows and as values of their own chains."""
    unit.run(_ERASE_NOTICES, {"case": case_id})
    forget_words(unit, case_id)


def unproven_removals(unit: UnitOfWork) -> list[str]:
    """Cases marked as removed of which no entry of the chain of removals says so, or whose chain ended otherwise."""
    said = set()
    for (body,) in unit.all(_SAID, {"stream": STREAM}):
        said |= {
            (event["case_id"], event["entries"], event["chain_head"])
            for event in orjson.loads(body)["events"]
            if event["event"] == "case.removed"
        }
    rows = unit.all(_REMOVALS, {})
    wrong = {row[0] for row in rows if (row[0], row[1], row[2]) not in said or row[2] != row[3]}
    return sorted(str(case_id) for case_id in wrong)


def _deletions() -> tuple[Statement, ...]:
    """For every table that holds something of cases, those that refer to others first."""
    ballots = select(ballot.c.ballot_id).where(ballot.c.case_id == param("case"))
    found = []
    for table in reversed(METADATA.sorted_tables):
        columns: Any = table.c
        if table.name in KEPT:
            continue
        if "case_id" in columns:
            found.append(Statement(delete(table).where(columns.case_id == param("case"))))
        elif "ballot_id" in columns:
            found.append(Statement(delete(table).where(columns.ballot_id.in_(ballots))))
    return tuple(found)


_DELETIONS = _deletions()
