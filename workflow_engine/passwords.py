"""Passwords that are too easy to guess: known ones, names and words with the usual changes, rows of keys, dates.

Estimated offline by zxcvbn with its own lists, so nothing of a password leaves the machine. Its lists know
English best; ``COMMON_HERE`` adds what leaked Chinese passwords are made of most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

FEWEST_GUESSES = 10**8
"""Below, somebody who got at the stored hash finds it in hours, argon2 or not."""
LONGEST_LOOKED_AT = 72
"""The estimate takes longer with each character; what is this long at its beginning alone is judged by that."""
COMMON_HERE = (
    "woaini", "5201314", "1314520", "1314521", "woaiwojia", "wodemima", "mima", "iloveyou", "aini", "qq", "wang",
    "zhang", "zhao", "chen", "yang", "huang", "liu", "zhou", "xu", "sun", "ma", "zhu", "lin", "guo", "wei", "ming",
    "xiao", "jun", "hua", "beijing", "shanghai", "china", "zhongguo", "888888", "666666", "admin", "caonima", "nihao",
    "gongan", "zhengfu", "liandong",
)  # fmt: skip


def is_easy_to_guess(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether the password would be found early; ``own_words``: names that a guesser of this account tries first."""
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # loads its lists

    found = zxcvbn(password[:LONGEST_LOOKED_AT], user_inputs=[*_parts(own_words), *COMMON_HERE])
    return bool(found["guesses"] < FEWEST_GUESSES)


def _parts(words: Iterable[str]) -> Iterator[str]:
    """Each name as it is, without blanks, and by its parts."""
    for word in words:
        yield from dict.fromkeys(part for part in (word, word.replace(" ", ""), *word.split()) if part)
