"""Who may speak for which voter of a ballot, and in which capacity."""

from __future__ import annotations

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.organisation import head_group


def capacity_for(actor: Actor, voter: str, inner: str, process_id: str | None, mandate_to: str | None) -> str | None:
    """In which capacity the actor may vote for this voter; None: they may not."""
    kind, _, name = voter.partition(":")
    own = {"person": actor.actor_id == name, "position": voter in actor.groups, "unit": _is_head(actor.groups, name)}
    if own.get(kind):
        return "head" if kind == "unit" else "self"
    if kind == "unit" and inner == "anyone" and voter in actor.groups:
        return "member"
    if mandate_to == actor.actor_id:
        return "mandate"
    absent = list(actor.absent(process_id))
    if kind == "position" and any(voter in one.groups for one in absent):
        return "deputy"
    if kind == "unit" and any(_is_head(one.groups, name) for one in absent):
        return "deputy"
    return None


def somebody_for(voter: str) -> Actor:
    """Somebody made up who may speak for this voter, for trying a model out."""
    kind, _, name = voter.partition(":")
    if kind == "person":
        return Actor(name)
    return Actor(f"user:made-up-{name}", frozenset({voter, head_group(name)} if kind == "unit" else {voter}))


def voters_of(actor: Actor, process_id: str | None) -> list[str]:
    """Every voter that the actor could be or stand for, whatever the ballot."""
    groups = set(actor.groups)
    for one in actor.absent(process_id):
        groups |= {group for group in one.groups if group.startswith(("position:", "head:"))}
    units = {f"unit:{group.removeprefix('head:')}" for group in groups if group.startswith("head:")}
    offices = {group for group in groups if group.startswith(("position:", "unit:"))}
    return sorted({f"person:{actor.actor_id}", *offices, *units})


def _is_head(groups: frozenset[str], unit_id: str) -> bool:
    return head_group(unit_id) in groups
