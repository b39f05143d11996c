"""Finding values again that are no longer there: their salted hashes, held against every stretch of a text.

A trace keeps of a value its length and two keyed hashes: a short one of its first two characters, which lets a scan
step over nearly all of a text, and a long one of the whole. A text that holds the value anywhere gives the long hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Any

SALT_BYTES = 32
LONGEST = 48
"""Of a longer value only its beginning is looked for."""
_FEWEST_DIGITS, _FEWEST_LETTERS = 6, 4
_WORD_OF_A_MODEL = re.compile(r"[a-z0-9_.:/\-]*")
_CJK = re.compile(r"[㐀-鿿]")
_PIECES = re.compile(r"[0-9][0-9 +\-]{5,}[0-9]|[㐀-鿿]{2,}|[^\W\d_㐀-鿿]{4,}|\d{6,}")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, order=True)
class Trace:
    """What is kept of one value."""

    length: int
    start: str
    digest: str


class Traces:
    """The traces of one destruction, with the salt that all were made with."""

    def __init__(self, salt: bytes, traces: Iterable[Trace]) -> None:
        self._salt = salt
        self._by_start: dict[str, dict[int, set[str]]] = {}
        for trace in traces:
            self._by_start.setdefault(trace.start, {}).setdefault(trace.length, set()).add(trace.digest)
        self._starts: dict[str, Mapping[int, set[str]] | None] = {}

    @classmethod
    def of(cls, salt: bytes, values: Iterable[str]) -> tuple[list[Trace], int]:
        """The traces of these values, and how many say too little to have one: see ``can_be_looked_for``."""
        wanted = set(values)
        kept = {value[:LONGEST] for value in wanted if can_be_looked_for(value)}
        made = cls(salt, ())
        return sorted(made._trace(value) for value in kept), sum(not can_be_looked_for(value) for value in wanted)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, digest) of each stretch that is one of the values, in the order of the text; may overlap."""
        for begin in range(0, max(1, len(text)), _CHUNK):
            chunk = text[begin : begin + _CHUNK + LONGEST]
            for start, end, digest in self._find(chunk):
                if start < _CHUNK:
                    yield begin + start, begin + end, digest

    def is_in(self, text: str) -> bool:
        """Whether the text holds one of the values."""
        return next(self.find(text), None) is not None

    def without(self, text: str, instead: str) -> str:
        """The text with each stretch that is one of the values replaced."""
        parts: list[str] = []
        done = 0
        for start, end, _ in self.find(text):
            if end <= done:
                continue
            if start >= done:
                parts += [text[done:start], instead]
            done = end
        return "".join([*parts, text[done:]]) if done else text

    def _find(self, text: str) -> Iterator[tuple[int, int, str]]:
        starts = {pair for pair in set(map("".join, pairwise(text))) if self._of_start(pair)}
        if not starts:
            return
        for match in re.finditer(f"(?={'|'.join(map(re.escape, sorted(starts)))})", text):
            at = match.start()
            for length, digests in sorted((self._of_start(text[at : at + 2]) or {}).items(), reverse=True):
                stretch = text[at : at + length]
                if len(stretch) == length and (digest := self._hash(stretch, 16)) in digests:
                    yield at, at + length, digest

    def _of_start(self, pair: str) -> Mapping[int, set[str]] | None:
        if pair not in self._starts:
            self._starts[pair] = self._by_start.get(self._hash(pair, 2))
        return self._starts[pair]

    def _trace(self, value: str) -> Trace:
        return Trace(len(value), self._hash(value[:2], 2), self._hash(value, 16))

    def _hash(self, text: str, size: int) -> str:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=size).hexdigest()


def can_be_looked_for(value: str) -> bool:
    """Whether a text that holds this value can be said to hold it for that reason: two Chinese characters, a number of
    six digits, four letters that are no word of a model (``phone``, ``unit:fire``)."""
    if sum(character.isdigit() for character in value) >= _FEWEST_DIGITS:
        return True
    if _CJK.search(value):
        return len(value) >= 2
    return len(value) >= _FEWEST_LETTERS and not _WORD_OF_A_MODEL.fullmatch(value)


def values_to_trace(value: Any) -> Iterator[str]:
    """What to look for of a value that goes: each text and long number in it, and the names and numbers in a text."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from values_to_trace(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from values_to_trace(inner)
    elif isinstance(value, str):
        text = value.strip()
        if text:
            yield text
            yield from (piece for piece in _PIECES.findall(text) if piece != text)
    elif isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) >= 6:
        yield str(value)
