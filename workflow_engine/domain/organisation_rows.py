"""What the organisation is made of: each kind of row with its columns, as commands and files name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from workflow_engine.domain.organisation import LEVELS, OUTSIDE, SUBJECT_CLASSES

Type = Literal["id", "text", "flag", "instant", "day", "groups", "functions"]
LONGEST = {"id": 150, "text": 400}
_TRUE, _FALSE = ("true", "yes", "1", "是"), ("false", "no", "0", "否", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, whether it must be given, what it is when it is not, and which words it takes."""

    name: str
    type: Type = "text"
    required: bool = False
    default: Any = None
    words: tuple[str, ...] = ()
    refers_to: str = ""
    """The kind of row it names."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row; ``plural`` is its name in commands and files, ``key`` the column that tells rows apart."""

    name: str
    plural: str
    key: str
    columns: tuple[Column, ...]
    removable: bool = False
    """Whether rows may go; the others are named by records and are only disabled."""

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((one for one in self.columns if one.name == name), None)


UNIT = Kind("unit", "units", "unit_id", (
    Column("unit_id", "id", required=True),
    Column("parent_id", "id", refers_to="unit"),
    Column("level", words=("", *LEVELS, OUTSIDE)),
    Column("name_zh", required=True),
    Column("name_en", required=True),
    Column("subject_class", default="government", words=SUBJECT_CLASSES),
    Column("functions", "functions", default=""),
    Column("place_code", "id"),
    Column("disabled", "flag", default=False),
))  # fmt: skip
ROLE = Kind("role", "roles", "group_id", (
    Column("group_id", "id", required=True),
    Column("name_zh", required=True),
    Column("name_en", required=True),
))  # fmt: skip
PERSON = Kind("person", "people", "person_id", (
    Column("person_id", "id", required=True),
    Column("sign_in_name", "id", required=True),
    Column("display_name_zh", required=True),
    Column("display_name_en", required=True),
    Column("unit_id", "id", refers_to="unit"),
    Column("disabled", "flag", default=False),
    Column("email", "id"),
    Column("groups", "groups", default=()),
))  # fmt: skip
POSITION = Kind("position", "positions", "position_id", (
    Column("position_id", "id", required=True),
    Column("unit_id", "id", required=True, refers_to="unit"),
    Column("name_zh", required=True),
    Column("name_en", required=True),
    Column("is_head", "flag", default=False),
    Column("person_id", "id", refers_to="person"),
), removable=True)  # fmt: skip
SHIFT = Kind("shift", "shifts", "shift_id", (
    Column("shift_id", "id", required=True),
    Column("group_id", "id", required=True),
    Column("person_id", "id", required=True, refers_to="person"),
    Column("from_at", "instant", required=True),
    Column("until_at", "instant", required=True),
), removable=True)  # fmt: skip
DEPUTY = Kind("deputy", "deputies", "deputy_id", (
    Column("deputy_id", "id", required=True),
    Column("person_id", "id", required=True, refers_to="person"),
    Column("stand_in", "id", required=True, refers_to="person"),
    Column("from_on", "day", required=True),
    Column("until_on", "day", required=True),
    Column("process_id", "id"),
), removable=True)  # fmt: skip
CONFLICT = Kind("conflict", "conflicts", "conflict_id", (
    Column("conflict_id", "id", required=True),
    Column("person_id", "id", required=True, refers_to="person"),
    Column("party", "id", required=True),
    Column("reason", required=True),
), removable=True)  # fmt: skip
"""A conflict of interest: the person takes no part in what concerns this enterprise, person or other party."""
KINDS = (UNIT, ROLE, PERSON, POSITION, SHIFT, DEPUTY, CONFLICT)
"""In the order in which they refer to each other."""
BY_NAME = {kind.name: kind for kind in KINDS}


def clean(column: Column, value: Any) -> Any:
    """A value as it is stored. Raises ValueError that says what was expected."""
    if value is None or (isinstance(value, str) and not value.strip()):
        if column.required:
            raise ValueError("a value is needed")
        return column.default
    if column.type == "flag":
        return _flag(value)
    if column.type == "instant":
        return _instant(value)
    if column.type == "day":
        return _day(value)
    if column.type == "groups":
        return _groups(value)
    if column.type == "functions":
        return ";".join(_groups(value))
    return _text(column, value)


def shown(value: Any) -> Any:
    """A stored value as JSON."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON."""
    return {name: shown(value) for name, value in row.items()}


def _text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, not {type(value).__name__}")
    text = value.strip()
    longest = LONGEST["id" if column.type == "id" else "text"]
    if len(text) > longest:
        raise ValueError(f"at most {longest} characters")
    if not text.isprintable():
        raise ValueError("no control characters or line breaks")
    if column.type == "id" and (set(text) & set(" \t\"'<>|,;")):
        raise ValueError("an id without blanks, quotes, commas and brackets")
    if column.words and text not in column.words:
        raise ValueError(f"one of {', '.join(word for word in column.words if word)}")
    return text


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("true or false")


def _instant(value: Any) -> datetime:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("an instant such as 2026-07-01T08:00:00+08:00") from None
    if instant.tzinfo is None:
        raise ValueError("an instant with its offset, such as 2026-07-01T08:00:00+08:00")
    return instant.astimezone(UTC)


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("a day such as 2026-07-01") from None


def _groups(value: Any) -> tuple[str, ...]:
    """A list, or names with ``;`` between them."""
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("a list of groups")
    column = Column("group", "id")
    return tuple(sorted({_text(column, part) for part in parts if str(part).strip()}))
