"""What people set up for themselves: saved views of their lists, and how their pages behave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.commands import Command

LISTS = ("inbox", "cases")
"""Lists of which views can be saved."""
PREFERENCES: Mapping[str, tuple[str, ...]] = {
    "next_task": ("on", "off"),
    "single_keys": ("on", "off"),
    "reading_pane": ("on", "off"),
}
"""What can be set, with the values it can have; the first is what holds until somebody chooses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveView(Command):
    """Keep what a list shows now under a name of its own; a view of the same id is replaced."""

    NAME = "desk.save_view"
    FOR_READERS = True
    PRIVATE = ("name", "wanted")
    view_id: str
    list_name: str
    name: str
    wanted: Mapping[str, Any]
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView(Command):
    """Rename a view of one's own, or make it (or no longer make it) what the list opens with."""

    NAME = "desk.change_view"
    FOR_READERS = True
    PRIVATE = ("name",)
    view_id: str
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteView(Command):
    """Forget a view of one's own."""

    NAME = "desk.delete_view"
    FOR_READERS = True
    view_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPreferences(Command):
    """Set how one's own pages behave; what is not named stays."""

    NAME = "desk.set_preferences"
    FOR_READERS = True
    values: Mapping[str, str] = field(default_factory=dict)
