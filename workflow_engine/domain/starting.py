"""Whom a model lets start its cases."""

from __future__ import annotations

from collections.abc import Sequence

from workflow_engine.domain.actors import Actor


def is_starter(actor: Actor, starters: Sequence[str]) -> bool:
    """Whether the actor is one of those named, or nobody is named; the system's own actors always are."""
    return actor.is_system or not starters or actor.actor_id in starters or actor.is_one_of(frozenset(starters))
