"""Plans of emergencies: no order of raises, lowerings and ends leaves a trace; the law is never pushed back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.areas import Area
from workflow_engine.domain.replanning import (
    KINDS,
    PUSH_BACK,
    Layer,
    Treatment,
    effective,
    effective_priority,
    follow,
    target,
)

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
hours = st.integers(1, 500).map(lambda number: timedelta(hours=number))
treatments = st.builds(
    Treatment, deadline=st.sampled_from(KINDS), percent=st.integers(1, 100), seconds=st.integers(0, 10**6)
)


@given(treatments, hours, st.booleans(), st.none() | hours)
def test_target_is_never_past_and_never_later_than_the_law_or_a_promise_allows(
    treatment: Treatment, left: timedelta, legal: bool, promised: timedelta | None
) -> None:
    due, until = NOON + left, None if promised is None else NOON + promised
    found = target(treatment, due, NOON, legal=legal, until=until)
    if found is None:
        return
    assert found > NOON
    if treatment.deadline == PUSH_BACK:
        assert not legal
        assert found > due
        assert until is None or found <= until
    else:
        assert found < due


@given(hours, hours, hours)
def test_clocks_of_a_task_keep_their_order_around_its_deadline(
    left: timedelta, moved: timedelta, at: timedelta
) -> None:
    due, to = NOON + left, NOON + moved
    found = follow(NOON + at, due, to, NOON)
    assert found > NOON or to < due
    assert (found <= to) == (NOON + at <= due)


@given(hours, st.dictionaries(st.sampled_from("abc"), st.tuples(st.sampled_from(KINDS[1:]), hours, hours)))
def test_what_is_left_when_an_emergency_ends_is_as_if_it_had_never_been(
    left: timedelta, plans: dict[str, tuple[str, timedelta, timedelta]]
) -> None:
    due = NOON + left
    layers = {
        name: Layer(kind, due + more if kind == PUSH_BACK else NOON + (due - NOON) / 2)
        for name, (kind, more, _) in plans.items()
    }
    for name in plans:
        others = [layer for key, layer in layers.items() if key != name]
        assert effective(due, others) == effective(due, reversed(others))
    assert effective(due, []) == due
    found = effective(due, layers.values())
    assert found <= due if any(layer.kind != PUSH_BACK for layer in layers.values()) else found >= due


@given(st.integers(-50, 150), st.lists(st.integers(-100, 100)))
def test_priority_rises_before_it_falls_and_stays_in_range(given_priority: int, deltas: list[int]) -> None:
    found = effective_priority(given_priority, deltas)
    assert min(given_priority, 0) <= found <= max(given_priority, 100)
    if deltas and max(deltas) > 0:
        assert found >= given_priority
    assert effective_priority(given_priority, []) == given_priority


def test_area_holds_what_lies_in_its_shapes_or_under_its_codes() -> None:
    area = Area.read(
        {"polygons": [[[30.0, 104.0], [30.0, 105.0], [31.0, 105.0], [31.0, 104.0]]],
         "circles": [{"lat": 40.0, "lon": 110.0, "km": 5}], "place_codes": ["439901", "x"]}
    )  # fmt: skip
    assert area.holds(None, 30.5, 104.5)
    assert not area.holds(None, 31.5, 104.5)
    assert area.holds(None, 40.03, 110.0)
    assert not area.holds(None, 40.06, 110.0)
    assert area.holds("439901002003", None, None)
    assert not area.holds("439902002003", None, None)
    assert Area.read(area.content()) == area
