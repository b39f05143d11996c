"""Who plays a part in a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.rows import InboxRow, PersonRow

Acting = Callable[[str], Actor | None]
"""A person with everything they are now: units they head, positions they hold, duty they are on."""


def find_actor(people: Sequence[PersonRow], acting: Acting, who: str | None, task: InboxRow | None) -> Actor | None:
    """A person by id or sign-in name, else somebody of a group; unnamed, somebody to whom the task is offered."""
    named = [person for person in people if who in (person.person_id, person.sign_in_name)]
    if named:
        return acting(named[0].person_id)
    wanted = (who,) if who is not None else task.candidate_groups if task is not None else ()
    return _of_groups(people, acting, wanted)


def _of_groups(people: Sequence[PersonRow], acting: Acting, wanted: Iterable[str]) -> Actor | None:
    """Somebody of one of the groups; heads, positions and duty are looked up last."""
    groups = set(wanted)
    found = next((person for person in people if not person.groups.isdisjoint(groups)), None)
    if found is not None:
        return acting(found.person_id)
    actors = (acting(person.person_id) for person in people)
    return next((actor for actor in actors if actor is not None and not actor.groups.isdisjoint(groups)), None)
