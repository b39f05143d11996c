"""A decision as everybody may read it: what a case publishes, taken by name, and nothing else of it.

Votes come as numbers only, participation as counts, floors with the reason for which they were lowered. Whatever
reaches or identifies a person is covered in every text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from workflow_engine.domain.ballot_counting import OUTCOMES
from workflow_engine.domain.consultations import masked
from workflow_engine.domain.errors import RejectedError

MESSAGE = "decision.publish"
LONGEST_TEXT = 200_000
LONGEST_LINE = 4_000
MOST_ROWS = 500
_TEXTS = ("summary", "reason", "opinions_used", "basis", "gazette", "urls", "decided_at", "lead")
_VOTES = ("yes", "no", "abstain", "silent", "absent", "recused", "voters", "present", "dissent")
_PARTICIPATION = ("consultation_id", "opinions", "oppose_share", "rounds", "opened_at", "closed_at", "short_reason",
                  "summary", "adopted", "partly", "not_adopted")  # fmt: skip
_ADOPTION = ("topic", "n", "adopted", "partly", "not_adopted", "reason")
_LOWERED = ("floor", "from", "to", "reason")


def public_document(letter: Mapping[str, Any]) -> dict[str, Any]:
    """What of the letter becomes public.

    Raises:
        RejectedError: title, text or the organ that decided is missing, or the outcome is none.
    """
    found: dict[str, Any] = {name: _required(letter, name) for name in ("title", "text", "decided_by")}
    outcome = letter.get("outcome", "adopted")
    if outcome not in OUTCOMES:
        raise RejectedError(f"Expected a published decision to have one of {', '.join(OUTCOMES)} as outcome.")
    found["outcome"] = outcome
    for name in _TEXTS:
        if text := _line(letter.get(name)):
            found[name] = text
    parts: dict[str, Callable[[Any], Any]] = {"votes": _votes, "participation": _participation, "lowered": _lowered}
    for name, read in parts.items():
        if part := read(letter.get(name)):
            found[name] = part
    return found


def document_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document as JSON with sorted keys and without blanks: whoever has the data can check it."""
    text = json.dumps(dict(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _required(letter: Mapping[str, Any], name: str) -> str:
    value = letter.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RejectedError(f"Expected a decision to be published with {name} as text.")
    return masked(value.strip()[:LONGEST_TEXT])


def _line(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = "\n".join(part for part in value if isinstance(part, str))
    return masked(value.strip()[:LONGEST_LINE]) if isinstance(value, str) else ""


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _taken(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Numbers and texts by these names."""
    found: dict[str, Any] = {}
    for name in names if isinstance(value, Mapping) else ():
        number = _number(value.get(name))
        if number is not None:
            found[name] = number
        elif text := _line(value.get(name)):
            found[name] = text
    return found


def _rows(value: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [row for part in list(value)[:MOST_ROWS] if (row := _taken(part, names))] if isinstance(value, list) else []


def _votes(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: count for name in _VOTES if isinstance(value, Mapping) and (count := _number(value.get(name))) is not None
    }
    items = value.get("items") if isinstance(value, Mapping) else None
    if rows := _rows(items, ("title", "outcome", "yes", "no", "abstain")):
        found["items"] = rows
    return found


def _participation(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    found = _taken(value, _PARTICIPATION)
    classes, channels = value.get("by_class"), value.get("channels")
    if isinstance(classes, Mapping):
        found["by_class"] = {str(name)[:80]: count for name, count in classes.items() if _number(count) is not None}
    if isinstance(channels, str):
        channels = channels.replace(",", " ").split()
    if isinstance(channels, list):
        found["channels"] = [word for word in channels if isinstance(word, str)][:20]
    if isinstance(value.get("hearing"), bool | Mapping):
        found["hearing"] = bool(value["hearing"])
    if adoption := _rows(value.get("adoption"), _ADOPTION):
        found["adoption"] = adoption
    return found


def _lowered(value: Any) -> list[dict[str, Any]]:
    return [row for row in _rows(value, _LOWERED) if row.get("reason")]
