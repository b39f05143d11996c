"""The part of the public door that is about ballots; ``workflow_engine`` gives it out."""

from __future__ import annotations

from workflow_engine.domain.ballot_commands import (
    AmendText,
    BallotCommand,
    BreakTie,
    CastVote,
    GiveMandate,
    MarkAbsent,
    PrepareVote,
    RecuseVoter,
)
from workflow_engine.domain.ballot_words import OUTCOMES as BALLOT_OUTCOMES
from workflow_engine.domain.ballot_words import REASONS as BALLOT_REASONS
from workflow_engine.domain.ballot_words import tell_rules
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

__all__ = [
    "BALLOT_OUTCOMES",
    "BALLOT_REASONS",
    "AmendText",
    "BallotCommand",
    "BallotDetail",
    "BallotRow",
    "BreakTie",
    "CastVote",
    "GiveMandate",
    "ItemStanding",
    "MarkAbsent",
    "OwnSeat",
    "OwnVoteRow",
    "PaperRow",
    "PreparationRow",
    "PrepareVote",
    "RecuseVoter",
    "ReplayVoteRow",
    "RoundRow",
    "SeatRow",
    "VoteRow",
    "tell_rules",
]
