"""What a person is now: their groups by unit, position, role and duty, and for whom they stand in today."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import literal_column, select, union_all

from workflow_engine.domain.actors import StandIn
from workflow_engine.domain.organisation import is_office
from workflow_engine.storage.schema import deputy, duty_shift, membership, person, position
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_s = duty_shift.c
_d = deputy.c
_GROUPS = Statement(
    union_all(
        select(membership.c.group_id).where(membership.c.person_id == param("person")),
        select(literal_column("'unit:' || person.unit_id")).where(
            person.c.person_id == param("person"), person.c.unit_id.is_not(None)
        ),
        select(literal_column("'position:' || position.position_id")).where(position.c.person_id == param("person")),
        select(literal_column("'head:' || position.unit_id")).where(
            position.c.person_id == param("person"), position.c.is_head
        ),
        select(_s.group_id).where(
            _s.person_id == param("person"),
            _s.from_at <= param("now", _s.from_at),
            _s.until_at > param("now", _s.until_at),
        ),
    )
)
_ABSENT = Statement(
    select(_d.person_id, _d.process_id)
    .join(person, person.c.person_id == _d.person_id)
    .where(_d.stand_in == param("person"), _d.until_on >= param("day", _d.until_on))
    .where(_d.from_on <= param("day", _d.from_on), ~person.c.disabled)
    .order_by(_d.person_id, _d.process_id)
)


def groups_of(unit: UnitOfWork, person_id: str, now: datetime) -> frozenset[str]:
    """Every group a person holds at this instant."""
    return frozenset(row[0] for row in unit.all(_GROUPS, {"person": person_id, "now": now}))


def stands_in_for(unit: UnitOfWork, person_id: str, now: datetime, day: date) -> tuple[StandIn, ...]:
    """Whose deputy the person is today: the absent ones' offices, never their rights, and not theirs as deputies."""
    rows = dict.fromkeys(unit.all(_ABSENT, {"person": person_id, "day": day}))
    offices = {
        absent: frozenset(filter(is_office, groups_of(unit, absent, now))) for absent in {row[0] for row in rows}
    }
    return tuple(StandIn(absent, offices[absent], process_id) for absent, process_id in rows)
