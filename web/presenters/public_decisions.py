"""A published decision in the reader's language; numbers get their words, texts stay as they were published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.decision_words import TONES, outcome_word
from web.presenters.names import in_language
from web.presenters.text_versions import paragraphs
from web.presenters.times import instant
from workflow_engine import PublishedDecision

SUBJECT_CLASSES = {
    "society": marked("Residents and society"), "enterprise": marked("Enterprises"), "government": marked("Government"),
}  # fmt: skip
VOTE_WORDS = (
    ("voters", marked("on the roll")), ("present", marked("took part")), ("yes", marked("in favour")),
    ("no", marked("against")), ("abstain", marked("abstained")), ("silent", marked("said nothing")),
    ("absent", marked("absent")), ("recused", marked("recused")),
)  # fmt: skip


def decision_view(row: PublishedDecision) -> dict[str, Any]:
    """The template's values."""
    document = row.document
    told = document.get("participation") or {}
    outcome = str(document.get("outcome"))
    return {
        "row": row,
        "title": in_language(row.title),
        "outcome": outcome,
        "word": outcome_word(outcome),
        "tone": TONES[outcome],
        "decided_by": in_language(document["decided_by"]),
        "decided_at": instant(document.get("decided_at")),
        "summary": in_language(document.get("summary")),
        "reason": in_language(document.get("reason")),
        "basis": in_language(document.get("basis")),
        "lead": in_language(document.get("lead")),
        "paragraphs": paragraphs(in_language(document["text"])),
        "gazette": document.get("gazette"),
        "urls": [(one, one.startswith(("https://", "http://"))) for one in str(document.get("urls") or "").split()],
        "opinions_used": in_language(document.get("opinions_used")),
        "votes": [(_(word), votes[name]) for votes in [document.get("votes") or {}] for name, word in VOTE_WORDS
                  if votes.get(name) is not None and (votes[name] or name in ("yes", "no"))],
        "items": (document.get("votes") or {}).get("items") or [],
        "outcomes": {name: outcome_word(name) for name in TONES},
        "participation": told,
        "opened_at": instant(told.get("opened_at")),
        "closed_at": instant(told.get("closed_at")),
        "by_class": [(_(SUBJECT_CLASSES[name]) if name in SUBJECT_CLASSES else name, count)
                     for name, count in (told.get("by_class") or {}).items() if count],
        "adoption": _adoption(told),
        "lowered": document.get("lowered") or [],
        "digest": row.digest,
    }  # fmt: skip


def _adoption(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """By topic how many opinions were adopted; each row with every column."""
    names = ("topic", "n", "adopted", "partly", "not_adopted", "reason")
    return [{name: row.get(name, "") for name in names} for row in told.get("adoption") or []]
