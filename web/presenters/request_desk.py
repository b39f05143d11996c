"""The dispatcher's desk: what the list is asked for, its lines, and open requests that are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from web.context import engine
from web.i18n import current_language
from web.i18n import gettext as _
from web.presenters.people import group_name
from web.presenters.portal import MARKS
from web.presenters.request_words import MODERATION, SOURCES, STATUS, TIERS, category_name, why_alike
from web.presenters.times import Due, due_of, exact, now
from workflow_engine import (
    KINDS_OF_REQUESTS,
    Actor,
    Draft,
    RequestWish,
    ServiceRequestRow,
    SimilarRequest,
    read_tracking_number,
)

PAGE_ROWS = 40
ALLOWED: dict[str, tuple[str, ...] | None] = {
    "status": ("open", "closed", *STATUS), "category": None, "tier": tuple(TIERS), "kind": KINDS_OF_REQUESTS,
    "source": tuple(SOURCES), "unit": None, "place": None, "q": None, "late": ("1",), "moderation": tuple(MODERATION),
    "exercise": ("1",), "map": ("1",),
}  # fmt: skip
"""What the list can be asked for; None: any text."""
SETTLED = ("closed_resolved", "closed_explained")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A request in the list."""

    row: ServiceRequestRow
    title: str
    category: str
    unit: str
    due: Due | None


@dataclass(frozen=True, slots=True)
class AlikeLine:
    """An open request that is probably about the same thing, and why."""

    line: DeskLine
    why: str
    percent: int
    is_older: bool
    """It came in before the one that it is held against, so that this one goes into it."""


@dataclass(frozen=True, slots=True)
class DeskWish:
    """What the address asks for."""

    values: dict[str, str]

    def get(self, name: str) -> str:
        """One filter."""
        return self.values.get(name, "")

    def url(self, **changes: str | None) -> str:
        """The same list with some things changed; None takes one away."""
        merged: dict[str, Any] = {**self.values, **changes}
        return url_for("service_requests.index", **{name: value for name, value in merged.items() if value})

    def wish(self) -> RequestWish:
        """In the engine's words. Without a word on status, what is open."""
        status = self.get("status") or ("" if self.get("q") else "open")
        return RequestWish(
            category=self.get("category"), status=status, source=self.get("source"), kind=self.get("kind"),
            tier=self.get("tier"), unit_id=self.get("unit"),
            place_code=self.get("place"), moderation=self.get("moderation"), number=self.get("q"),
            due_before=now() if self.get("late") else None, exercise=bool(self.get("exercise")),
        )  # fmt: skip


def read_desk_wish() -> DeskWish:
    """Only what the list knows, and no empty values."""
    found = {}
    for name, allowed in ALLOWED.items():
        value = request.args.get(name, "").strip()[:_LONGEST]
        if value and (allowed is None or value in allowed):
            found[name] = value
    return DeskWish(found)


def is_mistyped(wish: DeskWish) -> bool:
    """Whether what is searched for is no tracking number."""
    return bool(wish.get("q")) and read_tracking_number(wish.get("q")) is None


def desk_lines(rows: Sequence[ServiceRequestRow]) -> list[DeskLine]:
    """Rows with their words."""
    return [desk_line(row) for row in rows]


def desk_line(row: ServiceRequestRow) -> DeskLine:
    """One of them; where it has no title, its first words."""
    title = row.title or row.description[:60] or row.tracking_number
    unit = "" if row.unit_id is None else group_name(f"unit:{row.unit_id}")
    due = due_of(row.due_at, row.received_at) if row.is_open else None
    return DeskLine(row, title, category_name(row.category), unit, due)


def map_points(lines: Sequence[DeskLine]) -> list[dict[str, Any]]:
    """Requests for the map; those without a point are in the list only."""
    return [
        {
            "lat": line.row.lat, "lon": line.row.lon, "state": map_state(line.row), "title": line.title,
            "state_words": _(STATUS[line.row.status]), "when": exact(line.row.received_at), "place": line.row.address,
            "href": url_for("service_requests.page", request_id=line.row.request_id),
        }
        for line in lines if line.row.lat is not None
    ]  # fmt: skip


def legend() -> list[tuple[str, str]]:
    """Marks of the map and what they say."""
    return [(state, _(words)) for state, words in MARKS.items()]


def map_state(row: ServiceRequestRow) -> str:
    """By which mark it stands on the map."""
    if row.is_open:
        late = row.due_at is not None and row.due_at < now()
        return "late" if late else "open" if row.status == "received" else "working"
    return "settled" if row.status in SETTLED else "other"


def alike_lines(found: Sequence[SimilarRequest[ServiceRequestRow]], to: ServiceRequestRow | None) -> list[AlikeLine]:
    """Alike ones, the likeliest first."""
    return [
        AlikeLine(
            desk_line(one.request), why_alike(one.likeness), round(one.likeness.score * 100),
            to is None or (one.request.received_at, one.request.request_id) < (to.received_at, to.request_id),
        )
        for one in found
    ]  # fmt: skip


def alike_to(row: ServiceRequestRow, actor: Actor) -> list[AlikeLine]:
    """Open requests that are probably about the same thing as this one."""
    if not row.is_open:
        return []
    draft = Draft(
        f"{row.title} {row.description}", row.received_at, row.category, row.lat, row.lon, row.place_code,
        row.request_id,
    )  # fmt: skip
    return alike_lines(engine().queries.service_requests.similar_for(actor, draft), row)


def language() -> str:
    """In which public words are shown."""
    return current_language().tag.replace("-", "_")
