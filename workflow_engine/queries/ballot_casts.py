"""Votes as they came in: for whoever replays a case or takes it out as an event log."""

from __future__ import annotations

from sqlalchemy import case, or_, select

from workflow_engine.queries.ballot_rows import ReplayVoteRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import ballot, ballot_vote

MOST_VOTES = 20_000
_b, _c = ballot.c, ballot_vote.c


def votes_of_case(snapshot: Snapshot, case_id: str) -> list[ReplayVoteRow]:
    """Every vote of a case in the order in which they came in; choices where everybody may know them."""
    known = or_(_b.secrecy == "open", _b.state.in_(("decided", "withdrawn")))
    wanted = (
        select(
            _c.ballot_id, _b.element_id, _c.voter, _c.cast_by, _c.cast_at, _c.round_no, _c.item,
            case((known, _c.choice), else_=None),
        )
        .join(ballot, _b.ballot_id == _c.ballot_id)
        .where(_b.case_id == case_id)
        .order_by(_c.cast_at, _c.ballot_id, _c.voter, _c.item)
        .limit(MOST_VOTES)
    )  # fmt: skip
    return [ReplayVoteRow(*row) for row in snapshot.connection.execute(wanted)]
