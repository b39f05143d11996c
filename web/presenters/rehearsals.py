"""What pages of rehearsals say: states, plans to choose from, and how long one still takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked, ngettext
from web.presenters.names import in_language
from web.presenters.people import actor_name
from web.words import in_words
from workflow_engine import DefinitionRow, RehearsalProgress, RehearsalRow

STATES = {
    "waiting": (marked("Waits its turn"), "quiet", "later"),
    "running": (marked("Is being played"), "accent", "pulse"),
    "done": (marked("Played"), "good", "check"),
    "failed": (marked("Could not be played"), "stop", "stop"),
    "cancelled": (marked("Cancelled"), "quiet", "stop"),
}
"""Words, look and sign of each state."""
PRECISIONS = {
    "10": marked("A quick look (±10 points)"), "5": marked("Usual (±5 points)"),
    "3": marked("Thorough (±3 points)"), "0": marked("All cases, however sure"),
}  # fmt: skip
GUESSED = "guess.json"
"""Stands for a plan that is guessed from the model."""


def plan_choices(
    released: Sequence[DefinitionRow], folder: Callable[[str], Path]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The plans of every released process, shipped ones first: its name, and value and label of each."""
    return [
        (
            in_language(row.name or "") or in_words(row.process_id),
            [
                *((f"{row.definition_id}/{path.name}", _title(path)) for path in _plans(folder(row.process_id))),
                (f"{row.definition_id}/{GUESSED}", _("first guess, from the deadlines")),
            ],
        )
        for row in released
    ]


def line_of(row: RehearsalRow, language: str, names: Mapping[str, str]) -> dict[str, Any]:
    """One rehearsal with its words; ``names`` of the versions that are stored."""
    label, look, icon = STATES[row.state]
    key = "zh_CN" if language.startswith("zh") else "en"
    return {
        "row": row, "state": _(label), "look": look, "icon": icon, "by": actor_name(row.asked_by),
        "process": in_language(names.get(row.definition_id, "")) or in_words(row.process_id),
        "name": in_language(row.name), "against": in_language(row.against), "answer": row.answers.get(key, ""),
    }  # fmt: skip


def left_in_words(progress: RehearsalProgress) -> str:
    """How long it still takes, at most."""
    seconds = progress.seconds_left
    if seconds is None:
        return ""
    if seconds < 90:
        return _("at most a minute more")
    minutes = -(-seconds // 60)
    return ngettext("at most %(num)d minute more", "at most %(num)d minutes more", minutes)


def _plans(folder: Path) -> list[Path]:
    return sorted(folder.glob("rehearsals/*.json"))


def _title(path: Path) -> str:
    try:
        return in_language(str(json.loads(path.read_text(encoding="utf-8")).get("name") or path.stem))
    except (OSError, ValueError):
        return path.stem
