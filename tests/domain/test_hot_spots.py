"""When a number of reports is a hot spot: the rule alone."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.hot_spots import RULE, DayCount, Heat, code_after, find_heat, has_cooled, heat, is_hot

numbers = st.integers(0, 200)
SINCE = "2026-05-06"


def counts(place: str, before: int, now: int, category: str = "light") -> list[DayCount]:
    """So many before the window, and in it."""
    days = [DayCount("2026-04-01", place, category, before)] if before else []
    return days + ([DayCount("2026-05-08", place, category, now)] if now else [])


def test_usual_is_a_places_own_past_drawn_towards_the_average_place() -> None:
    alone = heat(RULE, 7, 84, 84, 0.0)
    among_busy = heat(RULE, 7, 84, 84, 168.0)
    assert alone.usual == pytest.approx(84 / (84 + 28) * 7, abs=0.001)
    assert alone.usual < among_busy.usual < 14


def test_chance_is_that_of_a_negative_binomial_distribution() -> None:
    shape, exposure = 12, 84 + 28
    success = exposure / (exposure + 7)
    below = sum(comb(k + shape - 1, k) * success**shape * (1 - success) ** k for k in range(4))
    assert heat(RULE, 4, shape, 84, 0.0).chance == pytest.approx(1 - below, rel=1e-6)


@given(numbers, numbers, st.integers(14, 84), st.floats(0, 50))
def test_more_reports_are_never_less_surprising_nor_a_busier_past_more(
    count: int, before: int, days: int, average: float
) -> None:
    one = heat(RULE, count, before, days, average)
    assert 0.0 <= one.chance <= 1.0 and one.usual >= 0
    assert heat(RULE, count + 1, before, days, average).chance <= one.chance + 1e-12
    assert heat(RULE, count, before + 1, days, average).chance >= one.chance - 1e-12


@pytest.mark.parametrize(
    ("count", "before", "hot"), [(4, 0, False), (5, 0, True), (9, 60, False), (20, 60, True), (6, 30, False)]
)
def test_small_numbers_and_busy_places_are_judged_by_what_they_usually_have(count: int, before: int, hot: bool) -> None:
    assert is_hot(RULE, heat(RULE, count, before, 84, 1.0)) is hot


def test_a_hot_spot_cools_later_than_it_stops_being_one() -> None:
    still = Heat(8, 5.0, 0.1)
    assert not is_hot(RULE, still) and not has_cooled(RULE, still)
    assert has_cooled(RULE, Heat(7, 5.0, 0.3)) and has_cooled(RULE, Heat(4, 0.1, 1e-6))


def test_a_subdistrict_is_named_only_where_no_community_has_most_of_its_reports() -> None:
    spread = [one for place in ("001", "002", "003") for one in counts(f"430181002{place}", 0, 4)]
    assert set(find_heat(RULE, spread, SINCE, 84)) == {("430181002", "light")}
    alone = counts("430181002001", 0, 9) + counts("430181002002", 0, 2)
    assert set(find_heat(RULE, alone, SINCE, 84)) == {("430181002001", "light")}
    assert find_heat(RULE, counts("430181", 0, 50), SINCE, 84) == {}, "a district alone says too little"


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True), st.from_regex(r"[0-9]{0,3}", fullmatch=True))
def test_code_after_a_place_ends_exactly_what_lies_within_it(code: str, more: str) -> None:
    assert code <= code + more < code_after(code)
    following = str(int(code) + 1).zfill(len(code))
    assert following >= code_after(code) or len(following) > len(code)
