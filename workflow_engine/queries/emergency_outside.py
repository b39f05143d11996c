"""What stands outside emergencies and belongs to them: warnings, resources, alerts, issued reports, exercises.

None of it is an entry of a case, so it is read at each look: as many statements for many cases as for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import func, select

from workflow_engine.domain.emergency_facts import (
    AlertFacts,
    ExerciseFacts,
    IssuedFacts,
    ResourceFacts,
    WarningFacts,
)
from workflow_engine.queries.resource_reading import lines_of_cases
from workflow_engine.queries.resource_rows import CaseLine
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    alert,
    exercise,
    exercise_case,
    published_warning,
    report_transmission,
    situation_report,
)

_w, _l, _r, _m, _x, _e = (
    published_warning.c, alert.c, situation_report.c, report_transmission.c, exercise.c, exercise_case.c
)  # fmt: skip
_FURTHER = ("Update", "Cancel")


@dataclass(frozen=True, slots=True)
class Outside:
    """By case, as of one snapshot."""

    warnings: dict[str, list[WarningFacts]]
    resources: dict[str, list[ResourceFacts]]
    alerts: dict[str, list[AlertFacts]]
    issued: dict[str, list[IssuedFacts]]
    exercises: dict[str, ExerciseFacts]


def outside_of(snapshot: Snapshot, case_ids: Sequence[str], exercised: Sequence[str]) -> Outside:
    """Of these cases; ``exercised`` are those that are exercises."""
    resources = {
        case_id: list(map(resource_facts, lines)) for case_id, lines in lines_of_cases(snapshot, case_ids).items()
    }
    return Outside(
        _warnings(snapshot, case_ids), resources, _alerts(snapshot, case_ids), _issued(snapshot, case_ids),
        _exercises(snapshot, exercised) if exercised else {},
    )  # fmt: skip


def resource_facts(one: CaseLine) -> ResourceFacts:
    """A line of a request as a board tells it."""
    name = " ".join(dict.fromkeys(word for word in (one.name_zh, one.name_en) if word))
    return ResourceFacts(
        request_id=one.line.request_id, name=name, requested=one.requested, assigned=one.assigned,
        unit_of_measure=one.measure, needed_by=one.line.needed_by, line_no=one.line.line_no, out=one.out,
    )  # fmt: skip


def _warnings(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, list[WarningFacts]]:
    columns = (_w.case_id, _w.warning_id, _w.colour, _w.titles, _w.area, _w.sent_at, _w.expires_at, _w.state,
               _w.ended_at)  # fmt: skip
    found: dict[str, list[WarningFacts]] = {}
    wanted = select(*columns).where(_w.case_id.in_(ids)).order_by(_w.sent_at)
    for case_id, warning_id, colour, titles, *rest in snapshot.connection.execute(wanted):
        one = WarningFacts(warning_id, colour, orjson.loads(titles), *rest)
        found.setdefault(case_id, []).append(one)
    return found


def _alerts(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, list[AlertFacts]]:
    """Those that came after the first."""
    found: dict[str, list[AlertFacts]] = {}
    wanted = select(_l.case_id, _l.imported_at, _l.msg_type).where(_l.case_id.in_(ids), _l.msg_type.in_(_FURTHER))
    for case_id, at, kind in snapshot.connection.execute(wanted.order_by(_l.imported_at, _l.alert_key)):
        found.setdefault(case_id, []).append(AlertFacts(at, kind))
    return found


def _issued(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, list[IssuedFacts]]:
    sent, received = func.max(_m.sent_at).label("sent_at"), func.max(_m.received_at).label("received_at")
    wanted = (
        select(_r.case_id, _r.number, _r.kind, _r.issued_at, _r.due_at, sent, received)
        .outerjoin(report_transmission, _m.report_id == _r.report_id)
        .where(_r.case_id.in_(ids))
        .group_by(_r.case_id, _r.number, _r.kind, _r.issued_at, _r.due_at)
        .order_by(_r.case_id, _r.number)
    )
    found: dict[str, list[IssuedFacts]] = {}
    for case_id, *values in snapshot.connection.execute(wanted):
        found.setdefault(case_id, []).append(IssuedFacts(*values))
    return found


def _exercises(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, ExerciseFacts]:
    wanted = (
        select(_e.case_id, _x.exercise_id, _x.title, _x.state)
        .join(exercise, _x.exercise_id == _e.exercise_id)
        .where(_e.case_id.in_(ids))
    )
    return {case_id: ExerciseFacts(*values) for case_id, *values in snapshot.connection.execute(wanted)}
