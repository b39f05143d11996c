"""What people changed on their own desks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSaved(Event):
    """A list can be shown this way again."""

    KIND = "desk.view_saved"
    view_id: str
    list_name: str
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDeleted(Event):
    """The view is forgotten."""

    KIND = "desk.view_deleted"
    view_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesSet(Event):
    """The person's pages behave like this from now on."""

    KIND = "desk.preferences_set"
    chosen: Mapping[str, str]


DESK_EVENTS: tuple[type[Event], ...] = (ViewSaved, ViewDeleted, PreferencesSet)
EVENT_KINDS.update({kind.KIND: kind for kind in DESK_EVENTS})
