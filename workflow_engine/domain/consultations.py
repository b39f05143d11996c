"""Consultations of the public: their states and words, what a receipt is made of, and how opinions are counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from workflow_engine.domain.lifecycle import Table

CONSULTATION: Table = {
    "open": frozenset({"closed", "withdrawn"}),
    "closed": frozenset({"open", "answered", "withdrawn"}),
    "answered": frozenset(),
    "withdrawn": frozenset(),
}
"""open: opinions come in; closed: they are worked on, or it is opened once more; answered: all have been told."""
MODERATION: Table = {
    "waiting": frozenset({"accepted", "rejected"}),
    "accepted": frozenset({"rejected"}),
    "rejected": frozenset({"accepted"}),
}
CHANNELS = ("web", "phone", "paper", "hearing", "survey")
SUBJECTS = ("society", "enterprise", "government")
STANCES = ("support", "oppose", "suggest")
DISPOSITIONS = ("adopted", "partly", "not_adopted")
NOTICES = ("extension", "widened", "hearing", "participants", "record", "redraft", "summary", "withdrawal")
LONGEST_OPINION = 4_000
LONGEST_REASON = 2_000
LONGEST_WORD = 80
"""Of names, districts, topics and ways to reach somebody."""
MOST_AT_ONCE = 500
"""Opinions that one command moderates or answers."""

_MASKED = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])"  # identity number
    r"|(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"  # mobile
    r"|(?<![0-9-])0[0-9]{2,3}[- ]?[0-9]{7,8}(?![0-9])",  # landline
    re.ASCII,
)
MASK = "▇▇▇"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many opinions agree in all of this."""

    moderation: str
    channel: str
    subject_class: str
    stance: str
    topic: str
    disposition: str | None
    wants_hearing: bool
    n: int


def text_digest(title: str, draft: str) -> str:
    """Which text is consulted: opinions name it, and a later text has another one."""
    return sha256(_json([title, draft])).hexdigest()


def fingerprint(said: Mapping[str, Any]) -> str:
    """The receipt of an opinion: SHA-256 over what was said, where and when, as JSON with sorted keys, no blanks."""
    return sha256(_json(dict(said))).hexdigest()


def said_in(
    consultation_id: str, draft_digest: str, number: int, submitted_at: str, opinion: Mapping[str, str]
) -> dict[str, Any]:
    """What a fingerprint covers; nothing that tells who said it."""
    return {
        "consultation": consultation_id, "draft": draft_digest, "number": number, "submitted_at": submitted_at,
        **{name: opinion[name] for name in ("channel", "subject_class", "stance", "district", "text")},
    }  # fmt: skip


def masked(text: str) -> str:
    """The text without what reaches or identifies a person: telephone and identity numbers, e-mail addresses."""
    return _MASKED.sub(MASK, text)


def tally(rows: Iterable[Counted]) -> dict[str, Any]:
    """The figures that a case gets; what was rejected by moderation is counted as such and nowhere else."""
    rows = list(rows)
    valid = [row for row in rows if row.moderation != "rejected"]
    n = _sum(valid)
    stances = _by(valid, "stance", STANCES)
    return {
        "received": _sum(rows),
        "rejected": _sum(rows) - n,
        "pending": _sum(row for row in valid if row.moderation == "waiting"),
        "n": n,
        "by_class": _by(valid, "subject_class", SUBJECTS),
        "by_channel": _by(valid, "channel", CHANNELS),
        "by_stance": stances,
        "oppose_share": round(100 * stances["oppose"] / n, 1) if n else 0,
        "wants_hearing": _sum(row for row in valid if row.wants_hearing),
    }


def adoption(rows: Iterable[Counted]) -> dict[str, Any]:
    """How opinions were used: by topic and in all; ``missing``: accepted ones that nobody has answered."""
    accepted = [row for row in rows if row.moderation == "accepted"]
    topics = sorted({row.topic for row in accepted})
    lines = [{"topic": topic, **_used([row for row in accepted if row.topic == topic])} for topic in topics]
    return {
        **_used(accepted),
        "missing": _sum(row for row in accepted if row.disposition is None),
        "topics": lines,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _used(rows: list[Counted]) -> dict[str, int]:
    return {"n": _sum(rows), **_by(rows, "disposition", DISPOSITIONS)}


def _by(rows: Iterable[Counted], name: str, words: tuple[str, ...]) -> dict[str, int]:
    counts = dict.fromkeys(words, 0)
    for row in rows:
        if (word := getattr(row, name)) is not None:
            counts[word] += row.n
    return counts


def _sum(rows: Iterable[Counted]) -> int:
    return sum(row.n for row in rows)
