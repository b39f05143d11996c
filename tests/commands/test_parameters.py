"""Parameters of processes: declared with them, set by the city, and beyond a legal bound only with a public reason."""

from __future__ import annotations

import json

import pytest

from tests.support.house import ADMIN, ANNE, House, chain, user_task
from workflow_engine import InvalidVariablesError, NotPermittedError, SetParameters, StaleVersionError, new_id

DECLARED = {
    "p.days": {"default": 30, "unit": "days", "floor": 30, "floor_basis": {"en": "Art. 15"}},
    "p.note": {"default": "short", "unit": "text"},
}
MODEL = chain(
    '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="days"><bpmn:script>city parameter("p.days", '
    "30)</bpmn:script></bpmn:scriptTask>",
    user_task("A"),
)


def put(house: House, values: dict[str, object], actor: object = ADMIN, **fields: object) -> None:
    version = house.engine.queries.organisation.profile()[1].version
    command = SetParameters(command_id=new_id(), values=values, **{"base_version": version, "reason": "plan", **fields})
    house.engine.handle(command, actor)  # type: ignore[arg-type]


def test_parameter_of_a_process_is_set_by_the_city_and_read_by_its_cases(house: House) -> None:
    house.release(MODEL, parameters__json=json.dumps(DECLARED).encode())
    assert house.engine.queries.parameters.list_passed_bounds() == []
    first = house.start()
    put(house, {"p.days": "45"})
    second = house.start()
    put(house, {"p.days": None})
    assert [house.variables(case)["days"] for case in (first, second, house.start())] == [30, 45, 30]
    rows = {row.parameter.name: row for row in house.engine.queries.parameters.list_parameters()}
    assert [(rows[name].value, rows[name].is_set) for name in DECLARED] == [(30, False), ("short", False)]
    assert house.engine.verify_audit(sample=None).ok


def test_legal_bound_is_passed_only_with_a_reason_that_stays_public(house: House) -> None:
    house.release(MODEL, parameters__json=json.dumps(DECLARED).encode())
    with pytest.raises(InvalidVariablesError) as refused:
        put(house, {"p.days": 20, "p.other": 1})
    assert refused.value.problems == {
        "p.days": "beyond the legal bound: a reason to publish is needed", "p.other": "no such parameter",
    }  # fmt: skip
    put(house, {"p.days": 20}, published={"p.days": "flood season"})
    (row, _) = house.engine.queries.parameters.list_parameters()
    assert (row.value, row.is_beyond, row.published) == (20, True, "flood season")
    put(house, {"p.note": "long"})
    put(house, {"p.days": 31})
    (passed,) = house.engine.queries.parameters.list_passed_bounds()
    assert (passed.name, passed.version, passed.value, passed.floor, passed.published) == (
        "p.days", 1, 20, 30, "flood season",
    )  # fmt: skip
    with pytest.raises(NotPermittedError):
        put(house, {"p.days": 40}, ANNE)
    with pytest.raises(StaleVersionError):
        put(house, {"p.days": 40}, base_version=1)
