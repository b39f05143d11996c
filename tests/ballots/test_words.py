"""Every rule that can decide a ballot is told, in both languages."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_ballots import CHOICES, SEATS, rules, votes_of
from web.i18n import read_catalogue
from web.presenters.ballot_words import MARKED
from workflow_engine.domain import ballot_words as words
from workflow_engine.domain.ballot_counting import OUTCOMES, Seat, tally
from workflow_engine.domain.ballot_rules import Rules
from workflow_engine.domain.ballots import applied_rules

CHINESE = read_catalogue("zh_CN")


def test_translators_see_every_template() -> None:
    tables = (words.BASES, words.SHARES, words.OUTCOMES, words.REASONS, words.RULES)
    assert {text for table in tables for text in table.values()} | {"all"} == set(MARKED)
    assert set(words.OUTCOMES) == set(OUTCOMES)


@settings(max_examples=40)
@given(rules(), SEATS, st.lists(st.one_of(st.none(), CHOICES), min_size=6, max_size=6))
def test_every_count_is_told_with_its_numbers(ruled: Rules, seats: list[Seat], said: list[str | None]) -> None:
    votes = votes_of(seats, said)
    count = tally(ruled, seats, votes, "", [str(vote.voter) for vote in votes])
    for translate in (str, lambda text: str(CHINESE.get(text).string)):
        told = words.tell_rules(applied_rules(ruled, count), translate)
        assert told
        assert not any(re.search(r"%\(|None", line) for line in told)
