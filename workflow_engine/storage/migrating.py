"""Bringing a database to this version's schema, and refusing to work on any other."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, create_engine, event, inspect, make_url, text
from sqlalchemy.pool import NullPool

from workflow_engine.domain.errors import StateFormatError
from workflow_engine.storage import grants
from workflow_engine.storage.database import Database
from workflow_engine.storage.schema import METADATA
from workflow_engine.storage.types import UTCDateTime

_FOLDER = Path(__file__).resolve().parent / "migrations"
_LOCK_NUMBER = 7_305_117_205
"""PostgreSQL advisory lock: one upgrade at a time."""


def upgrade(url: str) -> None:
    """Apply every step that is missing and give new verbs their holders, in one transaction; else do nothing."""
    with _connect(url) as connection:
        if find_revision(connection) != latest_revision():
            command.upgrade(_config(connection), "head")
        grants.seed(connection)
        connection.commit()


@cache
def latest_revision() -> str:
    """The schema version of this build."""
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def find_revision(connection: Connection) -> str | None:
    """The schema version of a database; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def require_current(database: Database) -> None:
    """Raise StateFormatError unless the database has this build's schema."""
    with database.read() as connection:
        found = find_revision(connection)
    wanted = latest_revision()
    if found != wanted:
        what = "is empty" if found is None else f"has schema {found}"
        raise StateFormatError(
            f"Expected a database with schema {wanted}, but this one {what}. Run `liandong db upgrade`.", found=found
        )


def differences(url: str) -> list[Any]:
    """What Alembic finds different between the tables of the database and the schema in the code."""
    with _connect(url) as connection, warnings.catch_warnings():
        # On SQLite, indexes over expressions cannot be looked at; their plans are tested instead.
        warnings.filterwarnings("ignore", ".*expression-based index")
        return list(compare_metadata(MigrationContext.configure(connection, opts=configure_options()), METADATA))


def configure_options() -> dict[str, Any]:
    """How Alembic is to look at both databases."""
    return {
        "target_metadata": METADATA,
        "render_as_batch": True,
        "user_module_prefix": "types.",
        "compare_type": _compare_type,
        "compare_server_default": True,
        "include_name": lambda name, kind, _parents: (
            not (kind == "table" and (name or "").startswith("procrastinate_"))
        ),
    }


def _compare_type(_context: Any, _inspected: Column[Any], column: Column[Any], found: Any, _type: Any) -> bool | None:
    """UTCDateTime is text on SQLite: its length says enough. For the rest Alembic decides."""
    if isinstance(column.type, UTCDateTime):
        return not (getattr(found, "length", None) == column.type.impl.length or getattr(found, "timezone", False))
    return None


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


class _connect:  # noqa: N801 - used like a function
    """A connection for changing the schema; the steps are one transaction on both databases."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        if is_sqlite and parsed.database:
            Path(parsed.database).expanduser().resolve().parent.mkdir(parents=True, exist_ok=True)
        arguments: dict[str, Any] = {"isolation_level": None, "timeout": 30} if is_sqlite else {}
        self._engine = create_engine(parsed, poolclass=NullPool, connect_args=arguments)
        if is_sqlite:
            event.listen(self._engine, "connect", _sqlite_pragmas)
            event.listen(self._engine, "begin", _begin_immediate)
        else:
            event.listen(self._engine, "begin", _lock_upgrades)

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock_upgrades(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})")
