"""Which category a text is probably about, by the words that the catalogue gives for each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from workflow_engine.domain.service_categories import Category
from workflow_engine.likeness.words import LONGEST, compare_words, words_of

_SHORTEST_STEM = 4
_OF_NAME = 0.5
"""What a whole name said counts, against keywords."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category, and which of its words were said."""

    category: Category
    said: tuple[str, ...]
    score: float


def suggest_categories(text: str, categories: Iterable[Category], most: int = 3) -> list[Suggestion]:
    """The likeliest categories first; none where no word of any was said. Long words say more than short ones."""
    text = text[:LONGEST].lower()
    words = words_of(text)
    found = []
    for category in categories:
        said = tuple(word for word in category.keywords if _is_said(word.lower(), text))
        names = (compare_words(words, words_of(name)) or 0.0 for name in (category.name_zh, category.name_en))
        score = sum(_weight(word) for word in said) + _OF_NAME * max(0.0, (max(names) - 0.5) * 2)
        if said or score >= _OF_NAME * 0.8:
            found.append(Suggestion(category, said, round(score, 3)))
    return sorted(found, key=lambda one: (-one.score, one.category.code))[:most]


def _weight(word: str) -> float:
    return 1 + 0.2 * len(word) if word.isascii() else 1 + 0.6 * len(word)


def _is_said(word: str, text: str) -> bool:
    """A Chinese word anywhere; an English one where a word begins, with what grammar adds to it."""
    return word in text if not word.isascii() else _begins(word).search(text) is not None


@lru_cache(maxsize=4096)
def _begins(word: str) -> re.Pattern[str]:
    end = r"\w{0,3}\b" if len(word) >= _SHORTEST_STEM else r"s?\b"
    return re.compile(rf"\b{re.escape(word)}{end}")
