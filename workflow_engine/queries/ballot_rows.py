"""Rows of ballots as callers see them: frozen, and with no more than the secrecy of the ballot lets them know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A ballot in a list."""

    ballot_id: str
    case_id: str
    process_id: str
    case_title: str | None
    element_id: str
    name: str | None
    """Of the task in the model."""
    state: str
    """open, closed (being counted), tied (the chair's word is missing), decided, withdrawn."""
    round_no: int
    secrecy: str
    chair: str | None
    lead: str | None
    opened_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    outcome: str | None
    voters: int
    """On the roll, without those recused."""
    voted: int
    """Who have voted on everything."""
    definition_id: str = ""
    absent: int = 0
    quorum: str = ""
    """As the rules state it: ``> 1/2``, ``>= 3``."""
    quorum_met: bool = False
    """By those who have voted so far."""
    items: int = 1
    """How many clauses are voted one by one; 1 where nothing is split."""


@dataclass(frozen=True, slots=True)
class OwnVoteRow:
    """A ballot in which a person has cast something, and when they last did."""

    ballot: BallotRow
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class ReplayVoteRow:
    """A vote as a replay tells it; the choice only where everybody may know it."""

    ballot_id: str
    element_id: str
    voter: str
    cast_by: str
    cast_at: datetime
    round_no: int
    item: str
    choice: str | None


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A voter on the roll."""

    voter: str
    weight: float
    has_veto: bool
    is_chair: bool
    state: str
    """expected, recused, absent."""
    reason: str | None
    mandate_to: str | None
    mandate_document: str | None
    voted: int
    """On how many items."""


@dataclass(frozen=True, slots=True)
class VoteRow:
    """Who voted; and how, where and when that may be known."""

    voter: str
    item: str
    round_no: int
    cast_by: str
    capacity: str
    """self, head, member, deputy, mandate."""
    cast_at: datetime
    text_version: str | None
    prepared_by: str | None
    choice: str | None = None
    reason: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper of a secret ballot that was counted."""

    item: str
    choice: str
    reason: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round, with the text that was voted on in it."""

    round_no: int
    why: str
    opened_at: datetime
    opened_by: str
    reason: str | None
    text_version: str | None
    text: Mapping[str, Any] | None
    """title, body, version."""
    votes_before: int


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """How one item stands; weights and heads by choice only where the secrecy lets them be known now."""

    item_id: str
    title: str
    voted: int
    open: int
    absent: int
    recused: int
    choices: Mapping[str, int] | None
    yes: float | None = None
    no: float | None = None
    abstain: float | None = None


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """A voter for whom whoever asks may speak, and what is left for them to do."""

    voter: str
    capacity: str
    """self, head, member, deputy, mandate; or ``prepares``: of the unit, without a right to cast."""
    state: str
    items_open: Sequence[str]
    """Items not voted on yet; ``""`` where nothing is split."""
    own_votes: Sequence[VoteRow] = ()
    """What was cast for this voter in the present round; without the choice where the ballot is secret."""


@dataclass(frozen=True, slots=True)
class PreparationRow:
    """An answer that somebody of a unit prepared for its head."""

    voter: str
    item: str
    choice: str
    reason: str | None
    prepared_by: str
    prepared_at: datetime


@dataclass(frozen=True, slots=True)
class BallotDetail:
    """Everything about a ballot that its viewer may know."""

    ballot: BallotRow
    rules: Mapping[str, Any]
    """The properties that rule it, as the model states them (evaluated)."""
    choices: Sequence[Mapping[str, Any]]
    """``name``, ``counts``, ``needs_reason`` of each way to vote."""
    text_version: str | None
    rounds: Sequence[RoundRow]
    """The oldest first."""
    seats: Sequence[SeatRow]
    standing: Sequence[ItemStanding]
    votes: Sequence[VoteRow]
    """Of the present round."""
    papers: Sequence[PaperRow]
    """Of a secret ballot, once it is decided, in no order."""
    earlier_votes: Sequence[VoteRow]
    """Of rounds before, which do not count."""
    own: Sequence[OwnSeat]
    preparations: Sequence[PreparationRow]
    """Of units that the viewer belongs to."""
    may_conduct: bool
    """Mark absences, recuse others, amend the text."""
    may_amend: bool
    is_chair: bool
    result: Mapping[str, Any] | None
    """As the case has it (``ballot`` result variable), once decided."""
    votes_seal: str | None
    papers_seal: str | None
