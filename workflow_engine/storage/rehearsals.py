"""Rows of rehearsals that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from workflow_engine.storage.schema import rehearsal
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_r = rehearsal.c
_ADD = Statement(insert(rehearsal))
_FIND = Statement(
    select(_r.rehearsal_id, _r.state, _r.player, _r.begun_at, _r.result_digest)
    .where(_r.rehearsal_id == param("key"))
    .with_for_update()
)
_WAITING = Statement(select(func.count()).select_from(rehearsal).where(_r.state == "waiting"))
_BEGIN = Statement(
    update(rehearsal)
    .where(_r.rehearsal_id == param("key"))
    .values(state="running", player=param("player"), begun_at=param("now", _r.begun_at))
)
_END = Statement(
    update(rehearsal)
    .where(_r.rehearsal_id == param("key"))
    .values(
        state=param("state"), ended_at=param("now", _r.ended_at), ended_by=param("by"), error=param("error"),
        answers=param("answers"), result=param("result"), result_digest=param("digest"),
    )
)  # fmt: skip
_REMOVE = Statement(delete(rehearsal).where(_r.rehearsal_id == param("key")))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One, locked."""

    rehearsal_id: str
    state: str
    player: str | None
    begun_at: datetime | None
    result_digest: str | None


def add(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """One that waits to be played."""
    nothing = ("player", "begun_at", "ended_at", "ended_by", "result", "result_digest")
    unit.run(_ADD, {**row, **dict.fromkeys(nothing), "state": "waiting", "error": "", "answers": "{}"})


def find(unit: UnitOfWork, rehearsal_id: str) -> Rehearsal | None:
    """One, locked."""
    row = unit.one(_FIND, {"key": rehearsal_id})
    return None if row is None else Rehearsal(*row)


def waiting(unit: UnitOfWork) -> int:
    """How many wait to be played."""
    row = unit.one(_WAITING, {})
    return 0 if row is None else int(row[0])


def begin(unit: UnitOfWork, rehearsal_id: str, player: str, now: datetime) -> None:
    """It is played there."""
    unit.run(_BEGIN, {"key": rehearsal_id, "player": player, "now": now})


def end(
    unit: UnitOfWork, rehearsal_id: str, state: str, now: datetime, by: str, *,
    error: str = "", answers: str = "{}", result: str | None = None, digest: str | None = None,
) -> None:  # fmt: skip
    """It is over."""
    values = {"error": error, "answers": answers, "result": result, "digest": digest}
    unit.run(_END, {"key": rehearsal_id, "state": state, "now": now, "by": by, **values})


def remove(unit: UnitOfWork, rehearsal_id: str) -> None:
    """Take it away."""
    unit.run(_REMOVE, {"key": rehearsal_id})
