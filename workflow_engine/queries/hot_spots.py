"""Questions about hot spots: which there are, how each came about day by day, and where its reports lie."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select, text

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.hot_spots import FEWEST_DAYS, SUBDISTRICT, code_after
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.profile import Profile
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import setting_versions
from workflow_engine.storage.assigning import read_tree
from workflow_engine.storage.hot_spots import Progress, days_to_count, first_day, read_progress
from workflow_engine.storage.schema import hot_spot, request_day, service_request
from workflow_engine.storage.setting_versions import PROFILE

TIMELINE_DAYS = 91
MOST_CURRENT = 200
MOST_REPORTS = 200
_h, _d, _r = hot_spot.c, request_day.c, service_request.c
Open = Callable[[], AbstractContextManager[Snapshot]]


@dataclass(frozen=True, slots=True)
class HotSpotRow:
    """A hot spot."""

    hot_spot_id: str
    place_code: str
    category: str
    state: str
    found_at: datetime
    since: str
    until: str
    count: int
    usual: float
    chance: float
    peak: int
    cooled_at: datetime | None
    case_id: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None

    @property
    def days(self) -> int:
        """Of the window."""
        return (date.fromisoformat(self.until) - date.fromisoformat(self.since)).days + 1


@dataclass(frozen=True, slots=True)
class SpotReport:
    """One of its reports; what was said only for those who may read it, elsewhere."""

    request_id: str
    tracking_number: str
    received_at: datetime
    lat: float | None
    lon: float | None
    address: str
    status: str


@dataclass(frozen=True, slots=True)
class HotSpotStory:
    """A hot spot with each day of its last quarter, the oldest first, and its reports, the newest first."""

    row: HotSpotRow
    days: tuple[tuple[str, int], ...]
    reports: tuple[SpotReport, ...]
    unit_id: str | None
    """Governs the subdistrict: a community leads nothing."""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Days in which something changed since they were counted, and up to where that is known."""

    days: tuple[str, ...]
    reached: Progress
    is_due: bool
    """The window of today was not judged yet."""


class HotSpotQueries:
    """``engine.queries.hot_spots``; raises NotPermittedError for those who may not see them."""

    def __init__(self, snapshot: Open) -> None:
        self._snapshot = snapshot

    def current(self, actor: Actor) -> list[HotSpotRow]:
        """Those that have not gone by, the most surprising first."""
        require_permission(actor, "hot_spot.see", "see hot spots")
        statement = (
            select(*_h)
            .where(text("hot_spot.cooled_at IS NULL"))
            .order_by(_h.chance, _h.hot_spot_id)
            .limit(MOST_CURRENT)
        )
        with self._snapshot() as snapshot:
            return [HotSpotRow(**row._mapping) for row in snapshot.connection.execute(statement)]

    def past(self, actor: Actor, after: str | None = None, limit: int = 50) -> Page[HotSpotRow]:
        """Those that have gone by, the last found first."""
        require_permission(actor, "hot_spot.see", "see hot spots")
        limit, key = clamp(limit), decode(after, 2)
        statement = select(*_h).where(_h.cooled_at.is_not(None))
        if key is not None:
            statement = statement.where((_h.found_at < key[0]) | ((_h.found_at == key[0]) & (_h.hot_spot_id < key[1])))
        statement = statement.order_by(_h.found_at.desc(), _h.hot_spot_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            rows = [HotSpotRow(**row._mapping) for row in snapshot.connection.execute(statement)]
        return page_of(rows, limit, lambda row: (row.found_at, row.hot_spot_id))

    def get(self, hot_spot_id: str, actor: Actor) -> HotSpotStory:
        """One with its days and reports. Raises NotFoundError."""
        require_permission(actor, "hot_spot.see", "see hot spots")
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(select(*_h).where(_h.hot_spot_id == hot_spot_id)).one_or_none()
            if row is None:
                raise NotFoundError(f"Expected a hot spot {hot_spot_id[:64]!r}, but there is none.")
            spot = HotSpotRow(**row._mapping)
            governs = read_tree(snapshot.unit).unit_at(spot.place_code[:SUBDISTRICT])
            return HotSpotStory(spot, _days(snapshot, spot), _reports(snapshot, spot), governs)

    def uncounted(self, now: datetime) -> Uncounted:
        """For the worker that counts; it is looked at without keeping anybody from writing."""
        with self._snapshot() as snapshot:
            zone = ZoneInfo(Profile.read(setting_versions.newest(snapshot.unit, PROFILE).content).time_zone)
            known = read_progress(snapshot.unit)
            days, reached = days_to_count(snapshot.unit, known, now, zone)
        is_due = known.judged_day != now.astimezone(zone).date().isoformat()
        return Uncounted(tuple(day.isoformat() for day in days), reached, is_due)

    def has_past(self) -> bool:
        """Whether enough days are known for anything to be called usual."""
        with self._snapshot() as snapshot:
            first = first_day(snapshot.unit)
            last = snapshot.connection.execute(select(func.max(_d.day))).scalar_one()
        return first is not None and (date.fromisoformat(last) - first).days >= FEWEST_DAYS


def _days(snapshot: Snapshot, spot: HotSpotRow) -> tuple[tuple[str, int], ...]:
    last = date.fromisoformat(spot.until)
    start = last - timedelta(days=TIMELINE_DAYS - 1)
    statement = (
        select(_d.day, func.sum(_d.count))
        .where(_d.category == spot.category, _within(_d.place_code, spot.place_code))
        .where(_d.day >= start.isoformat(), _d.day <= spot.until)
        .group_by(_d.day)
    )
    found = {day: int(count) for day, count in snapshot.connection.execute(statement)}
    days = [(start + timedelta(days=number)).isoformat() for number in range(TIMELINE_DAYS)]
    return tuple((day, found.get(day, 0)) for day in days)


def _reports(snapshot: Snapshot, spot: HotSpotRow) -> tuple[SpotReport, ...]:
    zone = ZoneInfo(Profile.read(setting_versions.newest(snapshot.unit, PROFILE).content).time_zone)
    start = datetime.combine(date.fromisoformat(spot.since), time(), zone)
    end = datetime.combine(date.fromisoformat(spot.until) + timedelta(days=1), time(), zone)
    columns = (_r.request_id, _r.tracking_number, _r.received_at, _r.lat, _r.lon, _r.address, _r.status)
    statement = (
        select(*columns)
        .where(_r.category == spot.category, _r.received_at >= start, _r.received_at < end)
        .where(_within(_r.place_code, spot.place_code), text("NOT service_request.exercise"))
        .order_by(_r.received_at.desc(), _r.request_id.desc())
        .limit(MOST_REPORTS)
    )
    return tuple(SpotReport(*row) for row in snapshot.connection.execute(statement))


def _within(column: ColumnElement[str], place_code: str) -> ColumnElement[bool]:
    return and_(column >= place_code, column < code_after(place_code))
