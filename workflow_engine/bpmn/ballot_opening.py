"""Putting a task to the vote: its properties evaluated, everybody on the roll, the text that is voted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.assigning import BARRED_BY_PARTIES
from workflow_engine.bpmn.balloting import due_of, recuse, rules_stated, schedule, text_of_ballot
from workflow_engine.bpmn.barring import barred_by_case
from workflow_engine.bpmn.evaluation import iso, value_of
from workflow_engine.bpmn.model import Node
from workflow_engine.bpmn.parties import parties_of
from workflow_engine.domain.ballot_counting import EXPECTED
from workflow_engine.domain.ballot_offers import subjects
from workflow_engine.domain.ballot_rules import (
    MOST_VOTERS,
    UNIT_WEIGHT,
    BallotRuleError,
    Rules,
    read_rules,
    read_voters,
    read_weights,
)
from workflow_engine.domain.ballots import text_digest
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.domain.events_ballots import BallotOpened

if TYPE_CHECKING:
    from workflow_engine.bpmn.run_context import RunContext
    from workflow_engine.bpmn.token import Token


def evaluated(node: Node, variables: Mapping[str, Any], context: RunContext) -> dict[str, Any]:
    """The ballot's properties: literals as they stand, expressions (after ``=``) as their values."""
    found: dict[str, Any] = {}
    for key, text in rules_stated(node).items():
        is_expression = text.strip().startswith("=") and key != "ballot.extension"
        found[key] = value_of(text.strip()[1:], variables, context) if is_expression else text
    return found


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
        text = text_of_ballot(rules_on_record.pop("ballot.text", None))
    except BallotRuleError as error:
        raise ExpressionError(f"Ballot {node.id!r}: {error}") from error
    version = None if text is None else text_digest(text)
    barred = _barred(token)
    token.note(ballot={
        "rules": rules_on_record, "seats": [[voter, weights.get(voter, UNIT_WEIGHT), EXPECTED] for voter in roll],
        "round": 1, "state": "open", "text": version,
    })  # fmt: skip
    due = due_of(token)
    items = rules_on_record.get("ballot.items")
    token.workflow.top_workflow.recorder.add(token.task_spec.offered(token, subjects(roll, rules.chair)))
    token.workflow.top_workflow.recorder.add(
        BallotOpened(
            token_id=token.id, element_id=token.element_id,
            rules={name: value for name, value in rules_on_record.items() if name != "ballot.items"},
            roll=[[voter, weights.get(voter, UNIT_WEIGHT)] for voter in roll], members=members or None,
            due_at=None if due is None else iso(due), text_version=version, text=text, items=items,
            barred=sorted(barred) or None,
        )
    )  # fmt: skip
    for person in sorted(barred):
        if f"person:{person}" in roll:
            recuse(token.workflow.top_workflow, token.id, f"person:{person}", barred[person])
    if due is not None:
        schedule(token, due)


def _barred(token: Token) -> dict[str, str]:
    """Person to why they have no part in this: checks of the model, and conflicts of interest as they are known now."""
    context = token.workflow.top_workflow.context
    barred = dict(barred_by_case(token))
    parties = parties_of(token.task_spec.node, token.data, context.now)
    if parties:
        found = context.asking.ask(BARRED_BY_PARTIES, [parties])
        barred.update(dict.fromkeys(found, "has a conflict of interest with a party"))
    return barred


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
