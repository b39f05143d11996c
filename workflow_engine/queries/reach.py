"""Whom a change of a case concerns: asked once for many cases and many people who look on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, union

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import may
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import offer, process_instance, task_copy, user_task
from workflow_engine.storage.visibility import SEE_ALL, subjects_by_process, subjects_of

_c = process_instance.c


@dataclass(frozen=True, slots=True)
class Reach:
    """What decides whether somebody may see a case; the same rule as ``storage.visibility``."""

    process_id: str
    unit_id: str | None
    subjects: frozenset[str]
    """Who started it, every person and group that has or had a task in it, and who was sent a copy."""

    def includes(self, actor: Actor) -> bool:
        """Whether the case lies within the actor's reach."""
        if may(actor, SEE_ALL, self.unit_id, self.process_id):
            return True
        names = {*subjects_of(actor), *subjects_by_process(actor).get(self.process_id, ())}
        return not self.subjects.isdisjoint(names)


def reaches(snapshot: Snapshot, case_ids: Iterable[str]) -> dict[str, Reach]:
    """The reach of each of these cases that there are."""
    ids = list(case_ids)
    o, u = offer.c, user_task.c
    execute = snapshot.connection.execute
    cases = execute(select(_c.case_id, _c.process_id, _c.unit_id, _c.started_by).where(_c.case_id.in_(ids))).all()
    touched = union(
        select(o.case_id, o.subject.label("subject")).where(o.case_id.in_(ids)),
        select(u.case_id, u.assignee).where(u.case_id.in_(ids), u.assignee.is_not(None)),
        select(u.case_id, u.completed_by).where(u.case_id.in_(ids), u.completed_by.is_not(None)),
        select(task_copy.c.case_id, task_copy.c.person_id).where(task_copy.c.case_id.in_(ids)),
    )
    subjects: dict[str, set[str]] = {row.case_id: {row.started_by} for row in cases}
    for case_id, subject in execute(touched):
        subjects[case_id].add(subject)
    return {row.case_id: Reach(row.process_id, row.unit_id, frozenset(subjects[row.case_id])) for row in cases}
