"""Connections: one writer at a time on SQLite, row locks on PostgreSQL, read snapshots on both.

Transaction modes and pragmas follow what was measured to lose nothing: ``BEGIN IMMEDIATE`` for writing, plain ``BEGIN``
for reading, WAL, ``synchronous=FULL``; READ COMMITTED with ``SELECT … FOR UPDATE`` on PostgreSQL.
"""

from __future__ import annotations

import logging
import select
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from workflow_engine.domain.errors import UnavailableError
from workflow_engine.domain.lanes import present_lane
from workflow_engine.storage.locks import FairLock, WriterFile
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

log = logging.getLogger(__name__)

WAL_FIX = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""The WAL-reset fix: from the first version on, and in these two older lines."""
_CHECKPOINT_PAGES = 4000
"""SQLite moves its log into the file after this many pages, 16 MB: each time costs flushes besides those of commits."""
_RETRIED_STATES = frozenset({"40001", "40P01", "55P03"})


def has_wal_fix(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug."""
    newest, *lines = WAL_FIX
    return version >= newest or any(version[:2] == fixed[:2] and version >= fixed for fixed in lines)


class Database:
    """One database, by its URL: ``sqlite:///path`` or ``postgresql+psycopg://…``.

    ``scratch``: nobody needs it after a power cut; SQLite then flushes nothing to the disk.
    """

    def __init__(self, url: str, *, wait_seconds: float = 15.0, pool_size: int = 16, scratch: bool = False) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError(f"expected a sqlite or postgresql URL, but got {parsed.drivername}")
        self.dialect = parsed.get_backend_name()
        self.wait_seconds = wait_seconds
        self.warnings: list[str] = []
        """What the operator should know; shown by the health page."""
        self._peopled: dict[str, float] = {}
        if self.dialect == "sqlite":
            self.engine = _sqlite_engine(parsed, wait_seconds, pool_size, "OFF" if scratch else "FULL")
            path = Path(parsed.database or "").resolve()
            self._fair = FairLock()
            self._file = WriterFile(path.with_name(path.name + ".writer"))
            self._writer: Any = None
            if not scratch and not has_wal_fix(sqlite3.sqlite_version_info):
                self._warn(
                    f"SQLite {sqlite3.sqlite_version} has the WAL-reset bug (fixed in 3.51.3); "
                    "only one process at a time is let in to write. Use PostgreSQL for several."
                )
        else:
            self.engine = _postgres_engine(parsed, wait_seconds, pool_size)

    def close(self) -> None:
        """Give back every connection."""
        if self.dialect == "sqlite":
            self._close_writer()
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot, for reading only."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except (OperationalError, PoolTimeoutError) as error:
            raise UnavailableError(f"The database cannot be read now ({_first_line(error)}).") from error

    @contextmanager
    def look(self) -> Iterator[UnitOfWork]:
        """The same snapshot for compiled statements; whatever is written in it is rolled back."""
        begin = "BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        try:
            connection = self._connect()
            try:
                yield from self._transact(connection, begin)
            finally:
                connection.close()
        except LostRaceError as lost:
            raise UnavailableError(f"The database cannot be read now ({lost.message}).") from lost

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """A write transaction; rolled back unless the caller commits.

        Raises:
            LostRaceError: another transaction was faster; try the whole again.
            UnavailableError: no turn within ``wait_seconds``.
        """
        if self.dialect == "sqlite":
            with self._sqlite_turn() as connection:
                yield from self._transact(connection, "BEGIN IMMEDIATE")
            return
        connection = self._connect()
        try:
            yield from self._transact(connection, "BEGIN")
        finally:
            connection.close()

    def forget_freed(self) -> str:
        """Have nothing that was deleted stand in files of the database: ``truncated``, ``busy``, or ``vacuumed``.

        SQLite overwrites deleted content at once; what its log still holds goes with the log, unless somebody reads
        just now (``busy``). PostgreSQL is asked to vacuum the tables: what they held may be overwritten from then on,
        and only ``VACUUM FULL`` by the operator rewrites them; its own log goes by its own rules.
        """
        if self.dialect == "sqlite":
            with self._sqlite_turn() as connection:
                busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return "busy" if busy else "truncated"
        connection = self.engine.raw_connection()
        try:
            driver: Any = connection.driver_connection
            driver.autocommit = True
            driver.execute("SET statement_timeout = 0")
            driver.execute("VACUUM")
        finally:
            connection.invalidate()  # its settings are not those of the others
        return "vacuumed"

    def _connect(self) -> Any:
        try:
            return self.engine.raw_connection()
        except (OperationalError, PoolTimeoutError) as error:
            raise LostRaceError(f"no connection could be had ({_first_line(error)})") from error

    def _transact(self, connection: Any, begin: str) -> Iterator[UnitOfWork]:
        cursor = connection.cursor()
        try:
            cursor.execute(begin)
            yield UnitOfWork(cursor, self.dialect, self._peopled)
        except (sqlite3.Error, psycopg.Error) as error:
            raise self._told(error) from error
        finally:
            if _is_in_transaction(connection):
                connection.rollback()
            cursor.close()

    @contextmanager
    def _sqlite_turn(self) -> Iterator[Any]:
        if not self._fair.acquire(self.wait_seconds, present_lane()):
            raise UnavailableError("Expected a turn to write, but too many others are waiting; try again.")
        try:
            if not self._file.acquire(self.wait_seconds):
                raise UnavailableError("Expected a turn to write, but another process holds the database; try again.")
            try:
                if self._writer is None:
                    self._writer = self.engine.raw_connection()
                yield self._writer
            except UnavailableError:
                self._forget_writer()
                raise
            finally:
                self._file.release()
        finally:
            self._fair.release()

    def _told(self, error: Exception) -> Exception:
        """The driver's error in our words, when it is one that waiting or trying again mends."""
        if isinstance(error, sqlite3.OperationalError):
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                return LostRaceError(str(error))
            if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
                return UnavailableError(f"The database cannot be written now ({error}); nothing was changed.")
        if isinstance(error, psycopg.errors.DiskFull):
            return UnavailableError(f"The database cannot be written now ({error}); nothing was changed.")
        if isinstance(error, psycopg.Error):
            if error.sqlstate in _RETRIED_STATES or isinstance(error, psycopg.errors.UniqueViolation):
                return LostRaceError(str(error))
            if isinstance(error, psycopg.OperationalError):
                self.engine.dispose()
                return LostRaceError(f"the connection was lost ({error})")
        return error

    def _forget_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.invalidate()

    def _close_writer(self) -> None:
        with self._sqlite_turn():
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.close()
            self.engine.dispose()  # The last connection to close checkpoints: inside our turn.
        self._file.close()

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        log.warning(text)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _is_in_transaction(connection: Any) -> bool:
    driver = connection.driver_connection
    if driver is None:
        return False
    if isinstance(driver, sqlite3.Connection):
        return driver.in_transaction
    return not driver.closed and driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE


def _sqlite_engine(url: URL, wait_seconds: float, pool_size: int, synchronous: str) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("expected a path in the SQLite URL; a database in memory would not survive its connection")
    Path(url.database).expanduser().resolve().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=wait_seconds,
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(wait_seconds * 1000)}")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _postgres_engine(url: URL, wait_seconds: float, pool_size: int) -> Engine:
    options = (
        f"-c lock_timeout=5000 -c statement_timeout={int(wait_seconds * 2000)} "
        "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC "
        "-c default_transaction_isolation=read\\ committed"
    )
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=wait_seconds,
        pool_recycle=1800,
        # Transactions are begun by hand, so that the driver never opens one behind our back.
        connect_args={"options": options, "autocommit": True},
    )

    @event.listens_for(engine, "checkout")
    def _refuse_dead(connection: Any, _record: Any, _proxy: Any) -> None:
        # An idle connection that has something to say was closed by the server; asking the socket costs nothing.
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            raise DisconnectionError("the server closed this connection")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return engine
