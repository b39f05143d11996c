"""What released processes declare for the city profile."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from workflow_engine.domain.process_parameters import FILE_NAME, Parameter, read_parameters
from workflow_engine.storage.schema import definition, definition_file
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_FILES = Statement(
    select(definition.c.definition_id, definition.c.process_id, definition.c.name, definition_file.c.content)
    .join_from(definition_file, definition, definition.c.definition_id == definition_file.c.definition_id)
    .where(definition_file.c.name == param("file"), definition.c.state == "released")
    .order_by(definition.c.released_at, definition.c.definition_id)
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter, and the process that declares it."""

    parameter: Parameter
    definition_id: str
    process_id: str
    process_name: str | None


def declared_parameters(unit: UnitOfWork) -> dict[str, Declared]:
    """By name; where several versions or processes declare the same, what was released last."""
    found: dict[str, Declared] = {}
    for definition_id, process_id, process_name, content in unit.all(_FILES, {"file": FILE_NAME}):
        for name, parameter in read_parameters(bytes(content))[0].items():
            found[name] = Declared(parameter, definition_id, process_id, process_name)
    return dict(sorted(found.items()))
