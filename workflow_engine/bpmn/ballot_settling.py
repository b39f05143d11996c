"""Counting a ballot in a running case: decide, give more time, vote again, or ask the chair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.balloting import (
    Seals,
    cancel_timer,
    change,
    extended,
    next_round,
    require_ballot,
    rules_of,
    schedule,
    seats_of,
)
from workflow_engine.bpmn.evaluation import iso
from workflow_engine.domain.ballot_counting import EXPECTED, Seat, Vote
from workflow_engine.domain.ballot_rules import Rules
from workflow_engine.domain.ballots import Box, is_settled, open_ties, result_of
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.events import UserTaskCompleted
from workflow_engine.domain.events_ballots import BallotDecided, BallotExtended, BallotTied

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree


def box_of(token: Token, cast: Sequence[Mapping[str, Any]], turnout: Mapping[str, Sequence[str]]) -> Box:
    """What was cast, as the command that counts it brings it."""
    chair = token.internal_data["ballot"].get("chair", {})
    return Box(
        votes=tuple(Vote(one.get("voter"), one["choice"], one.get("item", ""), one.get("reason")) for one in cast),
        turnout=turnout,
        chair={item: (choice, reason) for item, (choice, reason) in chair.items()},
    )


def settle(
    tree: CaseTree, token_id: int, round_no: int, cast: Sequence[Mapping[str, Any]],
    turnout: Mapping[str, Sequence[str]], seals: Seals, decided_by: str,
) -> None:  # fmt: skip
    """Count; decide, or extend, or ask the chair, or vote again, as the rules say.

    Raises:
        InvalidStateError: it is another round, or the result is still open.
    """
    token = require_ballot(tree, token_id, "open", "closed")
    ballot, rules, seats = token.internal_data["ballot"], rules_of(token), seats_of(token)
    if ballot["round"] != round_no:
        raise InvalidStateError(f"Expected round {round_no} of ballot {token_id}, but {ballot['round']} is open.")
    box = box_of(token, cast, turnout)
    tallies = [box.tally(rules, seats, item.item_id) for item in rules.items]
    if ballot["state"] == "open" and not is_settled(rules, tallies):
        raise InvalidStateError(f"Expected ballot {token_id} to be certain, but votes that are missing still matter.")
    silent = max(count.open for count in tallies)
    if ballot["state"] == "closed" and silent and rules.silence == "extend" and not ballot.get("extended"):
        change(token, state="open", extended=True)
        due = extended(token, rules)
        schedule(token, due)
        tree.recorder.add(
            BallotExtended(token_id=token.id, element_id=token.element_id, due_at=iso(due), silent=silent)
        )
        return
    ties = open_ties(rules, seats, box)
    if ties and rules.tie == "again" and ballot["round"] < rules.rounds:
        next_round(token, "tied", _count(turnout), seals)
    elif ties and rules.tie == "chair" and _is_there(rules.chair, seats):
        change(token, state="tied")
        cancel_timer(token)
        tree.recorder.add(
            BallotTied(token_id=token.id, element_id=token.element_id, items=ties, chair=rules.chair or "")
        )
    else:
        _decide(token, rules, seats, box, seals, decided_by)


def break_tie(
    tree: CaseTree, token_id: int, item: str, choice: str, reason: str, cast: Sequence[Mapping[str, Any]],
    turnout: Mapping[str, Sequence[str]], seals: Seals, decided_by: str,
) -> None:  # fmt: skip
    """The chair says yes or no where votes are even; the ballot is decided once every tie is broken."""
    token = require_ballot(tree, token_id, "tied")
    rules, seats = rules_of(token), seats_of(token)
    if item not in open_ties(rules, seats, box_of(token, cast, turnout)):
        raise InvalidStateError(f"Expected votes on {item or 'the whole'!r} to be even, but they are not.")
    chair = {**token.internal_data["ballot"].get("chair", {}), item: [choice, reason]}
    change(token, chair=chair)
    box = box_of(token, cast, turnout)
    if not open_ties(rules, seats, box):
        _decide(token, rules, seats, box, seals, decided_by)


def _is_there(chair: str | None, seats: Sequence[Seat]) -> bool:
    """Whether the chair can decide: one who has no vote can; one who is recused or absent cannot."""
    return all(seat.state == EXPECTED for seat in seats if seat.voter == chair)


def _count(turnout: Mapping[str, Sequence[str]]) -> int:
    return sum(len(voters) for voters in turnout.values())


def _decide(token: Token, rules: Rules, seats: Sequence[Seat], box: Box, seals: Seals, decided_by: str) -> None:
    top, ballot = token.workflow.top_workflow, token.internal_data["ballot"]
    result = result_of(rules, seats, box, round_no=ballot["round"], text_version=ballot["text"])
    result["ballot_id"] = f"{top.case_id}.{token.id}"
    result["decided_at"] = iso(top.context.now)
    cancel_timer(token)
    top.recorder.add(
        BallotDecided(
            token_id=token.id, element_id=token.element_id, round_no=ballot["round"], outcome=result["outcome"],
            voters=result["voters"], voted=_count(box.turnout), applied=result["applied"], votes_seal=seals[0],
            papers_seal=seals[1], text_version=ballot["text"], result=result,
        )
    )  # fmt: skip
    variables = {rules.result: result}
    top.recorder.add(
        UserTaskCompleted(
            token_id=token.id, element_id=token.element_id, completed_by=decided_by, variables=dict(variables)
        )
    )
    token.note(ballot={**ballot, "state": "decided"})
    token.set_variables({**token.data, **variables})
    token.task_spec.done(token)
