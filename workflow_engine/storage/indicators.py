"""Rows of indicators: definitions, numbers from outside, published values, and what people said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import and_, func, insert, select, update

from workflow_engine.domain.indicator_tables import Scopes, ScopeUnit
from workflow_engine.domain.indicators import Indicator, read_indicator
from workflow_engine.domain.profile import Profile
from workflow_engine.storage import setting_versions
from workflow_engine.storage.schema import (
    indicator_comment,
    indicator_definition,
    indicator_input,
    indicator_publication,
    indicator_value,
    unit,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_d, _i, _p, _v, _k = (
    indicator_definition.c, indicator_input.c, indicator_publication.c, indicator_value.c, indicator_comment.c,
)  # fmt: skip
_NEWEST = select(_d.indicator_id, func.max(_d.method_version).label("version")).group_by(_d.indicator_id).subquery()
_CURRENT = Statement(
    select(_d.content, _d.retired)
    .join(_NEWEST, and_(_NEWEST.c.indicator_id == _d.indicator_id, _NEWEST.c.version == _d.method_version))
    .order_by(_d.indicator_id)
)
_ONE = Statement(
    select(_d.content, _d.method_version, _d.retired)
    .where(_d.indicator_id == param("indicator"))
    .order_by(_d.method_version.desc())
    .limit(1)
)
_DEFINE = Statement(insert(indicator_definition))
_RETIRE = Statement(
    update(indicator_definition)
    .where(_d.indicator_id == param("indicator"), _d.method_version == param("version"))
    .values(retired=param("retired"))
)
_LAST_INPUT = Statement(
    select(func.coalesce(func.max(_i.revision), 0)).where(
        _i.series == param("series"), _i.scope == param("scope"), _i.period == param("period")
    )
)
_ENTER = Statement(insert(indicator_input))
_INPUTS = Statement(
    select(_i.series, _i.scope, _i.period, _i.value)
    .where(_i.period <= param("period"))
    .order_by(_i.series, _i.scope, _i.period, _i.revision)
)
_UNITS = Statement(select(unit.c.unit_id, unit.c.parent_id, unit.c.level).order_by(unit.c.unit_id))
_FIND = Statement(
    select(_p.case_id, _p.state, _p.units, _p.log_size, _p.computed_at, _p.published_at)
    .where(_p.period == param("period"))
    .with_for_update()
)
_ADD = Statement(insert(indicator_publication))
_AGAIN = Statement(
    update(indicator_publication)
    .where(_p.period == param("period"), _p.state == "computed")
    .values(
        case_id=param("case"), units=param("units"), log_size=param("size"),
        computed_at=param("now", _p.computed_at),
    )
)  # fmt: skip
_PUBLISH = Statement(
    update(indicator_publication)
    .where(_p.period == param("key"), _p.state == "computed")
    .values(state="published", published_at=param("now", _p.published_at))
)
_VALUE = Statement(insert(indicator_value))
_DROP_VALUES = Statement(indicator_value.delete().where(_v.period == param("period")))
_MARK = Statement(
    update(indicator_value)
    .where(_v.period == param("key"), _v.indicator_id == param("indicator"), _v.newest.is_(True))
    .values(state=param("state"), reason=param("reason"))
)
_OLD = Statement(
    update(indicator_value)
    .where(_v.period == param("key"), _v.indicator_id == param("indicator"), _v.scope == param("at"),
           _v.newest.is_(True))
    .values(newest=False)
)  # fmt: skip
_SHOWN = (
    "scope", "revision", "method_version", "level", "numerator", "denominator", "value", "smoothed", "hidden", "state",
)  # fmt: skip
_VALUES = Statement(
    select(_v.indicator_id, *(_v[name] for name in _SHOWN))
    .where(_v.period == param("period"), _v.newest.is_(True))
    .order_by(_v.indicator_id, _v.scope)
)
_SAY = Statement(insert(indicator_comment))
_SAID = Statement(
    select(_k.indicator_id, _k.period, _k.scope, _k.kind, _k.state)
    .where(_k.comment_id == param("comment"))
    .with_for_update()
)
_SETTLE = Statement(
    update(indicator_comment)
    .where(_k.comment_id == param("key"))
    .values(state=param("state"), answer=param("answer"), answered_at=param("now", _k.answered_at))
)


@dataclass(frozen=True, slots=True)
class Publication:
    """A month's publication."""

    period: str
    case_id: str
    state: str
    scopes: Scopes
    log_size: int
    computed_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptValue:
    """The newest revision of a value."""

    indicator_id: str
    scope: str
    revision: int
    method_version: int
    level: str
    numerator: float | None
    denominator: float | None
    value: float | None
    smoothed: float | None
    hidden: bool
    state: str


@dataclass(frozen=True, slots=True)
class Said:
    """A comment or a report of an error."""

    comment_id: str
    indicator_id: str
    period: str
    scope: str
    kind: str
    state: str


def current(work: UnitOfWork) -> list[Indicator]:
    """Every indicator that is computed, in the newest version of its method."""
    return [read_indicator(content) for content, retired in work.all(_CURRENT, {}) if not retired]


def find_newest(work: UnitOfWork, indicator_id: str) -> tuple[dict[str, Any], int, bool] | None:
    """Content, version and whether it is retired."""
    row = work.one(_ONE, {"indicator": indicator_id})
    return None if row is None else (orjson.loads(row[0]), int(row[1]), bool(row[2]))


def define(work: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write a new version."""
    work.run(_DEFINE, row)


def retire(work: UnitOfWork, indicator_id: str, version: int, *, retired: bool) -> None:
    """It is computed no more, or again."""
    work.run(_RETIRE, {"indicator": indicator_id, "version": version, "retired": retired})


def zone_of(work: UnitOfWork) -> ZoneInfo:
    """The city's own time, by which months begin."""
    return ZoneInfo(Profile.read(setting_versions.newest(work, setting_versions.PROFILE).content).time_zone)


def enter(work: UnitOfWork, row: Mapping[str, Any]) -> int:
    """Write a number from outside; returns which revision of it this is."""
    last = work.one(_LAST_INPUT, row)
    revision = (last[0] if last else 0) + 1
    work.run(_ENTER, {**row, "revision": revision})
    return int(revision)


def read_inputs(work: UnitOfWork, periods: Iterable[str]) -> dict[str, dict[str, dict[str, Fraction]]]:
    """What came from outside, by month, series and scope; a number holds until a later month has another."""
    wanted = list(periods)
    rows = [(series, scope, at, Fraction(value)) for series, scope, at, value in
            work.all(_INPUTS, {"period": max(wanted)})]  # fmt: skip
    found: dict[str, dict[str, dict[str, Fraction]]] = {period: {} for period in wanted}
    for series, scope, at, value in rows:  # rising by month and revision: the last one holds
        for period in wanted:
            if at <= period:
                found[period].setdefault(series, {})[scope] = value
    return found


def read_scopes(work: UnitOfWork) -> tuple[Scopes, str]:
    """Who is part of whom now, and the same as it is kept."""
    rows = [list(row) for row in work.all(_UNITS, {})]
    return scopes_from(rows), orjson.dumps(rows).decode()


def scopes_from(rows: Iterable[Iterable[Any]]) -> Scopes:
    """The tree from its rows."""
    return Scopes(ScopeUnit(unit_id, parent, level or "") for unit_id, parent, level in rows)


def find_publication(work: UnitOfWork, period: str) -> Publication | None:
    """The publication of a month, locked."""
    row = work.one(_FIND, {"period": period})
    if row is None:
        return None
    case_id, state, units, size, computed_at, published_at = row
    return Publication(period, case_id, state, scopes_from(orjson.loads(units)), size, computed_at, published_at)


def begin_publication(work: UnitOfWork, row: Mapping[str, Any]) -> None:
    """The first computing of a month."""
    work.run(_ADD, row)


def compute_again(work: UnitOfWork, period: str, case_id: str, units: str, size: int, now: datetime) -> None:
    """Computed once more before anything is published: what was computed before goes."""
    work.run(_AGAIN, {"period": period, "case": case_id, "units": units, "size": size, "now": now})
    work.run(_DROP_VALUES, {"period": period})


def publish(work: UnitOfWork, period: str, now: datetime) -> bool:
    """computed → published; False when it was already."""
    return work.run(_PUBLISH, {"key": period, "now": now}) == 1


def add_values(work: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write values; whatever was newest before is made old first by ``replace_value``."""
    work.many(_VALUE, rows)


def mark_values(work: UnitOfWork, period: str, indicator_id: str, state: str, reason: str) -> None:
    """Signed, unsigned or withheld."""
    work.run(_MARK, {"key": period, "indicator": indicator_id, "state": state, "reason": reason})


def replace_values(work: UnitOfWork, period: str, indicator_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write corrections: further revisions, and the newest from now on."""
    work.many(_OLD, [{"key": period, "indicator": indicator_id, "at": row["scope"]} for row in rows])
    work.many(_VALUE, rows)


def read_values(work: UnitOfWork, period: str) -> list[KeptValue]:
    """The newest revision of every value of a month."""
    return [KeptValue(*row) for row in work.all(_VALUES, {"period": period})]


def say(work: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write a comment or a report."""
    work.run(_SAY, row)


def find_said(work: UnitOfWork, comment_id: str) -> Said | None:
    """One of them, locked."""
    row = work.one(_SAID, {"comment": comment_id})
    return None if row is None else Said(comment_id, *row)


def settle_said(work: UnitOfWork, comment_id: str, state: str, answer: str, now: datetime) -> None:
    """What became of it."""
    work.run(_SETTLE, {"key": comment_id, "state": state, "answer": answer, "now": now})


