"""The steps of a scenario that are about ballots: voting, stepping aside, conducting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.ballot_commands import (
    AmendText,
    BallotCommand,
    BreakTie,
    CastVote,
    GiveMandate,
    MarkAbsent,
    RecuseVoter,
)
from workflow_engine.domain.ballot_rules import voter_of
from workflow_engine.domain.ballot_speaking import capacity_for
from workflow_engine.domain.clock import new_id
from workflow_engine.queries.ballot_rows import BallotDetail
from workflow_engine.queries.rows import PersonRow
from workflow_engine.rehearsal.scenario import Step


def ballot_actor(
    people: Sequence[PersonRow], acting: Callable[[str], Actor | None], step: Step, ballot: BallotDetail
) -> Actor | None:
    """Who does a step: the person or holder of the group it names, else one who may speak for the voter it is for.

    ``acting``: a person with every group they hold now, offices included.
    """
    who, voter = step.details.get("as"), step.details.get("for")
    if who is not None:
        named = next((one for one in people if who in (one.person_id, one.sign_in_name)), None)
        if named is not None:
            return acting(named.person_id)
        return next((actor for actor in _actors(people, acting) if who in actor.groups), None)
    inner = str(ballot.rules.get("ballot.inner") or "head")
    wanted = voter_of(voter) if voter else None
    everybody = list(_actors(people, acting))
    for seat in ballot.seats:
        if wanted in (None, seat.voter) and not seat.voted:
            for actor in everybody:
                if capacity_for(actor, seat.voter, inner, None, None):
                    return actor
    return None


def _actors(people: Sequence[PersonRow], acting: Callable[[str], Actor | None]) -> Iterator[Actor]:
    return (actor for one in people if (actor := acting(one.person_id)) is not None)


def ballot_command(step: Step, ballot_id: str) -> BallotCommand:
    """What a step of this kind asks for."""
    return BALLOT_STEPS[step.kind](step, {"command_id": new_id(), "ballot_id": ballot_id})


def _vote(step: Step, ids: dict[str, Any]) -> CastVote:
    said = step.details
    return CastVote(
        **ids, choice=str(said.get("choice", "yes")), voter=_voter(said.get("for")), reason=said.get("reason"),
        item=str(said.get("item", "")),
    )  # fmt: skip


def _recuse(step: Step, ids: dict[str, Any]) -> RecuseVoter:
    return RecuseVoter(**ids, reason=str(step.details.get("reason", "")), voter=_voter(step.details.get("for")))


def _absent(step: Step, ids: dict[str, Any]) -> MarkAbsent:
    return MarkAbsent(**ids, voter=voter_of(str(step.details.get("who", ""))), reason=step.details.get("reason"))


def _mandate(step: Step, ids: dict[str, Any]) -> GiveMandate:
    said = step.details
    return GiveMandate(
        **ids, to=said.get("to"), document=str(said.get("document", "")), reason=str(said.get("reason", "")),
        voter=_voter(said.get("for")),
    )  # fmt: skip


def _amend(step: Step, ids: dict[str, Any]) -> AmendText:
    return AmendText(**ids, text=step.details.get("text", {}), reason=str(step.details.get("reason", "")))


def _break_tie(step: Step, ids: dict[str, Any]) -> BreakTie:
    said = step.details
    return BreakTie(
        **ids, choice=str(said.get("choice", "")), reason=str(said.get("reason", "")), item=str(said.get("item", ""))
    )


def _voter(text: Any) -> str | None:
    return None if text is None else voter_of(str(text))


BALLOT_STEPS: dict[str, Callable[[Step, dict[str, Any]], BallotCommand]] = {
    "vote": _vote,
    "recuse": _recuse,
    "absent": _absent,
    "mandate": _mandate,
    "amend": _amend,
    "break_tie": _break_tie,
}
