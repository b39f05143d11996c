"""Rows of published warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from workflow_engine.storage.schema import published_warning
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_w = published_warning.c
_COLUMNS = (_w.warning_id, _w.case_id, _w.unit_id, _w.identifier, _w.sender, _w.sent_at, _w.expires_at, _w.state,
            _w.document)  # fmt: skip
_PUBLISH = Statement(insert(published_warning))
_IN_FORCE = Statement(
    select(*_COLUMNS).where(_w.case_id == param("case"), _w.state == "in_force").with_for_update()
)
_FIND = Statement(select(*_COLUMNS).where(_w.warning_id == param("warning")).with_for_update())
_END = Statement(
    update(published_warning)
    .where(_w.warning_id == param("warning"))
    .values(
        state=param("state"), ended_at=param("at", _w.ended_at), end_reason=param("reason"),
        end_document=param("document"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """A warning as it was published, locked."""

    warning_id: str
    case_id: str
    unit_id: str | None
    identifier: str
    sender: str
    sent_at: datetime
    expires_at: datetime
    state: str
    document: str


def publish(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Make it public."""
    unit.run(_PUBLISH, {**row, "state": "in_force", "ended_at": None, "end_reason": "", "end_document": None})


def find_in_force(unit: UnitOfWork, case_id: str) -> Published | None:
    """The warning of this case that holds now."""
    row = unit.one(_IN_FORCE, {"case": case_id})
    return None if row is None else Published(*row)


def find_warning(unit: UnitOfWork, warning_id: str) -> Published | None:
    """A warning, whatever its state."""
    row = unit.one(_FIND, {"warning": warning_id})
    return None if row is None else Published(*row)


def end(
    unit: UnitOfWork, warning_id: str, state: str, at: datetime, reason: str = "", document: str | None = None
) -> None:
    """It no longer holds."""
    unit.run(_END, {"warning": warning_id, "state": state, "at": at, "reason": reason, "document": document})
