"""Three-way merge of the variables of parallel branches (BPMN leaves it open; nothing may be lost silently).

Each branch keeps what it changed against the common base. Values are treated as immutable: the answer
may share parts with its inputs, and no input is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import is_
from typing import Any, Final

from workflow_engine.domain.json_values import path_text

Conflict = dict[str, Any]
"""``path`` and those of ``base``, ``left``, ``right`` that exist; the right one was kept."""


class _Missing:
    """Stands for a name that is not there."""


_MISSING: Final = _Missing()


def merge3(
    base: Mapping[str, Any], left: Mapping[str, Any], right: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Conflict]]:
    """Merge two branches that both started from ``base``: the merged variables and the conflicts.

    Changed on one side: that side. Lists that both sides only appended to: both additions, left's first.
    Objects: name by name. Anything else changed on both sides to different values: right (the later branch)
    wins and the conflict is recorded. A deletion is a change like any other.
    """
    conflicts: list[Conflict] = []
    return _merge_objects((), base, left, right, conflicts), conflicts


def merge_branches(
    base: Mapping[str, Any], branches: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[Conflict]]:
    """Merge any number of branches in the order in which they arrived; see ``merge3``."""
    conflicts: list[Conflict] = []
    if not branches:
        return dict(base), conflicts
    merged = dict(branches[0])
    for branch in branches[1:]:
        merged = _merge_objects((), base, merged, branch, conflicts)
    return merged, conflicts


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal, telling ``true`` from ``1`` and ignoring the order of names."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        return len(one) == len(other) and all(name in other and same_json(one[name], other[name]) for name in one)
    if kind is list:
        return len(one) == len(other) and all(map(same_json, one, other))
    return bool(one == other)


def _merge_objects(
    path: tuple[str, ...],
    base: Mapping[str, Any],
    left: Mapping[str, Any],
    right: Mapping[str, Any],
    conflicts: list[Conflict],
) -> dict[str, Any]:
    if _is_untouched(left, base) and [*right][: len(base)] == [*base]:
        return dict(right)
    merged: dict[str, Any] = {}
    for name in dict.fromkeys((*base, *left, *right)):
        ours = left.get(name, _MISSING)
        theirs = right.get(name, _MISSING)
        original = base.get(name, _MISSING)
        # Untouched names are by far the most frequent; the values are shared, so identity tells.
        value = ours if ours is theirs is original else _merge((*path, name), original, ours, theirs, conflicts)
        if value is not _MISSING:
            merged[name] = value
    return merged


def _is_untouched(one: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    """Whether it holds the very values of the base, in its order: the usual case, told at the cost of a glance."""
    return len(one) == len(base) and [*one] == [*base] and all(map(is_, one.values(), base.values()))


def _merge(path: tuple[str, ...], base: Any, left: Any, right: Any, conflicts: list[Conflict]) -> Any:
    if same_json(left, base):
        return right
    if same_json(right, base):
        return left
    if _extends(left, base) and _extends(right, base):  # before comparing: two equal additions are two additions
        return left + right[len(base) :]
    if same_json(left, right):
        return left
    if type(left) is dict and type(right) is dict and (base is _MISSING or type(base) is dict):
        return _merge_objects(path, base if type(base) is dict else {}, left, right, conflicts)
    conflict: Conflict = {"path": path_text(path)}
    for side, value in (("base", base), ("left", left), ("right", right)):
        if value is not _MISSING:
            conflict[side] = value
    conflicts.append(conflict)
    return right


def _extends(value: Any, base: Any) -> bool:
    return type(value) is list and type(base) is list and len(value) > len(base) and same_json(value[: len(base)], base)
