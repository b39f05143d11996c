"""The part of the public door that is about ballots; ``workflow_engine`` gives it out."""

from __future__ import annotations

from workflow_engine.domain.ballot_commands import (
    AmendText,
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
    PaperRow,
    PreparationRow,
    RoundRow,
    SeatRow,
    VoteRow,
)

__all__ = [
    "BALLOT_OUTCOMES",
    "BALLOT_REASONS",
    "AmendText",
    "BallotDetail",
    "BallotRow",
    "BreakTie",
    "CastVote",
    "GiveMandate",
    "ItemStanding",
    "MarkAbsent",
    "OwnSeat",
    "PaperRow",
    "PreparationRow",
    "PrepareVote",
    "RecuseVoter",
    "RoundRow",
    "SeatRow",
    "VoteRow",
    "tell_rules",
]
