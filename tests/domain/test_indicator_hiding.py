"""No small number that is hidden can be told from what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_engine.domain.indicator_hiding import hidden_numbers

Tree = tuple[dict[str, int], dict[str, list[str]]]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A city of up to three districts with up to three communities each; every sum has all of its parts."""
    values: dict[str, int] = {}
    parts: dict[str, list[str]] = {}
    small = st.integers(0, 7)

    def grow(name: str, depth: int) -> int:
        below = [f"{name}{number}" for number in range(draw(st.integers(1, 3)))] if depth else []
        if not below:
            values[name] = draw(small)
            return values[name]
        parts[name] = [*below, f"{name}own"]
        values[f"{name}own"] = draw(small)
        values[name] = values[f"{name}own"] + sum(grow(each, depth - 1) for each in below)
        return values[name]

    grow("c", draw(st.integers(1, 2)))
    return values, parts


def _other_readings(values: Mapping[str, int], parts: Mapping[str, Sequence[str]], hidden: frozenset[str]) -> set[str]:
    """The hidden nodes that can be one number only, for somebody who knows the rules and all that is shown."""
    possible: dict[str, set[int]] = {node: set() for node in hidden}
    for reading in _readings("c", values, parts, hidden, max(values.values()) + 6):
        for node in hidden:
            possible[node].add(reading[node])
    return {node for node, numbers in possible.items() if len(numbers) < 2}


def _readings(
    node: str, values: Mapping[str, int], parts: Mapping[str, Sequence[str]], hidden: frozenset[str], most: int
) -> Iterator[dict[str, int]]:
    """Every way to fill in the hidden numbers of a subtree; none of them is 0."""
    if node not in parts:
        for number in range(1, most + 1) if node in hidden else [values[node]]:
            yield {node: number}
        return
    for chosen in _together(list(parts[node]), values, parts, hidden, most):
        whole = sum(chosen[part] for part in parts[node])
        if (whole == values[node]) if node not in hidden else 1 <= whole <= most:
            yield {**chosen, node: whole}


def _together(
    nodes: list[str], values: Mapping[str, int], parts: Mapping[str, Sequence[str]], hidden: frozenset[str], most: int
) -> Iterator[dict[str, int]]:
    if not nodes:
        yield {}
        return
    for first in _readings(nodes[0], values, parts, hidden, most):
        for rest in _together(nodes[1:], values, parts, hidden, most):
            yield {**first, **rest}


@given(trees(), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_hidden_number_never_follows_from_the_rest(tree: Tree, bound: int) -> None:
    values, parts = tree
    hidden = hidden_numbers(values, parts, bound)
    assert {node for node, value in values.items() if 0 < value < bound} <= hidden
    assert not {node for node in hidden if values[node] == 0}
    if len(hidden) <= 5:  # all readings of more take too long to write down
        assert _other_readings(values, parts, hidden) == set()


@given(trees(), st.integers(2, 5))
@settings(max_examples=100, deadline=None)
def test_hidden_numbers_of_one_sum_have_room(tree: Tree, bound: int) -> None:
    values, parts = tree
    hidden = hidden_numbers(values, parts, bound)
    for whole, own in parts.items():
        unseen = [part for part in own if part in hidden]
        if whole not in hidden and unseen:
            assert len(unseen) >= 2
            assert sum(values[part] for part in unseen) - len(unseen) >= bound - 1
        if whole in hidden:
            assert unseen


def test_smallest_neighbour_is_hidden_with_a_lone_small_number() -> None:
    values = {"city": 60, "east": 3, "west": 20, "north": 37}
    assert hidden_numbers(values, {"city": ["east", "west", "north"]}, 5) == {"east", "west"}


def test_nothing_is_hidden_without_small_numbers() -> None:
    values = {"city": 57, "east": 0, "west": 20, "north": 37}
    assert hidden_numbers(values, {"city": ["east", "west", "north"]}, 5) == frozenset()
