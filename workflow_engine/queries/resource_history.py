"""What changed of a resource, by whom: each row of the register beside the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.domain.resources import COLUMNS
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import resource_change

_c = resource_change.c
_SHOWN = (*COLUMNS, "standing")
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One change: which fields became what; of the contact only that it changed."""

    change_no: int
    what: str
    at: datetime
    by: str
    reason: str
    fields: tuple[tuple[str, Any, Any], ...]
    """(name, before, after); empty of the first one that is known."""


def history(snapshot: Snapshot, resource_id: str) -> Sequence[ResourceChange]:
    """The newest first."""
    wanted = select(_c.change_no, _c.what, _c.row, _c.note, _c.at, _c.by).where(_c.resource_id == resource_id)
    rows = snapshot.connection.execute(wanted.order_by(_c.change_no.desc()).limit(MOST_CHANGES)).all()
    found: list[ResourceChange] = []
    before: dict[str, Any] = {}
    for row in reversed(rows):
        told: dict[str, Any] = orjson.loads(row.row)
        if row.what == "put":
            told["contact"] = row.note or ""
        after = {**before, **told}
        reason = (row.note or "") if row.what == "stood" else ""
        changed = _changed(before, after) if row.change_no > 1 and (before or row.what != "put") else ()
        found.append(ResourceChange(row.change_no, row.what, row.at, row.by, reason, changed))
        before = after
    return tuple(reversed(found))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    names = [name for name in _SHOWN if name in after and before.get(name) != after[name]]
    return tuple((name, *(("", "") if name == "contact" else (before.get(name), after[name]))) for name in names)
