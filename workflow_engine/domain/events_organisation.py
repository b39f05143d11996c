"""What happened to the organisation, to who may do what, and to settings: each with what was before and what is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.event import Event, Json
from workflow_engine.domain.events import EVENT_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChanged(Event):
    """A unit, role, person, position, shift, deputy, grant, proposal or setting was added, changed or removed."""

    KIND = "organisation.changed"
    PRIVATE = ("before", "after", "reason")
    kind: str
    subject_id: str
    action: str
    """``added``, ``changed`` or ``removed``."""
    before: Json | None = None
    """Of what changed: how it was."""
    after: Json | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """A person has a new password; every session that was open under the old one has ended."""

    KIND = "person.password_changed"
    person_id: str
    by_themselves: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAccountBound(Event):
    """Whoever signs in with this account of the identity provider is this person from now on."""

    KIND = "person.account_bound"
    PRIVATE = ("external_id",)
    person_id: str
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRead(Event):
    """An auditor looked at a case."""

    KIND = "case.read"
    case_id: str
    person_id: str


ORGANISATION_EVENTS: tuple[type[Event], ...] = (OrganisationChanged, PasswordChanged, ExternalAccountBound, CaseRead)
EVENT_KINDS.update({kind.KIND: kind for kind in ORGANISATION_EVENTS})


def changed(
    kind: str,
    subject_id: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str = "",
) -> OrganisationChanged | None:
    """The event for a row that was and is so; None when nothing differs. Of a change, only what differs is told."""
    if before == after:
        return None
    if before is None or after is None:
        action = "added" if before is None else "removed"
        return OrganisationChanged(
            kind=kind, subject_id=subject_id, action=action, before=before, after=after, reason=reason or None
        )
    names = [name for name in after if before.get(name) != after[name]]
    return OrganisationChanged(
        kind=kind,
        subject_id=subject_id,
        action="changed",
        before={name: before.get(name) for name in names},
        after={name: after[name] for name in names},
        reason=reason or None,
    )
