"""Votes between the entries of a record: they lock no case and stand in no entry, so a replay puts them in by time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from web.context import engine
from web.presenters.names import Names
from web.presenters.people import actor_name
from web.presenters.sentences_votes import vote_sentence
from web.presenters.telling import Teller
from workflow_engine import Actor, HistoryRow, ReplayVoteRow, Retold


@dataclass(frozen=True, slots=True)
class ToldVote:
    """A vote with its sentence."""

    at: datetime
    actor_id: str
    element_id: str
    headline: Markup


def votes_before(retold: Retold, actor: Actor, names: Names) -> dict[int | None, list[ToldVote]]:
    """Votes by the number of the entry before which they came in; None: after the last entry of the case.

    Only those since the entry before this piece of the record, and each after the one that opened its ballot.
    """
    rows = [entry.row for entry in retold.entries]
    case_id = retold.case.case_id
    votes = engine().queries.ballots.votes_of_case(case_id, actor)
    if not votes or not rows:
        return {}
    if rows[0].seq > 1:
        before = engine().queries.get_history(case_id, actor)[rows[0].seq - 2].at
        votes = [vote for vote in votes if vote.cast_at > before]
    found: dict[int | None, list[ToldVote]] = {}
    for vote in votes:
        seq = _entry_after(rows, vote)
        if seq is not None or retold.next_seq is None:
            found.setdefault(seq, []).append(_told(vote, names))
    return found


def _entry_after(rows: Sequence[HistoryRow], vote: ReplayVoteRow) -> int | None:
    """The first entry at or after the vote that did not come before its ballot was opened; None: there is none."""
    token_id = int(vote.ballot_id.rpartition(".")[2])
    opening = next((row.seq for row in rows if _opens(row, token_id)), 0)
    return next((row.seq for row in rows if row.seq > opening and row.at >= vote.cast_at), None)


def _opens(row: HistoryRow, token_id: int) -> bool:
    return any(event.get("event") == "ballot.opened" and event.get("token_id") == token_id for event in row.events)


def _told(vote: ReplayVoteRow, names: Names) -> ToldVote:
    told = vote_sentence(vote, Teller(names, actor_name(vote.cast_by)))
    return ToldVote(vote.cast_at, vote.cast_by, vote.element_id, told)


def numbered(seq: int, votes: Iterable[ToldVote]) -> list[tuple[float, ToldVote]]:
    """The votes with numbers of their own between entry ``seq`` and the next."""
    votes = list(votes)
    return [(round(seq + (place + 1) / (len(votes) + 1), 6), vote) for place, vote in enumerate(votes)]
