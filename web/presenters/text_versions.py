"""Two versions of a text side by side: paragraph by paragraph, and within a paragraph word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

MOST_TOKENS = 3_000
MOST_PARAGRAPHS = 80
"""What is longer, or changed in more places at once, is compared by paragraphs only: nobody waits for words of it."""
LIKE = 0.35
"""From this likeness on, two paragraphs are versions of one."""
_TOKEN = re.compile(r"[\u4e00-\u9fff]|\w+|\s+|[^\w\s]")
_BREAK = re.compile(r"\n\s*\n|\n")


@dataclass(frozen=True, slots=True)
class Pair:
    """One paragraph on each side; empty where the other side has it alone."""

    kind: str
    """same, changed, added, removed."""
    before: Markup
    after: Markup


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, without empty ones."""
    return [part.strip() for part in _BREAK.split(text.replace("\r\n", "\n")) if part.strip()]


def compare(before: str, after: str) -> list[Pair]:
    """The pairs in the order in which both texts have them."""
    left, right = paragraphs(before), paragraphs(after)
    pairs: list[Pair] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [Pair("same", escape(one), escape(one)) for one in left[a:b]]
        elif tag == "replace" and max(b - a, d - c) <= MOST_PARAGRAPHS:
            pairs += _changed(left[a:b], right[c:d])
        else:
            pairs += [Pair("removed", _gone(one), Markup()) for one in left[a:b]]
            pairs += [Pair("added", Markup(), _come(one)) for one in right[c:d]]
    return pairs


def _changed(left: list[str], right: list[str]) -> Iterator[Pair]:
    """Paragraphs that stand at the same place: each of the old ones with the next new one that is like it."""
    rest = list(right)
    for old in left:
        place = next((n for n, new in enumerate(rest) if _likeness(old, new) >= LIKE), None)
        if place is None:
            yield Pair("removed", _gone(old), Markup())
            continue
        yield from (Pair("added", Markup(), _come(new)) for new in rest[:place])
        yield Pair("changed", *_words(old, rest[place]))
        rest = rest[place + 1 :]
    yield from (Pair("added", Markup(), _come(new)) for new in rest)


def _likeness(old: str, new: str) -> float:
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(left), len(right)) > MOST_TOKENS:
        return 0.0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0


def _words(old: str, new: str) -> tuple[Markup, Markup]:
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    before, after = Markup(), Markup()
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, come = "".join(left[a:b]), "".join(right[c:d])
        before += escape(gone) if tag == "equal" else _gone(gone)
        after += escape(come) if tag == "equal" else _come(come)
    return before, after


def _gone(text: str) -> Markup:
    return Markup("<del>{}</del>").format(text) if text else Markup()


def _come(text: str) -> Markup:
    return Markup("<ins>{}</ins>").format(text) if text else Markup()
