"""The city profile and the working calendar: each change makes the next version of the whole."""

from __future__ import annotations

from typing import Any

from workflow_engine.domain.calendar_content import CalendarContent
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidVariablesError, StaleVersionError
from workflow_engine.domain.events_organisation import OrganisationChanged, changed
from workflow_engine.domain.organisation_commands import ChangeCalendar, ChangeProfile
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.profile import Profile
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.organisation import recorded
from workflow_engine.storage import chains, setting_versions
from workflow_engine.storage.setting_versions import CALENDAR, PROFILE, SettingVersion


def change_profile(work: Handling, command: ChangeProfile) -> Receipt:
    """Set parameters; those not named stay."""
    found = newest(work, PROFILE, command.base_version, command.reason)
    before = Profile.read(found.content)
    after = before.changed(command.values)
    return made(work, PROFILE, found, before.content(), after.content(), command.reason)


def change_calendar(work: Handling, command: ChangeCalendar) -> Receipt:
    """Set days, years and hours; those not named stay."""
    found = newest(work, CALENDAR, command.base_version, command.reason)
    before = CalendarContent.read(found.content)
    after = before.changed(command.days, command.years, command.hours)
    return made(work, CALENDAR, found, before.content(), after.content(), command.reason)


def newest(work: Handling, setting: str, base_version: int, reason: str) -> SettingVersion:
    """What holds now, which must be what the actor looked at; changes of settings queue here."""
    what = f"change the {setting}"
    require_permission(work.actor, "settings.change", what)
    if not reason.strip():
        raise InvalidVariablesError(f"Expected a reason to {what}.", {"reason": "a reason is needed"})
    chains.lock_stream(work.unit, "organisation:all")
    found = setting_versions.newest(work.unit, setting)
    if found.version != base_version:
        raise StaleVersionError(
            f"Expected to {what} after version {base_version}, but somebody made version {found.version} meanwhile.",
            version=found.version,
        )
    return found


def made(
    work: Handling, setting: str, found: SettingVersion, before: dict[str, Any], after: dict[str, Any], reason: str
) -> Receipt:
    """Keep the next version, unless nothing differs."""
    if before == after:
        work.unchanged = True
        return Receipt(command_id=work.envelope.command.command_id, result={"version": found.version})
    made = SettingVersion(found.version + 1, after, work.now, work.actor.actor_id, reason)
    setting_versions.add(work.unit, setting, made)
    event = changed(setting, str(made.version), before, after, reason)
    events = [] if event is None else [_flat(event)]
    return recorded(work, events, {"version": made.version})


def _flat(event: OrganisationChanged) -> OrganisationChanged:
    """Of days, hours and parameters of processes only those that differ are told."""
    before, after = dict(event.before or {}), dict(event.after or {})
    for name in ("days", "hours", "parameters"):
        if name in after:
            old, new = before.pop(name), after.pop(name)
            for key in sorted(old.keys() | new.keys()):
                if old.get(key) != new.get(key):
                    before[key], after[key] = old.get(key), new.get(key)
    return OrganisationChanged(
        kind=event.kind, subject_id=event.kind, action="changed", before=before, after=after, reason=event.reason
    )
