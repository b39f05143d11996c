"""Ballots in a running case: a user task with the property ``ballot`` is put to the vote instead of being done.

``internal_data`` of its token: ``ballot`` with ``rules`` (evaluated properties), ``seats`` ([voter, weight, state]),
``round``, ``state`` (open, closed, tied), ``text`` (digest of the version voted on), ``extended``, ``mandates`` (voter
to who may vote for them), ``chair`` (item to [yes or no, reason]); and ``due`` 0 for the deadline. Votes are no part of
it: they are rows, and come with the command that counts them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.evaluation import due_instant, instant_of, iso, value_of
from workflow_engine.bpmn.model import Node
from workflow_engine.domain.ballot_counting import ABSENT, EXPECTED, RECUSED, Seat, Vote
from workflow_engine.domain.ballot_offers import subjects
from workflow_engine.domain.ballot_rules import (
    MOST_VOTERS,
    PREFIX,
    RESULT,
    UNIT_WEIGHT,
    BallotRuleError,
    Rules,
    read_rules,
    read_voters,
    read_weights,
)
from workflow_engine.domain.ballots import Box, is_settled, open_ties, result_of, text_digest
from workflow_engine.domain.errors import ExpressionError, InvalidStateError, NotFoundError
from workflow_engine.domain.events import TimerCancelled, TimerScheduled, UserTaskCompleted
from workflow_engine.domain.events_ballots import (
    BallotDecided,
    BallotExtended,
    BallotOpened,
    BallotRoundOpened,
    BallotTied,
    MandateGiven,
    VoterAbsent,
    VoterRecused,
)

if TYPE_CHECKING:
    from workflow_engine.bpmn.runtime import RunContext
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

Seals = tuple[str, str | None]
"""Over votes and, where they are secret, over papers."""


def is_ballot(node: Node) -> bool:
    """Whether the model puts this task to the vote."""
    return any(key == RESULT for key, _ in node.properties)


def evaluated(node: Node, variables: Mapping[str, Any], context: RunContext) -> dict[str, Any]:
    """The ballot's properties: literals as they stand, expressions (after ``=``) as their values."""
    found: dict[str, Any] = {}
    for key, text in node.properties:
        if key != RESULT and not key.startswith(PREFIX):
            continue
        is_expression = text.strip().startswith("=") and key != "ballot.extension"
        found[key] = value_of(text.strip()[1:], variables, context) if is_expression else text
    return found


# ------------------------------------------------------------------------------------------------ opening
def open_ballot(token: Token) -> None:
    """Put the task to the vote.

    Raises:
        ExpressionError: the properties make no ballot; says which and what is expected.
    """
    node, context = token.task_spec.node, token.workflow.top_workflow.context
    values = evaluated(node, token.data, context)
    try:
        rules = read_rules(values)
        voters = read_voters(values.pop("ballot.voters", None) or [])
        roll, members = _roll(voters, context)
        weights = _weights(values.pop("ballot.weights", None), roll, members)
        rules_on_record = {**values, **_resolved(rules, members)}
        _require_on_roll(read_rules(rules_on_record), roll)
        text = _text(rules_on_record.pop("ballot.text", None))
    except BallotRuleError as error:
        raise ExpressionError(f"Ballot {node.id!r}: {error}") from error
    version = None if text is None else text_digest(text)
    token.note(ballot={
        "rules": rules_on_record, "seats": [[voter, weights.get(voter, UNIT_WEIGHT), EXPECTED] for voter in roll],
        "round": 1, "state": "open", "text": version,
    })  # fmt: skip
    due = _due(token)
    items = rules_on_record.get("ballot.items")
    token.workflow.top_workflow.recorder.add(token.task_spec.offered(token, subjects(roll, rules.chair)))
    token.workflow.top_workflow.recorder.add(
        BallotOpened(
            token_id=token.id, element_id=token.element_id,
            rules={name: value for name, value in rules_on_record.items() if name != "ballot.items"},
            roll=[[voter, weights.get(voter, UNIT_WEIGHT)] for voter in roll], members=members or None,
            due_at=None if due is None else iso(due), text_version=version, text=text, items=items,
        )
    )  # fmt: skip
    if due is not None:
        _schedule(token, due)


def _roll(voters: Sequence[str], context: RunContext) -> tuple[list[str], dict[str, list[str]]]:
    """Every voter in order, each once; where a role votes, its members as they are now."""
    members: dict[str, list[str]] = {}
    roll: dict[str, None] = {}
    for voter in voters:
        if not voter.startswith("role:"):
            roll[voter] = None
            continue
        people = members[voter] = context.source.members(voter)
        roll.update(dict.fromkeys(f"person:{person}" for person in people))
    if not 1 <= len(roll) <= MOST_VOTERS:
        raise BallotRuleError("ballot.voters", f"1 to {MOST_VOTERS} voters", len(roll) or "nobody")
    return list(roll), members


def _weights(value: Any, roll: Sequence[str], members: Mapping[str, list[str]]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for voter, weight in (read_weights(value) if value is not None else {}).items():
        weights.update(dict.fromkeys(_people(voter, members), weight))
    strangers = sorted(weights.keys() - set(roll))
    if strangers:
        raise BallotRuleError("ballot.weights", "for voters of the ballot only", strangers[0])
    return weights


def _people(voter: str, members: Mapping[str, list[str]]) -> list[str]:
    return [f"person:{person}" for person in members[voter]] if voter in members else [voter]


def _resolved(rules: Rules, members: Mapping[str, list[str]]) -> dict[str, Any]:
    """Voters named in rules, each of a role by name."""
    veto = [voter for holder in sorted(rules.veto) for voter in _people(holder, members)]
    found: dict[str, Any] = {}
    if veto:
        found["ballot.veto"] = veto
    if rules.is_split:
        found["ballot.items"] = [{"id": item.item_id, "title": item.title} for item in rules.items]
    return found


def _require_on_roll(rules: Rules, roll: Sequence[str]) -> None:
    strangers = sorted(rules.veto - set(roll))
    if strangers:
        raise BallotRuleError("ballot.veto", "voters of the ballot", strangers[0])
    if rules.chair is not None and rules.chair.startswith("role:"):
        raise BallotRuleError("ballot.chair", "a person, a position or a unit", rules.chair)
    if rules.chair_last and rules.chair not in roll:
        raise BallotRuleError("ballot.chair", "one of the voters, because the chair votes last", rules.chair)


def _text(value: Any) -> dict[str, Any] | None:
    """The text that is voted on as ``title``, ``body``, ``version``."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return {"title": "", "body": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("body"), str):
        raise BallotRuleError("ballot.text", "a text, or a context with title, body and version", value)
    return {name: value[name] for name in ("title", "body", "version") if value.get(name) is not None}


# ------------------------------------------------------------------------------------------------ time
def _due(token: Token) -> datetime | None:
    spec, context = token.task_spec.node.user_task, token.workflow.top_workflow.context
    return instant_of(spec.due, token.data, context) if spec is not None and spec.due else None


def _schedule(token: Token, due: datetime) -> None:
    due_at = iso(due)
    if token.internal_data.get("due") == {"0": due_at}:
        return
    cancel_timer(token)
    token.note(due={"0": due_at})
    token.workflow.top_workflow.recorder.add(
        TimerScheduled(token_id=token.id, position=0, element_id=token.element_id, due_at=due_at)
    )


def cancel_timer(token: Token) -> None:
    """The deadline is not waited for any more."""
    if token.internal_data.pop("due", None):
        recorder = token.workflow.top_workflow.recorder
        recorder.touch(token)
        recorder.add(TimerCancelled(token_id=token.id, position=0, element_id=token.element_id))


# ------------------------------------------------------------------------------------------------ what people do
def require_ballot(tree: CaseTree, token_id: int, *states: str) -> Token:
    """The token of a ballot in one of these states. Raises NotFoundError or InvalidStateError."""
    token = tree.index.get(token_id)
    ballot = None if token is None else token.internal_data.get("ballot")
    if token is None or ballot is None:
        raise NotFoundError(f"Expected an open ballot {token_id} in case {tree.case_id}, but there is none.")
    if ballot["state"] not in states:
        raise InvalidStateError(f"Expected ballot {token_id} to be {' or '.join(states)}, but it is {ballot['state']}.")
    return token


def require_no_ballot(token: Token) -> None:
    """Raise InvalidStateError for a task that is put to the vote: nobody takes, gives or completes it."""
    if "ballot" in token.internal_data:
        raise InvalidStateError(
            f"Expected a task that one person does, but {token.element_id!r} is a ballot: vote on it instead."
        )


def rules_of(token: Token) -> Rules:
    """The rules under which this ballot was opened."""
    return read_rules(token.internal_data["ballot"]["rules"])


def _seats(token: Token) -> list[Seat]:
    return [Seat(*seat) for seat in token.internal_data["ballot"]["seats"]]


def _change(token: Token, **values: Any) -> None:
    token.note(ballot={**token.internal_data["ballot"], **values})


def _move_seat(token: Token, voter: str, state: str) -> None:
    seats = token.internal_data["ballot"]["seats"]
    if not any(seat[0] == voter for seat in seats):
        raise NotFoundError(f"Expected {voter!r} to be a voter of this ballot, but they are not.")
    _change(token, seats=[[seat[0], seat[1], state] if seat[0] == voter else seat for seat in seats])


def recuse(tree: CaseTree, token_id: int, voter: str, reason: str) -> None:
    """A voter steps aside."""
    token = require_ballot(tree, token_id, "open")
    _move_seat(token, voter, RECUSED)
    tree.recorder.add(VoterRecused(token_id=token.id, element_id=token.element_id, voter=voter, reason=reason))


def mark_absent(tree: CaseTree, token_id: int, voter: str, absent: bool, reason: str | None) -> None:
    """A voter is absent, or is there after all."""
    token = require_ballot(tree, token_id, "open")
    _move_seat(token, voter, ABSENT if absent else EXPECTED)
    tree.recorder.add(
        VoterAbsent(token_id=token.id, element_id=token.element_id, voter=voter, absent=absent, reason=reason)
    )


def give_mandate(tree: CaseTree, token_id: int, voter: str, to: str | None, document: str, reason: str) -> None:
    """Somebody may vote in this voter's place."""
    token = require_ballot(tree, token_id, "open")
    mandates = {name: held for name, held in token.internal_data["ballot"].get("mandates", {}).items() if name != voter}
    _change(token, mandates=mandates if to is None else {**mandates, voter: to})
    tree.recorder.add(
        MandateGiven(
            token_id=token.id, element_id=token.element_id, voter=voter, to=to, document=document, reason=reason
        )
    )


def amend(tree: CaseTree, token_id: int, text: Any, reason: str, votes: int, seals: Seals) -> None:
    """Another text is voted on from now on."""
    token = require_ballot(tree, token_id, "open", "tied")
    try:
        content = _text(text)
    except BallotRuleError as error:
        raise InvalidStateError(str(error)) from error
    version = None if content is None else text_digest(content)
    if content is None or version == token.internal_data["ballot"]["text"]:
        raise InvalidStateError("Expected another text to vote on, but it is the one that is voted on now.")
    _next_round(token, "amended", votes, seals, content, reason)


def _next_round(
    token: Token, why: str, votes: int, seals: Seals, text: dict[str, Any] | None = None, reason: str | None = None
) -> None:
    ballot, rules = token.internal_data["ballot"], rules_of(token)
    number = ballot["round"] + 1
    if number > rules.rounds:
        raise InvalidStateError(f"Expected at most {rules.rounds} rounds, but this would be round {number}.")
    version = ballot["text"] if text is None else text_digest(text)
    _change(token, round=number, state="open", text=version, extended=False, chair={})
    now, due = token.workflow.top_workflow.context.now, _due(token)
    if due is not None and due <= now:
        due = None if rules.extension is None else _extended(token, rules)
    token.workflow.top_workflow.recorder.add(
        BallotRoundOpened(
            token_id=token.id, element_id=token.element_id, round_no=number, why=why, votes=votes, votes_seal=seals[0],
            papers_seal=seals[1], due_at=None if due is None else iso(due), text_version=version, text=text,
            reason=reason,
        )
    )  # fmt: skip
    if due is None:
        cancel_timer(token)
    else:
        _schedule(token, due)


def _extended(token: Token, rules: Rules) -> datetime:
    context, source = token.workflow.top_workflow.context, rules.extension or "PT0S"
    if source.startswith("="):
        source = str(value_of(source[1:], token.data, context))
    return due_instant(source, context.now)


# ------------------------------------------------------------------------------------------------ counting
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
    ballot, rules, seats = token.internal_data["ballot"], rules_of(token), _seats(token)
    if ballot["round"] != round_no:
        raise InvalidStateError(f"Expected round {round_no} of ballot {token_id}, but {ballot['round']} is open.")
    box = box_of(token, cast, turnout)
    tallies = [box.tally(rules, seats, item.item_id) for item in rules.items]
    if ballot["state"] == "open" and not is_settled(rules, tallies):
        raise InvalidStateError(f"Expected ballot {token_id} to be certain, but votes that are missing still matter.")
    silent = max(count.open for count in tallies)
    if ballot["state"] == "closed" and silent and rules.silence == "extend" and not ballot.get("extended"):
        _change(token, state="open", extended=True)
        due = _extended(token, rules)
        _schedule(token, due)
        tree.recorder.add(
            BallotExtended(token_id=token.id, element_id=token.element_id, due_at=iso(due), silent=silent)
        )
        return
    ties = open_ties(rules, seats, box)
    if ties and rules.tie == "again" and ballot["round"] < rules.rounds:
        _next_round(token, "tied", _count(turnout), seals)
    elif ties and rules.tie == "chair" and _is_there(rules.chair, seats):
        _change(token, state="tied")
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
    rules, seats = rules_of(token), _seats(token)
    if item not in open_ties(rules, seats, box_of(token, cast, turnout)):
        raise InvalidStateError(f"Expected votes on {item or 'the whole'!r} to be even, but they are not.")
    chair = {**token.internal_data["ballot"].get("chair", {}), item: [choice, reason]}
    _change(token, chair=chair)
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
