"""Which running cases a version concerns: by the place where each stands, called processes apart."""

from __future__ import annotations

import pytest

from tests.support.house import OFFERED, TWO_STEPS, House, chain, user_task
from workflow_engine import OPERATOR, CancelCase, Impact, NotFoundError, SuspendCase, new_id

CHANGED = chain(user_task("A", OFFERED), user_task("B", f'{OFFERED} camunda:dueDate="P1D"'))
RENAMED = TWO_STEPS.replace('name="Do A"', 'name="Do A at once"')
WITHOUT_A = chain(user_task("B", OFFERED), user_task("C", OFFERED))


def told(impact: Impact) -> dict[str, tuple[str, int, int]]:
    return {place.element_id: (place.state, place.tokens, place.cases) for place in impact.places}


def test_places_of_running_cases_are_told_apart(house: House) -> None:
    before = house.release(TWO_STEPS)
    first, second, third, fourth = [house.start() for _ in range(4)]
    house.complete(house.task(second))
    house.engine.handle(CancelCase(command_id=new_id(), case_id=third, reason="no"), OPERATOR)
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=fourth, reason="wait"), OPERATOR)
    impact = house.engine.queries.models.impact(before, house.deploy(CHANGED))
    assert impact.cases == 3
    assert told(impact) == {"A": ("unchanged", 2, 2), "B": ("changed", 1, 1)}
    assert impact.places[0].examples == (second,)
    assert set(impact.places[1].examples) == {first, fourth}
    assert told(house.engine.queries.models.impact(before, house.deploy(WITHOUT_A)))["A"] == ("gone", 2, 2)
    assert house.engine.queries.models.count_running() == {before: 3}


def test_another_name_changes_no_behaviour(house: House) -> None:
    before = house.release(TWO_STEPS)
    house.start()
    assert told(house.engine.queries.models.impact(before, house.deploy(RENAMED))) == {"A": ("unchanged", 1, 1)}


def test_what_runs_in_a_called_process_is_not_of_this_model(house: House) -> None:
    house.release(chain(user_task("A", OFFERED), process="called"))
    call = '<bpmn:callActivity id="call" calledElement="called"/>'
    before = house.release(chain(call))
    house.start()
    impact = house.engine.queries.models.impact(before, house.deploy(TWO_STEPS))
    assert told(impact) == {"call": ("gone", 1, 1)}


def test_flow_to_another_place_changes_where_it_begins(house: House) -> None:
    before = house.release(TWO_STEPS)
    house.start()
    after = chain(user_task("A", OFFERED), user_task("X", OFFERED), user_task("B", OFFERED))
    assert told(house.engine.queries.models.impact(before, house.deploy(after)))["A"] == ("changed", 1, 1)


def test_unknown_version_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.engine.queries.models.impact("none", house.deploy(TWO_STEPS))


def test_places_are_looked_up_on_the_index_of_running_cases(house: House) -> None:
    statement = (
        "EXPLAIN {} SELECT count(*) FROM process_instance WHERE definition_id = 'x' "
        "AND process_instance.state IN ('active', 'suspended')"
    )
    if house.settings.database_url.startswith("sqlite"):
        plan = house.rows(statement.format("QUERY PLAN"))
        assert any("ix_process_instance_running" in str(row) for row in plan)
