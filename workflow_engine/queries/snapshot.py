"""One consistent look at the database, for ad hoc queries and for compiled statements alike."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from workflow_engine.library import Library
from workflow_engine.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything read through it was true at the same moment."""

    connection: Connection
    unit: UnitOfWork
    library: Library
