"""Questions about the organisation: who somebody is now, the tree, people, duty, deputies, grants and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.calendar_content import CalendarContent
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.organisation_rows import BY_NAME, KINDS, as_json
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.profile import Profile
from workflow_engine.domain.working_time import Calendar
from workflow_engine.queries import organisation_history as histories
from workflow_engine.queries import organisation_lists as lists
from workflow_engine.queries import people
from workflow_engine.queries.organisation_rows import (
    ChangeRow,
    DeputyRow,
    GrantRow,
    MemberRow,
    ProposalRow,
    ReadingRow,
    ShiftRow,
    UnitDetail,
    UnitRow,
)
from workflow_engine.queries.rows import Page, PersonRow
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.storage import acting, grants, proposals, setting_versions
from workflow_engine.storage import organisation as store
from workflow_engine.storage.setting_versions import CALENDAR, PROFILE, SettingVersion

Open = Callable[[], AbstractContextManager[Snapshot]]


class OrganisationQueries:
    """``engine.queries.organisation``; pages ask before whether the visitor may look."""

    def __init__(self, snapshot: Open, look: Callable[[], AbstractContextManager[Look]], clock: Clock) -> None:
        self._snapshot = snapshot
        self._look = look
        self._clock = clock

    # ---- who somebody is
    def find_acting(self, person_id: str) -> tuple[PersonRow, Actor] | None:
        """A person with the groups they hold now, and the same as an actor with their grants; None when disabled."""
        now = self._clock.now()
        with self._look() as look:
            unit = look.unit
            groups = acting.groups_of(unit, person_id, now)
            found = people.find_enabled(look, person_id, groups)
            if found is None:
                return None
            actor = Actor(
                person_id,
                groups,
                held=grants.held_by(unit, person_id, groups),
                stands_in_for=acting.stands_in_for(unit, person_id, now, _today(look, now)),
            )
            return found, actor

    def find_actor(self, person_id: str) -> Actor | None:
        """A person as an actor, with all they may do now; None when there is none or they are disabled."""
        found = self.find_acting(person_id)
        return None if found is None else found[1]

    def find_by_account(self, external_id: str) -> PersonRow | None:
        """The enabled person to whom this account of an identity provider is bound."""
        with self._snapshot() as snapshot:
            person_id = lists.person_of_account(snapshot, external_id)
            return None if person_id is None else people.find_person(snapshot, person_id)

    def find_unbound(self, *, email: str | None = None, sign_in_name: str | None = None) -> PersonRow | None:
        """The one enabled person with this address or name to whom no account is bound yet."""
        with self._snapshot() as snapshot:
            person_id = lists.unbound_person(snapshot, email, sign_in_name)
            return None if person_id is None else people.find_person(snapshot, person_id)

    # ---- the tree and the people in it
    def list_units(self, search: str = "") -> list[UnitRow]:
        """Every unit with how many lie directly below and how many people it has; or those a search finds."""
        with self._snapshot() as snapshot:
            return lists.list_units(snapshot, search)

    def find_unit(self, unit_id: str) -> UnitRow | None:
        """One unit by itself; None when there is none."""
        with self._snapshot() as snapshot:
            return lists.find_unit(snapshot, unit_id)

    def get_unit(self, unit_id: str) -> UnitDetail:
        """One unit with its place in the tree, positions and people. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            return lists.get_unit(snapshot, unit_id)

    def list_members(
        self, search: str = "", group_id: str = "", after: str | None = None, limit: int = 50
    ) -> Page[MemberRow]:
        """People by name to sign in with, disabled ones too."""
        with self._snapshot() as snapshot:
            return lists.list_members(snapshot, search, group_id, after, limit)

    def get_member(self, person_id: str) -> MemberRow:
        """One person, disabled or not. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            return lists.get_member(snapshot, person_id)

    def list_shifts(self, start: datetime, end: datetime, group_id: str = "") -> list[ShiftRow]:
        """Who is on duty when within a span."""
        with self._snapshot() as snapshot:
            return lists.list_shifts(snapshot, start, end, group_id)

    def list_deputies(self, person_id: str | None = None, since: date | None = None) -> list[DeputyRow]:
        """Who stands in for whom from today (or ``since``) on; of one person: as absent one or as deputy."""
        with self._snapshot() as snapshot:
            return lists.list_deputies(snapshot, person_id, since or _today(snapshot, self._clock.now()))

    def find_deputy(self, deputy_id: str) -> DeputyRow | None:
        """One of them."""
        with self._snapshot() as snapshot:
            return lists.find_deputy(snapshot, deputy_id)

    # ---- who may do what
    def list_grants(self) -> list[GrantRow]:
        """The whole table, by holder and verb."""
        with self._snapshot() as snapshot:
            found = grants.list_grants(snapshot.unit)
        return [GrantRow(one.grant_id, one.holder, one.verb, one.unit_id, one.process_id) for one in found]

    def list_proposals(self, state: str = "open") -> list[ProposalRow]:
        """What waits for a second administrator, or was decided so."""
        with self._snapshot() as snapshot:
            found = proposals.list_proposals(snapshot.unit, state)
        return [ProposalRow(**{name: getattr(one, name) for name in ProposalRow.__slots__}) for one in found]

    def list_readings(self, actor: Actor, case_id: str | None = None, limit: int = 100) -> list[ReadingRow]:
        """Who read what as an auditor, the newest first; for those who may see that. Raises NotPermittedError."""
        require_permission(actor, "reading.see", "see who read what")
        with self._snapshot() as snapshot:
            return histories.list_readings(snapshot, case_id, limit)

    # ---- settings
    def profile(self) -> tuple[Profile, SettingVersion]:
        """The city profile that holds now, and its version."""
        with self._snapshot() as snapshot:
            found = setting_versions.newest(snapshot.unit, PROFILE)
            return Profile.read(found.content), found

    def calendar(self) -> tuple[CalendarContent, SettingVersion]:
        """The working calendar that holds now, and its version."""
        with self._snapshot() as snapshot:
            found = setting_versions.newest(snapshot.unit, CALENDAR)
            return CalendarContent.read(found.content), found

    def working_calendar(self) -> Calendar:
        """The same for reckoning, in the city's time zone."""
        with self._snapshot() as snapshot:
            return CalendarContent.read(setting_versions.newest(snapshot.unit, CALENDAR).content).calendar(
                _profile(snapshot).time_zone
            )

    def history(
        self, kind: str | None = None, subject_id: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[ChangeRow]:
        """What changed, the newest first: of everything, of a kind, or of one subject."""
        with self._snapshot() as snapshot:
            return histories.history(snapshot, kind, subject_id, after, limit)

    # ---- files
    def export(self, kind_name: str) -> Iterator[dict[str, Any]]:
        """Every row of a kind as JSON values, by key. Raises NotFoundError."""
        kind = BY_NAME.get(kind_name)
        if kind is None:
            raise NotFoundError(f"Expected one of {', '.join(one.name for one in KINDS)}, but got {kind_name!r}.")
        with self._snapshot() as snapshot:
            rows = store.all_rows(snapshot.unit, kind)
        return (as_json(row) for row in rows.values())


def _profile(snapshot: Look) -> Profile:
    return Profile.read(setting_versions.newest(snapshot.unit, PROFILE).content)


def _today(snapshot: Look, now: datetime) -> date:
    return now.astimezone(ZoneInfo(_profile(snapshot).time_zone)).date()
