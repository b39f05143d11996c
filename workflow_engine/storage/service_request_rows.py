"""What the events of service requests do to their rows. One UPDATE per entry, however much the entry says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Integer, case, cast, delete, func, insert, update

from workflow_engine.domain import events_service_requests as r
from workflow_engine.domain.event import Event
from workflow_engine.domain.service_requests import COUNTED, FIRST, INSTANT_OF, cell_of
from workflow_engine.storage.changes import Changes, Facts, Insert, Move, Values
from workflow_engine.storage.schema import service_request, service_request_photo, service_request_step
from workflow_engine.storage.statement import Statement, param

REQUESTS = Insert("service_request", Statement(insert(service_request)))
STEPS = Insert("service_request_step", Statement(insert(service_request_step)))
PHOTOS = Insert("service_request_photo", Statement(insert(service_request_photo)))

_s = service_request.c
_SET = (
    "status", "status_note", "next_step", "tier", "unit_id", "due_at", "contact_due_at", "replied_at",
    "called_back_at", "resolved", "satisfied", "supervision", "category", "kind", "title", "description",
    "public_description", "address", "lat", "lon", "cell_row", "cell_column", "place_code", "moderation",
    "photos_shown_at", "rating", "rated_resolved", "rating_comment", "rated_at", "changed_at",
)  # fmt: skip
"""Columns that get what is given and keep what they have otherwise."""
_ADD = (*COUNTED, "reopened")
_SPECIAL = ("closing", "closed_at", "merging", "merged_into")
_CHANGED = Move(
    "service_request changed",
    Statement(
        update(service_request)
        .where(_s.request_id == param("key"))
        .values(
            **{name: func.coalesce(cast(param(name, _s[name]), _s[name].type), _s[name]) for name in _SET},
            **{name: func.coalesce(_s[name], cast(param(name, _s[name]), _s[name].type)) for name in FIRST},
            **{name: _s[name] + cast(param(name), Integer) for name in _ADD},
            closed_at=case(
                (cast(param("closing"), Integer) == 1, cast(param("closed_at", _s.closed_at), _s.closed_at.type)),
                (cast(param("closing"), Integer) == 0, None),
                else_=_s.closed_at,
            ),
            merged_into=case(
                (cast(param("merging"), Integer) == 1, cast(param("merged_into"), _s.merged_into.type)),
                (cast(param("merging"), Integer) == 0, None),
                else_=_s.merged_into,
            ),
        )
    ),
)
_HAND_ON = Move(
    "service_request handed on", Statement(delete(service_request).where(_s.request_id == param("key")))
)
_EMPTY: Values = {
    "status": "received", "status_note": "", "next_step": "", "title": "", "description": "",
    "public_description": "", "attributes": "{}", "address": "", "lat": None, "lon": None, "cell_row": None,
    "cell_column": None, "place_code": None, "unit_id": None, "dispatched_at": None, "contact_due_at": None,
    "contacted_at": None, "due_at": None, "replied_at": None, "called_back_at": None, "closed_at": None,
    "resolved": None, "satisfied": None, "rating": None, "rated_resolved": None, "rating_comment": None,
    "rated_at": None, "reopened": 0, "reworked": 0, "returned": 0, "extended": 0, "supervision": "none",
    "merged_into": None, "photos_shown_at": None, "exercise": False, "external_id": None,
}  # fmt: skip
INSTANTS = (
    "received_at", "dispatched_at", "contact_due_at", "contacted_at", "due_at", "replied_at", "called_back_at",
    "closed_at", "changed_at", "rated_at", "photos_shown_at",
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ coming in
def submitted(changes: Changes, facts: Facts, event: r.ServiceRequestSubmitted) -> None:
    """A new request."""
    said = dict(event.request)
    photos = said.pop("photos", ())
    row = {
        **_EMPTY, "request_id": event.request_id, "tracking_number": event.tracking_number, "case_id": facts.case_id,
        "process_id": event.process_id, "category": event.category, "source": event.source, "kind": event.kind,
        "tier": event.tier, "place_code": event.place_code, "unit_id": event.unit_id, "exercise": event.exercise,
        "moderation": event.moderation, "received_at": _instant(event.received_at), "changed_at": facts.at,
        "external_id": event.external_id, **_said(said),
    }  # fmt: skip
    changes.insert(REQUESTS, event.request_id, row)
    _step(changes, facts, event.request_id, "submitted", status="received", by_reporter=True)
    _photos(changes, facts, event.request_id, photos, by_reporter=True)


def imported(changes: Changes, facts: Facts, event: r.ServiceRequestImported) -> None:
    """A request with all that is known of it elsewhere; its steps have the instants of then."""
    row = {
        **_EMPTY, **_read(event.request), "request_id": event.request_id, "case_id": facts.case_id,
        "category": event.category, "source": event.source, "tier": event.tier, "status": event.status,
        "place_code": event.place_code, "unit_id": event.unit_id, "exercise": event.exercise,
        "received_at": _instant(event.received_at), "closed_at": _instant(event.closed_at),
        "due_at": _instant(event.due_at), "external_id": event.external_id,
    }  # fmt: skip
    row["cell_row"], row["cell_column"] = cell_of(row["lat"], row["lon"]) or (None, None)
    changes.insert(REQUESTS, event.request_id, row)
    _step(changes, facts, event.request_id, "submitted", at=row["received_at"], status="received", by_reporter=True)
    if event.status != "received":
        at = row["closed_at"] or row["changed_at"]
        _step(changes, facts, event.request_id, "told", at=at, status=event.status, note=row["status_note"])


# ------------------------------------------------------------------------------------------------ under way
def told(changes: Changes, facts: Facts, event: r.ServiceRequestTold) -> None:
    """The case says how it stands."""
    marks = event.marks or []
    given: Values = {
        "status": event.status, "status_note": event.note, "tier": event.tier, "unit_id": event.unit_id,
        "due_at": _instant(event.due_at), "contact_due_at": _instant(event.contact_due_at),
        "resolved": event.resolved, "satisfied": event.satisfied, "supervision": event.supervision,
        "next_step": None if event.next is None else _json(event.next),
    }  # fmt: skip
    given.update((INSTANT_OF[mark], facts.at) for mark in marks if mark in INSTANT_OF)
    given.update((mark, marks.count(mark)) for mark in marks if mark in COUNTED)
    if event.closed is not None:
        given |= {"closing": int(event.closed), "closed_at": facts.at if event.closed else None}
    _change(changes, facts, event.request_id, given)
    if event.status or event.note or marks or event.next:
        _step(
            changes, facts, event.request_id, "told", status=event.status, marks=marks, note=event.note or "",
            next_step=given["next_step"] or "",
        )  # fmt: skip


def added(changes: Changes, facts: Facts, event: r.ServiceRequestAdded) -> None:
    """More was said or shown."""
    _change(changes, facts, event.request_id, {})
    _step(changes, facts, event.request_id, "added", text=event.text, by_reporter=event.by_reporter)
    _photos(changes, facts, event.request_id, event.photos or (), by_reporter=event.by_reporter)


def corrected(changes: Changes, facts: Facts, event: r.ServiceRequestCorrected) -> None:
    """Something is otherwise."""
    given = {"category": event.category, "kind": event.kind, "moderation": event.moderation, **_said(event.said or {})}
    if event.place_code is not None:
        given["place_code"] = event.place_code
    _change(changes, facts, event.request_id, given)
    _step(changes, facts, event.request_id, "corrected", by_reporter=event.by_reporter, text=" ".join(event.fields))


def withdrawn(changes: Changes, facts: Facts, event: r.ServiceRequestWithdrawn) -> None:
    """Closed by its reporter."""
    _change(
        changes, facts, event.request_id,
        {"status": "cancelled_by_reporter", "closing": 1, "closed_at": facts.at, "next_step": ""},
    )  # fmt: skip
    _step(
        changes, facts, event.request_id, "withdrawn", status="cancelled_by_reporter", by_reporter=event.by_reporter,
        text=event.reason,
    )  # fmt: skip


def reopened(changes: Changes, facts: Facts, event: r.ServiceRequestReopened) -> None:
    """Open again, here or in this new case."""
    _take_over(changes, facts, event.request_id, event.carried)
    again = {"status": "received", "closing": 0, "reopened": 1, "merging": 0, "next_step": ""}
    _change(changes, facts, event.request_id, again)
    _step(
        changes, facts, event.request_id, "reopened", status="received", by_reporter=event.by_reporter,
        text=event.reason,
    )  # fmt: skip


def handed_on(changes: Changes, facts: Facts, event: r.ServiceRequestHandedOn) -> None:
    """Another case's record has the row from now on."""
    if not changes.drop(REQUESTS, event.request_id):
        changes.move(_HAND_ON, {"key": event.request_id})


def split(changes: Changes, facts: Facts, event: r.ServiceRequestSplit) -> None:
    """Its own again."""
    _take_over(changes, facts, event.request_id, event.carried)
    given = {"status": "received", "closing": 0, "merging": 0, "next_step": ""}
    _change(changes, facts, event.request_id, given)
    _step(changes, facts, event.request_id, "split", status="received", text=event.reason)


def merged(changes: Changes, facts: Facts, event: r.ServiceRequestMerged) -> None:
    """It goes into another."""
    given: Values = {"status": "duplicate", "merging": 1, "merged_into": event.into, "next_step": ""}
    if event.closed:
        given |= {"closing": 1, "closed_at": facts.at}
    _change(changes, facts, event.request_id, given)
    _step(changes, facts, event.request_id, "merged", status="duplicate", text=event.reason)


def gathered(changes: Changes, facts: Facts, event: r.ServiceRequestsGathered) -> None:
    """Others go into it."""
    _change(changes, facts, event.request_id, {})
    _step(changes, facts, event.request_id, "gathered", text=" ".join(event.merged))


def rated(changes: Changes, facts: Facts, event: r.ServiceRequestRated) -> None:
    """How its reporter found it."""
    given = {
        "rating": event.rating, "rated_resolved": event.resolved, "rating_comment": event.comment,
        "rated_at": facts.at,
    }  # fmt: skip
    _change(changes, facts, event.request_id, given)
    _step(changes, facts, event.request_id, "rated", by_reporter=event.by_reporter, text=event.comment)


def commented(changes: Changes, facts: Facts, event: r.ServiceRequestCommented) -> None:
    """Something was said."""
    _change(changes, facts, event.request_id, {})
    _step(changes, facts, event.request_id, "commented", by_reporter=event.by_reporter, text=event.text)


def moderated(changes: Changes, facts: Facts, event: r.ServiceRequestModerated) -> None:
    """Shown, or not."""
    given = {
        "moderation": "shown" if event.shown else "hidden", "public_description": event.public_description,
        "photos_shown_at": facts.at if event.photos_shown else None,
    }  # fmt: skip
    _change(changes, facts, event.request_id, given)
    _step(changes, facts, event.request_id, "moderated", text=event.reason)


# ------------------------------------------------------------------------------------------------ parts
def _change(changes: Changes, facts: Facts, request_id: str, given: Mapping[str, Any]) -> None:
    """Change the row: in place where this entry made it, else with what this entry has changed of it already."""
    given = {**given, "changed_at": facts.at}
    row = changes.pending(REQUESTS, request_id)
    if row is None:
        row = changes.moving(_CHANGED, request_id)
        if row is None:
            row = dict.fromkeys((*_SET, *FIRST, *_SPECIAL)) | dict.fromkeys(_ADD, 0) | {"key": request_id}
            changes.move(_CHANGED, row)
        row.update((name, given[name]) for name in _SPECIAL if given.get(name) is not None)
        if given.get("closing") == 0:
            row["closed_at"] = None
    else:
        if given.get("closing") is not None:
            row["closed_at"] = given["closed_at"] if given["closing"] else None
        if given.get("merging") is not None:
            row["merged_into"] = given["merged_into"] if given["merging"] else None
    row.update((name, given[name]) for name in _SET if given.get(name) is not None)
    row.update((name, given[name]) for name in FIRST if given.get(name) is not None and row[name] is None)
    row.update((name, row[name] + given[name]) for name in _ADD if given.get(name))


def _take_over(changes: Changes, facts: Facts, request_id: str, carried: Mapping[str, Any] | None) -> None:
    """The row as the case before left it, in this case's record."""
    if carried is not None:
        changes.insert(REQUESTS, request_id, {**_read(carried), "request_id": request_id, "case_id": facts.case_id})


def _step(
    changes: Changes,
    facts: Facts,
    request_id: str,
    kind: str,
    *,
    at: datetime | None = None,
    status: str | None = None,
    marks: Iterable[str] = (),
    note: str = "",
    next_step: str = "",
    by_reporter: bool = False,
    text: str | None = None,
) -> None:
    number = _next(changes, STEPS, facts.seq)
    row = {
        "case_id": facts.case_id, "seq": facts.seq, "number": number, "request_id": request_id, "at": at or facts.at,
        "kind": kind, "status": status, "marks": " ".join(marks), "note": note, "next_step": next_step,
        "by_reporter": by_reporter, "text": text or None,
    }  # fmt: skip
    changes.insert(STEPS, (facts.seq, number), row)


def _photos(
    changes: Changes, facts: Facts, request_id: str, photos: Iterable[Mapping[str, Any]], *, by_reporter: bool
) -> None:
    for number, photo in enumerate(photos, 1):
        photo_id = f"{facts.case_id}.{facts.seq}.{number}"
        row = {
            "photo_id": photo_id, "request_id": request_id, "case_id": facts.case_id, "digest": photo["digest"],
            "public_digest": photo["public_digest"], "media_type": photo["media_type"], "size": photo["size"],
            "by_reporter": by_reporter, "added_at": facts.at,
        }  # fmt: skip
        changes.insert(PHOTOS, photo_id, row)


def _next(changes: Changes, kind: Insert, seq: int) -> int:
    return 1 + len([row for row in changes.pending_of(kind) if row["seq"] == seq])


def _said(said: Mapping[str, Any]) -> Values:
    """What was reported, as columns."""
    row = dict(said)
    if "attributes" in row:
        row["attributes"] = _json(row["attributes"])
    if row.get("lat") is not None:
        row["cell_row"], row["cell_column"] = cell_of(row["lat"], row["lon"]) or (None, None)
    return row


def carried_row(row: Mapping[str, Any]) -> Values:
    """A stored row as JSON, for the record of the next case."""
    kept = {name: value for name, value in row.items() if value is not None and name not in ("request_id", "case_id")}
    return {name: value.isoformat() if name in INSTANTS else value for name, value in kept.items()}


def _read(carried: Mapping[str, Any]) -> Values:
    return {**_EMPTY, **{name: _instant(value) if name in INSTANTS else value for name, value in carried.items()}}


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


APPLIERS: dict[type[Event], Any] = {
    r.ServiceRequestSubmitted: submitted,
    r.ServiceRequestImported: imported,
    r.ServiceRequestTold: told,
    r.ServiceRequestAdded: added,
    r.ServiceRequestCorrected: corrected,
    r.ServiceRequestWithdrawn: withdrawn,
    r.ServiceRequestReopened: reopened,
    r.ServiceRequestHandedOn: handed_on,
    r.ServiceRequestSplit: split,
    r.ServiceRequestMerged: merged,
    r.ServiceRequestsGathered: gathered,
    r.ServiceRequestRated: rated,
    r.ServiceRequestCommented: commented,
    r.ServiceRequestModerated: moderated,
}
