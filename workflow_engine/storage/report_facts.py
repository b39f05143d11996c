"""What a case knows that belongs into a situation report, read from its rows: a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import literal, or_, select

from workflow_engine.domain.profile import Profile
from workflow_engine.domain.report_facts import Asked, Earlier, ReportFacts, Said, Source, Wanted, Warned, Work
from workflow_engine.domain.resource_types import TYPES, name_of
from workflow_engine.storage import setting_versions
from workflow_engine.storage.schema import (
    alert,
    process_instance,
    published_warning,
    resource_request,
    resource_request_line,
    role,
    service_request,
    situation_report,
    situation_report_version,
    submission,
    unit,
    user_task,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

MOST_REQUESTS, MOST_PLACES = 200, 12
_u, _s, _w, _r, _v, _q = (
    user_task.c, submission.c, published_warning.c, situation_report.c, situation_report_version.c, service_request.c,
)  # fmt: skip
_CASE = Statement(
    select(process_instance.c.title, process_instance.c.process_id, process_instance.c.started_at,
           process_instance.c.exercise)
    .where(process_instance.c.case_id == param("case"))
)  # fmt: skip
_TASKS = Statement(
    select(
        _u.user_task_id, _u.element_id, _u.name, _u.candidate_groups, _u.state, _u.created_at, _u.due_at,
        _u.completed_at, _u.completed_by, _u.assignee, _s.content,
    )
    .select_from(user_task.outerjoin(submission, _s.user_task_id == _u.user_task_id))
    .where(_u.case_id == param("case"), _u.state != "cancelled")
    .order_by(_u.token_id)
)  # fmt: skip
_LAST = Statement(
    select(_r.report_id, _r.number, _r.kind, _r.issued_at, _v.content)
    .select_from(situation_report.join(situation_report_version, _v.report_id == _r.report_id))
    .where(_r.case_id == param("case"), _v.state == "issued", _r.issued_at <= param("now", _r.issued_at))
    .order_by(_r.number.desc())
    .limit(1)
)
_WARNINGS = Statement(
    select(_w.warning_id, _w.titles, _w.colour, _w.sent_at, _w.ended_at)
    .where(_w.case_id == param("case"))
    .order_by(_w.sent_at)
)
_ALERT = Statement(
    select(alert.c.alert_key, alert.c.imported_at)
    .where(alert.c.case_id == param("case"))
    .order_by(alert.c.imported_at.desc())
    .limit(1)
)
_GROUPS = Statement(
    select(literal("unit:") + unit.c.unit_id, unit.c.name_zh, unit.c.name_en).union_all(
        select(role.c.group_id, role.c.name_zh, role.c.name_en)
    )
)
_ASKED_COLUMNS = (_q.request_id, _q.tracking_number, _q.category, _q.received_at)
_ASKED = Statement(
    select(*_ASKED_COLUMNS)
    .where(
        _q.place_code.is_not(None),
        or_(*(_q.place_code.like(param(f"place_{number}", _q.place_code)) for number in range(MOST_PLACES))),
        _q.received_at >= param("since", _q.received_at), _q.exercise == param("exercise", _q.exercise),
    )
    .order_by(_q.received_at, _q.request_id)
    .limit(MOST_REQUESTS)
)  # fmt: skip
_l, _n = resource_request_line.c, resource_request.c
_WANTED = Statement(
    select(_l.request_id, _l.type, _l.quantity, _l.assigned, _l.needed_by, _n.requested_at)
    .select_from(resource_request_line.join(resource_request, _n.request_id == _l.request_id))
    .where(_n.origin_case_id == param("case"), _n.state.in_(("open", "partial", "complete")))
    .order_by(_n.requested_at, _l.request_id, _l.line_no)
)
_BEGAN = Statement(select(*_ASKED_COLUMNS).where(_q.tracking_number == param("number")))


def gather(work: UnitOfWork, case_id: str, variables: Mapping[str, Any], now: datetime) -> ReportFacts:
    """Everything that is known now; ``variables`` are the case's own, as far as it still has any."""
    title, _, started_at, exercise = work.one(_CASE, {"case": case_id}) or ("", "", now, False)
    tasks = work.all(_TASKS, {"case": case_id})
    names = {subject: f"{zh or ''} {en or ''}".strip() for subject, zh, en in work.all(_GROUPS, {})}
    alerted = work.one(_ALERT, {"case": case_id})
    return ReportFacts(
        now=now, zone=zone_of(work), case=Source("case", case_id, title or case_id, started_at),
        said=tuple(_said(tasks, names)), work=tuple(_work(tasks, names)), earlier=_earlier(work, case_id, now),
        warned=tuple(
            Warned(row[0], _title(row[1]), row[2], row[3], row[4]) for row in work.all(_WARNINGS, {"case": case_id})
        ),
        wanted=tuple(_wanted(work, case_id)), asked=tuple(_asked(work, variables, started_at, exercise=exercise)),
        alert=None if alerted is None else Source("alert", alerted[0], alerted[0], alerted[1]), told=variables,
    )  # fmt: skip


def zone_of(work: UnitOfWork) -> ZoneInfo:
    """The city's own time."""
    return ZoneInfo(Profile.read(setting_versions.newest(work, setting_versions.PROFILE).content).time_zone)


def _said(tasks: Iterable[Sequence[Any]], names: Mapping[str, str]) -> Iterable[Said]:
    for task_id, element, name, groups, state, _, _, at, by, _, content in tasks:
        if state == "completed" and content is not None and at is not None:
            subject = _subject(groups)
            values = orjson.loads(content)
            yield Said(
                task_id, element, name or element, subject, names.get(subject, ""), by or "", at,
                values if isinstance(values, dict) else {},
            )  # fmt: skip


def _work(tasks: Iterable[Sequence[Any]], names: Mapping[str, str]) -> Iterable[Work]:
    for task_id, element, name, groups, state, created_at, due_at, ended_at, by, assignee, _ in tasks:
        subject = _subject(groups)
        yield Work(
            task_id, element, name or element, subject, names.get(subject, ""), state, created_at, due_at, ended_at,
            by or assignee,
        )  # fmt: skip


def _subject(groups: str) -> str:
    """For whom a task is: the unit among those it is offered to, else the first."""
    found: list[str] = orjson.loads(groups)
    return next((one for one in found if one.startswith("unit:")), found[0] if found else "")


def _wanted(work: UnitOfWork, case_id: str) -> Iterable[Wanted]:
    for request_id, kind, quantity, assigned, needed_by, at in work.all(_WANTED, {"case": case_id}):
        known = TYPES.get(kind)
        words = f"{name_of(kind, chinese=True)} {name_of(kind, chinese=False)}"
        yield Wanted(request_id, words, quantity, assigned, "" if known is None else known.measure, needed_by, at)


def _earlier(work: UnitOfWork, case_id: str, now: datetime) -> Earlier | None:
    row = work.one(_LAST, {"case": case_id, "now": now})
    if row is None:
        return None
    fields = orjson.loads(row[4])["fields"] if row[4] is not None else []
    values = {one["id"]: one["value"] for one in fields if one.get("value") is not None}
    return Earlier(row[0], row[1], row[2], row[3], values)


def _title(titles: str) -> str:
    found = orjson.loads(titles)
    return " / ".join(dict.fromkeys(str(text) for text in found.values() if text))


def _asked(
    work: UnitOfWork, variables: Mapping[str, Any], since: datetime, *, exercise: bool
) -> Iterable[Asked]:
    found: dict[str, Asked] = {}
    number = variables.get("source_request")
    if isinstance(number, str) and number:
        found |= {row[0]: Asked(*row) for row in work.all(_BEGAN, {"number": number})}
    area = variables.get("affected_area")
    codes = area.get("place_codes") if isinstance(area, Mapping) else None
    places = [code for code in codes or () if isinstance(code, str) and code.isalnum()][:MOST_PLACES]
    if places:
        wanted = {f"place_{number}": f"{places[min(number, len(places) - 1)]}%" for number in range(MOST_PLACES)}
        found |= {
            row[0]: Asked(*row) for row in work.all(_ASKED, {**wanted, "since": since, "exercise": exercise})
        }
    return sorted(found.values(), key=lambda one: (one.at, one.request_id))
