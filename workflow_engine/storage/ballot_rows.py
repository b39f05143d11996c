"""What the events of ballots do to rows, and to whom a ballot that runs is offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, update

from workflow_engine.domain import events_ballots as b
from workflow_engine.domain.ballot_counting import EXPECTED, least_votes
from workflow_engine.domain.ballot_offers import RUNNING, wanted_subjects
from workflow_engine.domain.ballot_rules import Rules, read_rules, voter_of
from workflow_engine.domain.lifecycle import BALLOT
from workflow_engine.storage.changes import Changes, Facts, Insert, Move, Values, moved, states_before
from workflow_engine.storage.schema import ballot, ballot_round, ballot_voter, user_task
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.user_task_rows import TASKS, offered_again

BALLOTS = Insert("ballot", Statement(insert(ballot)))
ROUNDS = Insert("ballot_round", Statement(insert(ballot_round)))
VOTERS = Insert("ballot_voter", Statement(insert(ballot_voter)))

_b, _v = ballot.c, ballot_voter.c


def _move_ballot(state: str, *columns: str, also_from: tuple[str, ...] = ()) -> Move:
    allowed = [*states_before(BALLOT, state), *also_from]
    values = {name: param(name, _b[name]) for name in columns}
    changed = update(ballot).where(_b.ballot_id == param("key"), _b.state.in_(allowed))
    return Move(f"ballot {state}", Statement(changed.values(state=state, **values)))


_OPEN = _move_ballot("open", "round_no", "due_at", "sort_key", "text_version", also_from=("open",))
_EXTEND = _move_ballot("open", "due_at", "sort_key")
_CLOSE = _move_ballot("closed")
_TIE = _move_ballot("tied")
_DECIDE = _move_ballot("decided", "decided_at", "outcome", "votes_seal", "papers_seal", "result")
_WITHDRAW = _move_ballot("withdrawn", "decided_at")
_SEAT = Move(
    "ballot_voter",
    Statement(
        update(ballot_voter)
        .where(_v.ballot_id == param("key"), _v.voter == param("seat"))
        .values(state=param("state"), reason=param("reason"))
    ),
)
_MANDATE = Move(
    "ballot_voter mandated",
    Statement(
        update(ballot_voter)
        .where(_v.ballot_id == param("key"), _v.voter == param("seat"))
        .values(mandate_to=param("mandate_to"), mandate_document=param("mandate_document"))
    ),
)
_MOVE_DUE = Move(
    "ballot due at another instant",
    Statement(
        update(ballot)
        .where(_b.ballot_id == param("key"), _b.state == "open")
        .values(due_at=param("due", _b.due_at), sort_key=param("sort_key"))
    ),
    exactly=None,
)
_MOVE_TASK = Move(
    "user_task of a ballot due",
    Statement(
        update(user_task)
        .where(user_task.c.user_task_id == param("key"))
        .values(due_at=param("due", user_task.c.due_at))
    ),
    exactly=None,
)
_NEW_DUE = Move(
    "user_task due",
    Statement(
        update(user_task)
        .where(user_task.c.user_task_id == param("key"))
        .values(due_at=param("due", user_task.c.due_at))
    ),
)


# ------------------------------------------------------------------------------------------------ events to rows
def opened(changes: Changes, facts: Facts, event: b.BallotOpened) -> None:
    """The ballot, its first round, and everybody on the roll."""
    ballot_id, rules = _id(facts, event.token_id), dict(event.rules)
    veto = set(rules.get("ballot.veto") or ())
    row = {
        "ballot_id": ballot_id, "case_id": facts.case_id, "element_id": event.element_id, "state": "open",
        "round_no": 1, "secrecy": str(rules.get("ballot.secrecy") or "open").strip(), "rules": _json(rules),
        "clauses": _json(event.items) if event.items else None, "chair": _voter(rules.get("ballot.chair")),
        "lead": _unit(rules.get("ballot.lead")), "barred": _json(event.barred or []),
        "voters": len(event.roll),
        "least_votes": least_votes(_rules(rules, event.items), [weight for _, weight in event.roll]),
        "text_version": event.text_version, "due_at": _instant(event.due_at),
        "sort_key": _sort_key(event.due_at), "opened_at": facts.at, "decided_at": None, "outcome": None,
        "votes_seal": None, "papers_seal": None,
        "result": None,
    }  # fmt: skip
    changes.insert(BALLOTS, ballot_id, row)
    _round(changes, facts, event.token_id, 1, "opened", event.text_version, event.text, None, 0, None, None)
    for seat_no, (voter, weight) in enumerate(event.roll, 1):
        seat = {
            "ballot_id": ballot_id, "voter": voter, "case_id": facts.case_id, "seat_no": seat_no, "weight": weight,
            "has_veto": voter in veto, "state": EXPECTED, "reason": None, "mandate_to": None, "mandate_document": None,
        }  # fmt: skip
        changes.insert(VOTERS, (ballot_id, voter), seat)


def round_opened(changes: Changes, facts: Facts, event: b.BallotRoundOpened) -> None:
    """A new round; the votes of the one before stay, sealed."""
    values = {
        "round_no": event.round_no, "due_at": _instant(event.due_at), "sort_key": _sort_key(event.due_at),
        "text_version": event.text_version,
    }  # fmt: skip
    _move(changes, facts, event.token_id, _OPEN, "open", values)
    _due(changes, facts, event.token_id, _instant(event.due_at))
    _round(
        changes, facts, event.token_id, event.round_no, event.why, event.text_version, event.text, event.reason,
        event.votes, event.votes_seal, event.papers_seal,
    )  # fmt: skip


def _round(
    changes: Changes, facts: Facts, token_id: int, number: int, why: str, version: str | None, text: Any,
    reason: str | None, votes: int, seal: str | None, papers: str | None,
) -> None:  # fmt: skip
    ballot_id = _id(facts, token_id)
    row = {
        "ballot_id": ballot_id, "round_no": number, "case_id": facts.case_id, "why": why, "opened_at": facts.at,
        "opened_by": facts.actor_id, "reason": reason, "text_version": version, "text": _json(text) if text else None,
        "votes_before": votes, "seal_before": seal, "papers_seal_before": papers,
    }  # fmt: skip
    changes.insert(ROUNDS, (ballot_id, number), row)


def recused(changes: Changes, facts: Facts, event: b.VoterRecused) -> None:
    """The voter's seat counts no more."""
    _seat(changes, facts, event.token_id, event.voter, _SEAT, {"state": "recused", "reason": event.reason})


def absent(changes: Changes, facts: Facts, event: b.VoterAbsent) -> None:
    """The voter is away, or back."""
    state = "absent" if event.absent else EXPECTED
    _seat(changes, facts, event.token_id, event.voter, _SEAT, {"state": state, "reason": event.reason})


def mandated(changes: Changes, facts: Facts, event: b.MandateGiven) -> None:
    """Somebody may vote in the voter's place, and finds the ballot among their tasks."""
    values = {"mandate_to": event.to, "mandate_document": event.document if event.to else None}
    _seat(changes, facts, event.token_id, event.voter, _MANDATE, values)
    if event.to is not None:
        offered_again(changes, facts, event.token_id, event.to, "open")


def _seat(changes: Changes, facts: Facts, token_id: int, voter: str, move: Move, values: Values) -> None:
    key = _id(facts, token_id)
    row = changes.pending(VOTERS, (key, voter))
    if row is None:
        changes.move(move, {"key": key, "seat": voter, **values})
    else:
        row.update(values)


def closed(changes: Changes, facts: Facts, event: b.BallotClosed) -> None:
    """No more votes."""
    _move(changes, facts, event.token_id, _CLOSE, "closed", {})


def extended(changes: Changes, facts: Facts, event: b.BallotExtended) -> None:
    """More time."""
    due_at = _instant(event.due_at)
    _move(changes, facts, event.token_id, _EXTEND, "open", {"due_at": due_at, "sort_key": _sort_key(event.due_at)})
    _due(changes, facts, event.token_id, due_at)


def due_moved(changes: Changes, facts: Facts, token_id: int, due_text: str) -> None:
    """Should the token be a ballot: it ends at another instant, and its task is due then."""
    key, due_at = _id(facts, token_id), _instant(due_text)
    row = changes.pending(BALLOTS, key)
    if row is not None:
        row.update(due_at=due_at, sort_key=_sort_key(due_text))
        _due(changes, facts, token_id, due_at)
    else:
        changes.move(_MOVE_DUE, {"key": key, "due": due_at, "sort_key": _sort_key(due_text)})
        changes.move(_MOVE_TASK, {"key": key, "due": due_at})


def tied(changes: Changes, facts: Facts, event: b.BallotTied) -> None:
    """The chair's word is waited for."""
    _move(changes, facts, event.token_id, _TIE, "tied", {})


def decided(changes: Changes, facts: Facts, event: b.BallotDecided) -> None:
    """The one decision."""
    values = {
        "decided_at": facts.at, "outcome": event.outcome, "votes_seal": event.votes_seal,
        "papers_seal": event.papers_seal, "result": _json(event.result) if event.result else None,
    }  # fmt: skip
    _move(changes, facts, event.token_id, _DECIDE, "decided", values)


def withdrawn(changes: Changes, facts: Facts, event: b.BallotWithdrawn) -> None:
    """The vote is off."""
    _move(changes, facts, event.token_id, _WITHDRAW, "withdrawn", {"decided_at": facts.at})


def _move(changes: Changes, facts: Facts, token_id: int, move: Move, state: str, values: Values) -> None:
    key = _id(facts, token_id)
    row = changes.pending(BALLOTS, key)
    if row is None:
        changes.move(move, {"key": key, **values})
    elif row["state"] == state == "open":
        row.update(values)  # from one round to the next
    else:
        moved(row, BALLOT, state, values)


def _due(changes: Changes, facts: Facts, token_id: int, due_at: datetime | None) -> None:
    key = _id(facts, token_id)
    row = changes.pending(TASKS, key)
    if row is None:
        changes.move(_NEW_DUE, {"key": key, "due": due_at})
    else:
        row["due_at"] = due_at


# ------------------------------------------------------------------------------------------------ offers
def follow_votes(rebuilt: dict[str, list[Values]], done: Mapping[str, set[str]]) -> None:
    """Put the offers of running ballots as they are after these votes (``done`` by ballot), which stand in no entry."""
    for found in rebuilt["ballot"]:
        if found["state"] in RUNNING:
            key = found["ballot_id"]
            seats = [seat for seat in rebuilt["ballot_voter"] if seat["ballot_id"] == key]
            wanted = wanted_subjects(found, seats, done.get(key, set()))
            for row in rebuilt["offer"]:
                if row["user_task_id"] == key:
                    row["state"] = "open" if row["subject"] in wanted else "closed"


def _id(facts: Facts, token_id: int) -> str:
    return f"{facts.case_id}.{token_id}"


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _rules(values: Values, items: Any) -> Rules:
    return read_rules({**values, "ballot.items": items} if items else values)


def _sort_key(due_at: str | None) -> str:
    return "9" * 19 if due_at is None else due_at[:19]


def _voter(value: Any) -> str | None:
    return None if value in (None, "") else voter_of(str(value))


def _unit(value: Any) -> str | None:
    if value in (None, ""):
        return None
    text = str(value).strip()
    return text if text.startswith("unit:") else f"unit:{text}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


APPLIERS: dict[type[Any], Any] = {
    b.BallotOpened: opened,
    b.BallotRoundOpened: round_opened,
    b.VoterRecused: recused,
    b.VoterAbsent: absent,
    b.MandateGiven: mandated,
    b.BallotClosed: closed,
    b.BallotExtended: extended,
    b.BallotTied: tied,
    b.BallotDecided: decided,
    b.BallotWithdrawn: withdrawn,
}
