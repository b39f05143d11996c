"""Rows of service requests as commands need them. The lock of a request is that of its case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from workflow_engine.storage.schema import service_request, service_request_reporter
from workflow_engine.storage.statement import Statement, among, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_s, _p = service_request.c, service_request_reporter.c
_COLUMNS = (
    _s.request_id, _s.tracking_number, _s.case_id, _s.process_id, _s.category, _s.source, _s.kind, _s.status, _s.title,
    _s.description, _s.public_description, _s.unit_id, _s.place_code, _s.moderation, _s.merged_into, _s.exercise,
    _s.reopened, _s.closed_at,
)  # fmt: skip
_FIND = Statement(select(*_COLUMNS).where(_s.request_id == param("request")))
_OF_CASE = Statement(select(*_COLUMNS).where(_s.case_id == param("case")))
_WHOLE = Statement(select(*service_request.columns).where(_s.request_id == param("request")))
_NUMBER = Statement(select(_s.request_id).where(_s.tracking_number == param("number")))
_NUMBERS = Statement(
    lambda dialect: select(_s.tracking_number).where(among(dialect, _s.tracking_number, "numbers"))
)
_EXTERNAL = Statement(
    lambda dialect: select(_s.external_id, _s.request_id).where(
        _s.source == param("source"), among(dialect, _s.external_id, "ids")
    )
)
_MERGED = Statement(select(_s.request_id).where(_s.merged_into == param("request")).order_by(_s.request_id))
_REPORTER = Statement(
    select(_p.code_sha256, _p.name, _p.contact, _p.language).where(_p.request_id == param("request"))
)
_SET_REPORTER = Statement(
    lambda dialect: upsert(
        dialect, service_request_reporter, ("request_id",), ("case_id", "code_sha256", "name", "contact", "language")
    ),
    ("request_id", "case_id", "code_sha256", "name", "contact", "language"),
)
_ADD_REPORTER = Statement(insert(service_request_reporter))
_FOLLOW = Statement(
    update(service_request_reporter).where(_p.request_id == param("request")).values(case_id=param("case"))
)


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request's row as commands look at it, once its case is locked."""

    request_id: str
    tracking_number: str
    case_id: str
    process_id: str
    category: str
    source: str
    kind: str
    status: str
    title: str
    description: str
    public_description: str
    unit_id: str | None
    place_code: str | None
    moderation: str
    merged_into: str | None
    exercise: bool
    reopened: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported, as far as they said; never public."""

    code_sha256: str
    name: str
    contact: str
    language: str


def find_request(unit: UnitOfWork, request_id: str) -> ServiceRequest | None:
    """The request; not locked by this."""
    row = unit.one(_FIND, {"request": request_id})
    return None if row is None else ServiceRequest(*row)


def find_of_case(unit: UnitOfWork, case_id: str) -> ServiceRequest | None:
    """The request that a case works on now."""
    row = unit.one(_OF_CASE, {"case": case_id})
    return None if row is None else ServiceRequest(*row)


def get_row(unit: UnitOfWork, request_id: str) -> dict[str, Any]:
    """The whole row of a request that is there."""
    row = unit.one(_WHOLE, {"request": request_id})
    names = [str(column.name) for column in service_request.columns]
    return {} if row is None else dict(zip(names, row, strict=True))


def is_number_taken(unit: UnitOfWork, number: str) -> bool:
    """Whether a request has this tracking number."""
    return unit.one(_NUMBER, {"number": number}) is not None


def taken_numbers(unit: UnitOfWork, numbers: Iterable[str]) -> set[str]:
    """Those that requests have."""
    return {str(row[0]) for row in unit.all(_NUMBERS, {"numbers": _list(numbers)})}


def known_ids(unit: UnitOfWork, source: str, external_ids: Iterable[str]) -> dict[str, str]:
    """request_id by external id of those that were taken over already."""
    return dict(unit.all(_EXTERNAL, {"source": source, "ids": _list(external_ids)}))


def merged_into(unit: UnitOfWork, request_id: str) -> list[str]:
    """Requests that went into this one."""
    return [str(row[0]) for row in unit.all(_MERGED, {"request": request_id})]


def find_reporter(unit: UnitOfWork, request_id: str) -> Reporter | None:
    """Who reported it; None where nobody said anything, nor has a code."""
    row = unit.one(_REPORTER, {"request": request_id})
    return None if row is None else Reporter(*row)


def add_reporter(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Who reported a new request."""
    unit.run(_ADD_REPORTER, row)


def set_reporter(unit: UnitOfWork, request_id: str, case_id: str, reporter: Reporter) -> None:
    """What is known of the reporter from now on."""
    row = {
        "request_id": request_id, "case_id": case_id, "code_sha256": reporter.code_sha256, "name": reporter.name,
        "contact": reporter.contact, "language": reporter.language,
    }  # fmt: skip
    unit.run(_SET_REPORTER, row)


def follow(unit: UnitOfWork, request_id: str, case_id: str) -> None:
    """What is known of the reporter is removed with this case from now on."""
    unit.run(_FOLLOW, {"request": request_id, "case": case_id})


def _list(texts: Iterable[str]) -> str:
    return orjson.dumps(list(texts)).decode()
