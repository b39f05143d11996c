"""Service requests as residents read them: how one stands in plain words, what comes next and by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from web.context import engine
from web.i18n import CHINESE, current_language, marked
from web.i18n import gettext as _
from web.presenters.categories import group_of, name_of
from web.presenters.names import in_language
from web.presenters.times import day
from workflow_engine import Category, PlaceRow, PublicServiceRequest, RequestStepRow, ServiceRequestRow, UnitRow

Row = PublicServiceRequest | ServiceRequestRow
KINDS = {
    "report": marked("a report of a fault"), "complaint": marked("a complaint"), "help": marked("a request for help"),
    "consult": marked("a question"), "suggestion": marked("a suggestion"),
}  # fmt: skip
STATUS = {
    "received": marked("Received by the city"), "dispatched": marked("Passed to the office in charge"),
    "accepted": marked("Taken up by the office in charge"), "in_progress": marked("Being worked on"),
    "waiting": marked("Work is waiting"), "replied": marked("Answered"), "called_back": marked("You were asked"),
    "closed_resolved": marked("It is settled"), "closed_explained": marked("Closed with an explanation"),
    "closed_unreachable": marked("Closed: nobody could be reached"), "duplicate": marked("Joined with another report"),
    "rejected_with_reason": marked("Not taken on, with a reason"), "transferred": marked("Handed to another body"),
    "suspended": marked("Put off"), "cancelled_by_reporter": marked("Taken back"),
}  # fmt: skip
MEANING = {
    "received": marked("Your report has come in. The hotline reads it and finds out which office is in charge."),
    "dispatched": marked("The office in charge has your report on its desk."),
    "accepted": marked("The office in charge has accepted your report and is about to work on it."),
    "in_progress": marked("Somebody is working on it."),
    "waiting": marked("Work on it waits for something; the reason stands below."),
    "replied": marked("The office says that it is done. Somebody who was not part of the work checks that with you."),
    "called_back": marked("You were asked how it went. The report is about to be closed."),
    "closed_resolved": marked("The city regards this as settled."),
    "closed_explained": marked("It could not be done as wished; the explanation stands below."),
    "closed_unreachable": marked("The work is done, but nobody could be reached to check that."),
    "duplicate": marked("Others reported the same. What happens there is told here as well."),
    "rejected_with_reason": marked("The city does not take this on; the reason stands below."),
    "transferred": marked("This is the matter of another body, to which it was handed."),
    "suspended": marked("It has to wait for a later time; the reason stands below."),
    "cancelled_by_reporter": marked("It was taken back. Nothing more will happen."),
}  # fmt: skip
STEPS = {
    "submitted": marked("Reported"), "added": marked("You said more"), "corrected": marked("You put something right"),
    "withdrawn": marked("Taken back"), "reopened": marked("Opened again"), "rated": marked("You rated it"),
    "commented": marked("A message"), "merged": marked("Joined with another report"),
    "gathered": marked("Other reports were joined with this one"), "split": marked("Taken apart again"),
    "moderated": marked("Looked at before it is public"), "told": marked("News from the city"),
}  # fmt: skip
STAGES = (
    ("received", marked("Received")), ("passed", marked("Passed on")), ("worked", marked("Worked on")),
    ("answered", marked("Answered")), ("closed", marked("Closed")),
)  # fmt: skip
_STAGE_OF = {
    "received": 0, "dispatched": 1, "accepted": 2, "in_progress": 2, "waiting": 2, "suspended": 2, "replied": 3,
    "called_back": 3,
}  # fmt: skip
SETTLED = ("closed_resolved", "closed_explained", "called_back")
MARKS = {
    "open": marked("not yet worked on"), "working": marked("being worked on"), "late": marked("past its time"),
    "settled": marked("settled"), "other": marked("closed otherwise"),
}  # fmt: skip
_LEVELS = ("district", "subdistrict", "community")


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request in a list, on the map, or on its public page."""

    row: PublicServiceRequest
    title: str
    category: str
    mark: str
    status: str
    place: str
    received: str
    url: str


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, and by when."""

    words: str
    by: datetime | None = None
    is_late: bool = False


def category_name(code: str) -> str:
    """The name of a category; its code where the catalogue has it no more."""
    found = engine().queries.service_categories.find(code)
    return code if found is None else name_of(found)


def public_categories() -> list[tuple[str, list[Category]]]:
    """What residents may choose, under its headings."""
    found: dict[str, list[Category]] = {}
    for one in engine().queries.service_categories.list(public_only=True):
        found.setdefault(group_of(one), []).append(one)
    return list(found.items())


def mark_of(row: Row, now: datetime) -> str:
    """The shape that stands for it on the map."""
    if row.status in SETTLED:
        return "settled"
    if not row.is_open:
        return "other"
    if row.due_at is not None and row.due_at < now:
        return "late"
    return "open" if row.status in ("received", "dispatched") else "working"


def legend() -> list[tuple[str, str]]:
    """What the shapes mean."""
    return [(mark, _(words)) for mark, words in MARKS.items()]


def status_words(row: Row) -> str:
    """How it stands, in a few words."""
    return _(STATUS.get(row.status, row.status))


def title_of(row: Row) -> str:
    """Its title, or else what it is about."""
    return in_language(row.title) or category_name(row.category)


def stage_of(row: Row) -> int:
    """How far it is along ``STAGES``."""
    return _STAGE_OF.get(row.status, len(STAGES) - 1)


def views(rows: Sequence[PublicServiceRequest]) -> list[RequestView]:
    """Rows with their words; places are looked up together."""
    now, names = engine().clock.now(), place_names(row.place_code for row in rows)
    return [
        RequestView(
            row, title_of(row), category_name(row.category), mark_of(row, now), status_words(row),
            row.address or names.get(row.place_code or "", ""),
            day(row.received_at), url_for("portal.one", request_id=row.request_id),
        )
        for row in rows
    ]  # fmt: skip


def place_names(codes: Iterable[str | None]) -> dict[str, str]:
    """For each code the names of district, subdistrict and community, as far as the map knows them."""
    wanted = {code for code in codes if code}
    lengths = (6, 9, 12)
    found = engine().queries.places.named(sorted({code[:n] for code in wanted for n in lengths if len(code) >= n}))
    parts = {code: [found[code[:n]] for n in lengths if len(code) >= n and code[:n] in found] for code in wanted}
    return {code: joined(rows) for code, rows in parts.items()}


def joined(rows: Iterable[PlaceRow]) -> str:
    """Places from the top down, as an address of the visitor's language has them."""
    known = [row for row in rows if row.level in _LEVELS]
    if current_language() is CHINESE:
        return " ".join(row.name_zh for row in known)
    return ", ".join(row.name_en for row in reversed(known))


def next_of(row: ServiceRequestRow, now: datetime) -> Next | None:
    """What happens next: as the case says, else what follows from where it stands. None when nothing is to come."""
    language = "zh_CN" if current_language() is CHINESE else "en"
    if not row.is_open:
        return None
    if words := row.next_words(language):
        return _next(words, row.next_by, now)
    if row.status == "received":
        return _next(_("The hotline passes it to the office in charge."), row.contact_due_at, now)
    if row.status in ("dispatched", "accepted") and row.contacted_at is None and row.contact_due_at is not None:
        return _next(_("The office in charge gets in touch with you."), row.contact_due_at, now)
    if row.status in ("replied", "called_back"):
        return _next(_("Somebody who was not part of the work asks you whether it is settled."), None, now)
    return _next(_("The office in charge settles it and answers you."), row.due_at, now)


def public_next(row: PublicServiceRequest, now: datetime) -> Next | None:
    """The same for everybody."""
    if not row.is_open:
        return None
    language = "zh_CN" if current_language() is CHINESE else "en"
    return _next(row.next_words(language) or _("The office in charge settles it."), row.next_by or row.due_at, now)


def _next(words: str, by: datetime | None, now: datetime) -> Next:
    return Next(words, by, by is not None and by < now)


def unit_name(unit: UnitRow | None) -> str:
    """A unit in the visitor's language."""
    return "" if unit is None else unit.name_zh if current_language() is CHINESE else unit.name_en


def step_title(step: RequestStepRow) -> str:
    """What happened, in a few words."""
    if step.kind == "told" and step.status:
        return _(STATUS.get(step.status, step.status))
    return _(STEPS.get(step.kind, step.kind))


def point(view: RequestView) -> dict[str, Any]:
    """For the map."""
    return {
        "lat": view.row.lat, "lon": view.row.lon, "state": view.mark, "title": view.title,
        "state_words": view.status, "when": view.received, "place": view.place, "href": view.url,
    }  # fmt: skip


def open_data(view: RequestView) -> dict[str, Any]:
    """For programs: what stands on the page."""
    row = view.row
    return {
        "id": row.request_id, "category": row.category, "kind": row.kind, "title": view.title,
        "description": row.description, "address": row.address, "lat": row.lat, "lon": row.lon,
        "place_code": row.place_code, "status": row.status, "note": row.note("zh_CN"), "unit_id": row.unit_id,
        "received_at": row.received_at.isoformat(), "due_at": _iso(row.due_at), "closed_at": _iso(row.closed_at),
        "changed_at": row.changed_at.isoformat(), "merged_into": row.merged_into,
        "page": url_for("portal.one", request_id=row.request_id, _external=True),
    }  # fmt: skip


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


PROBLEMS: Mapping[str, str] = {
    "description": marked("Write what it is about, up to 4,000 characters."),
    "category": marked("Choose what it is about."),
    "place": marked("Say where it is: with a pin on the map, by its address, or by its subdistrict."),
    "lat": marked("A point has a latitude and a longitude in degrees, such as 28.205 and 112.905."),
    "title": marked("This is too long: 120 characters at most."),
    "address": marked("This is too long: 300 characters at most."),
    "reporter_name": marked("This is too long: 80 characters at most."),
    "reporter_contact": marked("This is too long: 80 characters at most."),
    "photos": marked("Up to six photos (JPEG, PNG, WebP) of at most 20 MB each."),
    "text": marked("Write something, or add a photo."),
    "reason": marked("Say why, in a few words."),
    "rating": marked("Choose one to five."),
    "website": marked("Leave this field empty: programs that send advertising fill it in."),
}
"""What is wrong with a field."""

