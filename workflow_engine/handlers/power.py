"""Power grows on two persons' word only, and never runs out: guards around grants and memberships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.domain.errors import InvalidStateError, NotPermittedError
from workflow_engine.domain.organisation import head_group, position_group, unit_group
from workflow_engine.domain.permissions import POWER
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import grants
from workflow_engine.storage import organisation as store

_ADMINISTER = "organisation.administer"


def powerful_holders(work: Handling) -> set[str]:
    """Groups and people that hold a verb which nobody gets on one person's word."""
    return {grant.holder for grant in grants.list_grants(work.unit) if grant.verb in POWER}


def administrators(work: Handling) -> set[str]:
    """Enabled people who administer the organisation as a whole."""
    holders = {
        grant.holder
        for grant in grants.list_grants(work.unit)
        if grant.verb == _ADMINISTER and grant.unit_id is None and grant.process_id is None
    }
    return store.people_holding(work.unit, holders)


def require_some_left(work: Handling, before: set[str]) -> None:
    """Raise InvalidStateError when nobody would be left who administers the organisation."""
    if before and not administrators(work):
        raise InvalidStateError(
            "Expected somebody to be left who administers the organisation, but this takes away the last one.",
            last=sorted(before),
        )


def require_no_gain(
    work: Handling,
    before: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    positions: Mapping[str, Mapping[str, Any]],
) -> None:
    """Raise NotPermittedError when somebody would gain power by a group; the operator of the machine may do that."""
    if work.actor.is_system or not (after or positions):
        return
    powerful = powerful_holders(work)
    gains = {
        (key, group)
        for key, row in after.items()
        for group in _groups(row) - _groups(before.get(key))
        if group in powerful
    }
    for key, row in positions.items():
        for group in (position_group(key), head_group(row["unit_id"]) if row["is_head"] else ""):
            if row["person_id"] is not None and group in powerful:
                gains.add((row["person_id"], group))
    if gains:
        person_id, group = min(gains)
        raise NotPermittedError(
            f"Expected to change the organisation, but {person_id} would gain the power of {group}: propose it, and a "
            "second administrator agrees.",
            person_id=person_id,
            group_id=group,
        )


def require_same_account(
    work: Handling, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], passwords: set[str]
) -> None:
    """Raise NotPermittedError when somebody with power would be signed in as by another name, address or password.

    Who can take over a second administrator's account has both halves of every two-person rule.
    """
    if work.actor.is_system:
        return
    touched = passwords | {
        key
        for key, row in after.items()
        if key in before and any(row[name] != before[key][name] for name in ("sign_in_name", "email"))
    }
    for key in sorted(touched & set(before)):
        if is_powerful(work, key, before[key]):
            raise NotPermittedError(
                f"Expected to change how {key} signs in, but they hold power over others: they do it themselves, or "
                "the operator does on the command line.",
                person_id=key,
            )


def is_powerful(work: Handling, person_id: str, row: Mapping[str, Any]) -> bool:
    """Whether a person holds a verb which nobody gets on one person's word."""
    powerful = powerful_holders(work)
    return bool(powerful & ({person_id, *row["groups"]} | ({unit_group(row["unit_id"])} if row["unit_id"] else set())))


def _groups(row: Mapping[str, Any] | None) -> set[str]:
    if row is None or row["disabled"]:
        return set()
    unit_id = row["unit_id"]
    return {*row["groups"], *([unit_group(unit_id)] if unit_id else [])}
