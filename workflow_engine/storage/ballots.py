"""Ballots inside a transaction: the roll, and votes that many people insert at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import func, insert, literal, or_, select, update

from workflow_engine.domain.ballot_counting import EXPECTED
from workflow_engine.domain.ballot_offers import RUNNING, wanted_subjects
from workflow_engine.domain.ballot_rules import Rules, read_rules
from workflow_engine.storage.schema import (
    ballot,
    ballot_paper,
    ballot_preparation,
    ballot_vote,
    ballot_voter,
    offer,
    process_instance,
)
from workflow_engine.storage.statement import Statement, among, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_b, _v, _c, _o, _p = ballot.c, ballot_voter.c, ballot_vote.c, offer.c, ballot_paper.c
_FOUND = (
    _b.ballot_id, _b.case_id, _b.state, _b.round_no, _b.secrecy, _b.rules, _b.clauses, _b.chair, _b.lead, _b.voters,
    _b.least_votes, _b.text_version, _b.due_at, process_instance.c.state, process_instance.c.process_id,
    process_instance.c.unit_id, process_instance.c.started_by, _b.barred, process_instance.c.header,
)  # fmt: skip
_SELECT = (
    select(*_FOUND)
    .join(process_instance, process_instance.c.case_id == _b.case_id)
    .where(_b.ballot_id == param("ballot"))
)
_FIND = Statement(_SELECT)
_SHARE = Statement(_SELECT.with_for_update(read=True, of=ballot))
_LOCK = Statement(_SELECT.with_for_update(of=ballot))
_SEAT_COLUMNS = (_v.voter, _v.weight, _v.has_veto, _v.state, _v.mandate_to)
_SEATS_FOR = Statement(
    lambda dialect: (
        select(*_SEAT_COLUMNS)
        .where(
            _v.ballot_id == param("ballot"), or_(among(dialect, _v.voter, "voters"), _v.mandate_to == param("actor"))
        )
        .order_by(_v.seat_no)
    )
)
_SEATS = Statement(select(*_SEAT_COLUMNS).where(_v.ballot_id == param("ballot")).order_by(_v.seat_no))
_OF_ROUND = (_c.ballot_id == param("ballot"), _c.round_no == param("round"))
_HEARD = Statement(select(_c.voter, func.count()).where(*_OF_ROUND).group_by(_c.voter))
_VOTED = Statement(select(_c.item).where(*_OF_ROUND, _c.voter == param("voter")))
_CAST = Statement(lambda dialect: upsert(dialect, ballot_vote, ("ballot_id", "round_no", "item", "voter"), None))
_PUT_PAPER = Statement(insert(ballot_paper))
_OTHERS_OPEN = Statement(
    select(func.count())
    .select_from(ballot_voter)
    .where(
        _v.ballot_id == param("ballot"), _v.voter != param("voter"), _v.state == EXPECTED,
        ~select(literal(1)).where(*_OF_ROUND, _c.item == param("item"), _c.voter == _v.voter).exists(),
    )
)  # fmt: skip
_STILL_WANTED = Statement(
    select(literal(1))
    .select_from(ballot_voter)
    .where(
        _v.ballot_id == param("ballot"), _v.voter != param("voter"), _v.state == EXPECTED,
        or_(_v.voter == param("own"), _v.mandate_to == param("subject")),
        select(func.count()).where(*_OF_ROUND, _c.voter == _v.voter).scalar_subquery() < param("items"),
    )
    .limit(1)
)  # fmt: skip
_CLOSE_OFFER = Statement(
    update(offer)
    .where(_o.user_task_id == param("ballot"), _o.subject == param("subject"), _o.state == "open")
    .values(state="closed")
)
_OFFERS = Statement(select(_o.subject, _o.state).where(_o.user_task_id == param("ballot")))
_SET_OFFER = Statement(
    update(offer).where(_o.user_task_id == param("ballot"), _o.subject == param("subject")).values(state=param("state"))
)
_OWN_VOTE = Statement(
    select(_c.voter, _c.round_no, _c.choice, _c.fingerprint)
    .where(_c.ballot_id == param("ballot"), _c.item == param("item"), _c.cast_by == param("actor"))
    .order_by(_c.cast_at.desc())
)
_PAPER_EXISTS = Statement(select(literal(1)).where(_p.ballot_id == param("ballot"), _p.fingerprint == param("print")))
_PREPARE = Statement(
    lambda dialect: upsert(
        dialect, ballot_preparation, ("ballot_id", "round_no", "item", "voter"),
        ("choice", "reason", "prepared_by", "prepared_at"),
    )
)  # fmt: skip
_r = ballot_preparation.c
_PREPARED_BY = Statement(
    select(_r.prepared_by).where(
        _r.ballot_id == param("ballot"), _r.round_no == param("round"), _r.item == param("item"),
        _r.voter == param("voter"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundBallot:
    """A ballot with what its case says about it."""

    ballot_id: str
    case_id: str
    state: str
    round_no: int
    secrecy: str
    rules_json: str
    items_json: str | None
    chair: str | None
    lead: str | None
    voters: int
    least_votes: int
    text_version: str | None
    due_at: datetime | None
    case_state: str
    process_id: str
    unit_id: str | None
    started_by: str
    barred_json: str
    header: bytes
    """Of the case."""

    @property
    def barred(self) -> frozenset[str]:
        """Who has no part in it: as it was at the opening, and as was declared for the case since."""
        return frozenset([*orjson.loads(self.barred_json), *orjson.loads(self.header).get("conflicts", ())])

    @property
    def rules(self) -> Rules:
        """The rules it runs by."""
        return rules_from(self.rules_json, self.items_json)


@dataclass(frozen=True, slots=True)
class FoundSeat:
    """A seat on the roll."""

    voter: str
    weight: int
    has_veto: bool
    state: str
    mandate_to: str | None


@lru_cache(maxsize=256)
def rules_from(rules_json: str, items_json: str | None) -> Rules:
    """Stored rules, read once for all who ask about the same."""
    values = orjson.loads(rules_json)
    if items_json is not None:
        values["ballot.items"] = orjson.loads(items_json)
    return read_rules(values)


# ------------------------------------------------------------------------------------------------ looking
def find_ballot(unit: UnitOfWork, ballot_id: str) -> FoundBallot | None:
    """The ballot as it is now."""
    return _ballot(unit, _FIND, ballot_id)


def share_ballot(unit: UnitOfWork, ballot_id: str) -> FoundBallot | None:
    """The same, kept from being counted until this transaction ends; any number share it at once."""
    return _ballot(unit, _SHARE, ballot_id)


def lock_ballot(unit: UnitOfWork, ballot_id: str) -> FoundBallot | None:
    """The same, once every vote under way is in; nobody votes until this transaction ends."""
    return _ballot(unit, _LOCK, ballot_id)


def _ballot(unit: UnitOfWork, statement: Statement, ballot_id: str) -> FoundBallot | None:
    row = unit.one(statement, {"ballot": ballot_id})
    return None if row is None else FoundBallot(*row)


def seats_for(unit: UnitOfWork, ballot_id: str, voters: list[str], actor_id: str) -> list[FoundSeat]:
    """Seats of these voters, and those whose mandate the actor has."""
    rows = unit.all(_SEATS_FOR, {"ballot": ballot_id, "voters": orjson.dumps(voters).decode(), "actor": actor_id})
    return [FoundSeat(*row) for row in rows]


def items_voted(unit: UnitOfWork, ballot_id: str, round_no: int, voter: str) -> set[str]:
    """On which items a voter has voted in a round."""
    rows = unit.all(_VOTED, {"ballot": ballot_id, "round": round_no, "voter": voter})
    return {row[0] for row in rows}


def others_open(unit: UnitOfWork, ballot_id: str, round_no: int, item: str, voter: str) -> int:
    """How many others may still vote on an item."""
    row = unit.one(_OTHERS_OPEN, {"ballot": ballot_id, "round": round_no, "item": item, "voter": voter})
    return 0 if row is None else int(row[0])


def prepared_by(unit: UnitOfWork, ballot_id: str, round_no: int, item: str, voter: str) -> str | None:
    """Who prepared the voter's answer."""
    row = unit.one(_PREPARED_BY, {"ballot": ballot_id, "round": round_no, "item": item, "voter": voter})
    return None if row is None else str(row[0])


# ------------------------------------------------------------------------------------------------ voting
def cast_vote(unit: UnitOfWork, row: Mapping[str, Any]) -> bool:
    """Insert a vote; False when this voter has voted on this item in this round."""
    return unit.run(_CAST, row) == 1


def put_paper(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Insert what was said in a secret ballot."""
    unit.run(_PUT_PAPER, row)


def prepare_vote(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Keep what a unit's member prepared; the last one counts."""
    unit.run(_PREPARE, row)


def drop_offers(unit: UnitOfWork, found: FoundBallot, voter: str, subjects: Iterable[str], round_no: int) -> None:
    """A voter is done: take the ballot from those who saw it for them, unless they see it for somebody else too."""
    for subject in subjects:
        values = {
            "ballot": found.ballot_id, "round": round_no, "voter": voter, "subject": subject,
            "own": f"person:{subject}", "items": len(found.rules.items),
        }  # fmt: skip
        if unit.one(_STILL_WANTED, values) is None:
            unit.run(_CLOSE_OFFER, {"ballot": found.ballot_id, "subject": subject})


def find_own_vote(unit: UnitOfWork, ballot_id: str, item: str, actor_id: str) -> list[tuple[str, int, str | None, str]]:
    """(voter, round, choice, fingerprint) of what this person cast, the newest first."""
    rows = unit.all(_OWN_VOTE, {"ballot": ballot_id, "item": item, "actor": actor_id})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def has_paper(unit: UnitOfWork, ballot_id: str, found: str) -> bool:
    """Whether a paper with this fingerprint is in the box."""
    return unit.one(_PAPER_EXISTS, {"ballot": ballot_id, "print": found}) is not None


def refresh_offers(unit: UnitOfWork, ballot_id: str) -> None:
    """Offer a running ballot to whom it is to be offered after something changed on its roll."""
    found = find_ballot(unit, ballot_id)
    if found is None or found.state not in RUNNING:
        return
    items = len(found.rules.items)
    heard: dict[str, int] = dict(unit.all(_HEARD, {"ballot": ballot_id, "round": found.round_no}))
    seats = [
        {"voter": row[0], "state": row[3], "mandate_to": row[4]} for row in unit.all(_SEATS, {"ballot": ballot_id})
    ]
    done = {voter for voter, count in heard.items() if count >= items}
    wanted = wanted_subjects({"chair": found.chair, "state": found.state}, seats, done)
    changed = []
    for subject, state in unit.all(_OFFERS, {"ballot": ballot_id}):
        now = "open" if subject in wanted else "closed"
        if now != state:
            changed.append({"ballot": ballot_id, "subject": subject, "state": now})
    unit.many(_SET_OFFER, changed)
