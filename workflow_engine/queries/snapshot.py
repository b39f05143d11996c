"""One consistent look at the database, for compiled statements, and where lists need it for ad hoc queries too."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from workflow_engine.library import Library
from workflow_engine.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Look:
    """Everything read through it was true at the same moment; compiled statements only, which is cheap."""

    unit: UnitOfWork
    library: Library


@dataclass(frozen=True, slots=True)
class Snapshot(Look):
    """The same with a connection for statements that are put together as they are asked."""

    connection: Connection
