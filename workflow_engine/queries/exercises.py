"""Questions about exercises: which there are, how one goes, what was expected and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.exercises import Answer, Expected, Running, answers_of, expected_of
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    consultation,
    exercise,
    exercise_case,
    exercise_inject,
    exercise_note,
    job,
    process_instance,
    supervision_notice,
    user_task,
)
from workflow_engine.storage.statement import Statement, param

SEE = "exercise.see"
MOST_STEPS = 500
_e, _i, _x, _n = exercise.c, exercise_inject.c, exercise_case.c, exercise_note.c
_p, _t, _j = process_instance.c, user_task.c, job.c


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise in a list."""

    exercise_id: str
    title: str
    process_id: str
    pace: int
    state: str
    planned_at: datetime
    planned_by: str
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class InjectRow:
    """One line of the list of events."""

    number: int
    at_seconds: int
    kind: str
    told: str
    content: Mapping[str, Any]
    state: str
    settled_at: datetime | None
    settled_by: str | None
    outcome: str
    case_id: str | None


@dataclass(frozen=True, slots=True)
class ExerciseCase:
    """A case that belongs to an exercise."""

    case_id: str
    title: str | None
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ExerciseTask:
    """Work that the exercise brought to people."""

    user_task_id: str
    case_id: str
    element_id: str
    name: str | None
    state: str
    groups: tuple[str, ...]
    assignee: str | None
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    completed_by: str | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What somebody noted."""

    noted_at: datetime
    noted_by: str
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What was expected, beside what happened: at which second of the script, if it did."""

    expected: Expected
    done_at: datetime | None
    done_second: int | None
    done_by: str | None

    @property
    def is_met(self) -> bool:
        """Done, and in time."""
        return self.done_second is not None and self.done_second <= self.expected.by


@dataclass(frozen=True, slots=True)
class ExerciseStory:
    """One exercise with everything about it."""

    row: ExerciseRow
    goal: str
    findings: str
    running: Running
    simulated: tuple[str, ...]
    answers: Mapping[str, Sequence[Answer]]
    injects: tuple[InjectRow, ...]
    cases: tuple[ExerciseCase, ...]
    tasks: tuple[ExerciseTask, ...]
    notes: tuple[NoteRow, ...]
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class OutsideJob:
    """Work outside that a case of an exercise asks for."""

    case_id: str
    token_id: int
    element_id: str
    answers: Mapping[str, Sequence[Answer]]


class ExerciseQueries:
    """``engine.queries.exercises``; raises NotPermittedError for those who may not see them."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, actor: Actor, after: str | None = None, limit: int = 20) -> Page[ExerciseRow]:
        """The last planned first."""
        require_permission(actor, SEE, "see exercises")
        limit, key = clamp(limit), decode(after, 2)
        wanted = select(*_ROW).order_by(_e.planned_at.desc(), _e.exercise_id.desc()).limit(limit + 1)
        if key is not None:
            wanted = wanted.where(tuple_(_e.planned_at, _e.exercise_id) < tuple_(*key))
        with self._snapshot() as snapshot:
            rows = [ExerciseRow(**row._mapping) for row in snapshot.connection.execute(wanted)]
        return page_of(rows, limit, lambda row: (row.planned_at, row.exercise_id))

    def get(self, exercise_id: str, actor: Actor) -> ExerciseStory:
        """One with everything about it. Raises NotFoundError."""
        require_permission(actor, SEE, "see an exercise")
        with self._snapshot() as snapshot:
            return _story(snapshot, exercise_id)

    def of_case(self, case_id: str) -> ExerciseRow | None:
        """To which exercise a case belongs; None for those begun without one."""
        wanted = select(*_ROW).join(exercise_case, _x.exercise_id == _e.exercise_id).where(_x.case_id == case_id)
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(wanted).first()
        return None if row is None else ExerciseRow(**row._mapping)

    def case_behind(self, name: str, key: str) -> str | None:
        """The exercise that a ``case``, ``consultation`` or ``notice`` is or belongs to; None where it is real.

        Asked for every page of one: a step down an index.
        """
        with self._snapshot() as snapshot:
            row = snapshot.unit.one(_BEHIND[name], {"key": key})
        return None if row is None else str(row[0])

    # ---- for the worker
    def running(self) -> list[ExerciseStory]:
        """Those whose clock runs."""
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(select(_e.exercise_id).where(_e.state == "running")).scalars().all()
            return [_story(snapshot, exercise_id) for exercise_id in found]

    def left_over(self, most: int = 50) -> list[str]:
        """Cases that still run although their exercise has ended."""
        wanted = (
            select(_x.case_id)
            .join(exercise, _e.exercise_id == _x.exercise_id)
            .join(process_instance, _p.case_id == _x.case_id)
            .where(_e.state == "ended", _p.state.not_in(ENDED_CASE))
            .limit(most)
        )
        with self._snapshot() as snapshot:
            return list(snapshot.connection.execute(wanted).scalars())

    def outside_jobs(self, most: int = 50) -> list[OutsideJob]:
        """What cases of exercises ask of the world outside, and how their scripts answer."""
        wanted = (
            select(_j.case_id, _j.token_id, _j.element_id, _e.script)
            .join(process_instance, _p.case_id == _j.case_id)
            .outerjoin(exercise_case, _x.case_id == _j.case_id)
            .outerjoin(exercise, _e.exercise_id == _x.exercise_id)
            .where(_j.state == "available", _p.exercise, _p.state == "active")
            .order_by(_j.available_at, _j.job_id)
            .limit(most)
        )
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(wanted).all()
        return [OutsideJob(row[0], row[1], row[2], {} if row[3] is None else _answers(row[3])) for row in rows]


_BEHIND = {
    "case": Statement(select(_p.case_id).where(_p.case_id == param("key"), _p.exercise)),
    "consultation": Statement(
        select(consultation.c.case_id).where(consultation.c.consultation_id == param("key"), consultation.c.exercise)
    ),
    "notice": Statement(
        select(supervision_notice.c.case_id).where(
            supervision_notice.c.notice_id == param("key"), supervision_notice.c.exercise
        )
    ),
}
"""What an address names, to the case of an exercise behind it."""
_ROW = tuple(_e[name] for name in ExerciseRow.__dataclass_fields__)


def _story(snapshot: Snapshot, exercise_id: str) -> ExerciseStory:
    connection = snapshot.connection
    row = connection.execute(select(exercise).where(_e.exercise_id == exercise_id)).one_or_none()
    if row is None:
        raise NotFoundError("Expected an exercise, but there is no such one.")
    running = Running.read(row.pace, orjson.loads(row.spans))
    injects = connection.execute(
        select(*(_i[name] for name in InjectRow.__dataclass_fields__))
        .where(_i.exercise_id == exercise_id)
        .order_by(_i.number)
    )
    cases = connection.execute(
        select(_p.case_id, _p.title, _p.state, _x.since)
        .join(exercise_case, _x.case_id == _p.case_id)
        .where(_x.exercise_id == exercise_id)
        .order_by(_x.since, _p.case_id)
    )
    names = [name for name in ExerciseTask.__dataclass_fields__ if name != "groups"]
    tasks = connection.execute(
        select(*(_t[name] for name in names), _t.candidate_groups.label("groups"))
        .join(exercise_case, _x.case_id == _t.case_id)
        .where(_x.exercise_id == exercise_id)
        .order_by(_t.created_at, _t.user_task_id)
        .limit(MOST_STEPS)
    )
    notes = connection.execute(
        select(_n.noted_at, _n.noted_by, _n.text).where(_n.exercise_id == exercise_id).order_by(_n.number)
    )
    script = orjson.loads(row.script)
    found_tasks = tuple(
        ExerciseTask(**{**one._mapping, "groups": tuple(orjson.loads(one.groups))}) for one in tasks
    )  # fmt: skip
    return ExerciseStory(
        row=ExerciseRow(**{name: getattr(row, name) for name in ExerciseRow.__dataclass_fields__}),
        goal=row.goal, findings=row.findings, running=running, simulated=tuple(orjson.loads(row.simulated)),
        answers=answers_of(script),
        injects=tuple(InjectRow(**{**one._mapping, "content": orjson.loads(one.content)}) for one in injects),
        cases=tuple(ExerciseCase(**one._mapping) for one in cases), tasks=found_tasks,
        notes=tuple(NoteRow(**one._mapping) for one in notes),
        judged=tuple(_judge(one, found_tasks, running) for one in expected_of(script)),
    )  # fmt: skip


def _judge(expected: Expected, tasks: Sequence[ExerciseTask], running: Running) -> Judged:
    done = [one for one in tasks if one.element_id == expected.element_id and one.completed_at is not None]
    if not done:
        return Judged(expected, None, None, None)
    first = min(done, key=lambda one: str(one.completed_at))
    at = first.completed_at
    return Judged(expected, at, None if at is None else int(running.seconds(at)), first.completed_by)


def _answers(script: str) -> Mapping[str, Sequence[Answer]]:
    return answers_of(orjson.loads(script))
