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
]
