"""Questions about resources, requests and offers. Reached as ``engine.queries.resources``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import is_reader, may
from workflow_engine.domain.resource_reach import KEEP, is_owner, may_coordinate, own_units
from workflow_engine.domain.resources import LIVE, SOUGHT, request_stream
from workflow_engine.queries import resource_reading as reading
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.resource_history import history
from workflow_engine.queries.resource_missing import MissingLine, missing_lines, request_of
from workflow_engine.queries.resource_reservations import reservations, with_reservations
from workflow_engine.queries.resource_rows import (
    BookingRow,
    CaseLine,
    OfferRow,
    ResourceDetail,
    ResourceFigures,
    ResourceRequestDetail,
    ResourceRequestRow,
    ResourceRequestWish,
    ResourceRow,
    ResourceWish,
)
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.resource_checking import JudgedRow, judge_rows
from workflow_engine.storage.resource_matching import STAGES, Candidate, Matching
from workflow_engine.storage.schema import (
    process_instance,
    resource,
    resource_booking,
    resource_offer,
    resource_request,
    resource_request_line,
    stream,
    unit,
    unit_below,
)
from workflow_engine.storage.visibility import visible_to

_r, _q, _o, _b, _l = (
    resource.c, resource_request.c, resource_offer.c, resource_booking.c, resource_request_line.c,
)  # fmt: skip
ANY, EVERY = ResourceWish(), ResourceRequestWish()
MOST_ON_MAP = 2_000
MOST_CANDIDATES = 12
MOST_BOOKINGS = 200
_BELOW = select(unit_below.c.unit_id)


class ResourceQueries:
    """What lies out of the actor's reach is not there."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]], clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    # ---- the register
    def register(
        self, actor: Actor, wish: ResourceWish = ANY, after: str | None = None, limit: int = 50
    ) -> Page[ResourceRow]:
        """Resources within reach, by kind and type."""
        limit, key = clamp(limit), decode(after, 3)
        wanted = reading.RESOURCES.where(*_wished(wish), *reading.resources_within(actor, mine=wish.mine))
        if key is not None:
            wanted = wanted.where(tuple_(_r.kind, _r.type, _r.resource_id) > tuple_(*map(literal, key)))
        wanted = wanted.order_by(_r.kind, _r.type, _r.resource_id).limit(limit + 1)
        with self._snapshot() as snapshot:
            rows = [ResourceRow(**row._mapping) for row in snapshot.connection.execute(wanted)]
            rows = with_reservations(snapshot, rows, self._clock.now())
        return page_of(rows, limit, lambda row: (row.kind, row.type, row.resource_id))

    def on_map(self, actor: Actor, wish: ResourceWish = ANY) -> Sequence[ResourceRow]:
        """Those of them that stand at a known point."""
        wanted = reading.RESOURCES.where(
            _r.lat.is_not(None), *_wished(wish), *reading.resources_within(actor, mine=wish.mine)
        )
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(wanted.order_by(_r.resource_id).limit(MOST_ON_MAP))
            rows = [ResourceRow(**row._mapping) for row in found]
            return with_reservations(snapshot, rows, self._clock.now())

    def get(self, resource_id: str, actor: Actor) -> ResourceDetail:
        """One resource with what it was and is booked for. Raises NotFoundError."""
        wanted = reading.RESOURCES.where(_r.resource_id == resource_id, *reading.resources_within(actor, mine=False))
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(wanted).one_or_none()
            if row is None:
                raise NotFoundError(f"Expected a resource {resource_id[:64]!r}, but there is none.")
            (found,) = with_reservations(snapshot, [ResourceRow(**row._mapping)], self._clock.now())
            bookings = reading.bookings(
                snapshot, _b.resource_id == resource_id, newest_first=True, most=MOST_BOOKINGS
            )
            titles = _titles(snapshot, bookings, actor)
            changes, kept = history(snapshot, resource_id), reservations(snapshot, resource_id)
        is_own = is_owner(actor, found.unit_id)
        keeps = not is_reader(actor) and (is_own or may(actor, KEEP))
        told = [
            replace(one, may_move=is_own and not one.is_over, request_title=titles.get(one.request_id, ""))
            for one in bookings
        ]
        return ResourceDetail(found, tuple(told), kept, changes, keeps)

    def keepable_units(self, actor: Actor) -> Sequence[tuple[str, str, str]]:
        """(id, Chinese name, English name) of the units for which the actor keeps rows of the register."""
        wanted = select(unit.c.unit_id, unit.c.name_zh, unit.c.name_en).where(~unit.c.disabled)
        if is_reader(actor):
            return []
        if not may(actor, KEEP):
            wanted = wanted.where(unit.c.unit_id.in_(sorted(own_units(actor))))
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(wanted.order_by(unit.c.unit_id).limit(MOST_ON_MAP))
            return [(row[0], row[1], row[2]) for row in found]

    def kept(self, actor: Actor) -> Sequence[ResourceRow]:
        """The rows that the actor keeps, for a file; withdrawn ones left out."""
        wanted = reading.RESOURCES.where(_r.standing != "withdrawn")
        if not may(actor, KEEP):
            wanted = wanted.where(_r.unit_id.in_(sorted(own_units(actor))))
        with self._snapshot() as snapshot:
            return [ResourceRow(**row._mapping) for row in snapshot.connection.execute(wanted.order_by(_r.resource_id))]

    def judge(self, rows: Sequence[Mapping[str, Any]], actor: Actor) -> Sequence[JudgedRow]:
        """What rows would do to the register, were they put now: row by row."""
        with self._snapshot() as snapshot:
            return judge_rows(snapshot.unit, rows, actor)

    def types(self, actor: Actor) -> Sequence[tuple[str, str]]:
        """(kind, type) of what there is within reach."""
        wanted = select(_r.kind, _r.type).where(*reading.resources_within(actor, mine=False)).distinct()
        with self._snapshot() as snapshot:
            return [(row[0], row[1]) for row in snapshot.connection.execute(wanted.order_by(_r.kind, _r.type))]

    def everything(self) -> Iterator[ResourceRow]:
        """The whole register, for a file."""
        with self._snapshot() as snapshot:
            wanted = reading.RESOURCES.order_by(_r.resource_id)
            yield from [ResourceRow(**row._mapping) for row in snapshot.connection.execute(wanted)]

    # ---- requests
    def requests(
        self, actor: Actor, wish: ResourceRequestWish = EVERY, after: str | None = None, limit: int = 50
    ) -> Page[ResourceRequestRow]:
        """Requests within reach with their lines, the newest first."""
        limit, key = clamp(limit), decode(after, 2)
        wanted = reading.REQUESTS.where(*_asked(wish), *reading.requests_within(actor))
        if key is not None:
            place = tuple_(literal(key[0], _q.requested_at.type), literal(key[1]))
            wanted = wanted.where(tuple_(_q.requested_at, _q.request_id) < place)
        wanted = wanted.order_by(_q.requested_at.desc(), _q.request_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            rows = reading.with_lines(snapshot, wanted)
        return page_of(rows, limit, lambda row: (row.requested_at, row.request_id))

    def missing(self, actor: Actor) -> Sequence[MissingLine]:
        """What is missing within reach and who could give it, the most urgent first."""
        with self._snapshot() as snapshot:
            return missing_lines(snapshot, actor, self._clock.now())

    def get_request(self, request_id: str, actor: Actor) -> ResourceRequestDetail:
        """One request: line by line what is filled by whom, and why. Raises NotFoundError."""
        wanted = reading.REQUESTS.where(_q.request_id == request_id, *reading.requests_within(actor))
        with self._snapshot() as snapshot:
            rows = reading.with_lines(snapshot, wanted)
            if not rows:
                raise NotFoundError(f"Expected a request {request_id[:64]!r}, but there is none.")
            row = rows[0]
            coordinates = may_coordinate(actor, row.coordinator, row.unit_id)
            bookings = [
                replace(one, may_move=not one.is_over and (coordinates or is_owner(actor, one.unit_id)))
                for one in reading.bookings(snapshot, _b.request_id == request_id)
            ]
            head = select(stream.c.seq, stream.c.head).where(stream.c.stream_id == request_stream(request_id))
            entries, chain_head = snapshot.connection.execute(head).one()
            is_live = row.state in LIVE
            is_own = row.unit_id is not None and is_owner(actor, row.unit_id)
            return ResourceRequestDetail(
                row=row, bookings=tuple(bookings),
                offers=tuple(reading.offers(snapshot, _o.request_id == request_id)),
                candidates=_candidates(snapshot, row, self._clock.now()) if coordinates and is_live else {},
                may_coordinate=coordinates, may_cancel=is_live and (coordinates or is_own),
                may_open_origin=_sees(snapshot, row.origin_case_id, actor),
                may_open_case=_sees(snapshot, row.case_id, actor), entries=entries, chain_head=chain_head,
            )  # fmt: skip

    def lines_of(self, case_id: str) -> Sequence[CaseLine]:
        """What a case asked for: requested, assigned and missing, line by line, the oldest request first."""
        with self._snapshot() as snapshot:
            return reading.lines_of_cases(snapshot, [case_id]).get(case_id, [])

    def requests_of_case(self, case_id: str, actor: Actor) -> Sequence[ResourceRequestRow]:
        """Requests of a case within the actor's reach. Raises NotFoundError."""
        wanted = reading.REQUESTS.where(or_(_q.origin_case_id == case_id, _q.case_id == case_id))
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            return reading.with_lines(snapshot, wanted.order_by(_q.requested_at, _q.request_id))

    # ---- offers
    def offers(
        self, actor: Actor, *, open_only: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[OfferRow]:
        """What the actor's own units were asked for, the newest first."""
        limit, key = clamp(limit), decode(after, 2)
        conditions: list[ColumnElement[bool]] = [_o.unit_id.in_(sorted(own_units(actor)))]
        if open_only:
            conditions += [
                _o.state.in_(("asked", "offered")), _o.until > self._clock.now(), _q.state.in_(sorted(SOUGHT)),
            ]  # fmt: skip
        if key is not None:
            place = tuple_(literal(key[0], _o.asked_at.type), literal(key[1]))
            conditions.append(tuple_(_o.asked_at, _o.offer_id) < place)
        with self._snapshot() as snapshot:
            rows = reading.offers(snapshot, *conditions, newest_first=True, most=limit + 1)
        return page_of(rows, limit, lambda row: (row.asked_at, row.offer_id))

    def to_offer(self, actor: Actor) -> Sequence[ResourceRow]:
        """What the actor's own units have in service, to be offered."""
        wanted = reading.RESOURCES.where(_r.standing == "in_service", *reading.resources_within(actor, mine=True))
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(wanted.order_by(_r.type, _r.resource_id).limit(MOST_ON_MAP))
            return [ResourceRow(**row._mapping) for row in found]

    # ---- figures
    def figures(self, since: datetime) -> ResourceFigures:
        """How the requests since then were filled, and what is free now."""
        requests = select(_q.request_id, _q.requested_at, _q.first_at, _q.filled_at).where(
            _q.requested_at >= since, ~_q.exercise, _q.state != "cancelled"
        )
        lines = (
            select(_l.quantity, _l.assigned)
            .join(resource_request, _q.request_id == _l.request_id)
            .where(_q.requested_at >= since, ~_q.exercise, _q.state != "cancelled")
        )
        stock = select(func.count(), func.count().filter(_r.booked < _r.quantity)).where(_r.standing == "in_service")
        with self._snapshot() as snapshot:
            asked = snapshot.connection.execute(requests).all()
            parts = snapshot.connection.execute(lines).all()
            in_service, free = snapshot.connection.execute(stock).one()
        first = [row.first_at - row.requested_at for row in asked if row.first_at]
        filled = [row.filled_at - row.requested_at for row in asked if row.filled_at]
        return ResourceFigures(
            requests=len(asked), lines=len(parts), asked=len(parts),
            filled=sum(1 for one in parts if one.assigned >= one.quantity),
            part=sum(one.assigned / one.quantity for one in parts) / len(parts) if parts else None,
            first_median=_middle(first), filled_median=_middle(filled), free=free, in_service=in_service,
        )  # fmt: skip


def _middle(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None


def _candidates(snapshot: Snapshot, row: ResourceRequestRow, now: datetime) -> dict[int, tuple[Candidate, ...]]:
    matching = Matching(snapshot.unit, request_of(row), now)
    return {
        line.line_no: tuple(matching.candidates(line, STAGES["peers"])[:MOST_CANDIDATES])
        for line in matching.lines
        if line.missing
    }


def _titles(snapshot: Snapshot, bookings: Sequence[BookingRow], actor: Actor) -> dict[str, str]:
    """Of the requests that the actor may see."""
    ids = sorted({one.request_id for one in bookings})
    wanted = select(_q.request_id, _q.title).where(_q.request_id.in_(ids), *reading.requests_within(actor))
    return {row[0]: row[1] or "" for row in snapshot.connection.execute(wanted)}


def _sees(snapshot: Snapshot, case_id: str | None, actor: Actor) -> bool:
    if case_id is None:
        return False
    conditions = [process_instance.c.case_id == case_id]
    if (visible := visible_to(actor)) is not None:
        conditions.append(visible)
    return snapshot.connection.execute(select(process_instance.c.case_id).where(*conditions)).first() is not None


def _wished(wish: ResourceWish) -> Iterator[ColumnElement[bool]]:
    if wish.kind:
        yield _r.kind == wish.kind
    if wish.type:
        yield _r.type == wish.type
    if wish.unit_id:
        yield _r.unit_id.in_(_BELOW.where(unit_below.c.ancestor_id == wish.unit_id))
    if wish.standing == "free":
        yield and_(_r.standing == "in_service", _r.booked < _r.quantity)
    elif wish.standing == "out":
        yield or_(_r.booked > 0, _r.drilled > 0)
    elif wish.standing:
        yield _r.standing == wish.standing
    else:
        yield _r.standing != "withdrawn"
    if wish.text:
        pattern = "%" + wish.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        yield or_(*(column.ilike(pattern, escape="\\") for column in (_r.name_zh, _r.name_en, _r.place)))


def _asked(wish: ResourceRequestWish) -> Iterator[ColumnElement[bool]]:
    if wish.state in ("live", "sought"):
        yield _q.state.in_(sorted(LIVE if wish.state == "live" else SOUGHT))
    elif wish.state:
        yield _q.state == wish.state
    if wish.unit_id:
        yield _q.unit_id.in_(_BELOW.where(unit_below.c.ancestor_id == wish.unit_id))
    if wish.case_id:
        yield or_(_q.origin_case_id == wish.case_id, _q.case_id == wish.case_id)
    if wish.exercises is not None:
        yield _q.exercise == wish.exercises
