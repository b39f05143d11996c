"""Ballots counted by their rules: order never matters, everybody counts once, an early end is never a wrong one."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_engine.domain.ballot_counting import (
    ABSENT,
    EXPECTED,
    RECUSED,
    SEAT_STATES,
    Seat,
    Vote,
    least_votes,
    outcome,
    settled,
    tally,
)
from workflow_engine.domain.ballot_rules import Rules, Share

SHARES = st.one_of(
    st.sampled_from([Share(True, 1, 2), Share(False, 2, 3), Share(False, 1, 1), Share(False, 1, 2), Share(True, 2, 3)]),
)
QUORUMS = st.one_of(SHARES, st.integers(1, 6).map(lambda number: Share(False, number, 0)))
VOTERS = [f"person:{name}" for name in "abcdef"]


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    return Rules(
        result="r",
        quorum=draw(QUORUMS),
        quorum_base=draw(st.sampled_from(["all", "present"])),
        threshold=draw(SHARES),
        threshold_base=draw(st.sampled_from(["all", "present", "cast"])),
        veto=frozenset(draw(st.sets(st.sampled_from(VOTERS), max_size=1))),
        silence=draw(st.sampled_from(["no_objection", "absent", "extend"])),
    )


SEATS = st.lists(
    st.tuples(st.sampled_from(SEAT_STATES), st.sampled_from([1000, 1000, 2000, 500])), min_size=1, max_size=6
).map(lambda parts: [Seat(VOTERS[n], weight, state) for n, (state, weight) in enumerate(parts)])
CHOICES = st.sampled_from(["yes", "no", "abstain"])


def counted(ruled: Rules, seats: list[Seat], votes: dict[str, str]) -> str:
    said = [Vote(voter, choice) for voter, choice in votes.items()]
    return outcome(ruled, tally(ruled, seats, said, "", votes))


@given(rules(), SEATS, st.lists(CHOICES, min_size=6, max_size=6), st.randoms(use_true_random=False))
def test_count_in_any_order_is_the_same(ruled: Rules, seats: list[Seat], said: list[str], random: object) -> None:
    votes = [Vote(seat.voter, choice) for seat, choice in zip(seats, said, strict=False) if seat.state == EXPECTED]
    shuffled = list(votes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turnout = [str(vote.voter) for vote in votes]
    assert tally(ruled, seats, votes, "", turnout) == tally(ruled, seats[::-1], shuffled, "", turnout[::-1])


def votes_of(seats: list[Seat], said: list[str | None]) -> list[Vote]:
    """What each seat that may vote said; None: it is silent."""
    return [
        Vote(seat.voter, choice)
        for seat, choice in zip(seats, said, strict=False)
        if choice is not None and seat.state == EXPECTED
    ]


@given(rules(), SEATS, st.lists(st.one_of(st.none(), CHOICES), min_size=6, max_size=6))
def test_count_has_everybody_once(ruled: Rules, seats: list[Seat], said: list[str | None]) -> None:
    votes = votes_of(seats, said)
    found = tally(ruled, seats, votes, "", [str(vote.voter) for vote in votes])
    assert found.voted + found.open + found.absent + found.recused == len(seats)
    entitled = sum(seat.weight for seat in seats if seat.state != RECUSED)
    assert found.yes + found.no + found.abstain + found.open_weight + found.absent_weight == entitled
    assert sum(found.choices.values()) == found.voted == len(votes)


@settings(max_examples=60)
@given(rules(), SEATS, st.lists(st.one_of(st.none(), CHOICES), min_size=6, max_size=6))
def test_early_end_is_what_every_course_of_the_rest_gives(
    ruled: Rules, seats: list[Seat], said: list[str | None]
) -> None:
    """Every way the rest can go is tried out: votes, silence, absence, recusal, each for each."""
    cast = {
        seat.voter: choice
        for seat, choice in zip(seats, said, strict=False)
        if choice is not None and seat.state == EXPECTED
    }
    early = settled(ruled, tally(ruled, seats, [Vote(*pair) for pair in cast.items()], "", cast))
    if early is None:
        return
    if cast and all(seat.state == EXPECTED for seat in seats):
        assert len(cast) >= least_votes(ruled, [seat.weight for seat in seats])
    rest = [seat for seat in seats if seat.state == EXPECTED and seat.voter not in cast][:3]
    for course in product(["yes", "no", "abstain", "silent", ABSENT, RECUSED], repeat=len(rest)):
        went = dict(zip((seat.voter for seat in rest), course, strict=True))
        later = [
            Seat(seat.voter, seat.weight, went[seat.voter]) if went.get(seat.voter) in (ABSENT, RECUSED) else seat
            for seat in seats
        ]
        votes = cast | {voter: what for voter, what in went.items() if what in ("yes", "no", "abstain")}
        if early == "vetoed" or ruled.veto.isdisjoint(voter for voter, what in votes.items() if what == "no"):
            assert counted(ruled, later, votes) == early, went


@given(rules(), SEATS)
def test_recusal_takes_the_voter_out_of_every_base(ruled: Rules, seats: list[Seat]) -> None:
    without = [seat for seat in seats if seat.state != RECUSED]
    votes = {seat.voter: "yes" for seat in without if seat.state == EXPECTED}
    assert counted(ruled, seats, votes) == counted(ruled, without, votes)


def test_weights_decide_and_heads_make_the_quorum() -> None:
    seats = [Seat("person:a", 3000), Seat("person:b"), Seat("person:c")]
    votes = {"person:a": "yes", "person:b": "no", "person:c": "no"}
    assert counted(Rules(result="r"), seats, votes) == "adopted"
    assert counted(Rules(result="r", quorum=Share(False, 4, 0)), seats, votes) == "no_quorum"


def test_silence_counts_as_the_rules_say() -> None:
    seats = [Seat(voter) for voter in VOTERS[:4]]
    votes = {VOTERS[0]: "no"}
    assert counted(Rules(result="r", silence="no_objection"), seats, votes) == "adopted"
    assert counted(Rules(result="r"), seats, votes) == "rejected"
    assert counted(Rules(result="r", quorum=Share(True, 1, 2)), seats, votes) == "no_quorum"


def test_nobody_at_all_adopts_nothing() -> None:
    assert counted(Rules(result="r", threshold=Share(False, 2, 3)), [Seat("person:a")], {}) == "no_quorum"
    assert counted(Rules(result="r"), [Seat("person:a", 1000, RECUSED)], {}) == "no_quorum"


def test_even_votes_are_tied_only_under_a_simple_majority() -> None:
    seats = [Seat("person:a"), Seat("person:b")]
    votes = {"person:a": "yes", "person:b": "no"}
    assert counted(Rules(result="r"), seats, votes) == "tied"
    assert counted(Rules(result="r", threshold=Share(False, 2, 3)), seats, votes) == "rejected"
    assert counted(Rules(result="r", threshold=Share(False, 1, 2)), seats, votes) == "adopted"
