"""Indicators as people ask for them: values, their series, definitions with their history, what was said, inputs.

A month that was published answers with what was published; one that was not, with what comes out now (provisional).
A small number is None, with ``suppressed``; nobody gets it here, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.domain.clock import Clock
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.indicator_counting import month_of
from workflow_engine.domain.indicator_tables import Computed, Scopes, compute
from workflow_engine.domain.indicators import Indicator, months_before, read_indicator, rules_of
from workflow_engine.queries.indicator_words import InputRow, SaidRow, list_comments, list_inputs
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import indicator_reading
from workflow_engine.storage import indicators as store
from workflow_engine.storage.log import read_size
from workflow_engine.storage.schema import indicator_definition, indicator_publication, indicator_value, unit

_d, _p, _v = indicator_definition.c, indicator_publication.c, indicator_value.c
MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """One value, as everybody may see it."""

    indicator_id: str
    method_version: int
    level: str
    unit_id: str
    """A unit, or ``place:`` and the digits of a place."""
    period: str
    numerator: float | None
    denominator: float | None
    value: float | None
    suppressed: bool
    state: str
    """provisional, signed, unsigned, corrected or withheld."""
    smoothed: float | None = None
    colour: str = "none"
    revision: int = 0
    reason: str = ""
    """Of a correction, or of withholding."""
    made_at: datetime | None = None
    log_size: int = 0


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """One version of an indicator's method."""

    indicator: Indicator
    content: Mapping[str, Any]
    digest: str
    retired: bool
    made_at: datetime
    made_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A month that was computed."""

    period: str
    case_id: str
    state: str
    log_size: int
    computed_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counting:
    """How far the record is counted."""

    counted: int
    logged: int
    rebuilding: bool


class IndicatorQueries:
    """Questions about indicators; nobody has to say who asks."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]], clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._computed: dict[tuple[Any, ...], list[Computed]] = {}

    # ---- values
    def table(
        self, period: str, level: str | None = None, indicator_id: str | None = None, unit_id: str | None = None
    ) -> list[IndicatorValue]:
        """Values of a month: of one level, indicator or unit, or of all."""
        with self._snapshot() as snapshot:
            values = self._values(snapshot, period)
        return [
            value
            for value in values
            if (level is None or value.level == level)
            and (indicator_id is None or value.indicator_id == indicator_id)
            and (unit_id is None or value.unit_id == unit_id)
        ]

    def series(
        self, indicator_id: str, unit_id: str | None = None, last: str | None = None, months: int = 13
    ) -> list[IndicatorValue]:
        """Month by month up to ``last`` (default: the one that runs); months without a value are left out.

        ``unit_id`` None: the whole city.
        """
        with self._snapshot() as snapshot:
            return self._series(snapshot, unit_id, last, months, indicator_id).get(indicator_id, [])

    def city_series(self, last: str | None = None, months: int = 13) -> dict[str, list[IndicatorValue]]:
        """For every indicator the values of the whole city, month by month up to ``last``."""
        with self._snapshot() as snapshot:
            return self._series(snapshot, None, last, months, None)

    def history(self, indicator_id: str, period: str, unit_id: str | None = None) -> list[IndicatorValue]:
        """Every revision of published values, the newest first: what was corrected, when and why."""
        with self._snapshot() as snapshot:
            indicators = self._current(snapshot)
            wanted = (
                select(*_COLUMNS, _p.state.label("published"))
                .join(indicator_publication, _p.period == _v.period)
                .where(_v.indicator_id == indicator_id, _v.period == period, _p.state == "published")
                .order_by(_v.revision.desc(), _v.scope)
            )
            if unit_id is not None:
                wanted = wanted.where(_v.scope == unit_id)
            return [_shown(row, indicators.get(indicator_id)) for row in snapshot.connection.execute(wanted)]

    def periods(self) -> list[str]:
        """Months that have values, the newest first; the one that runs is among them."""
        with self._snapshot() as snapshot:
            published = snapshot.connection.execute(select(_p.period).where(_p.state == "published")).scalars().all()
            reading = indicator_reading.serving(snapshot.unit)
            span = None if reading is None else indicator_reading.read_span(snapshot.unit, reading.generation)
            now = self._this_month(snapshot)
        counted = set() if span is None else {each for each in months_before(now, MOST_MONTHS) if span[0] <= each}
        return sorted({*published, *counted, now}, reverse=True)

    def newest_published(self) -> str | None:
        """The newest month that was published."""
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(
                select(_p.period).where(_p.state == "published").order_by(_p.period.desc()).limit(1)
            ).scalar_one_or_none()
        return None if found is None else str(found)

    # ---- definitions
    def definitions(self, *, retired: bool = False) -> list[DefinitionVersion]:
        """The newest version of each, by object and id; those that are computed, or all."""
        with self._snapshot() as snapshot:
            rows = [_version(row) for row in snapshot.connection.execute(_ALL)]
        newest = {row.indicator.indicator_id: row for row in rows}
        return sorted(
            (row for row in newest.values() if retired or not row.retired),
            key=lambda row: (row.indicator.object, -row.indicator.weight, row.indicator.indicator_id),
        )

    def definition(self, indicator_id: str, version: int | None = None) -> DefinitionVersion:
        """One version of a method, the newest by default. Raises NotFoundError."""
        found = [row for row in self.versions(indicator_id) if version in (None, row.indicator.method_version)]
        if not found:
            raise NotFoundError(f"Expected an indicator {indicator_id[:64]!r}, but there is none.")
        return found[0]

    def versions(self, indicator_id: str) -> list[DefinitionVersion]:
        """Every version of its method, the newest first."""
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(_ALL.where(_d.indicator_id == indicator_id))
            return [_version(row) for row in found][::-1]

    # ---- beside them
    def publications(self) -> list[PublicationRow]:
        """Months that were computed, the newest first."""
        wanted = select(_p.period, _p.case_id, _p.state, _p.log_size, _p.computed_at, _p.published_at)
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(wanted.order_by(_p.period.desc()).limit(MOST_MONTHS))
            return [PublicationRow(*row) for row in rows]

    def comments(
        self, indicator_id: str | None = None, *, waiting: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[SaidRow]:
        """What was said, the newest first: of one indicator in public, or (``waiting``) what staff have to look at."""
        with self._snapshot() as snapshot:
            return list_comments(snapshot, indicator_id, waiting, after, limit)

    def inputs(self, series: str | None = None, limit: int = 200) -> list[InputRow]:
        """Numbers from outside with source and date, the newest first."""
        with self._snapshot() as snapshot:
            return list_inputs(snapshot, series, limit)

    def input_series(self) -> dict[str, list[str]]:
        """Series that indicators ask for, with those that do."""
        found: dict[str, list[str]] = {}
        for row in self.definitions():
            for series in row.indicator.inputs.values():
                found.setdefault(series, []).append(row.indicator.indicator_id)
        return dict(sorted(found.items()))

    def scopes(self) -> Scopes:
        """Who is part of whom."""
        with self._snapshot() as snapshot:
            return self._scopes(snapshot)

    def unit_names(self) -> dict[str, tuple[str, str]]:
        """Names of units, Chinese and English."""
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(select(unit.c.unit_id, unit.c.name_zh, unit.c.name_en))
            return {row[0]: (row[1], row[2]) for row in rows}

    def counting(self) -> Counting:
        """How far the record is counted: all of it but for the last seconds, unless a worker is behind."""
        with self._snapshot() as snapshot:
            reading = indicator_reading.serving(snapshot.unit)
            size = read_size(snapshot.unit)
            plan = indicator_reading.plan_of(rules_of(self._current(snapshot).values()))
        return Counting(
            0 if reading is None else reading.log_index, size, reading is not None and reading.plan != plan
        )

    def is_behind(self) -> bool:
        """Whether there is anything to count."""
        with self._snapshot() as snapshot:
            rules = rules_of(self._current(snapshot).values())
            return bool(rules) and indicator_reading.is_behind(snapshot.unit, rules)

    # ---- inside
    def _series(
        self, snapshot: Snapshot, unit_id: str | None, last: str | None, months: int, indicator_id: str | None
    ) -> dict[str, list[IndicatorValue]]:
        """Published months in one question, the others as they come out now."""
        indicators, scope = self._current(snapshot), unit_id or self._scopes(snapshot).root
        periods = months_before(last or self._this_month(snapshot), min(max(months, 1), MOST_MONTHS))
        wanted = (
            select(*_COLUMNS)
            .join(indicator_publication, _p.period == _v.period)
            .where(_v.period.between(periods[0], periods[-1]), _v.scope == scope, _v.newest.is_(True))
            .where(_p.state == "published")
        )
        if indicator_id is not None:
            wanted = wanted.where(_v.indicator_id == indicator_id)
        kept = [_shown(row, indicators.get(row.indicator_id)) for row in snapshot.connection.execute(wanted)]
        span = _p.period.between(periods[0], periods[-1])
        published = set(
            snapshot.connection.execute(select(_p.period).where(_p.state == "published", span)).scalars()
        )
        for period in periods:
            if period not in published:
                kept += [
                    _provisional(one, indicators[one.indicator_id])
                    for one in self._compute(snapshot, period, indicators)
                    if one.scope == scope and indicator_id in (None, one.indicator_id)
                ]
        found: dict[str, list[IndicatorValue]] = {}
        for value in sorted(kept, key=lambda value: value.period):
            found.setdefault(value.indicator_id, []).append(value)
        return found

    def _values(self, snapshot: Snapshot, period: str) -> list[IndicatorValue]:
        indicators = self._current(snapshot)
        rows = snapshot.connection.execute(
            select(*_COLUMNS)
            .join(indicator_publication, _p.period == _v.period)
            .where(_v.period == period, _v.newest.is_(True), _p.state == "published")
            .order_by(_v.indicator_id, _v.scope)
        ).all()
        if rows:
            return [_shown(row, indicators.get(row.indicator_id)) for row in rows]
        return [_provisional(one, indicators[one.indicator_id]) for one in self._compute(snapshot, period, indicators)]

    def _compute(self, snapshot: Snapshot, period: str, indicators: Mapping[str, Indicator]) -> list[Computed]:
        """What a month comes to now; kept as long as nothing more was counted."""
        reading = indicator_reading.serving(snapshot.unit)
        if reading is None:
            return []
        months = months_before(period, max((one.smoothing for one in indicators.values()), default=1))
        inputs = store.read_inputs(snapshot.unit, months)
        key = (period, reading, tuple(sorted((one.indicator_id, one.method_version) for one in indicators.values())),
               repr(inputs))  # fmt: skip
        found = self._computed.get(key)
        if found is None:
            counts = {
                month: indicator_reading.read_cells(snapshot.unit, reading.generation, month) for month in months
            }
            found = compute(list(indicators.values()), period, counts, inputs, self._scopes(snapshot))
            if len(self._computed) >= MOST_MONTHS:
                self._computed.clear()
            self._computed[key] = found
        return found

    def _current(self, snapshot: Snapshot) -> dict[str, Indicator]:
        return {one.indicator_id: one for one in store.current(snapshot.unit)}

    def _scopes(self, snapshot: Snapshot) -> Scopes:
        return store.read_scopes(snapshot.unit)[0]

    def _this_month(self, snapshot: Snapshot) -> str:
        return month_of(int(self._clock.now().timestamp()), store.zone_of(snapshot.unit))


_COLUMNS = (
    _v.indicator_id, _v.method_version, _v.level, _v.scope, _v.period, _v.numerator, _v.denominator, _v.value,
    _v.hidden, _v.state, _v.smoothed, _v.revision, _v.reason, _v.made_at, _v.log_size,
)  # fmt: skip
_ALL = select(_d.content, _d.digest, _d.retired, _d.made_at, _d.made_by, _d.reason).order_by(
    _d.indicator_id, _d.method_version
)


def _shown(row: Any, indicator: Indicator | None) -> IndicatorValue:
    """A kept value without what is not shown."""
    secret = row.hidden or row.state == "withheld"
    value = None if secret else row.value
    return IndicatorValue(
        indicator_id=row.indicator_id, method_version=row.method_version, level=row.level, unit_id=row.scope,
        period=row.period, numerator=None if secret else row.numerator,
        denominator=None if secret else row.denominator, value=value, suppressed=bool(row.hidden), state=row.state,
        smoothed=None if secret else row.smoothed, colour="none" if indicator is None else indicator.judged(value),
        revision=row.revision, reason=row.reason, made_at=row.made_at, log_size=row.log_size,
    )  # fmt: skip


def _provisional(one: Computed, indicator: Indicator) -> IndicatorValue:
    value = None if one.hidden else one.figure.value
    return IndicatorValue(
        indicator_id=one.indicator_id, method_version=one.method_version, level=one.level, unit_id=one.scope,
        period=one.period, numerator=None if one.hidden else one.figure.numerator,
        denominator=None if one.hidden else one.figure.denominator, value=value, suppressed=one.hidden,
        state="provisional", smoothed=None if one.hidden else one.smoothed, colour=indicator.judged(value),
    )  # fmt: skip


def _version(row: Any) -> DefinitionVersion:
    content = orjson.loads(row.content)
    return DefinitionVersion(
        read_indicator(content), content, row.digest, bool(row.retired), row.made_at, row.made_by, row.reason
    )
