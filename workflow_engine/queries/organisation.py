"""Questions about the organisation: who somebody is now, and what they may do by the table of grants."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from zoneinfo import ZoneInfo

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.profile import Profile
from workflow_engine.queries import people
from workflow_engine.queries.rows import PersonRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import acting, grants, setting_versions

Open = Callable[[], AbstractContextManager[Snapshot]]


class OrganisationQueries:
    """``engine.queries.organisation``."""

    def __init__(self, snapshot: Open, clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    def find_acting(self, person_id: str) -> tuple[PersonRow, Actor] | None:
        """A person with the groups they hold now, and the same as an actor with their grants; None when disabled."""
        now = self._clock.now()
        with self._snapshot() as snapshot:
            found = people.find_person(snapshot, person_id)
            if found is None:
                return None
            unit = snapshot.unit
            groups = acting.groups_of(unit, person_id, now)
            day = now.astimezone(ZoneInfo(_profile(snapshot).time_zone)).date()
            actor = Actor(
                person_id,
                groups,
                held=grants.held_by(unit, person_id, groups),
                stands_in_for=acting.stands_in_for(unit, person_id, now, day),
            )
            return replace(found, groups=groups), actor

    def find_actor(self, person_id: str) -> Actor | None:
        """A person as an actor, with all they may do now; None when there is none or they are disabled."""
        found = self.find_acting(person_id)
        return None if found is None else found[1]


def _profile(snapshot: Snapshot) -> Profile:
    return Profile.read(setting_versions.newest(snapshot.unit, setting_versions.PROFILE).content)
