"""Questions to the organisation: who stands above whom, who does what, who is there now, who gets what nobody can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.domain.organisation import duty_group, head_group
from workflow_engine.domain.outside import Answer
from workflow_engine.domain.unit_tree import UnitTree
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.storage.assigning import (
    fall_back,
    is_anybody_left,
    least_loaded,
    members_now,
    organisation_version,
    read_tree,
)
from workflow_engine.storage.conflicts import barred_by_parties

_UNIT = "unit:"


def _superior_of(ground: Ground, unit: str | None) -> Answer:
    return _told(ground, None if unit is None else _tree(ground).superior_of(_id(unit)))


def _common_superior(ground: Ground, one: Any, other: Any = None) -> Answer:
    """Of two units, or of all in a list."""
    units = one if isinstance(one, list) else [one, other]
    if not all(isinstance(unit, str) for unit in units):
        return _told(ground, None)
    return _told(ground, _tree(ground).common_superior(map(_id, units)))


def _unit_for(ground: Ground, function: str | None, unit: str | None) -> Answer:
    known = function is not None and unit is not None
    return _told(ground, _tree(ground).unit_for(str(function), _id(str(unit))) if known else None)


def _unit_at(ground: Ground, place_code: str | None) -> Answer:
    return _told(ground, None if place_code is None else _tree(ground).unit_at(place_code))


def _level_of(ground: Ground, unit: str | None) -> Answer:
    return _told(ground, None if unit is None else _tree(ground).level_of(_id(unit)))


def _head_of(ground: Ground, unit: str | None) -> Answer:
    found = [] if unit is None else members_now(ground.unit, head_group(_id(unit)), ground.now)
    return _told(ground, next(iter(found), None))


def _least_loaded(ground: Ground, group: str | None, without: Any = None) -> Answer:
    """``without``: a person, or a list of people, to leave out."""
    if group is None:
        return _told(ground, None)
    left_out = [without] if isinstance(without, str) else without or []
    return _told(ground, least_loaded(ground.unit, group, set(left_out), ground.now))


def _on_duty(ground: Ground, unit: str | None) -> Answer:
    """Everybody on the roster of the unit now, by id; of a role where one is named."""
    if unit is None:
        return _told(ground, [])
    group = unit if unit.startswith("role:") else duty_group(_id(unit))
    return _told(ground, members_now(ground.unit, group, ground.now))


def _barred_by_parties(ground: Ground, parties: list[str]) -> Answer:
    """Everybody with an interest in what concerns these, by id."""
    return _told(ground, sorted(barred_by_parties(ground.unit, parties)))


def _falls_to(
    ground: Ground, assignee: str | None, people: list[str], groups: list[str], barred: list[str]
) -> Answer:
    """The group that gets a task which nobody of these can take, and why; null where it is fine as it is.

    Where only its assignee is gone, that: ``{"gone": true}``.
    """
    if assignee is not None and is_anybody_left(ground.unit, [assignee], (), barred, ground.now):
        return Answer(None)
    if is_anybody_left(ground.unit, people, groups, barred, ground.now):
        return Answer(None) if assignee is None else _told(ground, {"gone": True})
    group = fall_back(ground.unit, ground.unit_id, barred, ground.now)
    if group is None:
        return Answer(None)
    are_barred = bool(barred) and is_anybody_left(ground.unit, (), groups, (), ground.now)
    return _told(ground, {"group": group, "because": "barred" if are_barred else "nobody"})


def _tree(ground: Ground) -> UnitTree:
    return read_tree(ground.unit)


def _told(ground: Ground, value: Any) -> Answer:
    return Answer(value, {"organisation": organisation_version(ground.unit)})


def _id(unit: str) -> str:
    """A unit is named by its id, or by the group of everybody in it."""
    return unit.removeprefix(_UNIT)


ASSIGNING_FUNCTIONS: Mapping[str, OutsideFunction] = {
    "superior of": _superior_of,
    "common superior": _common_superior,
    "unit for": _unit_for,
    "unit at": _unit_at,
    "level of": _level_of,
    "head of": _head_of,
    "least loaded": _least_loaded,
    "on duty": _on_duty,
    "barred by parties": _barred_by_parties,
    "falls to": _falls_to,
}
