"""Service requests as the standard shows them, in the language that is asked for, with times of the city's zone."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import url_for

from web import city
from web.context import engine
from web.i18n import current_language
from workflow_engine import (
    CLOSED,
    OPEN,
    Category,
    GeoRequest,
    Open311Row,
    Open311Wish,
    RequestsAsked,
    georeport_of,
)


def found_requests(request_ids: Sequence[str], *, extensions: bool = False) -> list[GeoRequest]:
    """Those of these ids that everybody may see."""
    return _shown(engine().queries.open311.find(request_ids, notes=extensions))


def listed_requests(asked: RequestsAsked) -> tuple[list[GeoRequest], str | None]:
    """A page of the list, and the cursor of the next one."""
    now = engine().clock.now()
    wish = Open311Wish(
        since=asked.start or now, until=asked.end or now, categories=asked.codes,
        is_open=None if set(asked.statuses) == {OPEN, CLOSED} else asked.statuses[0] == OPEN,
        skip=0 if asked.after else asked.skipped, after=asked.after, limit=asked.rows,
    )  # fmt: skip
    rows, following = engine().queries.open311.list(wish, notes=asked.extensions)
    return _shown(rows), following


def _shown(rows: Sequence[Open311Row]) -> list[GeoRequest]:
    _version, catalogue = engine().queries.service_categories.catalogue()
    zone = ZoneInfo(city.profile().time_zone)
    return [_request(row, catalogue.categories.get(row.request.category), zone) for row in rows]


def _request(row: Open311Row, category: Category | None, zone: ZoneInfo) -> GeoRequest:
    named = {"request_id": row.request.request_id, "photo_id": row.photo_id}
    address = "" if row.photo_id is None else url_for("portal.photo", **named, _external=True)
    return georeport_of(row, category, zone, current_language().key, address)
