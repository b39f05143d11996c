"""Ballots in a running case: a user task with the property ``ballot`` is put to the vote instead of being done.

``internal_data`` of its token: ``ballot`` with ``rules`` (evaluated properties), ``seats`` ([voter, weight, state]),
``round``, ``state`` (open, closed, tied), ``text`` (digest of the version voted on), ``extended``, ``chair`` (item to
[yes or no, reason]); and ``due`` 0 for the deadline. Votes are no part of it: they are rows, and come with the command
that counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.evaluation import due_instant, instant_of, iso, value_of
from workflow_engine.bpmn.model import Node
from workflow_engine.domain.ballot_counting import ABSENT, EXPECTED, RECUSED, Seat
from workflow_engine.domain.ballot_rules import (
    PREFIX,
    RESULT,
    BallotRuleError,
    Rules,
    read_rules,
)
from workflow_engine.domain.ballots import text_digest
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.events import TimerCancelled, TimerScheduled
from workflow_engine.domain.events_ballots import (
    BallotRoundOpened,
    MandateGiven,
    VoterAbsent,
    VoterRecused,
)

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

Seals = tuple[str, str | None]
"""Over votes and, where they are secret, over papers."""


def is_ballot(node: Node) -> bool:
    """Whether the model puts this task to the vote."""
    return any(key == RESULT for key, _ in node.properties)


def rules_stated(node: Node) -> dict[str, str]:
    """The ballot's properties as the model states them; empty for a task that nobody votes on."""
    return {key: text for key, text in node.properties if key == RESULT or key.startswith(PREFIX)}


def text_of_ballot(value: Any) -> dict[str, Any] | None:
    """The text that is voted on as ``title``, ``body``, ``version``."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return {"title": "", "body": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("body"), str):
        raise BallotRuleError("ballot.text", "a text, or a context with title, body and version", value)
    return {name: value[name] for name in ("title", "body", "version") if value.get(name) is not None}


# ------------------------------------------------------------------------------------------------ time
def due_of(token: Token) -> datetime | None:
    """The task's due date, as it comes out now."""
    spec, context = token.task_spec.node.user_task, token.workflow.top_workflow.context
    return instant_of(spec.due, token.data, context) if spec is not None and spec.due else None


def schedule(token: Token, due: datetime) -> None:
    """Wait for this deadline, and for no other."""
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


def seats_of(token: Token) -> list[Seat]:
    """The roll as it stands."""
    return [Seat(*seat) for seat in token.internal_data["ballot"]["seats"]]


def change(token: Token, **values: Any) -> None:
    """Keep these of the ballot's state."""
    token.note(ballot={**token.internal_data["ballot"], **values})


def _move_seat(token: Token, voter: str, state: str) -> None:
    seats = token.internal_data["ballot"]["seats"]
    if _require_seat(token, voter)[2] == RECUSED:
        raise InvalidStateError(f"Expected {voter!r} to be on the roll, but they are recused.")
    change(token, seats=[[seat[0], seat[1], state] if seat[0] == voter else seat for seat in seats])


def _require_seat(token: Token, voter: str) -> list[Any]:
    for seat in token.internal_data["ballot"]["seats"]:
        if seat[0] == voter:
            return list(seat)
    raise NotFoundError(f"Expected {voter!r} to be a voter of this ballot, but they are not.")


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
    _require_seat(token, voter)
    tree.recorder.add(
        MandateGiven(
            token_id=token.id, element_id=token.element_id, voter=voter, to=to, document=document, reason=reason
        )
    )


def amend(tree: CaseTree, token_id: int, text: Any, reason: str, votes: int, seals: Seals) -> None:
    """Another text is voted on from now on."""
    token = require_ballot(tree, token_id, "open", "tied")
    try:
        content = text_of_ballot(text)
    except BallotRuleError as error:
        raise InvalidStateError(str(error)) from error
    version = None if content is None else text_digest(content)
    if content is None or version == token.internal_data["ballot"]["text"]:
        raise InvalidStateError("Expected another text to vote on, but it is the one that is voted on now.")
    next_round(token, "amended", votes, seals, content, reason)


def next_round(
    token: Token, why: str, votes: int, seals: Seals, text: dict[str, Any] | None = None, reason: str | None = None
) -> None:
    """Vote again; what was cast so far is sealed and counts no more. Raises InvalidStateError after the last round."""
    ballot, rules = token.internal_data["ballot"], rules_of(token)
    number = ballot["round"] + 1
    if number > rules.rounds:
        raise InvalidStateError(f"Expected at most {rules.rounds} rounds, but this would be round {number}.")
    version = ballot["text"] if text is None else text_digest(text)
    change(token, round=number, state="open", text=version, extended=False, chair={})
    now, due = token.workflow.top_workflow.context.now, due_of(token)
    if due is not None and due <= now:
        due = None if rules.extension is None else extended(token, rules)
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
        schedule(token, due)


def extended(token: Token, rules: Rules) -> datetime:
    """The new deadline when more time is given now."""
    context, source = token.workflow.top_workflow.context, rules.extension or "PT0S"
    if source.startswith("="):
        source = str(value_of(source[1:], token.data, context))
    return due_instant(source, context.now)
