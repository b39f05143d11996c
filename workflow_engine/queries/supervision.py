"""Notices of supervision: for those who supervise, within their reach, and for the units that have to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import held, is_reader, may
from workflow_engine.domain.supervision import RUNGS, RUNNING, stream_of
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.queries.supervision_rows import (
    NoticeAnswerRow,
    NoticeDetail,
    NoticeFileRow,
    NoticeRow,
    NoticeWish,
    WaitingNotices,
)
from workflow_engine.storage.schema import (
    process_instance,
    stream,
    supervision_answer,
    supervision_file,
    supervision_notice,
    unit,
    unit_below,
)
from workflow_engine.storage.schema.supervision import RUNS, WAITS
from workflow_engine.storage.statement import Statement, among
from workflow_engine.storage.visibility import visible_to

_n, _a, _f, _u = supervision_notice.c, supervision_answer.c, supervision_file.c, unit.c
_OWN = ("unit_name_zh", "unit_name_en")
_COLUMNS = (
    *(_n[item.name] for item in fields(NoticeRow) if item.name not in _OWN),
    _u.name_zh.label("unit_name_zh"),
    _u.name_en.label("unit_name_en"),
)
_SELECT = select(*_COLUMNS).select_from(supervision_notice.join(unit, _u.unit_id == _n.unit_id))
_WAITING = Statement(
    lambda dialect: (
        select(_n.notice_id, _n.rung, _n.answer_by)
        .where(among(dialect, _n.unit_id, "units"), WAITS)
        .order_by(_n.answer_by, _n.notice_id)
        .limit(100)
    )
)
_AS_ISSUED = (_n.issued_at, case({rung: place for place, rung in enumerate(RUNGS)}, value=_n.rung), _n.notice_id)
"""Two that went out at the same instant stand as they climb."""
ANY = NoticeWish()
SEE, ISSUE = "supervision.see", "supervision.issue"


class SupervisionQueries:
    """``engine.queries.supervision``; what lies out of the actor's reach is not there."""

    def __init__(
        self,
        snapshot: Callable[[], AbstractContextManager[Snapshot]],
        look: Callable[[], AbstractContextManager[Look]],
    ) -> None:
        self._snapshot = snapshot
        self._look = look

    def notices(
        self, actor: Actor, wish: NoticeWish = ANY, after: str | None = None, limit: int = 50
    ) -> Page[NoticeRow]:
        """Notices within reach, the newest first."""
        limit, key = clamp(limit), decode(after, 2)
        wanted = _SELECT.where(*_wished(wish), *_reach(actor, mine=wish.mine))
        if key is not None:
            place = tuple_(literal(key[0], _n.issued_at.type), literal(key[1]))
            wanted = wanted.where(tuple_(_n.issued_at, _n.notice_id) < place)
        wanted = wanted.order_by(_n.issued_at.desc(), _n.notice_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            rows = _rows(snapshot, wanted)
        return page_of(rows, limit, lambda row: (row.issued_at, row.notice_id))

    def running(self, actor: Actor, unit_id: str = "", limit: int = 8) -> list[NoticeRow]:
        """Notices that wait for an answer or a verdict, in the order in which they are due."""
        wish = NoticeWish(unit_id=unit_id)
        wanted = _SELECT.where(RUNS, ~_n.exercise, *_wished(wish), *_reach(actor, mine=False))
        with self._snapshot() as snapshot:
            return _rows(snapshot, wanted.order_by(_n.answer_by, _n.notice_id).limit(limit))

    def get_notice(self, notice_id: str, actor: Actor) -> NoticeDetail:
        """One notice with its answers. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            return _detail(snapshot, _require(snapshot, notice_id, actor), actor)

    def notices_of_case(self, case_id: str, actor: Actor) -> list[NoticeRow]:
        """Notices about a case, the oldest first. Raises NotFoundError where neither they nor it are within reach."""
        found = self.notices_about(case_id, actor)
        if not found:
            with self._snapshot() as snapshot:
                require_visible_case(snapshot, case_id, actor)
        return found

    def notices_about(self, case_id: str, actor: Actor) -> list[NoticeRow]:
        """Those that are within reach, whether the case is or not."""
        wanted = _SELECT.where(_n.case_id == case_id, *_reach(actor, mine=False))
        with self._snapshot() as snapshot:
            return _rows(snapshot, wanted.order_by(*_AS_ISSUED))

    def waiting_for(self, actor: Actor) -> WaitingNotices:
        """What the actor's own units still have to answer; one look into an index, for every page that asks."""
        with self._look() as look:
            units = orjson.dumps(sorted(own_units(actor))).decode()
            rows = look.unit.all(_WAITING, {"units": units})
        if not rows:
            return WaitingNotices(0, None, None, None)
        return WaitingNotices(len(rows), rows[0][0], rows[0][1], rows[0][2])

    def get_notice_file(self, notice_id: str, answer_no: int, file_no: int, actor: Actor) -> NoticeFileRow:
        """A file put to an answer. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            _require(snapshot, notice_id, actor)
            found = _files(snapshot, notice_id).get(answer_no, [])
        for file in found:
            if file.file_no == file_no:
                return file
        raise NotFoundError(f"Expected a file of notice {notice_id[:64]!r}, but there is none.")

    # ---- for the clock
    def to_remind(self, now: datetime, most: int = 50) -> list[str]:
        """Notices whose unit is to be reminded."""
        wanted = select(_n.notice_id).where(WAITS, _n.remind_at.is_not(None), _n.remind_at <= now)
        return self._ids(wanted.order_by(_n.remind_at).limit(most))

    def run_out(self, now: datetime, most: int = 50) -> list[str]:
        """Notices whose time to answer is over, to be marked."""
        wanted = select(_n.notice_id).where(RUNS, WAITS, _n.answer_by <= now, _n.overdue_at.is_(None))
        return self._ids(wanted.order_by(_n.answer_by).limit(most))

    def to_climb(self, most: int = 50) -> list[NoticeRow]:
        """Notices that go up the ladder by themselves now: marked, unanswered, their case not over."""
        running = exists().where(
            process_instance.c.case_id == _n.case_id, process_instance.c.state.not_in(sorted(ENDED_CASE))
        )
        wanted = _SELECT.where(
            RUNS, WAITS, _n.escalates, _n.overdue_at.is_not(None), ~_u.disabled, or_(_n.case_id.is_(None), running)
        )
        with self._snapshot() as snapshot:
            return _rows(snapshot, wanted.order_by(_n.answer_by).limit(most))

    def _ids(self, wanted: Select[Any]) -> list[str]:
        with self._snapshot() as snapshot:
            return [str(row[0]) for row in snapshot.connection.execute(wanted)]


def own_units(actor: Actor) -> set[str]:
    """The units for which the actor answers: their own, and those of the people for whom they stand in."""
    groups = set(actor.groups).union(*(one.groups for one in actor.absent(None)))
    return {group.removeprefix("unit:") for group in groups if group.startswith("unit:")}


def supervised_units(actor: Actor, *verbs: str) -> set[str] | None:
    """Every unit that the actor supervises by one of the verbs; None: every one there is."""
    found: set[str] = set()
    for one in (each for verb in verbs for each in held(actor, verb)):
        if one.units is None:
            return None
        found |= one.units
    return found


def _reach(actor: Actor, *, mine: bool) -> list[ColumnElement[bool]]:
    own = own_units(actor)
    if mine:
        return [_n.unit_id.in_(own)]
    supervised = supervised_units(actor, SEE, ISSUE)
    return [] if supervised is None else [_n.unit_id.in_(supervised | own)]


def _wished(wish: NoticeWish) -> Iterable[ColumnElement[bool]]:
    if wish.state == "running":
        yield RUNS  # type: ignore[misc]
    elif wish.state == "overdue":
        yield and_(WAITS, _n.overdue_at.is_not(None))
    elif wish.state == "settled":
        yield _n.state.not_in(RUNNING)
    elif wish.state:
        yield _n.state == wish.state
    if wish.rung:
        yield _n.rung == wish.rung
    if wish.unit_id:
        yield _n.unit_id.in_(select(unit_below.c.unit_id).where(unit_below.c.ancestor_id == wish.unit_id))
    if wish.case_id:
        yield _n.case_id == wish.case_id


def _rows(snapshot: Snapshot, wanted: Select[Any]) -> list[NoticeRow]:
    return [NoticeRow(*row) for row in snapshot.connection.execute(wanted)]


def _require(snapshot: Snapshot, notice_id: str, actor: Actor) -> NoticeRow:
    found = _rows(snapshot, _SELECT.where(_n.notice_id == notice_id, *_reach(actor, mine=False)))
    if not found:
        raise NotFoundError(f"Expected a notice {notice_id[:64]!r}, but there is none.", notice_id=notice_id)
    return found[0]


def _detail(snapshot: Snapshot, row: NoticeRow, actor: Actor) -> NoticeDetail:
    files = _files(snapshot, row.notice_id)
    answers = snapshot.connection.execute(
        select(*(_a[item.name] for item in fields(NoticeAnswerRow) if item.name != "files"))
        .where(_a.notice_id == row.notice_id)
        .order_by(_a.answer_no)
    )
    head = select(stream.c.seq, stream.c.head).where(stream.c.stream_id == stream_of(row.notice_id))
    entries, chain_head = snapshot.connection.execute(head).one()
    is_own = row.unit_id in own_units(actor)
    writes = not is_reader(actor)
    return NoticeDetail(
        row=row,
        answers=tuple(NoticeAnswerRow(**each._mapping, files=tuple(files.get(each.answer_no, ()))) for each in answers),
        ladder=tuple(_ladder(snapshot, row)),
        may_answer=is_own and writes and row.state == "open",
        may_judge=writes and not is_own and row.state in RUNNING and may(actor, ISSUE, row.unit_id),
        may_open_case=_sees(snapshot, row.case_id, actor),
        entries=entries,
        chain_head=chain_head,
    )


def _ladder(snapshot: Snapshot, row: NoticeRow) -> list[NoticeRow]:
    if row.case_id is not None:
        same = _SELECT.where(_n.case_id == row.case_id, _n.unit_id == row.unit_id)
        return _rows(snapshot, same.order_by(*_AS_ISSUED))
    found = [row]
    while found[0].follows is not None:
        found[:0] = _rows(snapshot, _SELECT.where(_n.notice_id == found[0].follows))
    while above := _rows(snapshot, _SELECT.where(_n.follows == found[-1].notice_id)):
        found += above[:1]
    return found


def _files(snapshot: Snapshot, notice_id: str) -> dict[int, list[NoticeFileRow]]:
    found: dict[int, list[NoticeFileRow]] = {}
    columns = (_f.answer_no, _f.file_no, _f.digest, _f.size, _f.media_type, _f.name)
    wanted = select(*columns).where(_f.notice_id == notice_id).order_by(_f.answer_no, _f.file_no)
    for row in snapshot.connection.execute(wanted):
        name = row.name or ""
        found.setdefault(row.answer_no, []).append(
            NoticeFileRow(row.file_no, row.digest, row.size, row.media_type, name)
        )
    return found


def _sees(snapshot: Snapshot, case_id: str | None, actor: Actor) -> bool:
    if case_id is None:
        return False
    conditions = [process_instance.c.case_id == case_id]
    if (visible := visible_to(actor)) is not None:
        conditions.append(visible)
    return snapshot.connection.execute(select(process_instance.c.case_id).where(*conditions)).first() is not None
