"""Rows of situation reports, their versions and transmissions, and of kept briefings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from workflow_engine.storage.schema import (
    command_briefing,
    message,
    report_transmission,
    situation_report,
    situation_report_version,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_r, _v, _t, _b = situation_report.c, situation_report_version.c, report_transmission.c, command_briefing.c
_COLUMNS = (_r.report_id, _r.case_id, _r.number, _r.kind, _r.due_at, _r.issued_at, _r.prepared_by, _r.approved_by)
_ADD = Statement(insert(situation_report))
_ADD_VERSION = Statement(insert(situation_report_version))
_ADD_TRANSMISSION = Statement(insert(report_transmission))
_ADD_BRIEFING = Statement(insert(command_briefing))
_NUMBER = Statement(select(func.max(_r.number)).where(_r.case_id == param("case")))
_BRIEFING_NUMBER = Statement(select(func.max(_b.number)).where(_b.case_id == param("case")))
_FIND = Statement(select(*_COLUMNS).where(_r.report_id == param("report")))
_VERSIONS = (_v.report_id, _v.version, _v.state, _v.content, _v.digest, _v.made_by)
_FIND_VERSION = Statement(
    select(*_VERSIONS).where(_v.report_id == param("report"), _v.version == param("version"))
)
_FIND_IN_STATE = Statement(select(*_VERSIONS).where(_v.report_id == param("report"), _v.state == param("state")))
_NEWEST = Statement(select(func.max(_v.version)).where(_v.report_id == param("report")))
_DECIDE = Statement(
    update(situation_report_version)
    .where(_v.report_id == param("report"), _v.version == param("version"), _v.state == "proposed")
    .values(state=param("state"), decided_by=param("by"), decided_at=param("at", _v.decided_at))
)
_REPLACE = Statement(
    update(situation_report_version)
    .where(_v.report_id == param("report"), _v.state == "issued")
    .values(state="replaced")
)
_FIND_TRANSMISSION = Statement(
    select(_t.transmission_id, _t.report_id, _t.case_id, _t.received_at).where(
        _t.transmission_id == param("transmission")
    )
)
_RECEIVE = Statement(
    update(report_transmission)
    .where(_t.transmission_id == param("transmission"), _t.received_at.is_(None))
    .values(received_by=param("received_by"), received_at=param("at", _t.received_at), noted_by=param("by"))
)
_PUBLISHED = Statement(select(message.c.published_at).where(message.c.message_id == param("message")))


@dataclass(frozen=True, slots=True)
class Issued:
    """A report; its row never changes, and its case is what is locked."""

    report_id: str
    case_id: str
    number: int
    kind: str
    due_at: datetime | None
    issued_at: datetime
    prepared_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a report."""

    report_id: str
    version: int
    state: str
    content: str | None
    digest: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Transmission:
    """A report on its way up."""

    transmission_id: str
    report_id: str
    case_id: str
    received_at: datetime | None


def published_at(unit: UnitOfWork, message_id: str) -> datetime | None:
    """When the case sent its letter."""
    row = unit.one(_PUBLISHED, {"message": message_id})
    return None if row is None else row[0]


def next_number(unit: UnitOfWork, case_id: str) -> int:
    """The number of the next report of a case that is locked; none is left out."""
    row = unit.one(_NUMBER, {"case": case_id})
    return 1 + int(row[0] or 0) if row is not None else 1


def next_briefing_number(unit: UnitOfWork, case_id: str) -> int:
    """The same for briefings."""
    row = unit.one(_BRIEFING_NUMBER, {"case": case_id})
    return 1 + int(row[0] or 0) if row is not None else 1


def add_report(unit: UnitOfWork, row: Mapping[str, Any], version: Mapping[str, Any]) -> None:
    """A report with its first version."""
    unit.run(_ADD, row)
    unit.run(_ADD_VERSION, version)


def add_version(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A correction that waits."""
    unit.run(_ADD_VERSION, row)


def add_transmission(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """It goes up."""
    unit.run(_ADD_TRANSMISSION, row)


def add_briefing(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A briefing is kept."""
    unit.run(_ADD_BRIEFING, row)


def find_report(unit: UnitOfWork, report_id: str) -> Issued | None:
    """A report."""
    row = unit.one(_FIND, {"report": report_id})
    return None if row is None else Issued(*row)


def find_version(unit: UnitOfWork, report_id: str, version: int) -> Version | None:
    """One version of it."""
    row = unit.one(_FIND_VERSION, {"report": report_id, "version": version})
    return None if row is None else Version(*row)


def find_in_state(unit: UnitOfWork, report_id: str, state: str) -> Version | None:
    """The version that is issued, or the one that is proposed."""
    row = unit.one(_FIND_IN_STATE, {"report": report_id, "state": state})
    return None if row is None else Version(*row)


def newest_version(unit: UnitOfWork, report_id: str) -> int:
    """The highest number of a version, agreed to or not."""
    row = unit.one(_NEWEST, {"report": report_id})
    return int(row[0] or 0) if row is not None else 0


def decide(unit: UnitOfWork, version: Version, *, agreed: bool, by: str, at: datetime) -> None:
    """The correction replaces what is issued, or stays out."""
    if agreed:
        unit.run(_REPLACE, {"report": version.report_id})
    state = "issued" if agreed else "refused"
    unit.run(
        _DECIDE, {"report": version.report_id, "version": version.version, "state": state, "by": by, "at": at}
    )


def find_transmission(unit: UnitOfWork, transmission_id: str) -> Transmission | None:
    """A transmission."""
    row = unit.one(_FIND_TRANSMISSION, {"transmission": transmission_id})
    return None if row is None else Transmission(*row)


def receive(unit: UnitOfWork, transmission_id: str, received_by: str, by: str, at: datetime) -> None:
    """It arrived."""
    unit.run(
        _RECEIVE, {"transmission": transmission_id, "received_by": received_by, "by": by, "at": at}
    )
