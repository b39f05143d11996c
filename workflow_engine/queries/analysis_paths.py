"""Questions about the ways cases took, about samples of them, and about what departments were asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
from sqlalchemy import func, select, text

from workflow_engine.bpmn.model import load_model
from workflow_engine.bpmn.path_rules import Deviation, PathRules, differ
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.analysis_commands import QUESTION_PROCESS
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import require_permission
from workflow_engine.queries.analysis import read_steps
from workflow_engine.queries.analysis_rows import AnalysisScope, QuestionRow, SampleRow, VariantRow, Variants
from workflow_engine.queries.case_walks import CASE_COLUMNS, CASE_FROM, case_row
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.record import first_variables
from workflow_engine.queries.rows import CaseRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    case_path,
    definition,
    inspection_sample,
    process_instance,
    submission,
    user_task,
)
from workflow_engine.storage.visibility import visible_to

MOST_WAYS = 100
MOST_CASES = 100
_c, _p, _s, _t = case_path.c, process_instance.c, inspection_sample.c, user_task.c
_SETTLED = text("case_path.settled")
Open = Callable[[], AbstractContextManager[Snapshot]]


class PathQueries:
    """``engine.queries.paths``; every question raises NotPermittedError for those who may not see figures."""

    def __init__(self, snapshot: Open) -> None:
        self._snapshot = snapshot

    def variants(self, actor: Actor, scope: AnalysisScope, most: int = 20) -> Variants:
        """The ways of cases of the process that ended in the time, the most frequent first.

        Each is held against the most frequent one and against the model of the version that most of its cases had.
        """
        require_permission(actor, "analysis.see", "see the paths of many cases")
        columns = (_c.variant, func.count().label("cases"), func.max(_c.case_id).label("example"))
        statement = _visible(select(*columns).where(*_ended(scope)), actor).group_by(_c.variant)
        with self._snapshot() as snapshot:
            ways = statement.subquery()
            whole = func.sum(ways.c.cases).over().label("total"), func.count().over().label("kinds")
            found = snapshot.connection.execute(
                select(ways, *whole).order_by(ways.c.cases.desc(), ways.c.variant).limit(min(most, MOST_WAYS))
            ).all()
            examples = {
                row.case_id: (read_steps(row.steps), row.definition_id)
                for row in snapshot.connection.execute(
                    select(_c.case_id, _c.steps, _c.definition_id).where(_c.case_id.in_([row.example for row in found]))
                )
            }
            rules = {
                definition_id: _rules(snapshot, definition_id, scope.process_id)
                for definition_id in {definition_id for _, definition_id in examples.values()}
            }
        total, kinds = (int(found[0].total), int(found[0].kinds)) if found else (0, 0)
        usual = examples[found[0].example][0] if found else []
        items = []
        for row in found:
            steps, definition_id = examples[row.example]
            model = rules[definition_id]
            items.append(
                VariantRow(
                    row.variant, row.cases, row.cases / total, steps, row.example, differ(steps, usual),
                    model.compare(steps) if model else Deviation(),
                )
            )  # fmt: skip
        shown = sum(item.count for item in items)
        return Variants(tuple(items), total, total - shown, kinds - len(items))

    def cases_of_variant(
        self, actor: Actor, scope: AnalysisScope, variant: str, after: str | None = None, limit: int = 50
    ) -> Page[CaseRow]:
        """The cases that went one way, the latest to end first."""
        require_permission(actor, "analysis.see", "see the paths of many cases")
        limit, key = clamp(limit), decode(after, 2)
        statement = _visible(select(_c.ended_at, _c.case_id).where(*_ended(scope), _c.variant == variant), actor)
        if key is not None:
            statement = statement.where((_c.ended_at < key[0]) | ((_c.ended_at == key[0]) & (_c.case_id < key[1])))
        statement = statement.order_by(_c.ended_at.desc(), _c.case_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            keys = snapshot.connection.execute(statement).all()
            rows = snapshot.connection.execute(
                select(*CASE_COLUMNS).select_from(CASE_FROM).where(_p.case_id.in_([row.case_id for row in keys]))
            )
            found = {row.case_id: case_row(row) for row in rows}
        ended = {row.case_id: row.ended_at for row in keys}
        return page_of(
            [found[row.case_id] for row in keys if row.case_id in found],
            limit,
            lambda row: (ended[row.case_id], row.case_id),
        )

    # ---- inspections
    def list_samples(self, actor: Actor, after: str | None = None, limit: int = 50) -> Page[SampleRow]:
        """Samples that were drawn, the newest first."""
        require_permission(actor, "analysis.see", "see samples")
        limit, key = clamp(limit), decode(after, 2)
        statement = select(*_s).order_by(_s.drawn_at.desc(), _s.sample_id.desc()).limit(limit + 1)
        if key is not None:
            statement = statement.where((_s.drawn_at < key[0]) | ((_s.drawn_at == key[0]) & (_s.sample_id < key[1])))
        with self._snapshot() as snapshot:
            rows = [_sample(row) for row in snapshot.connection.execute(statement)]
        return page_of(rows, limit, lambda row: (row.drawn_at, row.sample_id))

    def get_sample(self, actor: Actor, sample_id: str) -> tuple[SampleRow, list[CaseRow]]:
        """A sample with those of its cases that the actor may see, in the order of drawing. Raises NotFoundError."""
        require_permission(actor, "analysis.see", "see samples")
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(select(*_s).where(_s.sample_id == sample_id)).one_or_none()
            if row is None:
                raise NotFoundError(f"Expected a sample {sample_id[:64]!r}, but there is none.")
            sample = _sample(row)
            statement = select(*CASE_COLUMNS).select_from(CASE_FROM).where(_p.case_id.in_(list(sample.cases)))
            if (visible := visible_to(actor)) is not None:
                statement = statement.where(visible)
            found = {one.case_id: case_row(one) for one in snapshot.connection.execute(statement)}
        return sample, [found[case_id] for case_id in sample.cases if case_id in found]

    def questions(
        self, actor: Actor, about_case_id: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[QuestionRow]:
        """Questions to departments within reach, the newest first; only those about a case if it is given."""
        require_permission(actor, "analysis.see", "see questions")
        limit, key = clamp(limit), decode(after, 2)
        columns = (_p.case_id, _p.business_key, _p.title, _p.started_by, _p.started_at, _p.state, _p.ended_at)
        statement = select(*columns).where(_p.process_id == QUESTION_PROCESS)
        if about_case_id is not None:
            statement = statement.where(_p.business_key == about_case_id)
        if (visible := visible_to(actor)) is not None:
            statement = statement.where(visible)
        if key is not None:
            statement = statement.where((_p.started_at < key[0]) | ((_p.started_at == key[0]) & (_p.case_id < key[1])))
        statement = statement.order_by(_p.started_at.desc(), _p.case_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(statement).all()
            asked = _asked(snapshot, [row.case_id for row in rows])
            tasks = _answers(snapshot, [row.case_id for row in rows])
        items = [_question(row, asked.get(row.case_id, {}), tasks.get(row.case_id)) for row in rows]
        return page_of(items, limit, lambda row: (row.asked_at, row.case_id))


def _ended(scope: AnalysisScope) -> list[Any]:
    conditions = [
        _SETTLED, _c.process_id == scope.process_id, _c.ended_at >= scope.since, _c.ended_at < scope.until,
    ]  # fmt: skip
    if scope.definition_id:
        conditions.append(_c.definition_id == scope.definition_id)
    return conditions


def _visible(statement: Any, actor: Actor) -> Any:
    visible = visible_to(actor)
    if visible is None:
        return statement
    return statement.join(process_instance, _p.case_id == _c.case_id).where(visible)


def _rules(snapshot: Snapshot, definition_id: str, process_id: str) -> PathRules | None:
    model = snapshot.connection.execute(
        select(definition.c.model).where(definition.c.definition_id == definition_id)
    ).scalar_one_or_none()
    if model is None:
        return None
    processes = {process.id: process for process in load_model(bytes(model)).processes}
    return PathRules(processes[process_id]) if process_id in processes else None


def _sample(row: Any) -> SampleRow:
    values = dict(row._mapping)
    return SampleRow(
        **{**values, "criteria": orjson.loads(values["criteria"]), "cases": tuple(orjson.loads(values["cases"]))}
    )


def _asked(snapshot: Snapshot, case_ids: list[str]) -> dict[str, dict[str, Any]]:
    """What was asked, out of the first entry of each question's record; empty where it was erased."""
    return {case_id: first_variables(snapshot, case_id) for case_id in case_ids}


def _answers(snapshot: Snapshot, case_ids: list[str]) -> dict[str, Any]:
    columns = (_t.case_id, _t.completed_by, _t.completed_at, _t.due_at, submission.c.content)
    statement = (
        select(*columns)
        .outerjoin(submission, submission.c.user_task_id == _t.user_task_id)
        .where(_t.case_id.in_(case_ids))
        .order_by(_t.case_id, _t.token_id)
    )
    return {row.case_id: row for row in snapshot.connection.execute(statement)}


def _question(row: Any, asked: dict[str, Any], task: Any) -> QuestionRow:
    content = orjson.loads(task.content) if task is not None and task.content else {}
    return QuestionRow(
        row.case_id, row.business_key, row.title, row.started_by, row.started_at, row.state,
        asked.get("group"), asked.get("question"), content.get("answer"),
        task.completed_by if task is not None else None, task.completed_at if task is not None else None,
        task.due_at if task is not None else None,
    )  # fmt: skip
