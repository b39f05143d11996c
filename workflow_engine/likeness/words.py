"""How alike two texts are, in Chinese and in English.

A Chinese text counts by its characters, an English one by its words; those that carry no meaning are left out, and
RapidFuzz compares what is left as sets, so that order and length matter little. ``docs/adr`` says what was measured.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

LONGEST = 600
"""Characters of a text that count: what is reported stands at its beginning."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_PART = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_EMPTY_HAN = frozenset("的了是在有很被把没也都就又还到这那我们一个人里边去来天上下中得着过不能希望家子大")
_EMPTY_WORDS = frozenset({
    "a", "all", "am", "an", "and", "any", "are", "at", "be", "been", "by", "can", "cannot", "could", "do", "does",
    "for", "from", "go", "has", "have", "here", "i", "in", "is", "it", "its", "me", "my", "near", "next", "no",
    "not", "of", "off", "on", "one", "or", "our", "out", "please", "s", "so", "some", "t", "that", "the", "their",
    "them", "there", "they", "this", "to", "up", "us", "very", "was", "we", "were", "what", "when", "which", "who",
    "will", "with", "you", "your",
})  # fmt: skip


@lru_cache(maxsize=4096)
def words_of(text: str) -> str:
    """What of a text counts, with spaces between."""
    parts = _PART.findall(unicodedata.normalize("NFKC", text[:LONGEST]).lower())
    kept = [part for part in parts if part not in _EMPTY_HAN and part not in _EMPTY_WORDS]
    return " ".join(kept or parts)


def compare_words(one: str, other: str) -> float | None:
    """From 0 to 1, by what ``words_of`` gave; None where one is Chinese and the other is not, or says nothing."""
    if not one or not other or (_HAN.search(one) is None) != (_HAN.search(other) is None):
        return None
    if len(one) == 1 or len(other) == 1:  # one Chinese character stands in very many texts
        return fuzz.ratio(one, other) / 100
    return fuzz.token_set_ratio(one, other) / 100
