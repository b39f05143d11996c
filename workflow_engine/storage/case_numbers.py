"""The next number of a series: raised and read in one statement, so that two transactions never get the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ClauseElement, select
from sqlalchemy.dialects import postgresql, sqlite

from workflow_engine.storage.schema import case_number_series
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_s = case_number_series.c


def _raised(dialect: str) -> ClauseElement:
    first: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(case_number_series)
    first = first.values(series=param("series"), last=1)
    raised: ClauseElement = first.on_conflict_do_update(
        index_elements=[_s.series], set_={"last": _s.last + 1}
    ).returning(_s.last)
    return raised


_NEXT = Statement(_raised)
_LAST = Statement(select(_s.last).where(_s.series == param("series")))


def take_next(unit: UnitOfWork, series: str) -> int:
    """The number after the last one, which is the last from now on."""
    row = unit.one(_NEXT, {"series": series})
    return 1 if row is None else int(row[0])


def foresee_next(unit: UnitOfWork, series: str) -> int:
    """What the next number would be."""
    row = unit.one(_LAST, {"series": series})
    return 1 if row is None else int(row[0]) + 1
