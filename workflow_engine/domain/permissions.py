"""Who may do what to the engine as a whole, by verb. A user task's own people are its model's matter."""

from __future__ import annotations

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotPermittedError

ADMINISTRATORS = "administrators"
AUDITORS = "auditors"
MODELLERS = "modellers"
DUTY_ROOM = "role:duty_room"

HOLDERS: dict[str, frozenset[str]] = {
    "definition.deploy": frozenset({ADMINISTRATORS, MODELLERS}),
    "definition.release": frozenset({ADMINISTRATORS, MODELLERS}),
    "definition.retire": frozenset({ADMINISTRATORS, MODELLERS}),
    "case.operate": frozenset({ADMINISTRATORS}),
    "case.see_all": frozenset({ADMINISTRATORS, AUDITORS}),
    "alert.import": frozenset({ADMINISTRATORS, DUTY_ROOM}),
    "message.publish": frozenset({ADMINISTRATORS}),
    "job.work": frozenset({ADMINISTRATORS}),
    "organisation.load": frozenset({ADMINISTRATORS}),
}
"""Which groups hold a verb; beside them the system's own actors, and whoever was given it in ``Actor.permissions``."""


def may(actor: Actor, verb: str) -> bool:
    """Whether the actor holds the verb."""
    return actor.is_system or verb in actor.permissions or actor.is_one_of(HOLDERS[verb])


def require_permission(actor: Actor, verb: str, what: str) -> None:
    """Raise NotPermittedError unless the actor holds the verb; ``what`` ends the sentence "Expected to …"."""
    if not may(actor, verb):
        holders = " or ".join(sorted(HOLDERS[verb]))
        raise NotPermittedError(f"Expected to {what}, but that takes a member of {holders}.", verb=verb)
