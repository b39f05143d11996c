"""Rows of hot spots: how many reports each day had, how far that was counted, and what was found hot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, literal_column, select, text, tuple_, update

from workflow_engine.domain.hot_spots import COMMUNITY, DayCount, Heat, Key, code_after
from workflow_engine.storage.schema import hot_spot, place_shape, request_day, request_day_progress, service_request
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

MOST_CHANGES = 2_000
"""Changed requests that are read at once."""
_OVERLAP = timedelta(minutes=2)
_r, _d, _p, _h = service_request.c, request_day.c, request_day_progress.c, hot_spot.c
_NAME = "days"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = (
    text("NOT service_request.exercise"), _r.place_code.is_not(None),
    _r.status.not_in(("cancelled_by_reporter", "rejected_with_reason")),
)  # fmt: skip

_PROGRESS = Statement(select(_p.counted_to, _p.counted_id, _p.seen_id, _p.judged_day).where(_p.name == _NAME))
_KEEP_PROGRESS = Statement(
    lambda dialect: upsert(
        dialect, request_day_progress, ("name",), ("counted_to", "counted_id", "seen_id", "judged_day")
    ),
    ("name", "counted_to", "counted_id", "seen_id", "judged_day"),
)
_NEW = Statement(
    select(_r.request_id, _r.received_at)
    .where(_r.request_id > param("after"))
    .order_by(_r.request_id)
    .limit(param("most"))
)
_CHANGED = Statement(
    select(_r.changed_at, _r.request_id, _r.received_at)
    .where(tuple_(_r.changed_at, _r.request_id) > tuple_(param("after", _r.changed_at), param("after_id")))
    .order_by(_r.changed_at, _r.request_id)
    .limit(param("most"))
)
_PLACE = func.substr(_r.place_code, literal_column("1"), literal_column(str(COMMUNITY)))
_DAY = Statement(
    select(_PLACE, _r.category, func.count())
    .where(_r.received_at >= param("start", _r.received_at), _r.received_at < param("end", _r.received_at), *_COUNTED)
    .group_by(_PLACE, _r.category)
    .order_by(_PLACE, _r.category)
)
_FORGET_DAY = Statement(delete(request_day).where(_d.day == param("key")))
_ADD_DAY = Statement(insert(request_day), ("day", "place_code", "category", "count"))
_COUNTS = Statement(
    select(_d.day, _d.place_code, _d.category, _d.count).where(_d.day >= param("since"), _d.day <= param("until"))
)
_FIRST = Statement(select(func.min(_d.day)))
_CURRENT = Statement(
    select(_h.hot_spot_id, _h.place_code, _h.category, _h.count, _h.usual, _h.chance, _h.peak, _h.until)
    .where(text("hot_spot.cooled_at IS NULL"))
    .order_by(_h.hot_spot_id)
)
_ADD = Statement(insert(hot_spot))
_FOUND = ("since", "until", "count", "usual", "chance", "peak")
_AGAIN = Statement(
    update(hot_spot).where(_h.hot_spot_id == param("key")).values({name: param(name, _h[name]) for name in _FOUND})
)
_COOL = Statement(
    update(hot_spot)
    .where(_h.hot_spot_id == param("key"))
    .values(cooled_at=param("now", _h.cooled_at), count=param("count"))
)
_LOCK = Statement(
    select(_h.place_code, _h.category, _h.state, _h.since, _h.until, _h.count, _h.usual, _h.case_id)
    .where(_h.hot_spot_id == param("key"))
    .with_for_update()
)
_DECIDE = Statement(
    update(hot_spot)
    .where(_h.hot_spot_id == param("key"))
    .values(
        state=param("state"), case_id=param("case"), decided_by=param("by"),
        decided_at=param("now", _h.decided_at), reason=param("reason"),
    )
)  # fmt: skip
_PLACE_NAME = Statement(
    select(place_shape.c.name_zh, place_shape.c.name_en).where(place_shape.c.place_code == param("place"))
)
_REQUESTS = Statement(
    select(func.count())
    .select_from(service_request)
    .where(
        _r.category == param("category"), _r.received_at >= param("start", _r.received_at),
        _r.received_at < param("end", _r.received_at), _r.place_code >= param("low"), _r.place_code < param("high"),
        *_COUNTED,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """Up to which change, and up to which new request, all is counted; and the last day that was judged.

    What is taken over from elsewhere changed long before it is made here, so that neither alone would do.
    """

    counted_to: datetime = BEGINNING
    counted_id: str = ""
    seen_id: str = ""
    judged_day: str | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A hot spot that has not gone by."""

    hot_spot_id: str
    place_code: str
    category: str
    count: int
    usual: float
    chance: float
    peak: int
    until: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One hot spot as whoever decides about it finds it, locked."""

    place_code: str
    category: str
    state: str
    since: str
    until: str
    count: int
    usual: float
    case_id: str | None


def read_progress(unit: UnitOfWork) -> Progress:
    """How far counting and judging came."""
    row = unit.one(_PROGRESS, {})
    return Progress() if row is None else Progress(row[0] or BEGINNING, row[1] or "", row[2] or "", row[3])


def keep_progress(unit: UnitOfWork, progress: Progress) -> None:
    """Note it."""
    unit.run(
        _KEEP_PROGRESS,
        {
            "name": _NAME, "counted_to": progress.counted_to, "counted_id": progress.counted_id,
            "seen_id": progress.seen_id, "judged_day": progress.judged_day,
        },
    )  # fmt: skip


def days_to_count(
    unit: UnitOfWork, progress: Progress, now: datetime, zone: ZoneInfo
) -> tuple[list[date], Progress]:
    """Days with something that changed or came since, and how far one will be once they are counted.

    What is committed late has an earlier instant than what was seen; so the last minutes are looked at again.
    """
    received: set[datetime] = set()
    at, request_id, seen_id = progress.counted_to, progress.counted_id, progress.seen_id
    while rows := unit.all(_CHANGED, {"after": at, "after_id": request_id, "most": MOST_CHANGES}):
        received.update(row[2] for row in rows)
        settled = [row for row in rows if row[0] <= now - _OVERLAP]
        if settled:
            at, request_id = settled[-1][0], settled[-1][1]
        if len(settled) < MOST_CHANGES:
            break
    before = f"{int((now - _OVERLAP).timestamp() * 1000):012x}"
    while rows := unit.all(_NEW, {"after": seen_id, "most": MOST_CHANGES}):
        received.update(row[1] for row in rows)
        ids = [row[0] for row in rows if row[0] < before]
        seen_id = ids[-1] if ids else seen_id
        if len(ids) < MOST_CHANGES:
            break
    return days_of(received, zone), replace(progress, counted_to=at, counted_id=request_id, seen_id=seen_id)


def count_day(unit: UnitOfWork, day: date, zone: ZoneInfo) -> None:
    """Count a day anew, whatever was known of it."""
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    rows = unit.all(_DAY, {"start": start, "end": end})
    told = day.isoformat()
    unit.run(_FORGET_DAY, {"key": told})
    unit.many(
        _ADD_DAY, ({"day": told, "place_code": row[0], "category": row[1], "count": row[2]} for row in rows)
    )  # fmt: skip


def counts_between(unit: UnitOfWork, since: date, until: date) -> list[DayCount]:
    """What was counted from one day to another, both included."""
    rows = unit.all(_COUNTS, {"since": since.isoformat(), "until": until.isoformat()})
    return [DayCount(*row) for row in rows]


def first_day(unit: UnitOfWork) -> date | None:
    """The earliest day with a report."""
    row = unit.one(_FIRST, {})
    return None if row is None or row[0] is None else date.fromisoformat(row[0])


def list_current(unit: UnitOfWork) -> dict[Key, Current]:
    """Every hot spot that has not gone by."""
    found = [Current(*row) for row in unit.all(_CURRENT, {})]
    return {(one.place_code, one.category): one for one in found}


def add(unit: UnitOfWork, hot_spot_id: str, key: Key, now: datetime, window: tuple[str, str], found: Heat) -> None:
    """Note one that was found."""
    unit.run(
        _ADD,
        {
            "hot_spot_id": hot_spot_id, "place_code": key[0], "category": key[1], "state": "open", "found_at": now,
            **_told(window, found, found.count), "cooled_at": None, "case_id": None, "decided_by": None,
            "decided_at": None, "reason": None,
        },
    )  # fmt: skip


def see_again(unit: UnitOfWork, current: Current, window: tuple[str, str], found: Heat) -> None:
    """Its numbers as they are now."""
    unit.run(_AGAIN, {"key": current.hot_spot_id, **_told(window, found, max(found.count, current.peak))})


def cool(unit: UnitOfWork, hot_spot_id: str, count: int, now: datetime) -> None:
    """It has gone by."""
    unit.run(_COOL, {"key": hot_spot_id, "count": count, "now": now})


def place_name(unit: UnitOfWork, place_code: str) -> str:
    """The name of a place; its code where the map does not know it."""
    row = unit.one(_PLACE_NAME, {"place": place_code})
    return place_code if row is None else str(row[0] or row[1])


def find_locked(unit: UnitOfWork, hot_spot_id: str) -> Spot | None:
    """One of them; nobody else decides about it meanwhile."""
    row = unit.one(_LOCK, {"key": hot_spot_id})
    return None if row is None else Spot(*row)


def decide(
    unit: UnitOfWork, hot_spot_id: str, state: str, by: str, now: datetime, *,
    case_id: str | None = None, reason: str | None = None,
) -> None:  # fmt: skip
    """Note what somebody made of it."""
    unit.run(
        _DECIDE, {"key": hot_spot_id, "state": state, "case": case_id, "by": by, "now": now, "reason": reason}
    )  # fmt: skip


def count_requests(unit: UnitOfWork, category: str, place_code: str, start: datetime, end: datetime) -> int:
    """How many were reported in a place and all within it."""
    values = {"category": category, "start": start, "end": end, "low": place_code, "high": code_after(place_code)}
    row = unit.one(_REQUESTS, values)
    return 0 if row is None else int(row[0])


def _told(window: tuple[str, str], found: Heat, peak: int) -> dict[str, object]:
    return {
        "since": window[0], "until": window[1], "count": found.count, "usual": found.usual, "chance": found.chance,
        "peak": peak,
    }  # fmt: skip


def days_of(instants: Iterable[datetime], zone: ZoneInfo) -> list[date]:
    """The days on which they fall by the city's clock, each once."""
    return sorted({instant.astimezone(zone).date() for instant in instants})
