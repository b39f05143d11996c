"""Resource allocation as a part of other processes: called once, and several times side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import ADMIN, OFFERED, SECOND, House, chain, user_task
from tests.support.resourcing import LEADER, REGISTER, UNITS, assign, detail, free, move
from workflow_engine import (
    OPERATOR,
    DeployDefinition,
    LoadOrganisation,
    PutResources,
    ReleaseDefinition,
    ResourceRequestWish,
    new_id,
)
from workflow_engine.demo.load import read_process

SHIPPED = Path(__file__).parents[2] / "processes" / "resource_allocation"
MAPPED = "".join(
    f'<camunda:in source="{source}" target="{target}"/>'
    for source, target in (
        ("lines", "lines"), ("unit", "requester_unit"), ("priority", "priority"), ("kind", "kind"),
        ("what_for", "request_title"),
    )
)  # fmt: skip
CALL = (
    '<bpmn:callActivity id="get" calledElement="resource_allocation"><bpmn:extensionElements>'
    f'{MAPPED}<camunda:out source="outcome" target="got"/></bpmn:extensionElements>{{}}</bpmn:callActivity>'
)
EACH = (
    '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${wishes}" camunda:elementVariable="lines"/>'
)


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    opened = House(sqlite_url)
    opened.engine.handle(
        LoadOrganisation(command_id=new_id(), units=UNITS, people=[], roles=[], positions=[]), OPERATOR
    )
    opened.engine.handle(PutResources(command_id=new_id(), rows=REGISTER), ADMIN)
    deployed = opened.engine.handle(DeployDefinition(command_id=new_id(), files=read_process(SHIPPED)), ADMIN)
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
    opened.engine.handle(release, SECOND)
    opened.release(chain(CALL.format(""), user_task("after", OFFERED), process="caller"))
    opened.release(chain(CALL.format(EACH), user_task("after", OFFERED), process="caller_of_many"))
    yield opened
    opened.close()


def settle(house: House) -> None:
    """Until nothing is under way."""
    while house.engine.pump():
        pass


def test_called_process_finds_gives_and_returns_for_its_caller(house: House) -> None:
    wanted = (("vehicle", "fire_engine", 1), ("supplies", "tent", 9))
    lines = [{"kind": kind, "type": wish, "quantity": quantity} for kind, wish, quantity in wanted]
    case_id = house.start("caller", lines=lines, unit="city", priority="urgent", kind="vehicle", what_for="Fire")
    settle(house)
    (asked,) = house.engine.queries.resources.requests(LEADER, ResourceRequestWish(case_id=case_id)).items
    assert (asked.title, asked.unit_id, asked.case_id, asked.origin_case_id) == ("Fire", "city", case_id, None)
    told = house.engine.queries.resources.lines_of(case_id)
    assert [(one.requested, one.missing) for one in told] == [(1, 1), (9, 9)]
    house.complete(house.task(case_id, "assign"), assign_how="by_score")
    settle(house)
    assert detail(house, asked.request_id).row.state == "complete"
    for booking in detail(house, asked.request_id).bookings:
        move(house, asked.request_id, booking.booking_id, "stood_down")
    settle(house)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]
    assert house.variables(case_id)["got"] == "returned"
    assert free(house)["tents"] == 40
    assert house.engine.queries.get_case(case_id, OPERATOR).incidents == ()
    assert house.engine.verify_audit(sample=None).findings == []


def test_calls_side_by_side_work_each_on_its_own_request(house: House) -> None:
    wishes = [[{"kind": "supplies", "type": "tent", "quantity": quantity}] for quantity in (3, 5)]
    given = {"unit": "city", "priority": "urgent", "kind": "supplies", "what_for": "x"}
    for first, last in ((3, 5), (5, 3)):  # whichever of the two has waited longer
        case_id = house.start("caller_of_many", wishes=wishes, **given)
        settle(house)
        found = house.engine.queries.resources.requests(LEADER, ResourceRequestWish(case_id=case_id)).items
        asked = {one.lines[0].quantity: one.request_id for one in found}
        for quantity in (3, 5):
            assign(house, asked[quantity], "tents", quantity)
        for task in house.tasks(case_id):
            house.complete(task.user_task_id, assign_how="noted")
            settle(house)
        for quantity, open_then in ((first, []), (last, ["after"])):
            (booking,) = detail(house, asked[quantity]).bookings
            move(house, asked[quantity], booking.booking_id, "stood_down")
            settle(house)
            assert detail(house, asked[quantity]).row.state == "returned"
            assert [task.element_id for task in house.tasks(case_id)] == open_then
        assert house.engine.queries.get_case(case_id, OPERATOR).incidents == ()
    assert house.engine.verify_audit(sample=None).findings == []
