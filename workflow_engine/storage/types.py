"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import String, TypeDecorator
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect

_TEXT_LENGTH = 27


@lru_cache(maxsize=512)  # One command writes the same instant into nearly every row.
def instant_text(instant: datetime) -> str:
    """An aware instant as fixed-width text in UTC, which sorts like the instants themselves."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, always UTC: ``timestamptz`` on PostgreSQL, fixed-width ISO text on SQLite."""

    impl = String(_TEXT_LENGTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(_TEXT_LENGTH))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected an aware instant, but {value!r} has no time zone")
        return value if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value if value is None else value.astimezone(UTC)
        return datetime.fromisoformat(value)
