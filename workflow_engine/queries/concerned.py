"""The cases behind things that stand outside them: requests for resources, warnings, reports, exercises, re-plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, union

from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    command_briefing,
    exercise_case,
    published_warning,
    replan,
    resource_request,
    situation_report,
)

_q = resource_request.c
_CASES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "request_id": (_q.request_id, (_q.origin_case_id, _q.case_id)),
    "warning_id": (published_warning.c.warning_id, (published_warning.c.case_id,)),
    "report_id": (situation_report.c.report_id, (situation_report.c.case_id,)),
    "exercise_id": (exercise_case.c.exercise_id, (exercise_case.c.case_id,)),
    "briefing_id": (command_briefing.c.briefing_id, (command_briefing.c.case_id,)),
    "replan_id": (replan.c.replan_id, (replan.c.emergency_id,)),
}
"""Where a thing is found, and which cases show it."""


def is_thing(word: str) -> bool:
    """Whether it names a thing, not a case."""
    return word.partition(":")[0] in _CASES


def cases_of(snapshot: Snapshot, things: Iterable[str]) -> set[str]:
    """Every case that shows one of these things; they are named as ``domain.concerning`` names them."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for thing in things:
        key, _colon, one = thing.partition(":")
        ids[key].add(one)
    wanted = [
        select(case_id.label("case_id")).where(_CASES[key][0].in_(sorted(ids[key])), case_id.is_not(None))
        for key in sorted(ids)
        for case_id in _CASES[key][1]
    ]
    return set(snapshot.connection.execute(union(*wanted)).scalars()) if wanted else set()
