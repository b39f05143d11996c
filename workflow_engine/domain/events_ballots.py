"""Events of ballots: what is put to the vote, who may vote, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotOpened(Event):
    """Something is put to the vote."""

    KIND = "ballot.opened"
    PRIVATE = ("text", "items")
    token_id: int
    element_id: str
    rules: Json
    """The properties that rule it, evaluated."""
    roll: Json
    """[voter, weight in thousandths] each, in their order."""
    members: Json = None
    """Role to the people it stood for, where a role votes."""
    due_at: str | None = None
    text_version: str | None = None
    barred: list[str] | None = None
    """People who have no part in it, whichever voter they could speak for."""
    text: Json = None
    items: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotRoundOpened(Event):
    """The same is voted again: after an amendment, or because votes were even."""

    KIND = "ballot.round_opened"
    PRIVATE = ("text", "reason")
    token_id: int
    element_id: str
    round_no: int
    why: str
    """``amended`` or ``tied``."""
    votes: int
    """How many were cast in the round before; they stay on record and no longer count."""
    votes_seal: str
    papers_seal: str | None = None
    due_at: str | None = None
    text_version: str | None = None
    text: Json = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoterRecused(Event):
    """A voter stepped aside."""

    KIND = "ballot.voter_recused"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    voter: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoterAbsent(Event):
    """A voter is absent, or has come after all."""

    KIND = "ballot.voter_absent"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    voter: str
    absent: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateGiven(Event):
    """Somebody may vote in a voter's place; nobody any more where ``to`` is missing."""

    KIND = "ballot.mandate_given"
    PRIVATE = ("reason",)
    token_id: int
    element_id: str
    voter: str
    document: str
    to: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotClosed(Event):
    """The deadline has passed: no more votes, they are counted now."""

    KIND = "ballot.closed"
    token_id: int
    element_id: str
    round_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotExtended(Event):
    """Some were silent at the deadline, and have more time."""

    KIND = "ballot.extended"
    token_id: int
    element_id: str
    due_at: str
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotTied(Event):
    """Votes are even; the chair's word is waited for."""

    KIND = "ballot.tied"
    token_id: int
    element_id: str
    items: list[str]
    chair: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotDecided(Event):
    """The one decision."""

    KIND = "ballot.decided"
    PRIVATE = ("result",)
    token_id: int
    element_id: str
    round_no: int
    outcome: str
    voters: int
    voted: int
    applied: Json
    """Every rule that was applied, with its numbers."""
    votes_seal: str
    """Over the fingerprints of all votes of the round: a vote changed or taken away is found by it."""
    papers_seal: str | None = None
    text_version: str | None = None
    result: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotWithdrawn(Event):
    """The vote is off; what was cast stays on record."""

    KIND = "ballot.withdrawn"
    token_id: int
    element_id: str
    round_no: int
