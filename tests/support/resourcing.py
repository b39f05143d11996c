"""A small city with things to share, and short words for asking, booking and looking."""

from __future__ import annotations

from typing import Any

from tests.support.house import ADMIN, OFFERED, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    Actor,
    AssignResource,
    LoadOrganisation,
    MoveBooking,
    PutResources,
    ResourceRequestDetail,
    new_id,
)

UNITS: list[dict[str, Any]] = [
    {"unit_id": "city", "parent_id": None, "level": "city", "name_zh": "市", "name_en": "City",
     "subject_class": "government"},
    *(
        {"unit_id": unit, "parent_id": above, "level": level, "name_zh": unit, "name_en": unit,
         "subject_class": subject, "functions": functions}
        for unit, above, level, subject, functions in (
            ("bureau", "city", "city", "government", "emergency"), ("fire", "city", "city", "government", ""),
            ("east", "city", "district", "government", ""), ("west", "city", "district", "government", ""),
            ("east_bureau", "east", "district", "government", "emergency"),
            ("relief", "city", "city", "society", ""), ("supplier", "city", "city", "enterprise", ""),
        )
    ),
]  # fmt: skip
LEADER = Actor("user:leader", frozenset({"role:resource_coordinator", "unit:bureau"}))
FIREMAN, EASTERN, MERCHANT = (
    Actor(f"user:{unit}", frozenset({f"unit:{unit}"})) for unit in ("fire", "east", "supplier")
)
REGISTER: list[dict[str, Any]] = [
    {"resource_id": "engine-1", "kind": "vehicle", "type": "fire_engine", "name_zh": "一号车", "unit_id": "fire",
     "ready_minutes": 2, "lat": 28.20, "lon": 112.90},
    {"resource_id": "engine-2", "kind": "vehicle", "type": "fire_engine", "name_zh": "二号车", "unit_id": "fire",
     "ready_minutes": 2, "lat": 28.28, "lon": 112.98},
    {"resource_id": "tents", "kind": "supplies", "type": "tent", "name_zh": "市级帐篷", "unit_id": "bureau",
     "quantity": 40, "pooled": True, "measure": "顶"},
    {"resource_id": "tents-east", "kind": "supplies", "type": "tent", "name_zh": "溪东帐篷", "unit_id": "east",
     "quantity": 25, "unit_cost": 3, "measure": "顶"},
    {"resource_id": "tents-supplier", "kind": "supplies", "type": "tent", "name_zh": "协议帐篷",
     "unit_id": "supplier", "quantity": 100, "unit_cost": 20, "contract": "HT-2026-7", "measure": "顶"},
]  # fmt: skip
ASK = (
    '<bpmn:message id="M" name="resource.request"/>'
    + chain(
        '<bpmn:sendTask id="ask" messageRef="M"><bpmn:extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="lines">=lines</camunda:inputParameter>'
        '<camunda:inputParameter name="requester_unit">=unit</camunda:inputParameter>'
        '<camunda:inputParameter name="priority">=priority</camunda:inputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>",
        user_task("wait", OFFERED), process="asker",
    )
)  # fmt: skip


def settle_in(house: House) -> None:
    """Units, what they have, and a process that asks for it."""
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=UNITS, people=[], roles=[], positions=[]), OPERATOR)
    house.engine.handle(PutResources(command_id=new_id(), rows=REGISTER), ADMIN)
    house.release(ASK)


def asked(house: House, *lines: tuple[str, str, int], unit: str = "city", **more: Any) -> tuple[str, str]:
    """A case that asks for (kind, type, quantity); returns its id and the request's."""
    wanted = [{"kind": kind, "type": wanted, "quantity": quantity} for kind, wanted, quantity in lines]
    case_id = house.start("asker", lines=wanted, unit=unit, priority="urgent", **more)
    house.engine.pump()
    (line, *_) = house.engine.queries.resources.lines_of(case_id)
    return case_id, line.line.request_id


def detail(house: House, request_id: str, actor: Actor = LEADER) -> ResourceRequestDetail:
    return house.engine.queries.resources.get_request(request_id, actor)


def assign(house: House, request_id: str, resource_id: str, quantity: int = 1, line_no: int = 1, **more: Any) -> str:
    """Book it; returns the booking's id."""
    command = AssignResource(
        command_id=more.pop("command_id", new_id()), request_id=request_id, line_no=line_no, resource_id=resource_id,
        quantity=quantity, **{name: value for name, value in more.items() if name != "actor"},
    )  # fmt: skip
    return str(house.engine.handle(command, more.get("actor", LEADER)).result["booking_id"])


def move(house: House, request_id: str, booking_id: str, state: str, actor: Actor = LEADER, **more: Any) -> None:
    house.engine.handle(
        MoveBooking(command_id=new_id(), request_id=request_id, booking_id=booking_id, state=state, **more), actor
    )


def free(house: House) -> dict[str, int]:
    """How much of everything nobody holds."""
    return {row.resource_id: row.free for row in house.engine.queries.resources.everything()}
