"""What questions about the organisation are answered with: frozen rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in the tree."""

    unit_id: str
    parent_id: str | None
    level: str | None
    name_zh: str
    name_en: str
    subject_class: str
    functions: str
    """What it does, with ``;`` between."""
    disabled: bool
    place_code: str | None = None
    """Of the place that it governs."""
    children: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A position with its holder."""

    position_id: str
    unit_id: str
    name_zh: str
    name_en: str
    is_head: bool
    person_id: str | None
    person_zh: str | None = None
    person_en: str | None = None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person in a list, disabled ones too."""

    person_id: str
    sign_in_name: str
    display_name_zh: str
    display_name_en: str
    unit_id: str | None
    unit_zh: str | None
    unit_en: str | None
    disabled: bool
    email: str | None
    has_password: bool
    has_account: bool
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Somebody's duty."""

    shift_id: str
    group_id: str
    person_id: str
    person_zh: str
    person_en: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class DeputyRow:
    """Who stands in for whom."""

    deputy_id: str
    person_id: str
    person_zh: str
    person_en: str
    stand_in: str
    stand_in_zh: str
    stand_in_en: str
    from_on: date
    until_on: date
    process_id: str | None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A row of the table of grants."""

    grant_id: str
    holder: str
    verb: str
    unit_id: str | None
    process_id: str | None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """What waits for a second administrator, or was decided."""

    proposal_id: str
    kind: str
    content: Mapping[str, Any]
    reason: str
    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of the organisation or of a setting: who, when, old and new."""

    seq: int
    number: int
    kind: str
    subject_id: str
    action: str
    changed_at: datetime
    changed_by: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    erased: bool = False
    """The values are gone; that the change happened stays."""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """An auditor looked at a case."""

    case_id: str
    person_id: str
    read_at: datetime
    title: str | None = None


@dataclass(frozen=True, slots=True)
class UnitDetail:
    """A unit with what belongs to it."""

    unit: UnitRow
    path: Sequence[UnitRow]
    """From the top down to the unit itself."""
    children: Sequence[UnitRow]
    positions: Sequence[PositionRow]
    people: Sequence[MemberRow]
