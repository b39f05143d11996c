"""Whether two reports are the same thing: what the chosen threshold is worth on pairs that people judged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.likeness import LIKELY, Told, compare_words, judge, metres_between, words_of

PAIRS = json.loads((Path(__file__).parent / "likeness_pairs.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)
KINDS = {"same": ("light", "street"), "group": ("road", "street"), "other": ("noise", "peace")}


def told(text: str, kind: str = "same", metres: float | None = 0.0, days: float = 0.0) -> Told:
    lat = None if metres is None else 28.2 + metres / 111_195
    return Told(words_of(text), *KINDS[kind], lat, None if lat is None else 112.9, NOW - timedelta(days=days))


def measured(language: str | None) -> tuple[float, float]:
    """Precision and recall."""
    right = wrong = missed = 0
    for pair in PAIRS:
        if language in (None, pair["language"]):
            likely = judge(
                told(pair["one"]), told(pair["other"], pair["category"], pair["metres"], pair["days"])
            ).likely  # fmt: skip
            right += likely and pair["same"]
            wrong += likely and not pair["same"]
            missed += pair["same"] and not likely
    return right / (right + wrong), right / (right + missed)


@pytest.mark.parametrize(
    ("language", "precision", "recall"), [("zh", 0.89, 0.97), ("en", 0.85, 0.96), (None, 0.87, 0.97)]
)
def test_threshold_holds_precision_and_recall(language: str | None, precision: float, recall: float) -> None:
    found = measured(language)
    assert found[0] >= precision and found[1] >= recall, found


def test_set_is_large_and_balanced_in_both_languages() -> None:
    assert len(PAIRS) >= 120 and {pair["language"] for pair in PAIRS} == {"zh", "en"}
    for language in ("zh", "en"):
        same = [pair["same"] for pair in PAIRS if pair["language"] == language]
        assert 0.4 <= sum(same) / len(same) <= 0.6


def test_words_are_compared_within_a_language_only() -> None:
    assert compare_words(words_of("路灯不亮"), words_of("street light is out")) is None
    assert compare_words(words_of("路灯不亮了！"), words_of("路灯 不亮")) == 1.0
    assert compare_words(words_of(""), words_of("pothole")) is None
    assert words_of("The pothole, on THE street") == "pothole street"
    assert words_of("的") == "的", "a text of nothing but empty words keeps them"


def test_reports_in_two_languages_need_the_same_category_close_by() -> None:
    here = told("路灯不亮")
    assert judge(here, told("street light is out", "same", 20)).likely
    assert not judge(here, told("street light is out", "same", 190, 10)).likely
    assert not judge(here, told("street light is out", "group", 0)).likely


def test_reasons_stand_beside_the_score() -> None:
    found = judge(told("路灯不亮", metres=0), told("路灯不亮，很黑", "same", 40, 3))
    assert (found.metres, found.days, found.same_category, found.same_group) == (40, 3, True, True)
    assert found.words is not None and found.words > 0.8 and found.score >= LIKELY
    assert judge(told("路灯不亮", metres=None), told("路灯不亮")).metres is None


texts = st.text(st.sampled_from("路灯不亮井盖坏了 abc street light is out，。"), max_size=40)


@given(texts, texts, st.sampled_from(sorted(KINDS)), st.floats(0, 5_000), st.floats(0, 400))
def test_score_is_symmetric_and_bounded(one: str, other: str, kind: str, metres: float, days: float) -> None:
    a, b = told(one), told(other, kind, metres, days)
    found = judge(a, b)
    assert found.score == judge(b, a).score
    assert 0.0 <= found.score <= 1.0
    assert found.metres == pytest.approx(metres, abs=1)
    assert judge(a, told(one, kind, metres, days)).words in (1.0, None)


def test_distance_agrees_with_the_sphere() -> None:
    assert metres_between(28.2, 112.9, 28.201, 112.9) == pytest.approx(111.2, abs=0.2)
    assert metres_between(28.2, 112.9, 28.2, 112.901) == pytest.approx(98.0, abs=0.2)
