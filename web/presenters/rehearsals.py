"""What pages of rehearsals say: states, and plans to choose from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from web.i18n import marked
from web.presenters.names import in_language
from web.words import in_words
from workflow_engine import DefinitionRow

STATES = {
    "waiting": (marked("Waits its turn"), "quiet", "later"),
    "running": (marked("Is being played"), "accent", "pulse"),
    "done": (marked("Played"), "good", "check"),
    "failed": (marked("Could not be played"), "stop", "stop"),
}
"""Words, look and sign of each state."""


def plan_choices(released: Sequence[DefinitionRow], folder: Callable[[str], Path]) -> list[tuple[str, str]]:
    """Value and label of every shipped plan of a released process."""
    return [
        (f"{row.definition_id}/{path.name}", f"{name}: {_title(path)}")
        for row in released
        for name in [in_language(row.name or "") or in_words(row.process_id)]
        for path in sorted(folder(row.process_id).glob("rehearsals/*.json"))
    ]


def _title(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8")).get("name") or path.stem)
    except (OSError, ValueError):
        return path.stem
