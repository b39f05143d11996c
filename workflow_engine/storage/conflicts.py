"""Who has a conflict of interest with one of several parties."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal, or_, select

from workflow_engine.storage.schema import conflict_of_interest, person
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_c, _p = conflict_of_interest.c, person.c
_BARRED = Statement(
    select(_c.person_id, literal(True))
    .where(_c.party == param("party", _c.party))
    .union(
        select(_p.person_id, literal(False)).where(
            or_(_p.person_id == param("party", _p.person_id), _p.unit_id == param("unit", _p.unit_id))
        )
    )
)
DECLARED, IS_PARTY = "has a conflict of interest with {party}", "is or belongs to {party}, which it concerns"


def barred_by_parties(work: UnitOfWork, parties: Sequence[str]) -> dict[str, str]:
    """Person → why, for everybody who is one of the parties, belongs to one, or has declared a conflict with one."""
    found: dict[str, str] = {}
    for party in parties:
        for person_id, declared in work.all(_BARRED, {"party": party, "unit": party.removeprefix("unit:")}):
            found[str(person_id)] = (DECLARED if declared else IS_PARTY).format(party=party)
    return found
