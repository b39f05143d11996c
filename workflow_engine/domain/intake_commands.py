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


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOrganisation(Command):
    """Add or change units, people and their groups; who is not named stays as they are.

    Units: unit_id, parent_id, level, name_zh, name_en, subject_class. People: person_id, sign_in_name, display_name_zh,
    display_name_en, password_hash (argon2id), unit_id, disabled, groups (a list that replaces those held). Roles, which
    are names for groups: group_id, name_zh, name_en.
    """

    NAME = "organisation.load"
    PRIVATE = ("units", "roles", "people")
    units: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    roles: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    people: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
