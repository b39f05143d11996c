"""Who there is: units, roles and people, loaded in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.intake_commands import LoadOrganisation
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.stream_events import OrganisationLoaded
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import organisation as store

STREAM = "organisation:all"
_UNIT = {
    "unit_id": ..., "parent_id": None, "level": None, "name_zh": ..., "name_en": ..., "subject_class": "government"
}  # fmt: skip
_ROLE = {"group_id": ..., "name_zh": ..., "name_en": ...}
_PERSON = {
    "person_id": ..., "sign_in_name": ..., "display_name_zh": ..., "display_name_en": ..., "password_hash": None,
    "unit_id": None, "disabled": False, "groups": (),
}  # fmt: skip


def load_organisation(work: Handling, command: LoadOrganisation) -> Receipt:
    """Add or change what is named; whoever is not named stays as they are."""
    require_permission(work.actor, "organisation.load", "load the organisation")
    units = list(_rows(command.units, _UNIT, "unit"))
    people = list(_rows(command.people, _PERSON, "person"))
    store.put_units(work.unit, units)
    store.put_roles(work.unit, _rows(command.roles, _ROLE, "role"))
    store.put_people(work.unit, people)
    event = OrganisationLoaded(units=len(units), people=len(people))
    return work.record_in_stream(STREAM, [event], {"units": len(units), "people": len(people)})


def _rows(given: Sequence[Mapping[str, Any]], columns: Mapping[str, Any], noun: str) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(given, 1):
        unknown = sorted(set(row) - set(columns))
        missing = sorted(name for name, default in columns.items() if default is ... and not row.get(name))
        if unknown or missing:
            problem = f"no {', '.join(missing)}" if missing else f"unknown {', '.join(unknown)}"
            raise RejectedError(f"Expected {noun} {number} to have {', '.join(columns)}, but it has {problem}.")
        yield {name: row.get(name, default) for name, default in columns.items()}
