"""Who acts: a person with their roles, the clock, a worker, or another case."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a command is handled; ``actor_id`` is a pseudonym (``user:1042``), never a name.

    ``groups`` are the ids of the units, positions and roles that the actor holds now; a user task offered to one of
    them may be claimed by the actor. ``permissions`` are the verbs of ``domain.permissions`` the actor holds.
    """

    actor_id: str
    groups: frozenset[str] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    is_system: bool = False

    def is_one_of(self, groups: frozenset[str] | set[str]) -> bool:
        """Whether the actor holds one of these groups."""
        return not self.groups.isdisjoint(groups)


CLOCK = Actor("system:clock", is_system=True)
WORKER = Actor("system:worker", is_system=True)
OPERATOR = Actor("system:operator", is_system=True)
"""Whoever can run the command line on the server itself."""


def for_case(case_id: str) -> Actor:
    """The actor of commands that another case caused."""
    return Actor(f"case:{case_id}", is_system=True)
