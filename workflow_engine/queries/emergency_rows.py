"""The facts of emergencies out of their rows: many cases with as many statements as one.

What a case knows follows from its tokens and does not change until its next entry; it is kept by case and number of
entries, so that a look at a hundred emergencies reads the tokens of those alone that moved since the look before.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, func, select

from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.bpmn.views import view_from
from workflow_engine.domain.emergency_duties import RUNGS
from workflow_engine.domain.emergency_facts import (
    CaseFacts,
    EmergencyFacts,
    TaskFacts,
    TimerFacts,
)
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.library import BoundSource
from workflow_engine.queries.emergency_outside import outside_of
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    audit_entry,
    entry_payload,
    process_instance,
    redacted_values,
    timer,
    token,
    user_task,
)

_c, _t, _u, _k = process_instance.c, token.c, user_task.c, timer.c
_a, _y, _d = audit_entry.c, entry_payload.c, redacted_values.c
MOST_KEPT = 2_000
OWN = ("duty", "acknowledgement", "unit_call")
"""Variables by which the branches of a multi-instance activity differ."""
CASE_COLUMNS = (
    _c.case_id, _c.title, _c.state, _c.exercise, _c.started_at, _c.ended_at, _c.unit_id, _c.business_key, _c.version,
    _c.process_id,
)  # fmt: skip
_TASK_COLUMNS = (
    _u.case_id, _u.token_id, _u.user_task_id, _u.element_id, _u.name, _u.state, _u.candidate_groups, _u.candidate_users,
    _u.created_at, _u.due_at, _u.assignee, _u.claimed_at, _u.completed_at, _u.completed_by,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """What follows from the entries of a case up to one of them."""

    version: int
    variables: Mapping[str, Any]
    tasks: Sequence[TaskFacts]
    timers: Sequence[TimerFacts]


class FactsReader:
    """Reads facts and keeps what cannot have changed; used by many threads."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def read(self, snapshot: Snapshot, cases: Sequence[CaseFacts], now: datetime) -> list[EmergencyFacts]:
        """The facts of these cases, in their order; all from the same moment."""
        with self._lock:
            kept = {case.case_id: self._known.get(case.case_id) for case in cases}
        known = {case.case_id: one for case in cases if (one := kept[case.case_id]) and one.version == case.version}
        moved = [case for case in cases if case.case_id not in known]
        if moved:
            fresh = _known_of(snapshot, moved)
            known.update(fresh)
            # What an ended case knew may be destroyed without another entry: it is read each time.
            over = {case.case_id for case in moved if case.state in ENDED_CASE}
            self._keep({case_id: one for case_id, one in fresh.items() if case_id not in over})
        around = outside_of(snapshot, list(known), [case.case_id for case in cases if case.exercise])
        return [
            EmergencyFacts(
                case=case,
                variables=(one := known[case.case_id]).variables,
                tasks=one.tasks,
                now=now,
                timers=one.timers,
                warnings=around.warnings.get(case.case_id, ()),
                resources=around.resources.get(case.case_id, ()),
                alerts=around.alerts.get(case.case_id, ()),
                issued=around.issued.get(case.case_id, ()),
                exercise=around.exercises.get(case.case_id),
            )
            for case in cases
        ]

    def _keep(self, fresh: Mapping[str, _Known]) -> None:
        with self._lock:
            for case_id, one in fresh.items():
                self._known.pop(case_id, None)
                self._known[case_id] = one
            while len(self._known) > MOST_KEPT:
                del self._known[next(iter(self._known))]


def scope_of(instance: Instance, token_id: int) -> dict[str, Any]:
    """What an open task sees that is its branch's own."""
    token = instance.tree.index[token_id]
    # Calls are counted beside the call itself, in its scope, where its own picture does not see them.
    seen = view_from(token, {}) if token.element_id in RUNGS else token.data
    return {name: seen[name] for name in OWN if seen.get(name) is not None}


def _known_of(snapshot: Snapshot, cases: Sequence[CaseFacts]) -> dict[str, _Known]:
    ids = [case.case_id for case in cases]
    instances = _instances(snapshot, ids)
    ended = _ended_with(snapshot, [case.case_id for case in cases if case.state in ENDED_CASE])
    tasks, timers = _task_rows(snapshot, ids), _timers(snapshot, ids)
    found = {}
    for case in cases:
        instance = None if case.state in ENDED_CASE else instances[case.case_id]
        found[case.case_id] = _Known(
            case.version,
            ended.get(case.case_id, {}) if instance is None else instance.variables(),
            tuple(_task(row, instance) for row in tasks[case.case_id]),
            tuple(timers[case.case_id]),
        )
    return found


def _instances(snapshot: Snapshot, ids: list[str]) -> dict[str, Instance]:
    """The cases in memory, for looking only."""
    execute = snapshot.connection.execute
    rows: defaultdict[str, list[TokenRow]] = defaultdict(list)
    columns = (_t.case_id, _t.slot, _t.token_id, _t.parent_id, _t.scope_id, _t.element, _t.state, _t.data, _t.internal)
    for case_id, *values in execute(select(*columns).where(_t.case_id.in_(ids)).order_by(_t.case_id, _t.slot)):
        rows[case_id].append(TokenRow(*values))
    source = BoundSource(snapshot.unit, snapshot.library)
    headers = execute(select(_c.case_id, _c.header).where(_c.case_id.in_(ids), _c.state.not_in(ENDED_CASE)))
    return {
        case_id: Instance.restore(case_id, source, orjson.loads(header), rows[case_id]) for case_id, header in headers
    }


def _ended_with(snapshot: Snapshot, ids: list[str]) -> dict[str, dict[str, Any]]:
    """The variables with which cases were completed, by their last entries, or what a destruction left of them."""
    wanted = (
        select(_a.stream_id, _a.body, func.coalesce(_y.content, _d.content))
        .select_from(
            process_instance.join(
                audit_entry, and_(_a.stream_id == _c.case_id, _a.seq == _c.version)
            )
            .outerjoin(entry_payload, and_(_y.stream_id == _a.stream_id, _y.seq == _a.seq))
            .outerjoin(redacted_values, and_(_d.case_id == _a.stream_id, _d.seq == _a.seq))
        )
        .where(_c.case_id.in_(ids))
    )  # fmt: skip
    found = {}
    for case_id, body, content in snapshot.connection.execute(wanted) if ids else ():
        values = {} if content is None else orjson.loads(content)
        for number, event in enumerate(orjson.loads(body)["events"]):
            if event["event"] == "case.completed":
                found[case_id] = dict(values.get(str(number), {}).get("variables") or {})
    return found


def _task_rows(snapshot: Snapshot, ids: list[str]) -> defaultdict[str, list[Any]]:
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    wanted = select(*_TASK_COLUMNS).where(_u.case_id.in_(ids)).order_by(_u.case_id, _u.token_id)
    for row in snapshot.connection.execute(wanted):
        rows[row.case_id].append(row)
    return rows


def _task(row: Any, instance: Instance | None) -> TaskFacts:
    is_here = instance is not None and row.state in ("ready", "claimed") and row.token_id in instance.tree.index
    return TaskFacts(
        user_task_id=row.user_task_id, element_id=row.element_id, name=row.name, state=row.state,
        groups=(*orjson.loads(row.candidate_groups), *orjson.loads(row.candidate_users)), created_at=row.created_at,
        due_at=row.due_at, assignee=row.assignee, claimed_at=row.claimed_at, completed_at=row.completed_at,
        completed_by=row.completed_by, scope=scope_of(instance, row.token_id) if instance and is_here else {},
    )  # fmt: skip


def _timers(snapshot: Snapshot, ids: list[str]) -> defaultdict[str, list[TimerFacts]]:
    found: defaultdict[str, list[TimerFacts]] = defaultdict(list)
    wanted = select(_k.case_id, _k.element_id, _k.due_at).where(_k.case_id.in_(ids), _k.state == "scheduled")
    for case_id, element_id, due_at in snapshot.connection.execute(wanted.order_by(_k.due_at, _k.timer_id)):
        found[case_id].append(TimerFacts(element_id, due_at))
    return found
