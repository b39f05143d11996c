"""What people set up for themselves: saved views and how their pages behave. One chain of record for each person."""

from __future__ import annotations

from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.desk_commands import LISTS, PREFERENCES, ChangeView, DeleteView, SaveView, SetPreferences
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.events_desk import PreferencesSet, ViewDeleted, ViewSaved
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import desk as store

MOST_VIEWS = 50
"""Of one person, over all lists."""
LONGEST_NAME = 60
_LONGEST_WISH = 4_000


def save_view(work: Handling, command: SaveView) -> Receipt:
    """Add a view of one's own, or replace it."""
    person_id = work.actor.actor_id
    if command.list_name not in LISTS:
        raise InvalidVariablesError("Expected a list of which views can be saved.", {"list_name": "Unknown list."})
    name = _require_name(work, command.name, command.list_name, command.view_id)
    wanted = orjson.dumps(dict(command.wanted)).decode()
    if len(wanted) > _LONGEST_WISH:
        raise InvalidVariablesError("Expected a smaller view.", {"wanted": "Too many filters."})
    known = store.find_view(work.unit, command.view_id)
    if known is not None and known.person_id != person_id:
        raise NotFoundError("Expected to save a view of yours, but it is not yours.", view_id=command.view_id)
    if known is None and store.count_views(work.unit, person_id) >= MOST_VIEWS:
        raise InvalidStateError(f"Expected at most {MOST_VIEWS} views: delete one that is not needed.")
    row = {
        "view_id": command.view_id, "person_id": person_id, "list_name": command.list_name, "name": name,
        "wanted": wanted, "is_default": command.is_default, "saved_at": work.now,
    }  # fmt: skip
    return _put(work, row)


def change_view(work: Handling, command: ChangeView) -> Receipt:
    """Another name, or another default."""
    view = _require_own(work, command.view_id, "change")
    name = _require_name(work, command.name, view.list_name, view.view_id)
    row = {
        "view_id": view.view_id, "person_id": view.person_id, "list_name": view.list_name, "name": name,
        "wanted": view.wanted, "is_default": command.is_default, "saved_at": work.now,
    }  # fmt: skip
    return _put(work, row)


def delete_view(work: Handling, command: DeleteView) -> Receipt:
    """The view is gone."""
    view = _require_own(work, command.view_id, "delete")
    store.delete_view(work.unit, view.view_id)
    return work.record_in_stream(_stream(work), [ViewDeleted(view_id=view.view_id)])


def set_preferences(work: Handling, command: SetPreferences) -> Receipt:
    """Choose how one's pages behave."""
    wrong = {
        name: f"Expected one of {', '.join(PREFERENCES.get(name, ()))}." if name in PREFERENCES else "Unknown."
        for name, value in command.values.items()
        if value not in PREFERENCES.get(name, ())
    }
    if wrong:
        raise InvalidVariablesError("Expected preferences that there are.", wrong)
    chosen = dict(command.values)
    store.put_preferences(work.unit, work.actor.actor_id, chosen)
    return work.record_in_stream(_stream(work), [PreferencesSet(chosen=chosen)])


def _put(work: Handling, row: dict[str, Any]) -> Receipt:
    if row["is_default"]:
        store.clear_default(work.unit, row["person_id"], row["list_name"])
    store.put_view(work.unit, row)
    event = ViewSaved(view_id=row["view_id"], list_name=row["list_name"], is_default=row["is_default"])
    return work.record_in_stream(_stream(work), [event], {"view_id": row["view_id"]})


def _require_own(work: Handling, view_id: str, verb: str) -> store.View:
    view = store.find_view(work.unit, view_id)
    if view is None or view.person_id != work.actor.actor_id:
        raise NotFoundError(f"Expected to {verb} a view of yours, but there is none of this id.", view_id=view_id)
    return view


def _require_name(work: Handling, given: str, list_name: str, view_id: str) -> str:
    name = " ".join(given.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidVariablesError(
            "Expected a name for the view.", {"name": f"Expected 1 to {LONGEST_NAME} characters."}
        )
    if store.is_name_taken(work.unit, work.actor.actor_id, list_name, name, view_id):
        raise InvalidVariablesError("Expected another name.", {"name": "You have a view of this name already."})
    return name


def _stream(work: Handling) -> str:
    return f"desk:{work.actor.actor_id}"
