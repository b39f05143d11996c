"""Questions about service requests: of everybody, of reporters, of staff."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import ColumnElement, select, text

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import may
from workflow_engine.domain.service_requests import (
    OPEN,
    PUBLIC_STEPS,
    code_digest,
    is_code,
    public_text,
    read_tracking_number,
)
from workflow_engine.queries.nearness import around, distance
from workflow_engine.queries.paging import clamp, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.service_request_reach import SEE, units_within_reach, within_reach
from workflow_engine.queries.service_request_rows import (
    SELECT_PHOTOS,
    SELECT_PUBLIC,
    SELECT_STAFF,
    SELECT_STEPS,
    Addressee,
    NearServiceRequest,
    PublicServiceRequest,
    RequestPhotoRow,
    RequestStepRow,
    ServiceRequestDetail,
    ServiceRequestRow,
    public_row,
    staff_row,
    step_row,
)
from workflow_engine.queries.service_request_wishes import RequestWish, page_statement
from workflow_engine.queries.similar import SimilarQuestions
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.schema import (
    service_request,
    service_request_photo,
    service_request_reporter,
    service_request_step,
)
from workflow_engine.storage.visibility import may_see_case

MOST_NEAR = 500
_s, _t, _f, _p = service_request.c, service_request_step.c, service_request_photo.c, service_request_reporter.c
IS_PUBLIC = text("service_request.moderation = 'shown' AND NOT service_request.exercise")
"""Word for word the condition of the partial index."""
_NOBODY = code_digest("")
_ALL = RequestWish()


class ServiceRequestQueries(SimilarQuestions):
    """Everything is asked in one snapshot."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    # ---- everybody
    def find_public(self, request_id: str) -> PublicServiceRequest | None:
        """What everybody may see of it; None when there is none, or it is not shown."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(SELECT_PUBLIC.where(_s.request_id == request_id, IS_PUBLIC)).first()
        return None if row is None else public_row(row)

    def list_public(
        self, wish: RequestWish = _ALL, after: str | None = None, limit: int = 20, *, by_change: bool = False
    ) -> Page[PublicServiceRequest]:
        """Those that are shown, the newest first, or (``by_change``) those that changed last."""
        order = _s.changed_at if by_change else _s.received_at
        with self._snapshot() as snapshot:
            statement = page_statement(snapshot, SELECT_PUBLIC.where(IS_PUBLIC), wish, [], order, after, limit)
            rows = [public_row(row) for row in snapshot.connection.execute(statement)]
        if by_change:
            return page_of(rows, clamp(limit), lambda row: (row.changed_at, row.request_id))
        return page_of(rows, clamp(limit), lambda row: (row.received_at, row.request_id))

    def near(
        self,
        lat: float,
        lon: float,
        metres: float,
        category: str | None = None,
        *,
        open_only: bool = True,
        limit: int = 10,
    ) -> list[NearServiceRequest]:
        """Shown requests around a point, the nearest first."""
        points = select(_s.request_id, _s.lat, _s.lon).where(IS_PUBLIC, *around(lat, lon, metres))
        if category is not None:
            points = points.where(_s.category == category)
        if open_only:
            points = points.where(_s.status.in_(OPEN))
        points = points.order_by(_s.received_at.desc()).limit(MOST_NEAR)
        with self._snapshot() as snapshot:
            run = snapshot.connection.execute
            far = {row.request_id: distance(lat, lon, row.lat, row.lon) for row in run(points)}
            # Whole rows of the nearest only: in the middle of a city very many lie around.
            nearest = sorted((one for one in far if far[one] <= metres), key=lambda one: far[one])[:limit]
            rows = run(SELECT_PUBLIC.where(_s.request_id.in_(nearest))).all() if nearest else []
            found = [NearServiceRequest(public_row(row), far[row.request_id]) for row in rows]
        return sorted(found, key=lambda one: one.metres)

    def steps(self, request_id: str) -> list[RequestStepRow]:
        """What happened to a shown request, as everybody may read it; nothing where it is not shown."""
        wanted = (
            SELECT_STEPS.add_columns(_p.name, _p.contact)
            .select_from(service_request_step.join(service_request, _s.request_id == _t.request_id)
                         .outerjoin(service_request_reporter, _p.request_id == _t.request_id))
            .where(_t.request_id == request_id, _t.kind.in_(PUBLIC_STEPS), IS_PUBLIC)
            .order_by(_t.at, _t.case_id, _t.seq, _t.number)
        )  # fmt: skip
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(wanted).all()
        return [_covered(row) for row in rows]

    def photos(self, request_id: str) -> list[RequestPhotoRow]:
        """Photos of a shown request that everybody may see; give out ``public_digest`` only."""
        statement = (
            SELECT_PHOTOS.join(service_request, _s.request_id == _f.request_id)
            .where(_f.request_id == request_id, IS_PUBLIC, _f.added_at <= _s.photos_shown_at)
            .order_by(_f.added_at, _f.photo_id)
        )
        with self._snapshot() as snapshot:
            return [RequestPhotoRow(*row) for row in snapshot.connection.execute(statement)]

    # ---- reporters
    def track(self, tracking_number: str, code: str) -> ServiceRequestDetail | None:
        """The whole story for who has number and code; None for everybody else, whatever was wrong."""
        number = read_tracking_number(tracking_number)
        return self._tracked(_s.tracking_number == (number or ""), code)

    def track_by_id(self, request_id: str, code: str) -> ServiceRequestDetail | None:
        """The same by the request's id."""
        return self._tracked(_s.request_id == request_id, code)

    def find_addressee(self, request_id: str) -> Addressee | None:
        """How whoever reported it is written to; for workers."""
        statement = (
            select(_s.tracking_number, _s.exercise, _p.contact, _p.language)
            .join(service_request_reporter, _p.request_id == _s.request_id)
            .where(_s.request_id == request_id)
        )
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(statement).first()
        return None if row is None else Addressee(*row)

    # ---- staff
    def get(self, request_id: str, actor: Actor) -> ServiceRequestDetail:
        """The whole story for staff. Raises NotFoundError, also where it is out of reach."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(SELECT_STAFF.where(_s.request_id == request_id)).first()
            found = None if row is None else staff_row(row)
            if found is None or not _may_see(snapshot, found, actor):
                raise NotFoundError("Expected a service request, but there is none of this id.", request_id=request_id)
            return _detail(snapshot, found)

    def find_of_case(self, case_id: str, actor: Actor) -> ServiceRequestRow | None:
        """The request that a case within reach works on, or worked on; None where there is none."""
        own = select(_t.request_id).where(_t.case_id == case_id).limit(1).scalar_subquery()
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(SELECT_STAFF.where(_s.request_id == own)).first()
            found = None if row is None else staff_row(row)
            return found if found is not None and _may_see(snapshot, found, actor) else None

    def list(
        self, actor: Actor, wish: RequestWish = _ALL, after: str | None = None, limit: int = 50
    ) -> Page[ServiceRequestRow]:
        """Those within the actor's reach, the newest first."""
        with self._snapshot() as snapshot:
            reach, within = within_reach(actor), units_within_reach(actor)
            statement = page_statement(
                snapshot, SELECT_STAFF, wish, reach, _s.received_at, after, limit, within
            )
            rows = [staff_row(row) for row in snapshot.connection.execute(statement)]
        return page_of(rows, clamp(limit), lambda row: (row.received_at, row.request_id))

    def find_photo(self, photo_id: str, actor: Actor) -> RequestPhotoRow | None:
        """A photo of a request within the actor's reach."""
        with self._snapshot() as snapshot:
            photo = snapshot.connection.execute(SELECT_PHOTOS.where(_f.photo_id == photo_id)).first()
            if photo is None:
                return None
            row = snapshot.connection.execute(SELECT_STAFF.where(_s.request_id == photo.request_id)).first()
            visible = row is not None and _may_see(snapshot, staff_row(row), actor)
            return RequestPhotoRow(*photo) if visible else None

    # ---- inside
    def _tracked(self, which: ColumnElement[bool], code: str) -> ServiceRequestDetail | None:
        """Compares a digest also where there is no such request, so that the answer takes as long."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(SELECT_STAFF.add_columns(_p.code_sha256).where(which)).first()
            known = _NOBODY if row is None else row[-1] or _NOBODY
            if not is_code(code, known) or row is None or not code:
                return None
            return _detail(snapshot, staff_row(row[:-1]))

def _may_see(snapshot: Snapshot, row: ServiceRequestRow, actor: Actor) -> bool:
    """By right over its unit, or because its case is in reach."""
    if may(actor, SEE, row.unit_id, row.process_id):
        return True
    case = find_case(snapshot.unit, row.case_id, lock=False)
    return case is not None and may_see_case(snapshot.unit, actor, case)


def _detail(snapshot: Snapshot, row: ServiceRequestRow) -> ServiceRequestDetail:
    run = snapshot.connection.execute
    order = (_t.at, _t.case_id, _t.seq, _t.number)
    steps = [step_row(one) for one in run(SELECT_STEPS.where(_t.request_id == row.request_id).order_by(*order))]
    if row.merged_into is not None:
        since = next((step.at for step in reversed(steps) if step.kind == "merged"), row.changed_at)
        other = SELECT_STEPS.where(_t.request_id == row.merged_into, _t.kind == "told", _t.at >= since)
        steps += [step_row(one, of_other=True) for one in run(other.order_by(*order))]
    photos = run(SELECT_PHOTOS.where(_f.request_id == row.request_id).order_by(_f.added_at, _f.photo_id))
    merged = run(select(_s.request_id).where(_s.merged_into == row.request_id).order_by(_s.request_id)).scalars()
    cases = dict.fromkeys(step.case_id for step in steps if not step.of_other)
    return ServiceRequestDetail(
        row, tuple(steps), tuple(RequestPhotoRow(*one) for one in photos), tuple(merged), tuple(cases)
    )


def _covered(row: Any) -> RequestStepRow:
    *values, name, contact = row
    step = step_row(values)
    note = public_text(step.status_note, name or "", contact or "")
    next_step = public_text(step.next_step, name or "", contact or "")
    return RequestStepRow(
        step.at, step.kind, step.status, step.marks, note, next_step, step.by_reporter, None, step.case_id
    )
