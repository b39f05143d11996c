"""Names that hold spaces or operator signs, found in a run of tokens (DMN 1.5, 10.3.1.5).

``Applicant age`` and ``a-b`` are legal names. Which reading is meant follows from the scope: the longest known
name wins. Unknown words that merely stand side by side are joined too, since FEEL has no other use for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from workflow_engine.feel.errors import FeelSyntaxError
from workflow_engine.feel.lexer import Token, tokenize

_SPACE = re.compile(r"\s+")

KEYWORDS = frozenset(
    (
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "between",
        "instance",
        "of",
        "function",
        "external",
        "true",
        "false",
        "null",
    )
)
"""Words that end a name; ``of``, ``in`` and friends may still stand inside a name that is known."""


def normalise_name(text: str) -> str:
    """Return the name with every run of white space as one blank."""
    return _SPACE.sub(" ", text.strip())


class NameIndex:
    """Known names by their first token, longest first."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make ``name`` known; text that cannot be a name is ignored."""
        try:
            parts = tuple(token.text for token in tokenize(name)[:-1])
        except FeelSyntaxError:
            return
        if not parts:
            return
        bucket = self._by_first.setdefault(parts[0], [])
        if all(known != parts for known, _ in bucket):
            bucket.append((parts, name))
            bucket.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """Return (name, number of tokens) of the longest known name that starts at ``index``."""
        for parts, name in self._by_first.get(tokens[index].text, ()):
            run = tokens[index : index + len(parts)]
            if len(run) == len(parts) and all(token.text == part for token, part in zip(run, parts, strict=True)):
                return name, len(parts)
        return None


def longest_match(scopes: Iterable[NameIndex], tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return the longest match over several scopes, innermost last."""
    best: tuple[str, int] | None = None
    for scope in scopes:
        found = scope.match(tokens, index)
        if found and (best is None or found[1] >= best[1]):
            best = found
    return best
