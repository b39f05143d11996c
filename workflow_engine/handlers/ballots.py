"""Voting, and conducting a ballot.

A vote locks neither its case nor any other vote: it shares the ballot's row with the other votes under way, so that
nobody counts while one is on its way. Everything else is a command to the case. What settles a ballot is counted after
the vote is committed (``workflow_engine.settling``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from typing import TypeVar

from workflow_engine.domain import ballot_commands as b
from workflow_engine.domain.ballot_offers import subjects_of_voter
from workflow_engine.domain.ballot_rules import Choice, Rules
from workflow_engine.domain.ballots import fingerprint, paper_content, vote_content
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import (
    DuplicateCommandError,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    StaleVersionError,
)
from workflow_engine.domain.permissions import may
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.ballot_voters import is_chair, leads, require_ballot, require_seat, require_visible
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import require_reason
from workflow_engine.storage import ballot_counts as counts
from workflow_engine.storage import ballots as store
from workflow_engine.storage.ballots import FoundBallot, FoundSeat
from workflow_engine.storage.cases import Case
from workflow_engine.storage.work import is_person

C = TypeVar("C", b.SettleBallot, b.BreakTie)
CONDUCT = "ballot.conduct"
_LONGEST_REASON = 5_000


# ------------------------------------------------------------------------------------------------ voting
def cast_vote(work: Handling, command: b.CastVote) -> Receipt:
    """The actor votes, for the voter they are or stand for."""
    what = f"vote on {command.ballot_id}"
    found = require_ballot(store.share_ballot(work.unit, command.ballot_id), what)
    rules = found.rules
    seat, capacity = require_seat(work, found, rules, command.voter, command.item, what)
    _require_open(work, found, what)
    if command.item not in {item.item_id for item in rules.items}:
        raise NotFoundError(f"Expected to {what}, but it has no item {command.item!r}.", item=command.item)
    if command.text_version not in (None, found.text_version):
        raise StaleVersionError(
            f"Expected to {what}, but the text has changed since: read the one that is voted on now.",
            text_version=found.text_version, round=found.round_no,
        )  # fmt: skip
    choice = _require_choice(rules, command.choice, command.reason, seat.voter, what)
    _require_turn(work, found, rules, seat, choice, command, what)
    print_ = _put(work, found, seat, capacity, command, what)
    subjects = [*subjects_of_voter(seat.voter), *([seat.mandate_to] if seat.mandate_to else [])]
    voted = store.items_voted(work.unit, found.ballot_id, found.round_no, seat.voter)
    if len(voted) == len(rules.items):
        store.drop_offers(work.unit, found, seat.voter, subjects, found.round_no)
    return _told(command, found.case_id, found.round_no, seat.voter, print_)


def _put(
    work: Handling, found: FoundBallot, seat: FoundSeat, capacity: str, command: b.CastVote, what: str
) -> str:
    """Insert the vote, and the paper of a secret one; returns the receipt's fingerprint."""
    ballot_id, number, secret = found.ballot_id, found.round_no, found.rules.is_secret
    reason = (command.reason or "").strip() or None
    choice, said = (None, None) if secret else (command.choice, reason)
    nonce = _derived(work, "vote") if secret else command.nonce
    content = vote_content(
        ballot_id, number, command.item, seat.voter, choice, said, work.actor.actor_id, capacity,
        work.now.astimezone(UTC).isoformat(), found.text_version,
    )  # fmt: skip
    print_ = fingerprint(content, nonce)
    row = {
        "ballot_id": ballot_id, "round_no": number, "item": command.item, "voter": seat.voter, "choice": choice,
        "reason": said, "weight": seat.weight, "has_veto": seat.has_veto, "cast_by": work.actor.actor_id,
        "capacity": capacity, "cast_at": work.now, "text_version": found.text_version,
        "prepared_by": store.prepared_by(work.unit, ballot_id, number, command.item, seat.voter),
        "nonce": nonce, "fingerprint": print_,
    }  # fmt: skip
    if not store.cast_vote(work.unit, row):
        raise InvalidStateError(f"Expected to {what}, but {seat.voter} has voted already.", voter=seat.voter)
    if not secret:
        return print_
    paper = fingerprint(paper_content(ballot_id, number, command.item, command.choice, reason), command.nonce)
    row = {
        "paper_id": _derived(work, "paper"), "ballot_id": ballot_id, "round_no": number, "item": command.item,
        "choice": command.choice, "reason": reason, "nonce": command.nonce, "fingerprint": paper,
    }  # fmt: skip
    store.put_paper(work.unit, row)
    return paper


def cast_again(work: Handling, command: b.CastVote) -> Receipt:
    """The receipt of a vote that was cast by this command before.

    Raises:
        DuplicateCommandError: the same command id now says something else.
    """
    found = store.find_ballot(work.unit, command.ballot_id)
    for voter, number, choice, print_ in store.find_own_vote(
        work.unit, command.ballot_id, command.item, work.actor.actor_id
    ):
        if found is None or command.voter not in (None, voter):
            continue
        if choice is not None and choice == command.choice:
            return replace(_told(command, found.case_id, number, voter, print_), replayed=True)
        reason = (command.reason or "").strip() or None
        paper = paper_content(command.ballot_id, number, command.item, command.choice, reason)
        if choice is None and store.has_paper(work.unit, command.ballot_id, fingerprint(paper, command.nonce)):
            told = _told(command, found.case_id, number, voter, fingerprint(paper, command.nonce))
            return replace(told, replayed=True)
    raise DuplicateCommandError(
        f"Expected a new command id for a new vote, but {command.command_id} was used for another one."
    )


def prepare_vote(work: Handling, command: b.PrepareVote) -> Receipt:
    """A member of a unit prepares what its head casts; the last preparation counts."""
    what = f"prepare a vote on {command.ballot_id}"
    found = require_visible(work, store.share_ballot(work.unit, command.ballot_id), what)
    _require_open(work, found, what)
    if not command.voter.startswith("unit:") or command.voter not in work.actor.groups:
        raise NotPermittedError(f"Expected to {what}, but only somebody of the unit prepares its answer.")
    if not store.seats_for(work.unit, found.ballot_id, [command.voter], ""):
        raise NotFoundError(f"Expected to {what}, but {command.voter!r} has no vote in it.")
    rules = found.rules
    if rules.is_secret:
        raise RejectedError(f"Expected to {what}, but votes are secret: nobody else writes them down.")
    if command.item not in {item.item_id for item in rules.items}:
        raise NotFoundError(f"Expected to {what}, but it has no item {command.item!r}.", item=command.item)
    _require_choice(rules, command.choice, command.reason, command.voter, what)
    row = {
        "ballot_id": found.ballot_id, "round_no": found.round_no, "item": command.item, "voter": command.voter,
        "choice": command.choice, "reason": command.reason, "prepared_by": work.actor.actor_id,
        "prepared_at": work.now,
    }  # fmt: skip
    store.prepare_vote(work.unit, row)
    result = {"ballot_id": found.ballot_id, "round": found.round_no, "voter": command.voter}
    return Receipt(command_id=command.command_id, case_id=found.case_id, result=result)


def _told(command: b.CastVote, case_id: str, round_no: int, voter: str, print_: str) -> Receipt:
    result = {"ballot_id": command.ballot_id, "round": round_no, "voter": voter, "fingerprint": print_}
    return Receipt(command_id=command.command_id, case_id=case_id, result=result)


def _derived(work: Handling, name: str) -> str:
    """A random number of this command that is recorded nowhere."""
    return sha256(work.envelope.salt + name.encode()).hexdigest()[:32]


def _require_open(work: Handling, found: FoundBallot, what: str) -> None:
    if found.case_state != "active":
        raise InvalidStateError(f"Expected to {what}, but its case is {found.case_state}.", state=found.case_state)
    if found.state != "open" or (found.due_at is not None and found.due_at <= work.now):
        why = "its deadline has passed" if found.state in ("open", "closed") else f"it is {found.state}"
        raise InvalidStateError(f"Expected to {what}, but {why}.", state=found.state)


def _require_choice(rules: Rules, name: str, reason: str | None, voter: str, what: str) -> Choice:
    choice = rules.choice(name)
    if choice is None:
        names = ", ".join(one.name for one in rules.choices)
        raise InvalidVariablesError(
            f"Expected to {what} with one of {names}, but got {name[:60]!r}.", {"choice": f"one of {names}"}
        )
    if len(reason or "") > _LONGEST_REASON:
        raise InvalidVariablesError(f"Expected to {what} with a shorter reason.", {"reason": "at most 5000 characters"})
    if rules.needs_reason(choice, voter) and not (reason or "").strip():
        raise InvalidVariablesError(
            f"Expected to {what}, but {name!r} needs a reason.", {"reason": "a reason is needed"}
        )
    return choice


def _require_turn(
    work: Handling, found: FoundBallot, rules: Rules, seat: FoundSeat, choice: Choice, command: b.CastVote, what: str
) -> None:
    """The chair speaks last where the rules say so, and says why when leaving the majority."""
    if seat.voter != rules.chair or not rules.chair_last:
        return
    others = store.others_open(work.unit, found.ballot_id, found.round_no, command.item, seat.voter)
    if others:
        raise InvalidStateError(
            f"Expected to {what}, but the chair votes last: {others} others have not voted and are not marked absent.",
            others=others,
        )
    if rules.is_secret or (command.reason or "").strip():
        return
    so_far = counts.standing(work.unit, found)[command.item]
    leading = "yes" if so_far.yes > so_far.no else "no" if so_far.no > so_far.yes else None
    if leading is not None and choice.counts in ("yes", "no") and choice.counts != leading:
        raise InvalidVariablesError(
            f"Expected to {what}, but the chair leaves the majority and gives no reason.",
            {"reason": "a reason is needed"},
        )


# ------------------------------------------------------------------------------------------------ conducting
def recuse_voter(work: Handling, command: b.RecuseVoter) -> Receipt:
    """By the voter, the chair, or who conducts ballots; never after the vote was cast."""
    what = f"recuse a voter of {command.ballot_id}"
    require_reason(command.reason, what)
    case, found = _require_locked(work, command, what)
    if command.voter is None or not _conducts(work, found):
        voter = require_seat(work, found, found.rules, command.voter, None, what)[0].voter
    else:
        voter = command.voter
    _require_unvoted(work, found, voter, what)
    return _advanced(work, case, replace(command, voter=voter))


def mark_absent(work: Handling, command: b.MarkAbsent) -> Receipt:
    """By the chair, or who conducts ballots."""
    what = f"mark a voter of {command.ballot_id} as {'absent' if command.absent else 'present'}"
    case, found = _require_locked(work, command, what)
    _require_conducts(work, found, what)
    _require_unvoted(work, found, command.voter, what)
    return _advanced(work, case, command)


def give_mandate(work: Handling, command: b.GiveMandate) -> Receipt:
    """By the voter, or an administrator with the right to act for others; always with the paper it stands in."""
    what = f"give a mandate for a vote on {command.ballot_id}"
    require_reason(command.reason, what)
    if not command.document.strip():
        raise InvalidVariablesError(f"Expected to {what} that is on file.", {"document": "where the mandate is"})
    case, found = _require_locked(work, command, what)
    if command.voter is not None and may(work.actor, "task.act_for", found.unit_id, found.process_id):
        voter = command.voter
    else:
        seat, capacity = require_seat(work, found, found.rules, command.voter, None, what)
        if capacity not in ("self", "head"):
            raise NotPermittedError(f"Expected to {what}, but only the voter gives one.")
        voter = seat.voter
    if command.to is not None and not is_person(work.unit, command.to):
        raise NotFoundError(f"Expected to {what} to a person, but there is no {command.to!r}.", field="to")
    _require_unvoted(work, found, voter, what)
    return _advanced(work, case, replace(command, voter=voter))


def amend_text(work: Handling, command: b.AmendText) -> Receipt:
    """By the leading unit, the chair, or who conducts ballots; votes on the old text are sealed and count no longer."""
    what = f"amend the text of {command.ballot_id}"
    require_reason(command.reason, what)
    case, found = _require_locked(work, command, what)
    if not leads(work.actor, found):
        _require_conducts(work, found, what)
    if found.text_version is None:
        raise InvalidStateError(f"Expected to {what}, but no text is voted on.")
    count = counts.count_votes(work.unit, found)
    settled = replace(
        command, votes_seal=count.votes_seal, papers_seal=count.papers_seal or "", votes=count.votes
    )
    return _advanced(work, case, settled)


def break_tie(work: Handling, command: b.BreakTie) -> Receipt:
    """By the chair alone, with a reason."""
    what = f"break the tie of {command.ballot_id}"
    require_reason(command.reason, what)
    if command.choice not in ("yes", "no"):
        raise InvalidVariablesError(f"Expected to {what} with yes or no.", {"choice": "yes or no"})
    case, found = _require_locked(work, command, what)
    if not is_chair(work.actor, found):
        raise NotPermittedError(f"Expected to {what}, but that is for the chair.")
    count = counts.count_votes(work.unit, found)
    return _advanced(work, case, _counted(command, count))


def settle_ballot(work: Handling, command: b.SettleBallot) -> Receipt:
    """Count what was cast. Sent by the engine itself; refused while the result is open."""
    what = f"settle {command.ballot_id}"
    if not work.actor.is_system:
        raise NotPermittedError(f"Expected to {what}, but only the engine counts.")
    case, found = _require_locked(work, command, what)
    return _advanced(work, case, _counted(command, counts.count_votes(work.unit, found)))


def _counted(command: C, count: counts.Count) -> C:
    return replace(
        command, turnout=count.turnout, cast=count.cast, votes_seal=count.votes_seal,
        papers_seal=count.papers_seal or "",
    )  # fmt: skip


def _require_locked(work: Handling, command: b.BallotCommand, what: str) -> tuple[Case, FoundBallot]:
    """The case and then the ballot, both locked. Raises NotFoundError or InvalidStateError."""
    if not command.case_id:
        raise NotFoundError(f"Expected to {what}, but there is no such ballot.")
    case = require_running_case(work, command.case_id, what)
    return case, require_visible(work, store.lock_ballot(work.unit, command.ballot_id), what)


def _advanced(work: Handling, case: Case, command: b.BallotCommand) -> Receipt:
    receipt = advance(work, case, command, {"ballot_id": command.ballot_id})
    store.refresh_offers(work.unit, command.ballot_id)
    return receipt


def _conducts(work: Handling, found: FoundBallot) -> bool:
    return is_chair(work.actor, found) or may(work.actor, CONDUCT, found.unit_id, found.process_id)


def _require_conducts(work: Handling, found: FoundBallot, what: str) -> None:
    if not _conducts(work, found):
        raise NotPermittedError(f"Expected to {what}, but that is for the chair.", verb=CONDUCT)


def _require_unvoted(work: Handling, found: FoundBallot, voter: str, what: str) -> None:
    if store.items_voted(work.unit, found.ballot_id, found.round_no, voter):
        raise InvalidStateError(f"Expected to {what}, but {voter} has voted already.", voter=voter)
