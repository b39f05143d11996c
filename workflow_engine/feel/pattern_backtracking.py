"""Matching of the few patterns with back references, which no automaton can do: tried out, each try on the meter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

from workflow_engine.feel.errors import FeelLimitError
from workflow_engine.feel.meter import Meter
from workflow_engine.feel.pattern_sets import CharSet
from workflow_engine.feel.pattern_tree import Anchor, Back, Chars, Choice, Group, Node, Pattern, Repeat, Sequence

Then = Callable[[int], bool]
_MAX_NESTING = 80
"""How many repetitions and choices may be open at once; Python's own stack is shared with the caller."""


class Found:
    """One match; group 0 is the whole."""

    def __init__(self, text: str, spans: dict[int, tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans

    def start(self) -> int:
        """Where it begins."""
        return self._spans[0][0]

    def end(self) -> int:
        """Where it ends."""
        return self._spans[0][1]

    def group(self, number: int = 0) -> str | None:
        """The text of a group, None when it took no part."""
        span = self._spans.get(number)
        return None if span is None else self._text[span[0] : span[1]]


class Backtracking:
    """A pattern ready to search one text after the other."""

    def __init__(self, pattern: Pattern, flags: str) -> None:
        self.pattern = pattern
        self.any_case = "i" in flags
        self.by_line = "m" in flags

    def finditer(self, text: str, meter: Meter) -> Iterator[Found]:
        """Yield the matches from left to right, none within another."""
        start = 0
        while start <= len(text):
            found = _Attempt(self, text, meter).match_at(start)
            if found is None:
                start += 1
                continue
            yield found
            start = max(found.end(), start + 1)


class _Attempt:
    """One try at one place: what the groups took so far."""

    def __init__(self, rules: Backtracking, text: str, meter: Meter) -> None:
        self.rules, self.text, self.meter = rules, text, meter
        self.spans: dict[int, tuple[int, int]] = {}
        self.nesting = 0

    def match_at(self, start: int) -> Found | None:
        def finish(end: int) -> bool:
            self.spans[0] = (start, end)
            return True

        return Found(self.text, self.spans) if self.run((self.rules.pattern.root,), start, finish) else None

    def run(self, parts: tuple[Node, ...], at: int, then: Then) -> bool:
        """Match parts in order, then go on; what cannot branch needs no deeper call."""
        for position, part in enumerate(parts):
            self.meter.charge(1)
            end: int | None
            if isinstance(part, Chars):
                end = at + 1 if self.fits(part, at) else None
            elif isinstance(part, Anchor):
                end = at if self.stands(part.sign, at) else None
            elif isinstance(part, Back):
                end = self.repeated(part.number, at)
            elif isinstance(part, Sequence):
                return self.run((*part.parts, *parts[position + 1 :]), at, then)
            else:
                return self.branch(part, at, partial(self.run, parts[position + 1 :], then=then))
            if end is None:
                return False
            at = end
        return then(at)

    def branch(self, part: Group | Choice | Repeat, at: int, then: Then) -> bool:
        if isinstance(part, Choice):
            return self.deeper(lambda: any(self.run((branch,), at, then) for branch in part.branches))
        if isinstance(part, Group):
            return self.deeper(lambda: self.group(part, at, then))
        if isinstance(part.atom, Chars):
            atom = part.atom
            return self.deeper(lambda: self.repeat_chars(part, atom, at, then))
        return self.deeper(lambda: self.repeat(part, 0, at, then))

    def deeper(self, action: Callable[[], bool]) -> bool:
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise FeelLimitError(
                f"Expected at most {_MAX_NESTING} open repetitions in a pattern with back references",
                limit=_MAX_NESTING,
            )
        matched = action()
        self.nesting -= 1
        return matched

    def group(self, part: Group, at: int, then: Then) -> bool:
        number = part.number
        if number is None:
            return self.run((part.body,), at, then)
        before = self.spans.get(number)

        def close(end: int) -> bool:
            inner = self.spans.get(number)
            self.spans[number] = (at, end)
            if then(end):
                return True
            self._restore(number, inner)
            return False

        if self.run((part.body,), at, close):
            return True
        self._restore(number, before)
        return False

    def _restore(self, number: int, span: tuple[int, int] | None) -> None:
        if span is None:
            self.spans.pop(number, None)
        else:
            self.spans[number] = span

    def repeat_chars(self, part: Repeat, atom: Chars, at: int, then: Then) -> bool:
        most = len(self.text) - at if part.most is None else part.most
        count = 0
        while count < (most if part.greedy else part.least) and self.fits(atom, at + count):
            self.meter.charge(1)
            count += 1
        if count < part.least:
            return False
        if part.greedy:
            return any(then(at + taken) for taken in range(count, part.least - 1, -1))
        while not then(at + count):
            self.meter.charge(1)
            if count >= most or not self.fits(atom, at + count):
                return False
            count += 1
        return True

    def repeat(self, part: Repeat, count: int, at: int, then: Then) -> bool:
        def again(end: int) -> bool:
            if end == at and count >= part.least:
                return False  # a round that takes nothing leads nowhere
            return self.deeper(lambda: self.repeat(part, count + 1, end, then))

        more = part.most is None or count < part.most
        if count < part.least:
            return self.run((part.atom,), at, again)
        if part.greedy:
            return (more and self.run((part.atom,), at, again)) or then(at)
        return then(at) or (more and self.run((part.atom,), at, again))

    def fits(self, part: Chars, at: int) -> bool:
        if at >= len(self.text):
            return False
        char = self.text[at]
        if part.text is not None:
            return char == part.text or (self.rules.any_case and char.lower() == part.text.lower())
        forms = {char, char.lower(), char.upper()} if self.rules.any_case else (char,)
        return any(len(form) == 1 and _holds(part.chars, ord(form)) for form in forms)

    def stands(self, sign: str, at: int) -> bool:
        if sign == "^":
            return at == 0 or (self.rules.by_line and self.text[at - 1] == "\n")
        return at == len(self.text) or (self.rules.by_line and self.text[at] == "\n")

    def repeated(self, number: int, at: int) -> int | None:
        """Where the group's text ends when it stands here again; a group that took no part is empty."""
        start, end = self.spans.get(number, (0, 0))
        wanted, here = self.text[start:end], self.text[at : at + end - start]
        self.meter.charge(len(wanted) // 16)
        same = wanted == here or (self.rules.any_case and wanted.lower() == here.lower())
        return at + len(wanted) if same else None


@lru_cache(maxsize=256)
def _spans(chars: CharSet) -> Any:
    return chars.points()


def _holds(chars: CharSet, point: int) -> bool:
    spans = _spans(chars)
    at = bisect_right(spans, (point, 0x110000)) - 1
    return at >= 0 and bool(spans[at][0] <= point <= spans[at][1])
