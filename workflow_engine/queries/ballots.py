"""Questions about ballots: the agenda, one's own, one ballot whole, and whether a receipt is in the box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.ballot_counting import ABSENT, EXPECTED, RECUSED, plain
from workflow_engine.domain.ballot_offers import RUNNING
from workflow_engine.domain.ballot_rules import Rules
from workflow_engine.domain.ballot_speaking import capacity_for
from workflow_engine.domain.errors import NotFoundError, RejectedError
from workflow_engine.domain.permissions import may
from workflow_engine.queries.ballot_casts import votes_of_case
from workflow_engine.queries.ballot_rows import (
    BallotDetail,
    BallotRow,
    ItemStanding,
    OwnSeat,
    OwnVoteRow,
    PaperRow,
    PreparationRow,
    ReplayVoteRow,
    RoundRow,
    SeatRow,
    VoteRow,
)
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.ballot_counts import standing
from workflow_engine.storage.ballots import FoundBallot, find_ballot, rules_from
from workflow_engine.storage.schema import (
    ballot,
    ballot_paper,
    ballot_preparation,
    ballot_round,
    ballot_vote,
    ballot_voter,
    offer,
    process_instance,
    user_task,
)
from workflow_engine.storage.visibility import subjects_by_process, subjects_of, visible_to

LISTS = ("running", "mine", "ended")
_task = user_task.alias()  # what a person may see asks for user tasks as well
_b, _i, _t, _v, _c = ballot.c, process_instance.c, _task.c, ballot_voter.c, ballot_vote.c
_ROW = (
    _b.ballot_id, _b.case_id, _i.process_id, _i.title, _b.element_id, _t.name, _b.state, _b.round_no, _b.secrecy,
    _b.chair, _b.lead, _b.opened_at, _b.due_at, _b.decided_at, _b.outcome,
)  # fmt: skip
_MORE = (_b.sort_key, _b.rules, _b.clauses, _i.definition_id)
Turnouts = dict[str, tuple[int, int, int]]



class BallotQueries:
    """The read side of ballots."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, actor: Actor, which: str = "running", after: str | None = None, limit: int = 50) -> Page[BallotRow]:
        """Ballots within the actor's reach: ``running``, ``mine`` (where they have something to do) or ``ended``."""
        if which not in LISTS:
            raise RejectedError(f"Expected one of {', '.join(LISTS)}, but got {which[:40]!r}.")
        limit = clamp(limit)
        wanted = _listed(actor, which)
        if which == "ended":
            key = decode(after, 2)
            if key is not None:
                wanted = wanted.where(tuple_(_b.decided_at, _b.ballot_id) < key)
            wanted = wanted.order_by(_b.decided_at.desc(), _b.ballot_id.desc())
        else:
            key = decode(after, 2)
            if key is not None:
                wanted = wanted.where(tuple_(_b.sort_key, _b.ballot_id) > key)
            wanted = wanted.order_by(_b.sort_key, _b.ballot_id)
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(wanted.limit(limit + 1)).all()
            counts = _turnouts(snapshot, [row.ballot_id for row in found])
        rows = [(_row(row, counts), row.sort_key) for row in found]
        page = page_of(
            rows, limit, lambda one: (one[0].decided_at if which == "ended" else one[1], one[0].ballot_id)
        )
        return Page([row for row, _ in page.items], page.next_cursor)

    def of_case(self, case_id: str, actor: Actor) -> list[BallotRow]:
        """Every ballot of a case, the oldest first. Raises NotFoundError."""
        wanted = _select(actor).where(_b.case_id == case_id).order_by(_b.opened_at, _b.ballot_id)
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            found = snapshot.connection.execute(wanted).all()
            counts = _turnouts(snapshot, [row.ballot_id for row in found])
        return [_row(row, counts) for row in found]

    def find(self, ballot_id: str, actor: Actor) -> BallotDetail | None:
        """The ballot that a user task is, within reach; None where the task is no ballot."""
        with self._snapshot() as snapshot:
            if snapshot.connection.execute(select(_b.ballot_id).where(_b.ballot_id == ballot_id)).first() is None:
                return None
        return self.get(ballot_id, actor)

    def get(self, ballot_id: str, actor: Actor) -> BallotDetail:
        """One ballot, with as much as its secrecy lets be known now. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(_select(actor).where(_b.ballot_id == ballot_id)).first()
            found = None if row is None else find_ballot(snapshot.unit, ballot_id)
            if row is None or found is None:
                raise NotFoundError(f"Expected to look at ballot {ballot_id[:80]!r}, but there is no such ballot.")
            counts = _turnouts(snapshot, [ballot_id])
            return _detail(snapshot, _row(row, counts), found, actor)

    def cast_by(self, actor: Actor, after: str | None = None, limit: int = 20) -> Page[OwnVoteRow]:
        """Ballots in which the actor cast a vote, for themselves or for somebody, the latest first."""
        limit, key = clamp(limit), decode(after, 2)
        latest = func.max(_c.cast_at).label("latest")
        mine = select(_c.ballot_id, latest).where(_c.cast_by == actor.actor_id).group_by(_c.ballot_id)
        if key is not None:
            mine = mine.having(tuple_(latest, _c.ballot_id) < key)
        mine = mine.order_by(latest.desc(), _c.ballot_id.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            instants = {row.ballot_id: row.latest for row in snapshot.connection.execute(mine)}
            found = snapshot.connection.execute(_select(actor).where(_b.ballot_id.in_(list(instants)))).all()
            counts = _turnouts(snapshot, [row.ballot_id for row in found])
        rows = {row.ballot_id: _row(row, counts) for row in found}
        page = page_of(list(instants.items()), limit, lambda one: (one[1], one[0]))
        return Page([OwnVoteRow(rows[one], at) for one, at in page.items if one in rows], page.next_cursor)

    def votes_of_case(self, case_id: str, actor: Actor) -> list[ReplayVoteRow]:
        """Every vote of a case in the order in which they came in, for its replay. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            return votes_of_case(snapshot, case_id)

    def has_receipt(self, ballot_id: str, fingerprint: str, actor: Actor) -> bool:
        """Whether a vote or paper with this fingerprint is in the box. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            if snapshot.connection.execute(_select(actor).where(_b.ballot_id == ballot_id)).first() is None:
                raise NotFoundError(f"Expected to look at ballot {ballot_id[:80]!r}, but there is no such ballot.")
            for table in (ballot_vote, ballot_paper):
                wanted = select(table.c.ballot_id).where(
                    table.c.ballot_id == ballot_id, table.c.fingerprint == fingerprint
                )
                if snapshot.connection.execute(wanted.limit(1)).first() is not None:
                    return True
        return False


# ------------------------------------------------------------------------------------------------ lists
def _select(actor: Actor) -> Select[Any]:
    wanted = (
        select(*_ROW, *_MORE)
        .join(process_instance, _i.case_id == _b.case_id)
        .join(_task, _t.user_task_id == _b.ballot_id)
    )
    condition = visible_to(actor)
    return wanted if condition is None else wanted.where(condition)


def _listed(actor: Actor, which: str) -> Select[Any]:
    if which == "ended":
        return _select(actor).where(_b.state.in_(("decided", "withdrawn")))
    wanted = _select(actor).where(_b.state.in_(RUNNING))
    if which == "running":
        return wanted
    o = offer.c
    mine: ColumnElement[bool] = o.subject.in_(subjects_of(actor))
    for process_id, names in subjects_by_process(actor).items():
        mine = or_(mine, and_(o.subject.in_(names), o.process_id == process_id))
    return wanted.where(exists().where(o.user_task_id == _b.ballot_id, o.state == "open", mine))


def _row(row: Any, counts: Turnouts) -> BallotRow:
    voters, voted, absent = counts.get(row.ballot_id, (0, 0, 0))
    rules = rules_from(row.rules, row.clauses)
    base = voters - (absent if rules.quorum_base == "present" else 0)
    values: tuple[Any, ...] = (
        *tuple(row)[: len(_ROW)], voters, voted, row.definition_id, absent, str(rules.quorum),
        rules.quorum.is_met(voted, base), len(rules.items),
    )  # fmt: skip
    return BallotRow(*values)


def _turnouts(snapshot: Snapshot, ballot_ids: list[str]) -> Turnouts:
    """By ballot: voters that are not recused, those of them who have voted on everything, those who are absent."""
    execute = snapshot.connection.execute
    voters: dict[str, tuple[int, int]] = {
        ballot_id: (heads, absent)
        for ballot_id, heads, absent in execute(
            select(_v.ballot_id, func.count(), func.sum(case((_v.state == ABSENT, 1), else_=0)))
            .where(_v.ballot_id.in_(ballot_ids), _v.state != RECUSED)
            .group_by(_v.ballot_id)
        )
    }
    items = {
        row.ballot_id: 1 if row.clauses is None else len(orjson.loads(row.clauses))
        for row in execute(select(_b.ballot_id, _b.clauses).where(_b.ballot_id.in_(ballot_ids)))
    }
    votes = execute(
        select(_c.ballot_id, func.count())
        .join(ballot, and_(_b.ballot_id == _c.ballot_id, _b.round_no == _c.round_no))
        .where(_c.ballot_id.in_(ballot_ids))
        .group_by(_c.ballot_id)
    )
    voted: dict[str, int] = {ballot_id: heads // items[ballot_id] for ballot_id, heads in votes}
    return {
        ballot_id: (heads, voted.get(ballot_id, 0), int(absent)) for ballot_id, (heads, absent) in voters.items()
    }


# ------------------------------------------------------------------------------------------------ one ballot
def _detail(snapshot: Snapshot, shown: BallotRow, found: FoundBallot, actor: Actor) -> BallotDetail:
    rules, execute = found.rules, snapshot.connection.execute
    ended = found.state in ("decided", "withdrawn")
    shows_choices = found.secrecy == "open" or (found.secrecy == "after_close" and ended)
    cast = execute(select(ballot_vote).where(_c.ballot_id == found.ballot_id).order_by(_c.cast_at, _c.voter)).all()
    now = [row for row in cast if row.round_no == found.round_no]
    stored = execute(select(ballot).where(_b.ballot_id == found.ballot_id)).one()
    seats = execute(select(ballot_voter).where(_v.ballot_id == found.ballot_id).order_by(_v.seat_no)).all()
    heard: dict[str, set[str]] = {}
    for row in now:
        heard.setdefault(row.voter, set()).add(row.item)
    conducts = may(actor, "ballot.conduct", found.unit_id, found.process_id)
    chairs = found.chair is not None and capacity_for(actor, found.chair, "head", found.process_id, None) is not None
    running = found.state in RUNNING
    return BallotDetail(
        ballot=shown,
        rules={**orjson.loads(found.rules_json), **({} if found.items_json is None else _items(found.items_json))},
        choices=[
            {"name": one.name, "counts": one.counts, "needs_reason": one.name in rules.reasons}
            for one in rules.choices
        ],
        text_version=found.text_version,
        rounds=_rounds(snapshot, found.ballot_id),
        seats=[
            SeatRow(
                seat.voter, plain(seat.weight), bool(seat.has_veto), seat.voter == found.chair, seat.state, seat.reason,
                seat.mandate_to, seat.mandate_document, len(heard.get(seat.voter, ())),
            )
            for seat in seats
        ],
        standing=_standing(snapshot, found, shows_choices or (found.state == "decided")),
        votes=[_vote(row, shown=shows_choices) for row in now],
        papers=_papers(snapshot, found) if found.state == "decided" else [],
        earlier_votes=[_vote(row, shown=shows_choices) for row in cast if row.round_no != found.round_no],
        own=_own(actor, found, rules, seats, now, heard),
        preparations=_preparations(snapshot, found, actor),
        may_conduct=running and (conducts or chairs),
        may_amend=running
        and found.text_version is not None
        and found.round_no < rules.rounds
        and (conducts or chairs or (found.lead is not None and found.lead in actor.groups)),
        is_chair=chairs,
        result=None if stored.result is None else orjson.loads(stored.result),
        votes_seal=stored.votes_seal,
        papers_seal=stored.papers_seal,
    )  # fmt: skip


def _items(stored: str) -> dict[str, Any]:
    return {"ballot.items": orjson.loads(stored)}


def _rounds(snapshot: Snapshot, ballot_id: str) -> list[RoundRow]:
    r = ballot_round.c
    rows = snapshot.connection.execute(select(ballot_round).where(r.ballot_id == ballot_id).order_by(r.round_no))
    return [
        RoundRow(
            row.round_no, row.why, row.opened_at, row.opened_by, row.reason, row.text_version,
            None if row.text is None else orjson.loads(row.text), row.votes_before,
        )
        for row in rows
    ]  # fmt: skip


def _standing(snapshot: Snapshot, found: FoundBallot, shown: bool) -> list[ItemStanding]:
    tallies = standing(snapshot.unit, found)
    rows = []
    for item in found.rules.items:
        count = tallies[item.item_id]
        said: tuple[Any, ...] = (None, None, None, None)
        if shown:
            said = (dict(count.choices), plain(count.yes), plain(count.no), plain(count.abstain))
        rows.append(
            ItemStanding(item.item_id, item.title, count.voted, count.open, count.absent, count.recused, *said)
        )
    return rows


def _vote(row: Any, *, shown: bool) -> VoteRow:
    said = (row.choice, row.reason, row.fingerprint) if shown else (None, None, None)
    return VoteRow(
        row.voter, row.item, row.round_no, row.cast_by, row.capacity, row.cast_at, row.text_version, row.prepared_by,
        *said,
    )  # fmt: skip


def _papers(snapshot: Snapshot, found: FoundBallot) -> list[PaperRow]:
    p = ballot_paper.c
    rows = snapshot.connection.execute(
        select(p.item, p.choice, p.reason, p.fingerprint)
        .where(p.ballot_id == found.ballot_id, p.round_no == found.round_no)
        .order_by(p.fingerprint)
    )
    return [PaperRow(*row) for row in rows]


def _own(
    actor: Actor, found: FoundBallot, rules: Rules, seats: Sequence[Any], now: Sequence[Any],
    heard: dict[str, set[str]],
) -> list[OwnSeat]:  # fmt: skip
    """Every seat that the viewer speaks for; what they cast themselves they may see, but for the choice of a secret."""
    rows = []
    for seat in seats:
        capacity = capacity_for(actor, seat.voter, rules.inner, found.process_id, seat.mandate_to)
        if capacity is None and seat.voter.startswith("unit:") and seat.voter in actor.groups:
            capacity = "prepares"
        if capacity is None:
            continue
        left = [item.item_id for item in rules.items if item.item_id not in heard.get(seat.voter, set())]
        votes = [_vote(row, shown=not rules.is_secret) for row in now if row.voter == seat.voter]
        is_open = seat.state == EXPECTED and found.state == "open"
        rows.append(OwnSeat(seat.voter, capacity, seat.state, left if is_open else [], votes))
    return rows


def _preparations(snapshot: Snapshot, found: FoundBallot, actor: Actor) -> list[PreparationRow]:
    p = ballot_preparation.c
    units = sorted(group for group in actor.groups if group.startswith("unit:"))
    units += sorted(f"unit:{group[5:]}" for group in actor.groups if group.startswith("head:"))
    rows = snapshot.connection.execute(
        select(p.voter, p.item, p.choice, p.reason, p.prepared_by, p.prepared_at)
        .where(p.ballot_id == found.ballot_id, p.round_no == found.round_no, p.voter.in_(units))
        .order_by(p.voter, p.item)
    )
    return [PreparationRow(*row) for row in rows]

