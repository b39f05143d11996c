"""Who plays a part in a scenario."""

from __future__ import annotations

from collections.abc import Sequence

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.rows import InboxRow, PersonRow


def find_actor(people: Sequence[PersonRow], who: str | None, task: InboxRow) -> Actor | None:
    """A person by id or sign-in name, else somebody of a group; unnamed, somebody to whom the task is offered."""
    if who is None:
        found = [person for person in people if not person.groups.isdisjoint(task.candidate_groups)]
    else:
        by_name = [person for person in people if who in (person.person_id, person.sign_in_name)]
        found = by_name or [person for person in people if who in person.groups]
    return Actor(found[0].person_id, found[0].groups) if found else None
