"""Rows of samples, and the cases that may be drawn."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, insert, select

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.analysis_commands import DrawSample
from workflow_engine.storage.schema import case_path, inspection_sample, process_instance, visit
from workflow_engine.storage.statement import Statement
from workflow_engine.storage.unit_of_work import UnitOfWork
from workflow_engine.storage.visibility import visible_to

MOST_POPULATION = 100_000
_ADD = Statement(insert(inspection_sample))


def find_population(unit: UnitOfWork, actor: Actor, command: DrawSample, since: Any, until: Any) -> list[str]:
    """Ids of the cases within reach that a sample is drawn from, sorted; one more than the most when too many."""
    c, v = case_path.c, visit.c
    statement = select(c.case_id).where(
        c.process_id == command.process_id, c.settled, c.ended_at >= since, c.ended_at < until
    )
    if command.definition_id:
        statement = statement.where(c.definition_id == command.definition_id)
    of_case = v.case_id == c.case_id
    if command.kind == "overdue":
        statement = statement.where(exists().where(of_case, v.overdue))
    elif command.kind == "returned":
        statement = statement.where(exists().where(of_case, v.returned))
    if command.unit:
        statement = statement.where(exists().where(of_case, v.unit == command.unit))
    if (visible := visible_to(actor)) is not None:
        statement = statement.join(process_instance, process_instance.c.case_id == c.case_id).where(visible)
    rows = unit.all(Statement(statement.limit(MOST_POPULATION + 1)), {})
    return sorted(row[0] for row in rows)


def add_sample(unit: UnitOfWork, row: dict[str, Any]) -> None:
    """Write a drawn sample."""
    unit.run(_ADD, row)
