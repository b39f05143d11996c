"""Running work re-planned for emergencies: the calls, what became of each case and task, and what a call would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select, tuple_

from workflow_engine.bpmn.replan_policy import Policy, delivered, policy_of
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.replanning import KEEP, LEGAL, Call, TaskFacts, call_from, target
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.replanning_following import Begun, begun
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.queries.user_tasks import find_node
from workflow_engine.storage import replan_policies
from workflow_engine.storage import replanning as store
from workflow_engine.storage.replan_policies import PolicyVersion
from workflow_engine.storage.replanning_collecting import Concern, pages
from workflow_engine.storage.schema import deadline, process_instance, replan, replan_case, task_plan, user_task
from workflow_engine.storage.schema.replanning import IN_FORCE, RUNNING
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.visibility import visible_to

_r, _i, _p = replan.c, replan_case.c, task_plan.c
_c = process_instance.c
MOST_LOOKED_AT = 20_000
_CALL = ("replan_id", "emergency_id", "number", "direction", "level", "state", "called", "reason", "exercise", "policy",
         "called_at", "called_by", "total", "changed", "unchanged", "failed", "finished_at")  # fmt: skip
_PLAN = ("user_task_id", "emergency_id", "case_id", "replan_id", "level", "deadline", "given_due_at", "due_at",
         "given_priority", "priority", "offered", "legal", "rule", "words", "reason", "planned_at", "ended_at",
         "kept")  # fmt: skip
_IS_RUNNING = Statement(select(_r.replan_id).where(RUNNING).limit(1))
_NOW = tuple(user_task.c.due_at if name == "due_at" else _p[name] for name in _PLAN)
"""What stands in force is due when the task is: another emergency may have a say in it too."""
_OF_TASK = Statement(
    select(*_NOW, _c.title)
    .join(process_instance, _c.case_id == _p.emergency_id)
    .join(user_task, user_task.c.user_task_id == _p.user_task_id)
    .where(_p.user_task_id == param("task"), IN_FORCE)
    .order_by(_p.planned_at)
)


@dataclass(frozen=True, slots=True)
class ReplanRow:
    """One call of an emergency, and how far it is."""

    replan_id: str
    emergency_id: str
    number: int
    direction: str
    level: str
    state: str
    call: Call
    reason: str
    exercise: bool
    policy: int
    """Version of the table; 0: as the product is delivered."""
    called_at: datetime
    called_by: str
    total: int
    changed: int
    unchanged: int
    failed: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskPlanRow:
    """What one emergency made of one task."""

    user_task_id: str
    emergency_id: str
    case_id: str
    replan_id: str
    level: str
    deadline: str
    given_due_at: datetime | None
    due_at: datetime | None
    given_priority: int
    priority: int
    offered: list[str]
    legal: bool
    rule: int
    words: str
    reason: str
    planned_at: datetime
    ended_at: datetime | None
    kept: list[str]
    emergency_title: str | None = None


@dataclass(frozen=True, slots=True)
class ReplannedCaseRow:
    """A case that an emergency re-planned, for a list."""

    case_id: str
    title: str | None
    process_id: str
    tasks: int
    deadline: str
    given_due_at: datetime | None
    due_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class FailedCaseRow:
    """A case that could not be brought to a call."""

    case_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """Tasks that one row of the table would treat, by process."""

    rule: int
    words: str
    process_id: str
    deadline: str
    tasks: int
    cases: int
    legal: int
    """Of them with a deadline of the law, which stays."""
    duty: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would do now."""

    call: Call
    policy: int
    lines: tuple[PreviewLine, ...]
    looked_at: int
    complete: bool
    """False: there is more than was looked at."""


class ReplanQueries:
    """Questions about re-planning; what lies outside one's reach is not there."""

    def __init__(
        self,
        snapshot: Callable[[], AbstractContextManager[Snapshot]],
        look: Callable[[], AbstractContextManager[Look]],
        clock: Clock,
    ) -> None:
        self._snapshot = snapshot
        self._look = look
        self._clock = clock

    # ---- for workers
    def is_running(self) -> bool:
        """Whether a call waits for a worker; one step in an index."""
        with self._look() as look:
            return look.unit.one(_IS_RUNNING, {}) is not None

    def left_over(self, most: int = 20) -> list[str]:
        """Emergencies whose case ended without ending what they called for."""
        with self._look() as look:
            return [str(row[0]) for row in look.unit.all(store.LEFT, {"most": most})]

    def begun(self, reached: Mapping[str, int], most: int) -> list[Begun]:
        """For each call in force, in which cases tasks may have begun that it wants planned: the next page of the log.

        Nothing when no call is in force, or nothing happened since ``reached`` (by call).
        """
        with self._snapshot() as snapshot:
            return begun(snapshot, reached, most)

    # ---- for people
    def calls(self, emergency_id: str, actor: Actor) -> list[ReplanRow]:
        """The calls of an emergency, the latest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, emergency_id, actor)
            return _calls(snapshot, emergency_id)

    def of_task(self, user_task_id: str) -> list[TaskPlanRow]:
        """What emergencies plan of a task now; whether one may see the task is asked before."""
        with self._look() as look:
            rows = look.unit.all(_OF_TASK, {"task": user_task_id})
        return [_plan(row) for row in rows]

    def of_case(self, case_id: str, actor: Actor) -> list[TaskPlanRow]:
        """Everything that emergencies ever planned of the tasks of a case. Raises NotFoundError."""
        query = (
            select(*(_p[name] for name in _PLAN), _c.title)
            .join(process_instance, _c.case_id == _p.emergency_id)
            .where(_p.case_id == case_id)
            .order_by(_p.planned_at, _p.user_task_id)
        )
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            return [_plan(row) for row in snapshot.connection.execute(query)]

    def cases(
        self, emergency_id: str, actor: Actor, after: str | None = None, limit: int = 50
    ) -> Page[ReplannedCaseRow]:
        """Cases of which an emergency plans something now, as far as one may see them. Raises NotFoundError."""
        limit, key = clamp(limit), decode(after, 1)
        planned = user_task.alias("planned")  # one's reach looks for tasks as well
        query = (
            select(
                _p.case_id, _c.title, _c.process_id, func.count(), func.min(_p.deadline), func.min(_p.given_due_at),
                func.min(planned.c.due_at), func.min(_p.words),
            )
            .join(process_instance, _c.case_id == _p.case_id)
            .join(planned, planned.c.user_task_id == _p.user_task_id)
            .where(IN_FORCE, _p.emergency_id == emergency_id)
            .group_by(_p.case_id, _c.title, _c.process_id)
            .order_by(_p.case_id)
            .limit(limit + 1)
        )  # fmt: skip
        if key is not None:
            query = query.where(tuple_(_p.case_id) > tuple_(*key))
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, emergency_id, actor)
            reach = visible_to(actor)
            rows = [
                ReplannedCaseRow(*row)
                for row in snapshot.connection.execute(query if reach is None else query.where(reach))
            ]
        return page_of(rows, limit, lambda row: (row.case_id,))

    def failures(self, replan_id: str, emergency_id: str, actor: Actor, most: int = 50) -> list[FailedCaseRow]:
        """Cases that could not be brought to a call. Raises NotFoundError."""
        query = (
            select(_i.case_id, _i.code, _i.message)
            .where(_i.replan_id == replan_id, _i.state == "failed")
            .order_by(_i.case_id)
            .limit(most)
        )
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, emergency_id, actor)
            return [FailedCaseRow(row[0], row[1], row[2] or "") for row in snapshot.connection.execute(query)]

    def preview(self, emergency_id: str, call: Call, actor: Actor, most: int = MOST_LOOKED_AT) -> Preview:
        """What a call of this emergency would do to running work now; nothing is done. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            case = require_visible_case(snapshot, emergency_id, actor)
            version = replan_policies.newest(snapshot.unit)
            policy = policy_of(replan_policies.content(snapshot.unit, version) or delivered())
            looking = _Looking(snapshot, call, emergency_id, bool(case.exercise), policy, self._clock.now())
            looked_at, complete = looking.look(most)
            return Preview(call, version, looking.lines(), looked_at, complete)

    def policy(self, version: int | None = None) -> tuple[int, str]:
        """A version of the table and its DMN; None: the one in force. Raises NotFoundError."""
        with self._look() as look:
            found = replan_policies.newest(look.unit) if version is None else version
            content = delivered() if found == 0 else replan_policies.content(look.unit, found)
        if content is None:
            raise NotFoundError("Expected a version of the table for re-planning, but there is no such one.")
        return found, content

    def policies(self) -> list[PolicyVersion]:
        """Every version that was put in force, the newest first."""
        with self._look() as look:
            return replan_policies.versions(look.unit)


class _Looking:
    """Goes through the tasks that a call would concern, and counts what the table says of them."""

    def __init__(
        self, snapshot: Snapshot, call: Call, emergency_id: str, exercise: bool, policy: Policy, now: datetime
    ) -> None:
        self._snapshot = snapshot
        self._call = call
        self._emergency_id = emergency_id
        self._exercise = exercise
        self._policy = policy
        self._now = now
        self._tasks: Counter[tuple[Any, ...]] = Counter()
        self._legal: Counter[tuple[Any, ...]] = Counter()
        self._cases: dict[tuple[Any, ...], set[str]] = {}
        self._said: dict[tuple[str, str], str] = {}

    def look(self, most: int) -> tuple[int, bool]:
        """(tasks looked at, whether those were all)."""
        looked_at, seen = 0, set[str]()
        for page in pages(self._snapshot.unit, Concern(self._emergency_id, self._call, self._exercise)):
            cases = [case_id for case_id in page if case_id not in seen]
            seen.update(cases)
            tasks = store.tasks_of(self._snapshot.unit, cases) if cases else []
            legal = self._reckoned(cases) if cases else set()
            for task in tasks:
                self._count(task, legal)
            looked_at += len(tasks)
            if looked_at >= most:
                return looked_at, False
        return looked_at, True

    def lines(self) -> tuple[PreviewLine, ...]:
        """By row of the table and process."""
        return tuple(
            PreviewLine(rule, words, process_id, kind, count, len(self._cases[key]), self._legal[key], duty)
            for key, count in sorted(self._tasks.items())
            for rule, words, process_id, kind, duty in [key]
        )

    def _count(self, task: TaskFacts, reckoned: set[tuple[str, int]]) -> None:
        said = self._says(task)
        legal = said in ("yes", "true") or (said not in ("no", "false") and (task.case_id, task.token_id) in reckoned)
        relations = task.relations(self._call, self._emergency_id, self._now)
        treatment = self._policy.treatment(self._call, task, relations, legal=legal)
        if treatment.does_nothing:
            return
        kind = treatment.deadline
        until = task.promised_until
        if task.due_at is None or target(treatment, task.due_at, self._now, legal=legal, until=until) is None:
            kind = KEEP
        key = (treatment.rule, treatment.words, task.process_id, kind, treatment.duty)
        self._tasks[key] += 1
        self._legal[key] += legal
        self._cases.setdefault(key, set()).add(task.case_id)

    def _says(self, task: TaskFacts) -> str:
        key = (task.definition_id, task.element_id)
        if key not in self._said:
            process = self._snapshot.library.get(self._snapshot.unit, task.definition_id).process(task.process_id)
            node = find_node(process.scope, task.element_id)
            self._said[key] = "" if node is None else dict(node.properties).get(LEGAL, "").strip().lower()
        return self._said[key]

    def _reckoned(self, case_ids: list[str]) -> set[tuple[str, int]]:
        """Tasks whose due date is reckoned in working time."""
        d = deadline.c
        query = select(d.case_id, d.token_id).where(d.case_id.in_(case_ids), d.position == -1, d.unit.is_not(None))
        return {(row[0], row[1]) for row in self._snapshot.connection.execute(query)}


def _calls(snapshot: Snapshot, emergency_id: str) -> list[ReplanRow]:
    query = select(*(_r[name] for name in _CALL)).where(_r.emergency_id == emergency_id).order_by(_r.number.desc())
    found = []
    for row in snapshot.connection.execute(query):
        values = dict(row._mapping)
        called = values.pop("called")
        found.append(ReplanRow(**values, call=call_from(orjson.loads(called))))
    return found


def _plan(row: Any) -> TaskPlanRow:
    values = dict(zip((*_PLAN, "emergency_title"), row, strict=True))
    return TaskPlanRow(
        **{**values, "offered": orjson.loads(values["offered"]), "kept": orjson.loads(values["kept"]),
           "legal": bool(values["legal"])}
    )  # fmt: skip
