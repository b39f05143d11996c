"""What comes in from outside in bulk: alerts and the organisation's people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAlert(Command):
    """Take in one alert of the Common Alerting Protocol: it starts a case, updates one, or is kept aside."""

    NAME = "alert.import"
    PRIVATE = ("alert",)
    alert: Mapping[str, Any]
    """JSON form of ``interchange.cap.CapAlert``. A case that it starts gets an id made from the alert's key."""
    source: str = ""
    process_id: str = "emergency_response"
    exercise: bool = False
    """True: treat an Actual alert as an exercise too."""
    unit_id: str | None = None
    """The unit that answers for a case that it starts; None: the one its model names, else that of who imports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOrganisation(Command):
    """Add or change units, roles, people and the rest, all or nothing; who is not named stays as they are.

    Rows have the columns of ``domain.organisation_rows``; a column that is not given stays as it is, or has its default
    in a new row. A person's ``groups`` (a list) replace those held, ``password_hash`` (argon2id) their password.
    """

    NAME = "organisation.load"
    PRIVATE = ("units", "roles", "people", "positions", "shifts", "deputies", "conflicts", "reason")
    units: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    roles: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    people: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    positions: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    shifts: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    deputies: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    conflicts: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    removed: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    """``{"kind": "shift", "id": …}`` of positions, shifts, deputies and conflicts that go."""
    reason: str = ""
