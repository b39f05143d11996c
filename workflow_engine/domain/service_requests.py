"""Service requests: their states and words, the number people write down, and what everybody may read of one."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from math import floor
from typing import Any

from workflow_engine.domain.consultations import masked
from workflow_engine.domain.lifecycle import Table

OPEN = ("received", "dispatched", "accepted", "in_progress", "waiting", "replied", "called_back")
CLOSED = (
    "closed_resolved", "closed_explained", "closed_unreachable", "duplicate", "rejected_with_reason", "transferred",
    "suspended", "cancelled_by_reporter",
)  # fmt: skip
ANSWERED = ("replied", "called_back", *CLOSED)
"""From the answer on its reporter may say how it went; before the call back, it stands for that."""
SETTLED = ("duplicate", "cancelled_by_reporter")
"""What a case cannot say otherwise: only whoever splits it off again, or reopens it, can."""
STATUS: Table = {
    **{status: frozenset({*OPEN, *CLOSED}) for status in (*OPEN, *CLOSED) if status not in SETTLED},
    "duplicate": frozenset({"received"}),
    "cancelled_by_reporter": frozenset({"received"}),
}
SOURCES = ("web", "phone", "app", "open311", "inspector", "camera", "order", "import")
PUBLIC_SOURCES = ("web", "app", "open311")
"""By which anybody reports without a word of staff."""
KINDS = ("consult", "help", "complaint", "report", "suggestion")
TIERS = ("urgent", "utility", "complex", "general")
SUPERVISION = ("none", "remind", "supervise", "listed", "interview", "report")
"""How far up the ladder of supervision it was taken."""
MODERATION: Table = {
    "waiting": frozenset({"shown", "hidden"}),
    "shown": frozenset({"hidden"}),
    "hidden": frozenset({"shown"}),
}
MARKS = ("dispatched", "contacted", "replied", "called_back", "extended", "returned", "reworked", "closed")
INSTANT_OF = {
    "dispatched": "dispatched_at", "contacted": "contacted_at", "replied": "replied_at",
    "called_back": "called_back_at",
}  # fmt: skip
"""Marks that leave an instant: of the first dispatch and contact, of the last reply and call."""
FIRST = ("dispatched_at", "contacted_at")
COUNTED = ("extended", "returned", "reworked")
"""Marks that are counted."""
STEPS = (
    "submitted", "told", "added", "corrected", "withdrawn", "reopened", "rated", "commented", "merged", "gathered",
    "split", "moderated",
)  # fmt: skip
PUBLIC_STEPS = ("submitted", "told", "withdrawn", "reopened", "merged", "split")
"""Of these everybody may read; the others are between the reporter and the city."""

INSTANT_FIELDS = ("received_at", "closed_at", "due_at")
"""Of an imported request, which its event shows."""
REPORTED = frozenset(f"service_request.{kind}" for kind in (
    "submitted", "told", "commented", "reopened", "merged", "split", "withdrawn",
))  # fmt: skip
"""Events that reporters are written of, where they can be."""
DEFAULT_PROCESS = "hotline_request"
LONGEST_TITLE = 120
LONGEST_TEXT = 4_000
LONGEST_WORD = 80
LONGEST_ADDRESS = 300
MOST_PHOTOS = 6
MOST_MERGED = 100
SHORTEST_CODE = 16
CELL_DEGREES = 0.002
"""The side of a cell: about 220 m from north to south."""

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+", re.ASCII)
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is taken for something else: 0 O, 1 I."""
_PREFIX = "SR"


def tracking_number(request_id: str, attempt: int = 0) -> str:
    """A number for people, like ``SR-7K3Q-9M2X-4``; by the last letter a mistyped one is known as such."""
    value = int.from_bytes(sha256(f"{request_id}/{attempt}".encode()).digest()[:8], "big")
    letters = ""
    for _ in range(8):
        value, rest = divmod(value, len(_LETTERS))
        letters += _LETTERS[rest]
    return f"{_PREFIX}-{letters[:4]}-{letters[4:]}-{_check_letter(letters)}"


def read_tracking_number(text: str) -> str | None:
    """The number in what somebody typed, however they wrote it; None when it is none, or mistyped."""
    letters = "".join(character for character in text.upper() if character.isalnum()).removeprefix(_PREFIX)
    if len(letters) != 9 or any(letter not in _LETTERS for letter in letters):
        return None
    return f"{_PREFIX}-{letters[:4]}-{letters[4:8]}-{letters[8]}" if _check_letter(letters[:8]) == letters[8] else None


def _check_letter(letters: str) -> str:
    """Luhn's algorithm over this alphabet."""
    size, total = len(_LETTERS), 0
    for place, letter in enumerate(reversed(letters)):
        value = _LETTERS.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // size + value % size
    return _LETTERS[-total % size]


def is_mail_address(contact: str) -> bool:
    """Whether somebody can be written to there."""
    return _MAIL.fullmatch(contact) is not None


def is_told_by_mail(event: Mapping[str, Any]) -> bool:
    """Whether the reporter is written of this event: not of what they did themselves, nor of what is of no news."""
    kind = str(event["event"])
    if kind == "service_request.told":
        return bool(event.get("status") or event.get("marks"))
    return kind in REPORTED and not (kind == "service_request.commented" and event.get("by_reporter"))


def code_digest(code: str) -> str:
    """What is kept of a secret code."""
    return sha256(code.encode()).hexdigest()


def is_code(code: str, digest: str) -> bool:
    """Whether this is the code; takes as long for a wrong one."""
    return hmac.compare_digest(code_digest(code), digest)


def cell_of(lat: float | None, lon: float | None) -> tuple[int, int] | None:
    """Row and column of the cell that a point lies in; None without a point."""
    if lat is None or lon is None:
        return None
    return floor(lat / CELL_DEGREES), floor(lon / CELL_DEGREES)


def public_text(text: str, name: str, contact: str) -> str:
    """What everybody may read of a text: without what reaches or identifies somebody, nor the reporter's own name."""
    shown = masked(text)
    for word in (name.strip(), contact.strip()):
        if len(word) >= 2:
            shown = shown.replace(word, "▇▇▇")
    return shown


def words(given: Any) -> str:
    """Words for the public as they are kept: JSON of a text, or of texts by language. Raises ValueError."""
    if isinstance(given, str):
        return json.dumps(given.strip(), ensure_ascii=False)
    if isinstance(given, Mapping) and given and all(isinstance(text, str) for text in given.values()):
        told = {str(language): text.strip() for language, text in sorted(given.items())}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    raise ValueError(f"expected a text, or one for each language, but got {given!r}")


def in_language(kept: str, language: str) -> str:
    """Kept words in a language, or else in any."""
    given = json.loads(kept) if kept else ""
    if isinstance(given, str):
        return given
    return str(given.get(language) or given.get("zh_CN") or next(iter(given.values())))
