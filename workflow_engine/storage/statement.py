"""Statements that are compiled once per database kind and then go straight to the driver's cursor.

SQLAlchemy Core writes the SQL; at run time nothing of it is in the way, which saves three quarters of a statement's
cost. Rows come and go as plain tuples; columns whose type needs it (instants) pass through their processors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import ClauseElement, Float, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect

Row = tuple[Any, ...]
_Processor = Callable[[Any], Any]

# Positional parameters on both: tuples are cheaper than dicts.
DIALECTS: dict[str, Dialect] = {
    "sqlite": pysqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg_dialect.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}

__all__ = ["DIALECTS", "Compiled", "Row", "Statement", "among", "param", "upsert"]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One statement for one kind of database."""

    sql: str
    bind: Callable[[Mapping[str, Any]], Row]
    """Named values to the driver's tuple; KeyError names what is missing."""
    read: Callable[[Row], Row] | None
    """Driver's row to ours; None when nothing is to be converted."""


class Statement:
    """A Core statement, or one per kind of database, compiled on first use.

    ``columns`` names the values an INSERT or UPDATE takes when they are not all written out in the statement.
    """

    __slots__ = ("_columns", "_compiled", "_sources")

    def __init__(
        self,
        source: ClauseElement | Callable[[str], ClauseElement],
        columns: tuple[str, ...] | None = None,
    ) -> None:
        self._sources: Callable[[str], ClauseElement] = (
            source if not isinstance(source, ClauseElement) else (lambda _name: source)
        )
        self._columns = columns
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: str) -> Compiled:
        """The statement for ``sqlite`` or ``postgresql``."""
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = self._compile(dialect)
        return found

    def _compile(self, name: str) -> Compiled:
        dialect = DIALECTS[name]
        source = self._sources(name)
        options: dict[str, Any] = {"compile_kwargs": {"render_postcompile": True}}
        if self._columns is not None:
            options["column_keys"] = list(self._columns)
        made: Any = source.compile(dialect=dialect, **options)
        names: list[str] = list(made.positiontup or [])
        fixed = {key: value for key, value in made.params.items() if value is not None}
        processors = {key: made._bind_processors.get(key) for key in names}
        return Compiled(str(made), _binder(names, processors, fixed), _reader(made, dialect))


def _binder(
    names: list[str], processors: Mapping[str, _Processor | None], fixed: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], Row]:
    """How named values become the driver's tuple; the plainest case runs in C."""
    if not names:
        return lambda _values: ()
    if not fixed and not any(processors[name] for name in names):
        if len(names) == 1:
            only = names[0]
            return lambda values: (values[only],)
        return itemgetter(*names)
    plan = tuple((name, processors[name]) for name in names)

    def bind(values: Mapping[str, Any]) -> Row:
        out = []
        for name, process in plan:
            value = fixed[name] if name in fixed and name not in values else values[name]
            out.append(process(value) if process is not None else value)
        return tuple(out)

    return bind


def _reader(made: Any, dialect: Dialect) -> Callable[[Row], Row] | None:
    statement = made.statement
    if isinstance(statement, Select):
        columns = list(statement.selected_columns)
    else:
        columns = list(getattr(statement, "_returning", ()) or ())
    processors: list[tuple[int, _Processor]] = []
    for index, column in enumerate(columns):
        if isinstance(column.type, Float) and not column.type.asdecimal:
            continue  # both drivers give floats; SQLAlchemy would want to see a result first
        process = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if process is not None:
            processors.append((index, process))
    if not processors:
        return None

    def read(row: Row) -> Row:
        out = list(row)
        for index, process in processors:
            out[index] = process(out[index])
        return tuple(out)

    return read


def param(name: str, like: Any = None) -> Any:
    """A named value given at run time, of the type of the column ``like`` when that type converts its values."""
    return bindparam(name, required=False, type_=None if like is None else like.type)


def among(dialect: str, column: Any, name: str) -> Any:
    """Whether ``column`` is one of any number of texts, which are given at run time as one JSON array."""
    if dialect == "postgresql":
        return column.in_(
            select(func.jsonb_array_elements_text(cast(cast(param(name), Text), postgresql.JSONB)).column_valued())
        )
    return column.in_(select(func.json_each(param(name)).table_valued("value").c.value))


def upsert(dialect: str, table: Any, keys: tuple[str, ...], replaced: tuple[str, ...] | None) -> Any:
    """An INSERT that replaces ``replaced`` of a row that exists already; None: leaves it alone."""
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(table)
    if replaced is None:
        return statement.on_conflict_do_nothing(index_elements=list(keys))
    values = {name: statement.excluded[name] for name in replaced}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=values)
