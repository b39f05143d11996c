"""Whose resources and requests are whose: owners, those who coordinate, and those who see everything."""

from __future__ import annotations

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import is_reader, may

SEE, COORDINATE, KEEP = "resource.see", "resource.coordinate", "resource.keep"


def own_units(actor: Actor) -> set[str]:
    """The units for which the actor answers: their own, and those of the people for whom they stand in."""
    return {group.removeprefix("unit:") for group in _groups(actor) if group.startswith("unit:")}


def may_coordinate(actor: Actor, coordinator: str, unit_id: str | None) -> bool:
    """Whether the actor assigns for a request: of the group that its case names, or by right."""
    if is_reader(actor):
        return False
    named = {group.strip() for group in coordinator.split(",")}
    return not named.isdisjoint(_groups(actor)) or may(actor, COORDINATE, unit_id)


def is_owner(actor: Actor, unit_id: str) -> bool:
    """Whether the actor speaks for the unit that owns something."""
    return not is_reader(actor) and (actor.is_system or unit_id in own_units(actor))


def _groups(actor: Actor) -> frozenset[str]:
    return actor.groups.union(*(one.groups for one in actor.absent(None)))
