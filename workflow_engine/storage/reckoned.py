"""Which running cases have deadlines in working time, and of which version of the calendar they are."""

from __future__ import annotations

from sqlalchemy import delete, select

from workflow_engine.storage.schema import reckoned_case
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_r = reckoned_case.c
_FIND = Statement(select(_r.calendar).where(_r.case_id == param("case")))
_FORGET = Statement(delete(reckoned_case).where(_r.case_id == param("case")))


def find(unit: UnitOfWork, case_id: str) -> int | None:
    """The version; None for a case without such deadlines."""
    row = unit.one(_FIND, {"case": case_id})
    return None if row is None else int(row[0])


def forget(unit: UnitOfWork, case_id: str) -> None:
    """The case is over."""
    unit.run(_FORGET, {"case": case_id})
