"""A ballot decided: the result that a case goes on with, every rule that was applied with its numbers, and its seal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from workflow_engine.domain import ballot_counting as counting
from workflow_engine.domain.ballot_counting import Seat, Tally, Vote, plain
from workflow_engine.domain.ballot_rules import Item, Rules

SETTLED_BY_CHAIR = "chair_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Everything that was cast in one round."""

    votes: tuple[Vote, ...] = ()
    """What was said: with names, or (secret) without."""
    turnout: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Item to who has voted on it."""
    chair: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Item to what the chair decided where votes were even: (yes or no, reason)."""

    def tally(self, rules: Rules, seats: Iterable[Seat], item: str) -> Tally:
        """How one item stands."""
        return counting.tally(rules, seats, self.votes, item, self.turnout.get(item, ()))


def is_settled(rules: Rules, tallies: Iterable[Tally]) -> bool:
    """Whether every item is certain."""
    return all(counting.settled(rules, count) is not None for count in tallies)


def open_ties(rules: Rules, seats: Sequence[Seat], box: Box) -> list[str]:
    """Items at which votes are even and the chair's word is missing."""
    return [
        item.item_id
        for item in rules.items
        if item.item_id not in box.chair
        and counting.outcome(rules, box.tally(rules, seats, item.item_id)) == counting.TIED
    ]


def result_of(
    rules: Rules, seats: Sequence[Seat], box: Box, *, round_no: int, text_version: str | None
) -> dict[str, Any]:
    """What the result variable holds, but for the ballot's id and the instant."""
    parts = [_item_result(rules, seats, box, item) for item in rules.items]
    heard = set(box.turnout.get(rules.items[0].item_id, ()))
    for item in rules.items[1:]:
        heard &= set(box.turnout.get(item.item_id, ()))
    silent = [seat.voter for seat in seats if seat.state == counting.EXPECTED and seat.voter not in heard]
    whole = parts[0] if len(parts) == 1 else _whole(parts)
    result: dict[str, Any] = {
        **{name: whole[name] for name in _SHARED},
        "voters": len(seats),
        "round": round_no,
        "text_version": text_version,
        "late": silent,
        "items": [part for part in parts if part["id"]],
    }
    if not rules.is_secret:
        result["votes"] = _votes(rules, seats, box, silent)
    return result


_SHARED = (
    "outcome", "reason", "yes", "no", "abstain", "silent", "absent", "recused", "present", "quorum_met", "choices",
    "vetoed_by", "dissent", "chair_departed", "chair_reason", "applied",
)  # fmt: skip
_SUMMED = ("yes", "no", "abstain", "silent", "dissent")


def _whole(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Many items as one: the gravest outcome, sums of what was said, and the rules applied item by item."""
    outcome = counting.overall(part["outcome"] for part in parts)
    gravest = next(part for part in parts if part["outcome"] == outcome)
    choices: dict[str, int] = {}
    for part in parts:
        for name, heads in part["choices"].items():
            choices[name] = choices.get(name, 0) + heads
    return {
        **gravest,
        **{name: sum(part[name] for part in parts) for name in _SUMMED},
        "quorum_met": all(part["quorum_met"] for part in parts),
        "vetoed_by": sorted({voter for part in parts for voter in part["vetoed_by"]}),
        "chair_departed": any(part["chair_departed"] for part in parts),
        "choices": choices,
        "applied": [{**rule, "item": part["id"]} for part in parts for rule in part["applied"]],
    }


def _item_result(rules: Rules, seats: Sequence[Seat], box: Box, item: Item) -> dict[str, Any]:
    count = box.tally(rules, seats, item.item_id)
    outcome = counting.outcome(rules, count)
    chair_word = box.chair.get(item.item_id)
    if outcome == counting.TIED and chair_word is not None:
        outcome = counting.ADOPTED if chair_word[0] == "yes" else counting.REJECTED
    else:
        chair_word = None
    own = next((vote for vote in box.votes if vote.item == item.item_id and vote.voter == rules.chair), None)
    said = _counts_as(rules, own)
    departed = chair_word is None and said == ("no" if outcome == counting.ADOPTED else "yes")
    return {
        "id": item.item_id,
        "title": item.title,
        "outcome": outcome,
        "reason": _why(outcome, chair_word),
        "yes": plain(count.yes),
        "no": plain(count.no),
        "abstain": plain(count.abstain),
        "silent": count.open,
        "absent": count.absent,
        "recused": count.recused,
        "present": count.voted,
        "quorum_met": counting.has_quorum(rules, count),
        "choices": dict(count.choices),
        "vetoed_by": list(count.vetoed_by),
        "dissent": _dissent(rules, count, outcome),
        "chair_departed": departed,
        "chair_reason": chair_word[1] if chair_word else (own.reason if own is not None and departed else None),
        "applied": applied_rules(rules, count, None if chair_word is None else chair_word[0]),
    }


def _why(outcome: str, chair_word: tuple[str, str] | None) -> str:
    if chair_word is not None:
        return SETTLED_BY_CHAIR
    return {
        counting.ADOPTED: "threshold_met", counting.REJECTED: "threshold_missed", counting.TIED: "even_votes",
        counting.NO_QUORUM: "quorum_missed", counting.VETOED: "veto",
    }[outcome]  # fmt: skip


def _dissent(rules: Rules, count: Tally, outcome: str) -> int:
    """Heads that spoke against what came out."""
    against = "no" if outcome == counting.ADOPTED else "yes"
    return sum(heads for name, heads in count.choices.items() if (c := rules.choice(name)) and c.counts == against)


def _counts_as(rules: Rules, vote: Vote | None) -> str | None:
    choice = None if vote is None else rules.choice(vote.choice)
    return None if choice is None else choice.counts


def _votes(rules: Rules, seats: Sequence[Seat], box: Box, silent: Sequence[str]) -> list[dict[str, Any]]:
    """What each voter said, in the order of the roll; the silent are listed as what their silence was."""
    said = {(vote.voter, vote.item): vote for vote in box.votes}
    found: list[dict[str, Any]] = []
    for seat in seats:
        for item in rules.items:
            vote = said.get((seat.voter, item.item_id))
            if vote is None and seat.voter not in silent:
                continue
            row: dict[str, Any] = {"voter": seat.voter, "choice": vote and vote.choice, "reason": vote and vote.reason}
            row |= {"silent": vote is None, "late": vote is None}
            if item.item_id:
                row["item"] = item.item_id
            found.append(row)
    return found


def applied_rules(rules: Rules, count: Tally, chair_word: str | None = None) -> list[dict[str, Any]]:
    """Every rule that was applied to this count, with its numbers; ``domain.ballot_words`` tells them in words."""
    found: list[dict[str, Any]] = [
        {
            "rule": "roll", "voted": count.voted, "silent": count.open, "absent": count.absent,
            "recused": count.recused, "voters": count.voted + count.open + count.absent + count.recused,
        }
    ]  # fmt: skip
    if count.vetoed_by:
        return [*found, {"rule": "veto", "vetoed_by": list(count.vetoed_by)}]
    if count.open:
        found.append({"rule": "silence", "means": rules.silence, "silent": count.open})
    have, base = counting.participants(rules, count), counting.quorum_base(rules, count)
    found.append({
        "rule": "quorum", "needed": str(rules.quorum), "base": rules.quorum_base, "have": have, "of": base,
        "met": counting.has_quorum(rules, count),
    })  # fmt: skip
    if not counting.has_quorum(rules, count):
        return found
    found.append({
        "rule": "threshold", "needed": str(rules.threshold), "base": rules.threshold_base,
        "have": plain(counting.deciding_yes(rules, count)), "of": plain(counting.threshold_base(rules, count)),
        "met": counting.has_threshold(rules, count),
    })  # fmt: skip
    if not counting.has_threshold(rules, count) and counting.is_even(rules, count):
        found.append({"rule": "tie", "means": rules.tie, **({"chair": chair_word} if chair_word else {})})
    return found


# ------------------------------------------------------------------------------------------------ texts and seals
def text_digest(text: Mapping[str, Any]) -> str:
    """The name of a text version: SHA-256 of its canonical JSON."""
    return sha256(_canonical(dict(text))).hexdigest()


def fingerprint(content: Mapping[str, Any], nonce: str) -> str:
    """SHA-256 over what was cast and a nonce: the voter's receipt, and what the decision seals.

    Without the nonce nobody can find a short word such as a choice by trying all there are.
    """
    return sha256(_canonical({"cast": dict(content), "nonce": nonce})).hexdigest()


def seal(fingerprints: Iterable[str]) -> str:
    """SHA-256 over all fingerprints in their own order, which is nobody's: one left out or changed gives another."""
    return sha256("\n".join(sorted(fingerprints)).encode()).hexdigest()


def _canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def vote_content(
    ballot_id: str, round_no: int, item: str, voter: str, choice: str | None, reason: str | None, cast_by: str,
    capacity: str, at: str, text_version: str | None,
) -> dict[str, Any]:  # fmt: skip
    """What the fingerprint of a vote is over."""
    return {
        "ballot": ballot_id, "round": round_no, "item": item, "voter": voter, "choice": choice, "reason": reason,
        "by": cast_by, "capacity": capacity, "at": at, "text": text_version,
    }  # fmt: skip


def paper_content(ballot_id: str, round_no: int, item: str, choice: str, reason: str | None) -> dict[str, Any]:
    """What the fingerprint of a paper is over."""
    return {"ballot": ballot_id, "round": round_no, "item": item, "choice": choice, "reason": reason}
