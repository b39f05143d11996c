"""Who acts: a person with their roles, the clock, a worker, or another case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Held:
    """A verb as somebody holds it: in some units and below, or everywhere; for one process, or for every one."""

    verb: str
    units: frozenset[str] | None = None
    """Every unit it reaches, those below included; None: everywhere, also where a case belongs to no unit."""
    process_id: str | None = None
    unit_id: str | None = None
    """The unit under which ``units`` lie, as the grant names it."""

    def reaches(self, unit_id: str | None, process_id: str | None) -> bool:
        """Whether it holds for what belongs to this unit and process; None: for every one of them."""
        return (self.units is None or unit_id in self.units) and self.process_id in (None, process_id)


@dataclass(frozen=True, slots=True)
class StandIn:
    """The actor is the deputy of an absent person now."""

    person_id: str
    groups: frozenset[str] = field(default_factory=frozenset)
    """Units, positions and roles of the absent person; never their rights to administer."""
    process_id: str | None = None
    """Only in this process; None: in every one."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a command is handled; ``actor_id`` is a pseudonym (``user:1042``), never a name.

    ``groups`` are the ids of the units, positions and roles that the actor holds now; a user task offered to one of
    them may be claimed by the actor. ``permissions`` are verbs of ``domain.permissions`` the actor holds everywhere.
    ``held`` is what the table of grants gives the actor and the groups; None: nobody looked, and what the product is
    delivered with holds.
    """

    actor_id: str
    groups: frozenset[str] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    is_system: bool = False
    held: tuple[Held, ...] | None = None
    stands_in_for: tuple[StandIn, ...] = ()

    def is_one_of(self, groups: frozenset[str] | set[str]) -> bool:
        """Whether the actor holds one of these groups."""
        return not self.groups.isdisjoint(groups)

    @property
    def unit_id(self) -> str | None:
        """The unit the actor belongs to; the first one when there are several."""
        return min((group.removeprefix("unit:") for group in self.groups if group.startswith("unit:")), default=None)

    def absent(self, process_id: str | None) -> Iterator[StandIn]:
        """For whom the actor stands in within this process."""
        return (one for one in self.stands_in_for if one.process_id in (None, process_id))


CLOCK = Actor("system:clock", is_system=True)
WORKER = Actor("system:worker", is_system=True)
EXERCISE_WORLD = Actor("system:exercise", is_system=True)
"""The world outside, as an exercise plays it."""
OPERATOR = Actor("system:operator", is_system=True)
"""Whoever can run the command line on the server itself."""


def for_case(case_id: str) -> Actor:
    """The actor of commands that another case caused."""
    return Actor(f"case:{case_id}", is_system=True)
