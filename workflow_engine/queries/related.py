"""Cases that have to do with a case: those of the same business key, and those it exchanged messages with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.case_walks import CASE_COLUMNS, CASE_FROM, case_row
from workflow_engine.queries.rows import CaseRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import message, process_instance
from workflow_engine.storage.visibility import visible_to

_c = process_instance.c
_m = message.c
MOST_RELATED = 20


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case, and what it has to do with this one."""

    case: CaseRow
    how: str
    """``same_key``, ``sent_to`` or ``heard_from``."""


def find_related(snapshot: Snapshot, case: CaseRow, message_ids: Iterable[str], actor: Actor) -> list[RelatedCase]:
    """Within the actor's reach, the newest first; ``message_ids`` are those that the case's record names."""
    hows = _by_message(snapshot, case.case_id, list(message_ids)[:500])
    conditions: list[ColumnElement[bool]] = [_c.case_id.in_(list(hows)[:MOST_RELATED])]
    if case.business_key:
        conditions.append(_c.business_key == case.business_key)
    statement = select(*CASE_COLUMNS).select_from(CASE_FROM).where(or_(*conditions), _c.case_id != case.case_id)
    if (visible := visible_to(actor)) is not None:
        statement = statement.where(visible)
    rows = snapshot.connection.execute(statement.order_by(_c.started_at.desc(), _c.case_id).limit(MOST_RELATED))
    return [RelatedCase(case_row(row), hows.get(row.case_id, "same_key")) for row in rows]


def _by_message(snapshot: Snapshot, case_id: str, message_ids: list[str]) -> dict[str, str]:
    if not message_ids:
        return {}
    statement = select(_m.origin_case_id, _m.case_id).where(_m.message_id.in_(message_ids))
    found: dict[str, str] = {}
    for origin, caught_by in snapshot.connection.execute(statement):
        if origin == case_id and caught_by and caught_by != case_id:
            found[caught_by] = "sent_to"
        elif caught_by == case_id and origin and origin != case_id:
            found[origin] = "heard_from"
    return found
