"""The case row, which is locked before anything else is looked at, and its tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from workflow_engine.storage.schema import case_scope, process_instance, token, unit_below
from workflow_engine.storage.statement import Row, Statement, param, upsert
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

_case = process_instance.c
_COLUMNS = (
    _case.case_id, _case.process_id, _case.definition_id, _case.process_version, _case.state, _case.version,
    _case.chain_head, _case.business_key, _case.title, _case.exercise, _case.lane, _case.header, _case.started_at,
    _case.started_by, _case.ended_at, _case.removal_at, _case.incident_count,
    _case.next_due_at, _case.unit_id,
)  # fmt: skip
_token = token.c

_LOCK = Statement(select(*_COLUMNS).where(_case.case_id == param("case")).with_for_update())
_LOOK = Statement(select(*_COLUMNS).where(_case.case_id == param("case")))
_INSERT = Statement(insert(process_instance))
_PLACE = Statement(
    insert(case_scope).from_select(
        ["unit_id", "started_at", "case_id"],
        select(unit_below.c.ancestor_id, param("started_at", _case.started_at), param("case_id", _case.case_id)).where(
            unit_below.c.unit_id == param("unit_id")
        ),
    )
)
"""One row for each unit within whose reach the case lies."""
_MOVE = Statement(
    update(process_instance)
    .where(_case.case_id == param("case"), _case.version == param("before"))
    .values(
        version=param("version"), chain_head=param("chain_head"), header=param("header"),
        incident_count=param("incident_count"), next_due_at=param("next_due_at", _case.next_due_at),
    )
)  # fmt: skip
"""Without the columns of an index: naming them makes SQLite write the index again even when nothing changed."""
_UPDATE = Statement(
    update(process_instance)
    .where(_case.case_id == param("case"), _case.version == param("before"))
    .values(
        state=param("state"), version=param("version"), chain_head=param("chain_head"), header=param("header"),
        ended_at=param("ended_at", _case.ended_at), removal_at=param("removal_at", _case.removal_at),
        incident_count=param("incident_count"), next_due_at=param("next_due_at", _case.next_due_at),
    )
)  # fmt: skip
_REBIND = Statement(
    update(process_instance)
    .where(_case.case_id == param("case"))
    .values(definition_id=param("definition_id"), process_version=param("process_version"))
)
"""After a migration only."""
_TOKENS = Statement(
    select(
        _token.slot, _token.token_id, _token.parent_id, _token.scope_id, _token.element, _token.state, _token.data,
        _token.internal,
    )
    .where(_token.case_id == param("case"))
    .order_by(_token.slot)
)  # fmt: skip
TOKEN_COLUMNS = ("token_id", "parent_id", "scope_id", "element", "state", "data", "internal")
_PUT_TOKEN = Statement(lambda dialect: upsert(dialect, token, ("case_id", "slot"), TOKEN_COLUMNS))
_DROP_TOKEN = Statement(delete(token).where(_token.case_id == param("case"), _token.slot == param("slot")))


@dataclass(frozen=True, slots=True)
class Case:
    """A case row as it stands, or as it is to stand."""

    case_id: str
    process_id: str
    definition_id: str
    process_version: int
    state: str
    version: int
    """Number of entries in the chain: the optimistic version of everything about the case."""
    chain_head: str
    business_key: str | None
    title: str | None
    exercise: bool
    lane: int
    header: bytes
    started_at: datetime
    started_by: str
    ended_at: datetime | None = None
    removal_at: datetime | None = None
    incident_count: int = 0
    next_due_at: datetime | None = None
    unit_id: str | None = None
    """The unit that answers for the case; None: the city as a whole."""

    def then(self, **changes: Any) -> Case:
        """The same case after a command."""
        return replace(self, **changes)


def find_case(unit: UnitOfWork, case_id: str, *, lock: bool = True) -> Case | None:
    """The case, locked until the end of the transaction; None when there is none."""
    row = unit.one(_LOCK if lock else _LOOK, {"case": case_id})
    return None if row is None else Case(*row)


def add_case(unit: UnitOfWork, case: Case) -> None:
    """A new row; a driver's integrity error when the case id is taken."""
    add_cases(unit, [case])


def add_cases(unit: UnitOfWork, cases: Sequence[Case]) -> None:
    """New rows, in two statements."""
    unit.many(_INSERT, ({name: getattr(case, name) for name in Case.__slots__} for case in cases))
    placed = [
        {"unit_id": case.unit_id, "started_at": case.started_at, "case_id": case.case_id}
        for case in cases
        if case.unit_id is not None
    ]
    unit.many(_PLACE, placed)


def save_case(unit: UnitOfWork, before: Case, after: Case) -> None:
    """Write what a command may change; ``LostRaceError`` when the row is not at ``before.version``."""
    values = {
        "case": before.case_id, "before": before.version, "version": after.version, "chain_head": after.chain_head,
        "header": after.header, "incident_count": after.incident_count, "next_due_at": after.next_due_at,
    }  # fmt: skip
    if (after.state, after.ended_at, after.removal_at) == (before.state, before.ended_at, before.removal_at):
        touched = unit.run(_MOVE, values)
    else:
        ended = {"state": after.state, "ended_at": after.ended_at, "removal_at": after.removal_at}
        touched = unit.run(_UPDATE, {**values, **ended})
    if after.definition_id != before.definition_id:
        unit.run(_REBIND, {**values, "definition_id": after.definition_id, "process_version": after.process_version})
    if touched != 1:
        raise LostRaceError(f"Expected case {before.case_id} at version {before.version}, but it moved on.")


def get_tokens(unit: UnitOfWork, case_id: str) -> list[Row]:
    """Every token row of the case: slot, token_id, parent_id, scope_id, element, state, data, internal."""
    return unit.all(_TOKENS, {"case": case_id})


def save_tokens(unit: UnitOfWork, case_id: str, changed: Iterable[Sequence[Any]], removed: Iterable[int]) -> None:
    """Write only what changed: rows as ``get_tokens`` gives them, and slots that are free now."""
    unit.many(_DROP_TOKEN, ({"case": case_id, "slot": slot} for slot in removed))
    unit.many(_PUT_TOKEN, (_token_values(case_id, row) for row in changed))


def save_tokens_of(unit: UnitOfWork, changed: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> None:
    """The rows of many new cases, in one statement."""
    unit.many(_PUT_TOKEN, [_token_values(case_id, row) for case_id, rows in changed for row in rows])


def _token_values(case_id: str, row: Sequence[Any]) -> dict[str, Any]:
    slot, token_id, parent_id, scope_id, element, state, data, internal = row
    return {
        "case_id": case_id, "slot": slot, "token_id": token_id, "parent_id": parent_id, "scope_id": scope_id,
        "element": element, "state": int(state), "data": data, "internal": internal,
    }  # fmt: skip
