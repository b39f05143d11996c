"""Three-way merge of parallel branches: nothing is lost, and true conflicts are told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow_engine.domain.variables import merge3, merge_branches, same_json

scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from("pqrs"), values, max_size=4)


@st.composite
def branch_of(draw: st.DrawFn, base: dict[str, Any]) -> dict[str, Any]:
    """A branch that changed some of the base: set, deleted, appended, changed inside."""
    result = copy.deepcopy(base)
    for name in draw(st.lists(st.sampled_from("pqrs"), max_size=3, unique=True)):
        current = result.get(name)
        if isinstance(current, list) and draw(st.booleans()):
            result[name] = current + draw(st.lists(scalars, min_size=1, max_size=2))
        elif isinstance(current, dict) and draw(st.booleans()):
            result[name] = {**current, draw(st.sampled_from("abc")): draw(values)}
        elif draw(st.integers(0, 4)) == 0:
            result.pop(name, None)
        else:
            result[name] = draw(values)
    return result


@st.composite
def forks(draw: st.DrawFn, branches: int = 2) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    base = draw(objects)
    return base, [draw(branch_of(base)) for _ in range(branches)]


def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@pytest.mark.parametrize(
    ("base", "left", "right", "merged"),
    [
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 3}, {"a": 2, "b": 3}),
        ({}, {"x": 1}, {"y": 2}, {"x": 1, "y": 2}),
        ({"a": 1}, {}, {"a": 1}, {}),
        ({"a": 1}, {}, {}, {}),
        ({"l": ["x"]}, {"l": ["x", "y", "y2"]}, {"l": ["x", "z"]}, {"l": ["x", "y", "y2", "z"]}),
        ({"l": []}, {"l": ["yes"]}, {"l": ["yes"]}, {"l": ["yes", "yes"]}),
        ({"l": ["x"]}, {"l": ["x"]}, {"l": ["x", "z"]}, {"l": ["x", "z"]}),
        ({"l": [1, 2]}, {"l": [1]}, {"l": [1]}, {"l": [1]}),
        (
            {"a": {"b": {"c": 1, "d": 1}}},
            {"a": {"b": {"c": 2, "d": 1}}},
            {"a": {"b": {"c": 1, "d": 3}}},
            {"a": {"b": {"c": 2, "d": 3}}},
        ),
        ({}, {"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        ({"a": {"x": 1, "y": 1}}, {"a": {"y": 1}}, {"a": {"x": 1, "y": 2}}, {"a": {"y": 2}}),
        ({"a": {"l": [1]}}, {"a": {"l": [1, 2]}}, {"a": {"l": [1, 3]}}, {"a": {"l": [1, 2, 3]}}),
        ({"a": 1}, {"a": True}, {"a": 1}, {"a": True}),
        ({"a": 0}, {"a": 5}, {"a": 5}, {"a": 5}),
        ({"a": None}, {"a": 5}, {"a": None}, {"a": 5}),
    ],
)
def test_branches_merge_without_conflict(base: Any, left: Any, right: Any, merged: Any) -> None:
    found, conflicts = merge3(base, left, right)
    assert same(found, merged) and conflicts == []


@pytest.mark.parametrize(
    ("base", "left", "right", "conflict"),
    [
        ({"a": 1}, {"a": 2}, {"a": 3}, {"path": "a", "base": 1, "left": 2, "right": 3}),
        ({}, {"a": 2}, {"a": 3}, {"path": "a", "left": 2, "right": 3}),
        ({"a": 1}, {}, {"a": 3}, {"path": "a", "base": 1, "right": 3}),
        ({"a": 1}, {"a": 2}, {}, {"path": "a", "base": 1, "left": 2}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}, {"path": "a.b", "base": 1, "left": 2, "right": 3}),
        ({"l": [1]}, {"l": [2]}, {"l": [1, 3]}, {"path": "l", "base": [1], "left": [2], "right": [1, 3]}),
        ({"a": 1}, {"a": {"x": 1}}, {"a": {"y": 1}}, {"path": "a", "base": 1, "left": {"x": 1}, "right": {"y": 1}}),
        ({"a": 1}, {"a": True}, {"a": "1"}, {"path": "a", "base": 1, "left": True, "right": "1"}),
    ],
)
def test_conflict_is_recorded_and_the_later_branch_wins(base: Any, left: Any, right: Any, conflict: Any) -> None:
    merged, conflicts = merge3(base, left, right)
    assert same(conflicts, [conflict])
    assert same(merged.get("a", merged.get("l")), right.get("a", right.get("l")))


def test_many_branches_append_in_order_of_arrival() -> None:
    base = {"votes": ["chair"], "n": 0}
    branches = [{"votes": ["chair", name], "n": 0, f"by_{name}": True} for name in "abc"]
    merged, conflicts = merge_branches(base, branches)
    assert merged == {"votes": ["chair", "a", "b", "c"], "n": 0, "by_a": True, "by_b": True, "by_c": True}
    assert conflicts == []


def test_no_branch_and_one_branch() -> None:
    assert merge_branches({"a": 1}, []) == ({"a": 1}, [])
    assert merge_branches({"a": 1}, [{"b": 2}]) == ({"b": 2}, [])


def test_equality_tells_true_from_one() -> None:
    assert same_json({"a": [1, {"b": None}], "c": 1}, {"c": 1, "a": [1, {"b": None}]})
    for one, other in [
        (1, True),
        ([0], [False]),
        ({"a": 1}, {"b": 1}),
        ("1", 1),
        (None, False),
        ([], {}),
        ([1], [1, 1]),
    ]:
        assert not same_json(one, other)


@given(objects)
def test_merging_the_same_changes_nothing(base: dict[str, Any]) -> None:
    merged, conflicts = merge3(base, base, copy.deepcopy(base))
    assert same(merged, base) and conflicts == []


@given(forks())
def test_merging_with_an_idle_branch_keeps_the_other(fork: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    base, (branch, _) = fork
    for merged, conflicts in (merge3(base, branch, base), merge3(base, base, branch)):
        assert same(merged, branch) and conflicts == []


@given(forks())
def test_order_of_branches_matters_only_for_conflicts_and_appends(
    fork: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    base, (left, right) = fork
    merged, conflicts = merge3(base, left, right)
    mirrored, mirrored_conflicts = merge3(base, right, left)
    assert [c["path"] for c in sorted(conflicts, key=lambda c: str(c["path"]))] == [
        c["path"] for c in sorted(mirrored_conflicts, key=lambda c: str(c["path"]))
    ]
    assume(not conflicts)
    assert same(_sorted_lists(merged), _sorted_lists(mirrored))


@given(forks(3))
def test_inputs_are_never_changed(fork: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    before = copy.deepcopy(fork)
    merged, _ = merge_branches(*fork)
    assert fork == before
    json.dumps(merged)


@given(forks(3))
def test_untouched_names_and_lone_changes_survive(fork: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    base, branches = fork
    merged, _ = merge_branches(base, branches)
    for name in {*base, *(key for branch in branches for key in branch)}:
        changed = [b for b in branches if (name in b) != (name in base) or not same(b.get(name), base.get(name))]
        if not changed:
            assert same(merged[name], base[name])
        elif len(changed) == 1:
            assert (name in merged) == (name in changed[0]) and same(merged.get(name), changed[0].get(name))


@given(st.lists(scalars, max_size=3), st.lists(st.lists(scalars, max_size=3), max_size=5))
def test_no_append_is_lost(base: list[Any], additions: list[list[Any]]) -> None:
    merged, conflicts = merge_branches({"l": base}, [{"l": base + more} for more in additions])
    assert same(merged["l"], base + [item for more in additions for item in more]) and conflicts == []


def _sorted_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted_lists(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted_lists(item) for item in value), key=json.dumps)
    return value
