"""For which voters of a ballot somebody may speak, and in which capacity."""

from __future__ import annotations

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.ballot_counting import EXPECTED
from workflow_engine.domain.ballot_rules import Rules
from workflow_engine.domain.ballot_speaking import capacity_for, voters_of
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError, RejectedError
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import ballots as store
from workflow_engine.storage.ballots import FoundBallot, FoundSeat
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.visibility import may_see_case


def require_ballot(found: FoundBallot | None, what: str) -> FoundBallot:
    """The ballot, if there is one; whether the actor may know of it shows later. Raises NotFoundError."""
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such ballot.")
    return found


def require_visible(work: Handling, found: FoundBallot | None, what: str) -> FoundBallot:
    """The ballot, if the actor may know of it. Raises NotFoundError."""
    if found is not None:
        if work.actor.is_system:
            return found
        case = find_case(work.unit, found.case_id, lock=False)
        if case is not None and may_see_case(work.unit, work.actor, case):
            return found
    raise NotFoundError(f"Expected to {what}, but there is no such ballot.")


def require_seat(
    work: Handling, found: FoundBallot, rules: Rules, voter: str | None, item: str | None, what: str
) -> tuple[FoundSeat, str]:
    """The seat that the actor speaks for here: the one named, else the only one that is theirs and still open.

    ``item``: only one that has not voted on it counts; None: any.

    Raises:
        NotPermittedError: there is none, or a conflict of interest bars the actor.
        NotFoundError: neither may the actor know of the ballot.
        RejectedError: there are several, and none is named.
        InvalidStateError: it is recused or absent, or has voted.
    """
    seats = store.seats_for(work.unit, found.ballot_id, voters_of(work.actor, found.process_id), work.actor.actor_id)
    if voter is not None and all(seat.voter != voter for seat in seats):
        seats += store.seats_for(work.unit, found.ballot_id, [voter], "")
    spoken = [
        (seat, capacity)
        for seat in seats
        if voter in (None, seat.voter)
        and (capacity := capacity_for(work.actor, seat.voter, rules.inner, found.process_id, seat.mandate_to))
    ]
    if not spoken:
        require_visible(work, found, what)
        raise NotPermittedError(f"Expected to {what}, but you have no vote there{_for(voter)}.")
    if item is not None and work.actor.actor_id in found.barred:
        raise NotPermittedError(f"Expected to {what}, but {work.actor.actor_id} has a conflict of interest with it.")
    waiting = [
        (seat, capacity)
        for seat, capacity in spoken
        if seat.state == EXPECTED
        and (item is None or item not in store.items_voted(work.unit, found.ballot_id, found.round_no, seat.voter))
    ]
    if not waiting:
        seat = spoken[0][0]
        why = "has voted already" if seat.state == EXPECTED else f"is {seat.state}"
        raise InvalidStateError(f"Expected to {what}, but {seat.voter} {why}.", voter=seat.voter, seat=seat.state)
    own = [one for one in waiting if one[1] in ("self", "head", "member")] or waiting
    if len(own) > 1:
        names = ", ".join(seat.voter for seat, _ in own)
        raise RejectedError(f"Expected to {what} for one voter, but you can speak for {names}: say for whom.")
    return own[0]


def is_chair(actor: Actor, found: FoundBallot) -> bool:
    """Whether the actor chairs this ballot, themselves or as the deputy of an office."""
    return found.chair is not None and capacity_for(actor, found.chair, "head", found.process_id, None) is not None


def leads(actor: Actor, found: FoundBallot) -> bool:
    """Whether the actor belongs to the leading unit."""
    return found.lead is not None and found.lead in actor.groups


def _for(voter: str | None) -> str:
    return "" if voter is None else f" for {voter}"

