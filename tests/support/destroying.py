"""A response that knows of people, and the two who have that destroyed."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from tests.support.house import ANNE, BO, House, user_task
from workflow_engine import AddAttachment, AddComment, SaveDraft, new_id

NAME, PHONE = "王小明", "13900001234"
REPORTER = f"{NAME} {PHONE}"
TOLD = f"来电人{NAME}称气味很重,回电{PHONE}。"
FILE = "%PDF-1.7 报警人身份证".encode()
_PROPERTIES = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="liandong:personal" value="{personal}"/>'
    "</camunda:properties></bpmn:extensionElements>"
)
_SEND = (
    '<bpmn:sendTask id="destroy" messageRef="m"><bpmn:extensionElements><camunda:inputOutput>'
    '<camunda:inputParameter name="approved_by">${decided_by}</camunda:inputParameter>'
    '<camunda:inputParameter name="signed_by">${signed_by}</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"
)


def response(personal: str = "reporter, files, comments") -> str:
    """Intake, then one branch in which it is decided and signed, and one that stays open meanwhile."""
    pairs = (
        ("start", "intake"), ("intake", "both"), ("both", "decide"), ("decide", "sign"), ("sign", "destroy"),
        ("destroy", "join"), ("both", "stay"), ("stay", "join"), ("join", "end"),
    )  # fmt: skip
    flows = "".join(f'<bpmn:sequenceFlow id="{a}__{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)
    tasks = "".join(map(user_task, ("intake", "decide", "sign", "stay")))
    return (
        '<bpmn:message id="m" name="personal_data.destroy"/><bpmn:process id="p" name="Response" isExecutable="true">'
        f'{_PROPERTIES.format(personal=personal)}<bpmn:startEvent id="start"/>{tasks}{_SEND}'
        '<bpmn:parallelGateway id="both"/><bpmn:parallelGateway id="join"/><bpmn:endEvent id="end"/>'
        f"{flows}</bpmn:process>"
    )


def told_case(house: House, personal: str = "reporter, files, comments") -> str:
    """A running case that holds the values in every way there is."""
    house.release(response(personal))
    case_id = house.start(reporter=REPORTER, level="IV", facts={"reporter": {"phone": PHONE}, "homes": 30})
    task_id = house.task(case_id, "intake")
    for command in (
        AddComment(command_id=new_id(), case_id=case_id, text=f"{NAME}问何时恢复供气"),
        SaveDraft(command_id=new_id(), user_task_id=task_id, content={"description": TOLD}),
    ):
        house.engine.handle(command, ANNE)
    kept = house.engine.files.keep(BytesIO(FILE))
    attach = AddAttachment(
        command_id=new_id(), case_id=case_id, digest=kept.digest, size=kept.size, media_type=kept.media_type,
        name=f"{NAME}.pdf",
    )  # fmt: skip
    house.engine.handle(attach, ANNE)
    house.complete(task_id, ANNE, description=TOLD, level="II")
    return case_id


def order(house: House, case_id: str, **changed: Any) -> None:
    """Anne decides, Bo signs."""
    people = {"decided_by": ANNE.actor_id, "signed_by": BO.actor_id, **changed}
    house.complete(house.task(case_id, "decide"), replace(ANNE), decided_by=people["decided_by"])
    house.complete(house.task(case_id, "sign"), BO, signed_by=people["signed_by"])
    house.engine.pump()
