"""Units, roles and people: added or changed, never removed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, text

from workflow_engine.storage.schema import membership, person, role, unit, unit_below
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

UNIT_COLUMNS = ("parent_id", "level", "name_zh", "name_en", "subject_class")
PERSON_COLUMNS = ("sign_in_name", "display_name_zh", "display_name_en", "password_hash", "unit_id", "disabled")
_PUT_UNIT = Statement(
    lambda dialect: upsert(dialect, unit, ("unit_id",), UNIT_COLUMNS), columns=("unit_id", *UNIT_COLUMNS)
)
_PUT_ROLE = Statement(lambda dialect: upsert(dialect, role, ("group_id",), ("name_zh", "name_en")))
_PUT_PERSON = Statement(
    lambda dialect: upsert(dialect, person, ("person_id",), PERSON_COLUMNS), columns=("person_id", *PERSON_COLUMNS)
)
_FORGET_PLACES = Statement(delete(unit_below))
_PLACE = Statement(text("""
INSERT INTO unit_below (ancestor_id, unit_id)
WITH RECURSIVE below (ancestor_id, unit_id) AS (
    SELECT unit_id, unit_id FROM unit
    UNION
    SELECT below.ancestor_id, unit.unit_id FROM below JOIN unit ON unit.parent_id = below.unit_id
)
SELECT ancestor_id, unit_id FROM below
"""))
_LEAVE = Statement(delete(membership).where(membership.c.person_id == param("person")))
_JOIN = Statement(insert(membership))


def put_units(work: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add or change units; parents may come after their children."""
    work.many(_PUT_UNIT, rows)
    work.run(_FORGET_PLACES, {})
    work.run(_PLACE, {})


def put_roles(work: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add or change names of roles."""
    work.many(_PUT_ROLE, rows)


def put_people(work: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add or change people; their ``groups`` replace those they held."""
    people = list(rows)
    work.many(_PUT_PERSON, people)
    work.many(_LEAVE, ({"person": row["person_id"]} for row in people))
    work.many(
        _JOIN,
        (
            {"person_id": row["person_id"], "group_id": group_id}
            for row in people
            for group_id in dict.fromkeys(row["groups"])
        ),
    )
