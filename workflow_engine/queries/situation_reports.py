"""Situation reports and briefings to look at, and the next one as the case would fill it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, Table, and_, func, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.report_assembly import Assembled, assemble
from workflow_engine.domain.report_document import situation_of
from workflow_engine.domain.report_facts import ReportFacts
from workflow_engine.domain.situation_reports import AGAIN, PREPARING, REPORT_TASKS, Lateness, lateness
from workflow_engine.queries.cases import require_visible_case, restore
from workflow_engine.queries.documents import documents_of, is_on_record
from workflow_engine.queries.inbox import OPEN
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import CaseRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.report_facts import gather
from workflow_engine.storage.schema import (
    command_briefing,
    process_instance,
    report_transmission,
    situation_report,
    situation_report_version,
    user_task,
)
from workflow_engine.storage.scrubbing import document_key
from workflow_engine.storage.visibility import visible_to

_r, _v, _t, _b, _u, _c = (
    situation_report.c, situation_report_version.c, report_transmission.c, command_briefing.c, user_task.c,
    process_instance.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SituationReportRow:
    """An issued report in a list."""

    report_id: str
    case_id: str
    case_title: str | None
    number: int
    kind: str
    exercise: bool
    level: str
    due_at: datetime | None
    issued_at: datetime
    prepared_by: str
    prepared_at: datetime
    approved_by: str
    reports_to: str
    version: int
    """The one that holds."""
    sent_at: datetime | None
    """When it first went up."""
    received_at: datetime | None

    def lateness(self) -> Lateness:
        """Computed from its instants."""
        return lateness(self.due_at, self.issued_at, self.issued_at)


@dataclass(frozen=True, slots=True)
class DueReportRow:
    """A report that somebody has to make or approve: an open task."""

    user_task_id: str
    case_id: str
    case_title: str | None
    exercise: bool
    definition_id: str
    element_id: str
    name: str | None
    state: str
    candidate_groups: tuple[str, ...]
    assignee: str | None
    created_at: datetime
    due_at: datetime | None

    def lateness(self, now: datetime) -> Lateness:
        """How long it still has, or by how much it is late."""
        return lateness(self.due_at, None, now)


@dataclass(frozen=True, slots=True)
class ReportVersionRow:
    """One version of a report."""

    version: int
    state: str
    made_by: str
    made_at: datetime
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    digest: str


@dataclass(frozen=True, slots=True)
class TransmissionRow:
    """One time that a report went up."""

    transmission_id: str
    version: int
    recipient: str
    channel: str
    sent_by: str
    sent_at: datetime
    received_by: str | None
    received_at: datetime | None
    noted_by: str | None


@dataclass(frozen=True, slots=True)
class SituationReportDetail:
    """A report as it reads."""

    row: SituationReportRow
    version: int
    """The one that ``content`` is."""
    content: Mapping[str, Any] | None
    """None once it is erased."""
    digest: str
    intact: bool
    """Whether the content has the digest that stands in the record: as issued, or as a destruction left it."""
    destroyed: bool
    """Whether personal data was cut out of it since."""
    versions: tuple[ReportVersionRow, ...]
    transmissions: tuple[TransmissionRow, ...]


@dataclass(frozen=True, slots=True)
class BriefingRow:
    """A kept briefing; ``content`` only where one is asked for."""

    briefing_id: str
    case_id: str
    number: int
    exercise: bool
    outgoing: str
    incoming: str
    kept_at: datetime
    digest: str
    content: Mapping[str, Any] | None = None
    intact: bool = True
    destroyed: bool = False


@dataclass(frozen=True, slots=True)
class Prefill:
    """What stands in the form of a report before somebody writes in it."""

    assembled: Mapping[str, Assembled]
    sent_back: Mapping[str, Any]
    """What was written before it came back from whoever approves; it goes before what is assembled."""


_SENT, _RECEIVED = (
    select(func.min(at)).where(_t.report_id == _r.report_id).correlate(situation_report).scalar_subquery()
    for at in (_t.sent_at, _t.received_at)
)
_ROWS: Select[Any] = (
    select(
        _r.report_id, _r.case_id, _c.title, _r.number, _r.kind, _r.exercise, _r.level, _r.due_at, _r.issued_at,
        _r.prepared_by, _r.prepared_at, _r.approved_by, _r.reports_to, _v.version, _SENT, _RECEIVED,
    )
    .select_from(
        situation_report.join(process_instance, _c.case_id == _r.case_id).join(
            situation_report_version, and_(_v.report_id == _r.report_id, _v.state == "issued")
        )
    )
)  # fmt: skip
_AFTER_EMERGENCIES = "1"
"""Keys of open tasks begin with the lane of their case, 0 that of emergencies."""
_WAITING = (
    select(
        *(_u[name] for name in ("user_task_id", "case_id", "element_id", "name", "state", "candidate_groups",
                                "assignee", "created_at", "due_at"))
    )
    .where(_u.state.in_(OPEN), _u.sort_key < _AFTER_EMERGENCIES, _u.element_id.in_(REPORT_TASKS))
    .subquery("waiting")
)  # fmt: skip
"""Open tasks of emergencies only, which their own index has in front: however many others are open."""
_DUE: Select[Any] = (
    select(*_WAITING.c, _c.title.label("case_title"), _c.exercise, _c.definition_id)
    .select_from(_WAITING.join(process_instance, _c.case_id == _WAITING.c.case_id))
    .order_by(_WAITING.c.due_at.is_(None), _WAITING.c.due_at, _WAITING.c.user_task_id)
)
MOST_DUE = 500


class SituationReportQueries:
    """Questions about situation reports."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]], clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    def get_emergency(self, case_id: str, actor: Actor) -> CaseRow:
        """The case itself, within reach. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            return require_visible_case(snapshot, case_id, actor)

    def list(self, case_id: str, actor: Actor) -> tuple[SituationReportRow, ...]:
        """The reports of an emergency within reach, the newest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            found = snapshot.connection.execute(_ROWS.where(_r.case_id == case_id).order_by(_r.number.desc()))
            return tuple(SituationReportRow(*row) for row in found)

    def due(self, actor: Actor, case_id: str | None = None) -> tuple[DueReportRow, ...]:
        """Reports that wait to be made or approved, the most urgent first; of one emergency, or of all within reach."""
        wanted = _DUE.limit(MOST_DUE)
        if case_id is not None:
            wanted = wanted.where(_WAITING.c.case_id == case_id)
        reach = visible_to(actor)
        if reach is not None:
            wanted = wanted.where(reach)
        with self._snapshot() as snapshot:
            return tuple(_due_row(row) for row in snapshot.connection.execute(wanted))

    def issued(self, actor: Actor, after: str | None = None, limit: int = 50) -> Page[SituationReportRow]:
        """Issued reports of all emergencies within reach, the newest first."""
        limit, key = clamp(limit), decode(after, 2)
        wanted = _ROWS.order_by(_r.issued_at.desc(), _r.report_id.desc()).limit(limit + 1)
        if key is not None:
            wanted = wanted.where(tuple_(_r.issued_at, _r.report_id) < tuple_(*key))
        reach = visible_to(actor)
        if reach is not None:
            wanted = wanted.where(reach)
        with self._snapshot() as snapshot:
            rows = [SituationReportRow(*row) for row in snapshot.connection.execute(wanted)]
        return page_of(rows, limit, lambda row: (row.issued_at, row.report_id))

    def get(self, report_id: str, actor: Actor, version: int | None = None) -> SituationReportDetail:
        """One report; the version that holds, or another one. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(_ROWS.where(_r.report_id == report_id)).first()
            return _detail(snapshot, row, actor, version)

    def get_by_number(
        self, case_id: str, number: int, actor: Actor, version: int | None = None
    ) -> SituationReportDetail:
        """The same by its number in the emergency. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(_ROWS.where(_r.case_id == case_id, _r.number == number)).first()
            return _detail(snapshot, row, actor, version)

    def assemble(self, case_id: str, actor: Actor) -> Mapping[str, Assembled]:
        """The next report as the case would fill it in now, each value with its source. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            case = require_visible_case(snapshot, case_id, actor)
            return assemble(_facts(snapshot, case, self._clock.now()))

    def prefill(self, case_id: str, element_id: str, actor: Actor) -> Prefill | None:
        """The same for the form of a task, where its element is one that prepares a report; else None."""
        if element_id not in PREPARING:
            return None
        with self._snapshot() as snapshot:
            case = require_visible_case(snapshot, case_id, actor)
            facts = _facts(snapshot, case, self._clock.now())
        made_at = {element_id, AGAIN.get(element_id, element_id)}
        sent = [one for one in facts.said if one.element_id in made_at and facts.is_news(one.at)]
        return Prefill(assemble(facts), sent[-1].values if sent else {})

    def brief(self, case_id: str, actor: Actor) -> Mapping[str, Any]:
        """Where an emergency stands now, as a briefing tells it. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            case = require_visible_case(snapshot, case_id, actor)
            return situation_of(_facts(snapshot, case, self._clock.now()))

    def list_briefings(self, case_id: str, actor: Actor) -> tuple[BriefingRow, ...]:
        """The briefings kept of an emergency, the newest first. Raises NotFoundError."""
        columns = (_b.briefing_id, _b.case_id, _b.number, _b.exercise, _b.outgoing, _b.incoming, _b.kept_at, _b.digest)
        wanted = select(*columns).where(_b.case_id == case_id).order_by(_b.number.desc())
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            return tuple(BriefingRow(*row) for row in snapshot.connection.execute(wanted))

    def get_briefing(self, case_id: str, number: int, actor: Actor) -> BriefingRow:
        """One of them with what it says. Raises NotFoundError."""
        columns = (_b.briefing_id, _b.case_id, _b.number, _b.exercise, _b.outgoing, _b.incoming, _b.kept_at, _b.digest,
                   _b.content)  # fmt: skip
        wanted = select(*columns).where(_b.case_id == case_id, _b.number == number)
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            row = snapshot.connection.execute(wanted).first()
            if row is None:
                raise NotFoundError(f"Expected briefing {number} of the case, but there is none.")
            read = _read(snapshot, case_id, command_briefing, (row.briefing_id,), row.content)
        return BriefingRow(*row[:8], *read)


def _due_row(row: Any) -> DueReportRow:
    values = dict(row._mapping)
    groups = tuple(orjson.loads(values.pop("candidate_groups")))
    return DueReportRow(**values, candidate_groups=groups)


def _facts(snapshot: Snapshot, case: CaseRow, now: datetime) -> ReportFacts:
    variables = {} if case.state in ENDED_CASE else restore(snapshot, case.case_id).variables()
    return gather(snapshot.unit, case.case_id, variables, now)


def _detail(snapshot: Snapshot, row: Any, actor: Actor, version: int | None) -> SituationReportDetail:
    if row is None:
        raise NotFoundError("Expected a situation report, but there is no such one.")
    report = SituationReportRow(*row)
    require_visible_case(snapshot, report.case_id, actor)
    columns = (_v.version, _v.state, _v.made_by, _v.made_at, _v.reason, _v.decided_by, _v.decided_at, _v.digest)
    wanted = select(*columns, _v.content).where(_v.report_id == report.report_id).order_by(_v.version.desc())
    found = snapshot.connection.execute(wanted).all()
    shown = next((one for one in found if one.version == (version or report.version)), None)
    if shown is None:
        raise NotFoundError(f"Expected version {version} of the situation report, but there is none.")
    columns_sent = (
        _t.transmission_id, _t.version, _t.recipient, _t.channel, _t.sent_by, _t.sent_at, _t.received_by,
        _t.received_at, _t.noted_by,
    )  # fmt: skip
    sent = select(*columns_sent).where(_t.report_id == report.report_id).order_by(_t.sent_at, _t.transmission_id)
    key = (report.report_id, shown.version)
    content, intact, destroyed = _read(snapshot, report.case_id, situation_report_version, key, shown.content)
    return SituationReportDetail(
        report, shown.version, content, shown.digest, intact, destroyed,
        tuple(ReportVersionRow(*one[:8]) for one in found),
        tuple(TransmissionRow(*one) for one in snapshot.connection.execute(sent)),
    )  # fmt: skip


def _read(
    snapshot: Snapshot, case_id: str, table: Table, key: tuple[Any, ...], content: str | None
) -> tuple[Mapping[str, Any] | None, bool, bool]:
    """The document, whether it is the one on record, and whether personal data was cut out of it."""
    record = documents_of(snapshot, case_id)
    destroyed = document_key(table.name, key) in record.cleaned
    return _document(content), is_on_record(record, table, key, content), destroyed


def _document(content: str | None) -> Mapping[str, Any] | None:
    """None where it is erased, or somebody made something else of it."""
    try:
        found = orjson.loads(content or "null")
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
