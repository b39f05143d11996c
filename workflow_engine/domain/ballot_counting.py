"""Counting: from seats and votes to an outcome, by the rules alone. Pure; the order of votes never matters.

Weights decide, heads make the quorum. Whoever is recused is out of every base; whoever is absent is out of ``present``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workflow_engine.domain.ballot_rules import UNIT_WEIGHT, Rules

EXPECTED, RECUSED, ABSENT = "expected", "recused", "absent"
SEAT_STATES = (EXPECTED, RECUSED, ABSENT)
ADOPTED, REJECTED, TIED, NO_QUORUM, VETOED = "adopted", "rejected", "tied", "no_quorum", "vetoed"
OUTCOMES = (ADOPTED, REJECTED, TIED, NO_QUORUM, VETOED)


@dataclass(frozen=True, slots=True)
class Seat:
    """A voter on the roll."""

    voter: str
    weight: int = UNIT_WEIGHT
    state: str = EXPECTED


@dataclass(frozen=True, slots=True)
class Vote:
    """What one voter said about one item; ``voter`` is None on the paper of a secret ballot."""

    voter: str | None
    choice: str
    item: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How one item stands: weights of what was said, heads of who said something, and who is still to be heard."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    voted: int = 0
    """Heads."""
    open: int = 0
    """Heads that have not voted and may."""
    open_weight: int = 0
    absent: int = 0
    absent_weight: int = 0
    recused: int = 0
    vetoed_by: tuple[str, ...] = ()
    open_veto: bool = False
    """Whether somebody with a veto may still vote."""
    choices: Mapping[str, int] = field(default_factory=dict)
    """Heads by choice."""

    def if_rest(self, **moved: int) -> Tally:
        """The tally if all that are open did the same: ``yes=…``, ``no=…`` their weight, or ``absent=…`` heads."""
        rest: dict[str, Any] = {"open": 0, "open_weight": 0}
        if "absent" in moved:
            rest |= {"absent": self.absent + self.open, "absent_weight": self.absent_weight + self.open_weight}
        else:
            rest["voted"] = self.voted + self.open
            for name in moved:
                rest[name] = getattr(self, name) + self.open_weight
        return replace(self, **rest)


def tally(rules: Rules, seats: Iterable[Seat], votes: Iterable[Vote], item: str, turnout: Iterable[str]) -> Tally:
    """Count one item. ``turnout``: who has voted on it; ``votes``: what was said, with names only where it is open."""
    counts = {choice.name: choice.counts for choice in rules.choices}
    by_voter = {seat.voter: seat for seat in seats}
    heard = {voter for voter in turnout if by_voter[voter].state == EXPECTED}
    sums = {"yes": 0, "no": 0, "abstain": 0}
    heads = dict.fromkeys(counts, 0)
    vetoed: set[str] = set()
    for vote in votes:
        if vote.item != item or (vote.voter is not None and vote.voter not in heard):
            continue
        sums[counts[vote.choice]] += UNIT_WEIGHT if vote.voter is None else by_voter[vote.voter].weight
        heads[vote.choice] += 1
        if counts[vote.choice] == "no" and vote.voter in rules.veto:
            vetoed.add(str(vote.voter))
    waiting = [seat for seat in by_voter.values() if seat.state == EXPECTED and seat.voter not in heard]
    absent = [seat for seat in by_voter.values() if seat.state == ABSENT]
    return Tally(
        **sums, voted=len(heard), open=len(waiting), open_weight=sum(seat.weight for seat in waiting),
        absent=len(absent), absent_weight=sum(seat.weight for seat in absent),
        recused=sum(1 for seat in by_voter.values() if seat.state == RECUSED), vetoed_by=tuple(sorted(vetoed)),
        open_veto=any(seat.voter in rules.veto for seat in waiting), choices=heads,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ bases and tests
def is_tacit(rules: Rules) -> bool:
    """Whether silence means no objection."""
    return rules.silence == "no_objection"


def deciding_yes(rules: Rules, count: Tally) -> int:
    """The weight in favour: what was said, and what silence means."""
    return count.yes + (count.open_weight if is_tacit(rules) else 0)


def threshold_base(rules: Rules, count: Tally) -> int:
    """The weight that the threshold is a share of."""
    cast = deciding_yes(rules, count) + count.no
    if rules.threshold_base == "cast":
        return cast
    if rules.threshold_base == "present":
        return cast + count.abstain
    return count.yes + count.no + count.abstain + count.open_weight + count.absent_weight


def quorum_base(rules: Rules, count: Tally) -> int:
    """The heads that the quorum is a share of."""
    return count.voted + count.open + (count.absent if rules.quorum_base == "all" else 0)


def participants(rules: Rules, count: Tally) -> int:
    """The heads that count for the quorum: who voted, abstentions included, and who agreed by silence."""
    return count.voted + (count.open if is_tacit(rules) else 0)


def has_quorum(rules: Rules, count: Tally) -> bool:
    """Whether enough took part."""
    return rules.quorum.is_met(participants(rules, count), quorum_base(rules, count))


def has_threshold(rules: Rules, count: Tally) -> bool:
    """Whether enough are in favour."""
    return rules.threshold.is_met(deciding_yes(rules, count), threshold_base(rules, count))


def is_even(rules: Rules, count: Tally) -> bool:
    """Whether a simple majority stands at as many for as against."""
    return rules.threshold.is_majority and deciding_yes(rules, count) == count.no > 0


# ------------------------------------------------------------------------------------------------ outcomes
def outcome(rules: Rules, count: Tally) -> str:
    """The outcome now; whoever has not voted is silent."""
    if count.vetoed_by:
        return VETOED
    if not has_quorum(rules, count):
        return NO_QUORUM
    if has_threshold(rules, count):
        return ADOPTED
    return TIED if is_even(rules, count) else REJECTED


def settled(rules: Rules, count: Tally) -> str | None:
    """The outcome if it is certain, whatever those still open do: vote, stay silent, be absent or recused.

    A veto, and everybody having voted, settle it always; the rest only where the ballot may end early. The extremes
    that are tried bound every other course: a further no is the worst for the threshold and a further yes the best
    (a recusal moves a share less than a vote does), silence or absence of all is the worst for the quorum and their
    voting the best.
    """
    if count.vetoed_by:
        return VETOED
    if count.open == 0:
        return outcome(rules, count)
    if not rules.early_end or count.open_veto:
        return None
    best, worst = count.if_rest(yes=1), count.if_rest(no=1)
    if not has_quorum(rules, best):
        return NO_QUORUM
    if not all(has_quorum(rules, course) for course in (count, count.if_rest(absent=1))):
        return None
    if has_threshold(rules, worst):
        return ADOPTED
    may_be_even = rules.threshold.is_majority and abs(count.yes - count.no) <= count.open_weight
    return None if has_threshold(rules, best) or may_be_even else REJECTED


def least_votes(rules: Rules, weights: Sequence[int]) -> int:
    """With fewer votes on each item than this nothing can be certain, as long as nobody is recused or absent.

    A bound for looking seldom, not a rule: less than a share of equal weights cannot carry, nor less than what is left
    of it prevent. It is 1 where a single vote may decide; without a vote nobody looks.
    """
    heads = len(weights)
    if rules.veto or len(set(weights)) != 1 or not rules.quorum.is_met(heads, heads):
        return 1
    if not rules.early_end:
        return heads
    share = rules.threshold
    smaller = min(share.numerator, share.denominator - share.numerator)
    return max(1, heads * smaller // share.denominator)


def overall(outcomes: Iterable[str]) -> str:
    """The outcome of a split ballot: adopted when every item is; else the gravest of what happened to the others."""
    found = set(outcomes)
    return next(one for one in (VETOED, NO_QUORUM, TIED, REJECTED, ADOPTED) if one in found)


def plain(weight: int) -> int | float:
    """A weight as people write it."""
    whole, rest = divmod(weight, UNIT_WEIGHT)
    return whole if rest == 0 else weight / UNIT_WEIGHT
