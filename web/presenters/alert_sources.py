"""A source of alerts as its form has it, and words for what became of what it gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked
from workflow_engine import AlertSourceRow, InvalidVariablesError

FIELD_NAMES = (
    "name", "url", "every_minutes", "least_severity", "codes", "words", "box", "signature", "certificates", "unit_id",
)  # fmt: skip
OUTCOMES = {
    "started": marked("started a case"), "updated": marked("updated a case"), "cancelled": marked("cancelled"),
    "kept": marked("on file only"), "duplicate": marked("known already"), "elsewhere": marked("not for this city"),
    "refused": marked("refused"),
}  # fmt: skip
_PROBLEMS = {
    "name": marked("Give it a name of up to 80 characters."),
    "url": marked("Write an address like https://host/path."),
    "every_minutes": marked("Write minutes from 0.5 to 1440."),
    "categories": marked("Choose from the list."),
    "least_severity": marked("Choose from the list."),
    "codes": marked("Write codes of digits and letters, with blanks between."),
    "box": marked("Write south, west, north, east in degrees, like 27.8, 111.9, 28.7, 114.3."),
    "signature": marked("Choose from the list."),
    "certificates": marked("Paste the certificates as PEM; one is needed where a signature is required."),
    "unit_id": marked("Write the id of a unit that exists."),
}


def minutes(text: str) -> int:
    """Seconds from minutes as they were typed. Raises InvalidVariablesError for what is no number."""
    try:
        return round(float(text) * 60)
    except (ValueError, OverflowError):
        raise InvalidVariablesError("Expected minutes as a number.", {"every_seconds": ""}) from None


def form_of(source: AlertSourceRow) -> dict[str, Any]:
    """The source as its form shows it."""
    return {
        "name": source.name, "url": source.url, "every_minutes": f"{source.every_seconds / 60:g}",
        "categories": list(source.categories), "least_severity": source.least_severity,
        "codes": " ".join(source.codes), "words": "\n".join(source.words), "box": source.box,
        "signature": source.signature, "certificates": source.certificates, "exercise": source.exercise,
        "unit_id": source.unit_id or "",
    }  # fmt: skip


def problem_words(problems: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with each field of the form, in the reader's language."""
    named = {"every_minutes" if name == "every_seconds" else name for name in problems}
    return {name: _(_PROBLEMS[name]) for name in named if name in _PROBLEMS}
