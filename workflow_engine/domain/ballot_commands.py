"""What people and the clock do with a ballot. Its id is that of its user task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.clock import new_nonce
from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotCommand(Command):
    """``ballot_id`` is the id of the ballot's user task: ``case_id.token_id``."""

    ballot_id: str

    @property
    def case_id(self) -> str:
        return self.ballot_id.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CastVote(BallotCommand):
    """Vote. Takes no lock of the case: any number of people vote at the same time.

    What is said stands in no record of the command, neither in clear nor as a digest of it.
    """

    NAME = "ballot.vote"
    SECRET = ("choice", "reason", "nonce")
    choice: str
    voter: str | None = None
    """The voter on the roll for whom this is cast; None: the only one the actor can vote for."""
    reason: str | None = None
    item: str = ""
    """The clause, where each is voted by itself."""
    text_version: str | None = None
    """The text that the voter has read; refused when another one is voted on now. None: the one voted on now."""
    nonce: str = field(default_factory=new_nonce)
    """Hides the choice in the receipt's fingerprint; whoever keeps it can show what they voted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareVote(BallotCommand):
    """Somebody of a unit prepares the answer that its head casts."""

    NAME = "ballot.prepare"
    SECRET = ("choice", "reason")
    voter: str
    choice: str
    reason: str | None = None
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecuseVoter(BallotCommand):
    """A voter steps aside because of a conflict of interest: they count in no base."""

    NAME = "ballot.recuse"
    PRIVATE = ("reason",)
    reason: str
    voter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAbsent(BallotCommand):
    """Note that a voter is absent, or (``absent`` false) that they have come after all."""

    NAME = "ballot.mark_absent"
    PRIVATE = ("reason",)
    voter: str
    absent: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveMandate(BallotCommand):
    """A voter lets somebody else vote in their place, by a written mandate on file; ``to`` None takes it back."""

    NAME = "ballot.give_mandate"
    PRIVATE = ("reason",)
    to: str | None
    document: str
    """Where the mandate is: number of the paper, or the name of a file of the case."""
    reason: str
    voter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendText(BallotCommand):
    """Put an amended text to the vote: a new round begins, and what was said about the old text no longer counts."""

    NAME = "ballot.amend"
    PRIVATE = ("text", "reason")
    text: Mapping[str, Any]
    """``title``, ``body``, ``version``."""
    reason: str
    votes_seal: str = ""
    papers_seal: str = ""
    """Settled, as the next: what seals the votes of the round that ends."""
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakTie(BallotCommand):
    """The chair decides where votes are even."""

    NAME = "ballot.break_tie"
    PRIVATE = ("reason", "cast")
    choice: str
    """``yes`` or ``no``."""
    reason: str
    item: str = ""
    turnout: Mapping[str, Any] = field(default_factory=dict)
    cast: tuple[Mapping[str, Any], ...] = ()
    votes_seal: str = ""
    papers_seal: str = ""
    """All four settled, as for ``SettleBallot``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleBallot(BallotCommand):
    """Count, and decide where the result is certain or the time is over (sent by the engine itself)."""

    NAME = "ballot.settle"
    PRIVATE = ("cast",)
    round_no: int
    turnout: Mapping[str, Any] = field(default_factory=dict)
    """Item to who has voted on it."""
    cast: tuple[Mapping[str, Any], ...] = ()
    """What was said: ``voter`` (not where it is secret), ``item``, ``choice``, ``reason``."""
    votes_seal: str = ""
    papers_seal: str = ""
