"""One transaction: statements go straight to the driver's cursor; nothing outside sees anything before the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflow_engine.domain.errors import EngineError
from workflow_engine.failpoints import CommitThenRaiseError, failpoint
from workflow_engine.storage.statement import Row, Statement


class LostRaceError(EngineError):
    """Another transaction was faster; the whole command is to be tried again. Never reaches a caller."""

    code = "lost_race"


class UnitOfWork:
    """An open write transaction on one connection, used by one thread."""

    __slots__ = ("_cursor", "dialect", "peopled", "statements")

    def __init__(self, cursor: Any, dialect: str, peopled: dict[str, float] | None = None) -> None:
        self._cursor = cursor
        self.dialect = dialect
        self.peopled = {} if peopled is None else peopled
        """Groups that were seen to have somebody, and when; shared by all units of one database in this process."""
        self.statements = 0
        """How many were sent so far, batches counted once, without BEGIN and COMMIT."""

    def one(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """The first row, or None."""
        compiled = statement.compiled(self.dialect)
        self.statements += 1
        row: Row | None = self._cursor.execute(compiled.sql, compiled.bind(values)).fetchone()
        if row is None or compiled.read is None:
            return row
        return compiled.read(row)

    def all(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """Every row."""
        compiled = statement.compiled(self.dialect)
        self.statements += 1
        rows: list[Row] = self._cursor.execute(compiled.sql, compiled.bind(values)).fetchall()
        return rows if compiled.read is None else [compiled.read(row) for row in rows]

    def run(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Execute and return how many rows it touched."""
        compiled = statement.compiled(self.dialect)
        self.statements += 1
        return int(self._cursor.execute(compiled.sql, compiled.bind(values)).rowcount)

    def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once per row, as one batch; returns how many rows were touched in all."""
        compiled = statement.compiled(self.dialect)
        bound = [compiled.bind(row) for row in rows]
        if not bound:
            return 0
        self.statements += 1
        if len(bound) == 1:
            return int(self._cursor.execute(compiled.sql, bound[0]).rowcount)
        self._cursor.executemany(compiled.sql, bound)
        return int(self._cursor.rowcount)

    def savepoint(self) -> None:
        """Begin a part that can be undone by itself."""
        self._cursor.execute("SAVEPOINT one_command")

    def keep(self) -> None:
        """End the part begun last; it stands or falls with the whole."""
        self._cursor.execute("RELEASE SAVEPOINT one_command")

    def undo(self) -> None:
        """Undo the part begun last."""
        self._cursor.execute("ROLLBACK TO SAVEPOINT one_command")
        self._cursor.execute("RELEASE SAVEPOINT one_command")

    def commit(self) -> None:
        """Make everything durable at once."""
        try:
            failpoint("before_commit")
        except CommitThenRaiseError:
            self._cursor.execute("COMMIT")
            raise
        self._cursor.execute("COMMIT")
