"""How ballots stand and what was cast in them: sums for whoever asks, everything for the command that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from workflow_engine.domain.ballot_counting import ABSENT, EXPECTED, RECUSED, Tally
from workflow_engine.domain.ballot_offers import RUNNING
from workflow_engine.domain.ballot_rules import UNIT_WEIGHT, Rules
from workflow_engine.domain.ballots import fingerprint, paper_content, seal, vote_content
from workflow_engine.storage.ballots import FoundBallot, rules_from
from workflow_engine.storage.schema import (
    ballot,
    ballot_paper,
    ballot_round,
    ballot_vote,
    ballot_voter,
    process_instance,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_b, _v, _c, _p = ballot.c, ballot_voter.c, ballot_vote.c, ballot_paper.c
_OF_ROUND = (_c.ballot_id == param("ballot"), _c.round_no == param("round"))
_PUT_PAPER = Statement(insert(ballot_paper))
_CAST = Statement(select(func.count()).select_from(ballot_vote).where(*_OF_ROUND))
_ANYBODY_AWAY = Statement(select(_v.voter).where(_v.ballot_id == param("ballot"), _v.state != EXPECTED).limit(1))
_BY_STATE = Statement(
    select(_v.state, func.count(), func.sum(_v.weight)).where(_v.ballot_id == param("ballot")).group_by(_v.state)
)
_BY_CHOICE = Statement(
    select(_c.item, _c.choice, func.count(), func.sum(_c.weight)).where(*_OF_ROUND).group_by(_c.item, _c.choice)
)
_PAPERS_BY_CHOICE = Statement(
    select(_p.item, _p.choice, func.count())
    .where(_p.ballot_id == param("ballot"), _p.round_no == param("round"))
    .group_by(_p.item, _p.choice)
)
_OPEN_VETOES = Statement(select(_v.voter).where(_v.ballot_id == param("ballot"), _v.has_veto, _v.state == EXPECTED))
_VETO_VOTES = Statement(select(_c.item, _c.voter, _c.choice).where(*_OF_ROUND, _c.has_veto))
_VOTE_COLUMNS = (
    _c.item, _c.voter, _c.choice, _c.reason, _c.cast_by, _c.capacity, _c.cast_at, _c.text_version, _c.nonce,
    _c.fingerprint,
)  # fmt: skip
_VOTES = Statement(select(*_VOTE_COLUMNS).where(*_OF_ROUND).order_by(_c.item, _c.voter))
_PAPERS = Statement(
    select(_p.paper_id, _p.item, _p.choice, _p.reason, _p.nonce, _p.fingerprint)
    .where(_p.ballot_id == param("ballot"), _p.round_no == param("round"))
    .order_by(_p.paper_id)
)
_DROP_PAPERS = Statement(delete(ballot_paper).where(_p.ballot_id == param("ballot"), _p.round_no == param("round")))
_UNSETTLED = Statement(
    select(_b.ballot_id)
    .join(process_instance, process_instance.c.case_id == _b.case_id)
    .where(_b.state == "closed", process_instance.c.state == "active")
    .order_by(_b.due_at, _b.ballot_id)
    .limit(500)
)
_LATELY_CAST = Statement(
    select(_c.ballot_id)
    .join(ballot, _b.ballot_id == _c.ballot_id)
    .where(_c.cast_at >= param("since", _c.cast_at), _b.state == "open", _b.round_no == _c.round_no)
    .distinct()
    .limit(500)
)
_DECIDED = Statement(
    select(_b.case_id, _b.ballot_id, _b.round_no, _b.votes_seal, _b.papers_seal).where(_b.state == "decided")
)
_ROUNDS_BEFORE = Statement(
    select(
        ballot_round.c.case_id, ballot_round.c.ballot_id, ballot_round.c.round_no - 1, ballot_round.c.seal_before,
        ballot_round.c.papers_seal_before,
    ).where(ballot_round.c.seal_before.is_not(None))
)  # fmt: skip
_DONE_IN_CASE = Statement(
    select(_c.ballot_id, _c.voter, func.count())
    .join(ballot, _b.ballot_id == _c.ballot_id)
    .where(_b.case_id == param("case"), _b.state.in_(RUNNING), _c.round_no == _b.round_no)
    .group_by(_c.ballot_id, _c.voter)
)
_RULES_IN_CASE = Statement(select(_b.ballot_id, _b.rules, _b.clauses).where(_b.case_id == param("case")))


@dataclass(frozen=True, slots=True)
class Count:
    """Everything cast in one round, as the command that counts it records it."""

    turnout: dict[str, list[str]]
    cast: tuple[dict[str, Any], ...]
    votes_seal: str
    papers_seal: str | None
    votes: int


def may_be_settled(unit: UnitOfWork, found: FoundBallot) -> bool:
    """Whether it is worth while to count: cheap, and never false where something is certain."""
    key = {"ballot": found.ballot_id, "round": found.round_no}
    cast = unit.one(_CAST, key)
    if cast is not None and int(cast[0]) >= found.least_votes * len(found.rules.items):
        return True
    return unit.one(_ANYBODY_AWAY, key) is not None


def standing(unit: UnitOfWork, found: FoundBallot) -> dict[str, Tally]:
    """How every item stands now, summed by the database."""
    key = {"ballot": found.ballot_id, "round": found.round_no}
    rules = found.rules
    by_state = {state: (int(heads), int(weight)) for state, heads, weight in unit.all(_BY_STATE, key)}
    expected, expected_weight = by_state.get(EXPECTED, (0, 0))
    absent, absent_weight = by_state.get(ABSENT, (0, 0))
    sums: dict[str, dict[str, tuple[int, int]]] = {}
    turned_out: dict[str, tuple[int, int]] = {}
    for item, choice, heads, weight in unit.all(_BY_CHOICE, key):
        before = turned_out.get(item, (0, 0))
        turned_out[item] = (before[0] + int(heads), before[1] + int(weight))
        if choice is not None:
            sums.setdefault(item, {})[choice] = (int(heads), int(weight))
    if rules.is_secret:
        for item, choice, heads in unit.all(_PAPERS_BY_CHOICE, key):
            sums.setdefault(item, {})[choice] = (int(heads), int(heads) * UNIT_WEIGHT)
    vetoes, holders = _vetoes(unit, rules, key)
    tallies = {}
    for item_id in (item.item_id for item in rules.items):
        said, (voted, weight) = sums.get(item_id, {}), turned_out.get(item_id, (0, 0))
        weights = {
            counts: sum(said[one.name][1] for one in rules.choices if one.counts == counts and one.name in said)
            for counts in ("yes", "no", "abstain")
        }
        tallies[item_id] = Tally(
            **weights, voted=voted, open=expected - voted, open_weight=expected_weight - weight, absent=absent,
            absent_weight=absent_weight, recused=by_state.get(RECUSED, (0, 0))[0],
            vetoed_by=tuple(sorted(vetoes.get(item_id, {}).get("no", ()))),
            open_veto=bool(holders - vetoes.get(item_id, {}).get("voted", set())),
            choices={one.name: said.get(one.name, (0, 0))[0] for one in rules.choices},
        )  # fmt: skip
    return tallies


def _vetoes(unit: UnitOfWork, rules: Rules, key: Mapping[str, Any]) -> tuple[dict[str, dict[str, set[str]]], set[str]]:
    """By item: veto holders who voted, and who voted no; and all who hold a veto and may vote."""
    if not rules.veto:
        return {}, set()
    found: dict[str, dict[str, set[str]]] = {}
    for item, voter, choice in unit.all(_VETO_VOTES, key):
        of_item = found.setdefault(item, {"voted": set(), "no": set()})
        of_item["voted"].add(voter)
        counted = rules.choice(choice)
        if counted is not None and counted.counts == "no":
            of_item["no"].add(voter)
    return found, {row[0] for row in unit.all(_OPEN_VETOES, {"ballot": key["ballot"]})}


# ------------------------------------------------------------------------------------------------ counting
def count_votes(unit: UnitOfWork, found: FoundBallot) -> Count:
    """Everything cast in the present round, under the ballot's lock; papers of a secret one are mixed for good.

    Mixing: they are written anew in the order of their random ids by one transaction, so that neither where they lie
    nor which transaction wrote them tells who cast them.
    """
    key = {"ballot": found.ballot_id, "round": found.round_no}
    votes = unit.all(_VOTES, key)
    turnout: dict[str, list[str]] = {}
    for row in votes:
        turnout.setdefault(row[0], []).append(row[1])
    votes_seal = seal(row[9] for row in votes)
    if not found.rules.is_secret:
        cast = tuple({"item": row[0], "voter": row[1], "choice": row[2], "reason": row[3]} for row in votes)
        return Count(turnout, cast, votes_seal, None, len(votes))
    papers = unit.all(_PAPERS, key)
    names = ("paper_id", "item", "choice", "reason", "nonce", "fingerprint")
    rows = [{"ballot_id": found.ballot_id, "round_no": found.round_no, **dict(zip(names, row, strict=True))}
            for row in papers]  # fmt: skip
    unit.run(_DROP_PAPERS, key)
    unit.many(_PUT_PAPER, rows)
    cast = tuple({"item": row[1], "choice": row[2], "reason": row[3]} for row in papers)
    return Count(turnout, cast, votes_seal, seal(row[5] for row in papers), len(votes))


def unsettled(unit: UnitOfWork, since: datetime) -> list[str]:
    """Ballots to look at: closed and not counted, or with votes since this instant."""
    closed = [row[0] for row in unit.all(_UNSETTLED, {})]
    return list(dict.fromkeys([*closed, *(row[0] for row in unit.all(_LATELY_CAST, {"since": since}))]))


# ------------------------------------------------------------------------------------------------ proving
def broken_seals(unit: UnitOfWork) -> list[tuple[str, str, str]]:
    """(case, ballot, what is wrong) for every counted round whose votes are not those that were counted."""
    found = []
    for case_id, ballot_id, round_no, votes_seal, papers_seal in [
        *unit.all(_DECIDED, {}), *unit.all(_ROUNDS_BEFORE, {})
    ]:  # fmt: skip
        key = {"ballot": ballot_id, "round": round_no}
        votes = unit.all(_VOTES, key)
        for row in votes:
            item, voter, choice, reason, by, capacity, at, text_version, nonce, printed = row
            instant = at.astimezone(UTC).isoformat()
            content = vote_content(
                ballot_id, round_no, item, voter, choice, reason, by, capacity, instant, text_version
            )
            if nonce is not None and fingerprint(content, nonce) != printed:
                found.append((case_id, ballot_id, f"the vote of {voter} in round {round_no} was changed"))
        if seal(row[9] for row in votes) != votes_seal:
            found.append((case_id, ballot_id, f"the votes of round {round_no} are not those that were counted"))
        if papers_seal is None:
            continue
        papers = unit.all(_PAPERS, key)
        for paper_id, item, choice, reason, nonce, printed in papers:
            content = paper_content(ballot_id, round_no, item, choice, reason)
            if nonce is not None and fingerprint(content, nonce) != printed:
                found.append((case_id, ballot_id, f"paper {paper_id} of round {round_no} was changed"))
        if seal(row[5] for row in papers) != papers_seal:
            found.append((case_id, ballot_id, f"the papers of round {round_no} are not those that were counted"))
    return found


def voters_done(unit: UnitOfWork, case_id: str) -> dict[str, set[str]]:
    """By running ballot of the case: who has voted on everything."""
    items = {row[0]: len(rules_from(row[1], row[2]).items) for row in unit.all(_RULES_IN_CASE, {"case": case_id})}
    done: dict[str, set[str]] = {}
    for ballot_id, voter, count in unit.all(_DONE_IN_CASE, {"case": case_id}):
        if int(count) >= items[ballot_id]:
            done.setdefault(ballot_id, set()).add(voter)
    return done
