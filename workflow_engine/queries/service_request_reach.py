"""Whose requests one may see as staff; those in whose case one takes part aside."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, true

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import held, may
from workflow_engine.storage.schema import service_request

SEE = "service_request.see"
_s = service_request.c


def within_reach(actor: Actor) -> list[ColumnElement[bool]]:
    """The condition on rows; nothing for those who see all."""
    return [] if may(actor, SEE) else [_reach(actor)]


def units_within_reach(actor: Actor) -> list[str] | None:
    """The units of those conditions; None where a process alone, or nothing, bounds it."""
    found = held(actor, SEE)
    if not found or any(one.units is None for one in found):
        return None
    return sorted({unit for one in found for unit in one.units or ()})


def _reach(actor: Actor) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(
                true() if one.units is None else _s.unit_id.in_(sorted(one.units)),
                true() if one.process_id is None else _s.process_id == one.process_id,
            )
            for one in held(actor, SEE)
        ),
    )
