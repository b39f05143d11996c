"""A small model of a case that works on a service request, and short words for what people do to one."""

from __future__ import annotations

from typing import Any

from tests.support.house import NOON, House, chain, user_task
from workflow_engine import OPERATOR, Actor, Receipt, SubmitServiceRequest, new_id

VISITOR = Actor("public:web")
CLERK = Actor("user:clerk", frozenset({"role:hotline_clerk"}))
DISPATCHER = Actor("user:dispatcher", frozenset({"role:hotline_dispatcher"}))
CODE = "a-code-of-sixteen-or-more"
DUE = "2026-05-20T09:00:00Z"


def tell(element_id: str, **fields: str) -> str:
    """A send task that says how the request stands; values are FEEL."""
    given = "".join(f'<zeebe:input source="={source}" target="{target}"/>' for target, source in fields.items())
    return (
        f'<bpmn:sendTask id="{element_id}" messageRef="tell_m"><bpmn:extensionElements><zeebe:ioMapping>{given}'
        "</zeebe:ioMapping></bpmn:extensionElements></bpmn:sendTask>"
    )


def text(value: str) -> str:
    """A FEEL text inside an XML attribute."""
    return f"&quot;{value}&quot;"


def catching(message: str, task: str, *, interrupting: bool) -> str:
    """An event sub-process that catches a message of the request and gives somebody a task."""
    name = message.replace(".", "_")
    return (
        f'<bpmn:subProcess id="on_{name}" triggeredByEvent="true"><bpmn:startEvent id="{name}_s" '
        f'isInterrupting="{str(interrupting).lower()}"><bpmn:messageEventDefinition messageRef="{name}_m"/>'
        f'</bpmn:startEvent>{user_task(task)}<bpmn:endEvent id="{name}_e"/>'
        f'<bpmn:sequenceFlow id="{name}_f" sourceRef="{name}_s" targetRef="{task}"/>'
        f'<bpmn:sequenceFlow id="{name}_g" sourceRef="{task}" targetRef="{name}_e"/></bpmn:subProcess>'
    )


def messages(*names: str) -> str:
    """Messages of the request by their names."""
    return "".join(f'<bpmn:message id="{name.replace(".", "_")}_m" name="{name}"/>' for name in names)


MODEL = (
    '<bpmn:message id="tell_m" name="service_request.tell"/>'
    + messages(*(f"service_request.{word}" for word in ("added", "withdrawn", "merged", "imported")))
    + chain(
        tell("dispatched", status=text("dispatched"), mark=text("dispatched"), unit=text("unit:water"),
             tier=text("urgent"), due_at=text(DUE),
             next=f"{{what: {{zh_CN: {text('联系您')}, en: {text('we call you')}}}, by: {text(DUE)}}}"),
        user_task("handle"),
        tell("replied", status=text("replied"), mark=f"[{text('contacted')}, {text('replied')}]",
             note=f"{{zh_CN: {text('已修好')}, en: {text('mended')}}}"),
        user_task("call_back"),
        tell("closed", status=text("closed_resolved"), mark=f"[{text('called_back')}, {text('closed')}]",
             resolved="true", satisfied="true"),
        user_task("archive"),
        process="hotline_request",
        more=catching("service_request.added", "read", interrupting=False)
        + catching("service_request.withdrawn", "stop", interrupting=True)
        + '<bpmn:subProcess id="on_merged" triggeredByEvent="true"><bpmn:startEvent id="merged_s">'
          '<bpmn:messageEventDefinition messageRef="service_request_merged_m"/></bpmn:startEvent><bpmn:endEvent '
          'id="merged_e"/><bpmn:sequenceFlow id="merged_f" sourceRef="merged_s" targetRef="merged_e"/>'
          "</bpmn:subProcess>"
        + '<bpmn:startEvent id="taken_over"><bpmn:messageEventDefinition messageRef="service_request_imported_m"/>'
          '</bpmn:startEvent><bpmn:exclusiveGateway id="known" default="known__handle"/><bpmn:endEvent id="over"/>'
          '<bpmn:sequenceFlow id="taken_over__known" sourceRef="taken_over" targetRef="known"/>'
          '<bpmn:sequenceFlow id="known__over" sourceRef="known" targetRef="over"><bpmn:conditionExpression>'
          '=request.closed</bpmn:conditionExpression></bpmn:sequenceFlow>'
          '<bpmn:sequenceFlow id="known__handle" sourceRef="known" targetRef="handle"/>',
    )
)  # fmt: skip


IMPORT_MODEL = (
    messages("service_request.imported")
    + '<bpmn:process id="hotline_request" isExecutable="true"><bpmn:startEvent id="start"/><bpmn:startEvent id="door">'
    '<bpmn:messageEventDefinition id="door_d" messageRef="service_request_imported_m"/></bpmn:startEvent>'
    f'<bpmn:exclusiveGateway id="open" default="open__end"/>{user_task("handle")}<bpmn:endEvent id="end"/>'
    '<bpmn:sequenceFlow id="start__handle" sourceRef="start" targetRef="handle"/>'
    '<bpmn:sequenceFlow id="door__open" sourceRef="door" targetRef="open"/>'
    '<bpmn:sequenceFlow id="open__end" sourceRef="open" targetRef="end"/>'
    '<bpmn:sequenceFlow id="open__handle" sourceRef="open" targetRef="handle"><bpmn:conditionExpression '
    'xsi:type="bpmn:tFormalExpression">=request.closed = false</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:sequenceFlow id="handle__end" sourceRef="handle" targetRef="end"/></bpmn:process>'
)
"""What comes from elsewhere ends at once where it is closed."""


def submit(house: House, actor: Actor = VISITOR, **fields: Any) -> Receipt:
    """A report of a resident."""
    given: dict[str, Any] = {
        "request_id": new_id(), "category": "water.leak", "description": "路口漏水，请联系 13812345678 王小明",
        "code": CODE, "title": "漏水", "address": "人民路 12 号", "lat": 28.2001, "lon": 112.9003,
        "reporter_name": "王小明", "reporter_contact": "wang@example.com", "proved": True, **fields,
    }  # fmt: skip
    return house.engine.handle(SubmitServiceRequest(command_id=new_id(), **given), actor)


def closed(house: House, **fields: Any) -> str:
    """A request whose case has ended."""
    request_id = str(submit(house, **fields).result["request_id"])
    for element in ("handle", "call_back", "archive"):
        house.complete(house.task(request_id, element))
    return request_id


def row_of(house: House, request_id: str) -> Any:
    """The request as staff see it."""
    return house.engine.queries.service_requests.get(request_id, OPERATOR).row


def verified(house: House) -> None:
    """The record explains every row."""
    report = house.engine.verify_audit(sample=None)
    assert report.ok, [finding.message for finding in report.findings]
    assert report.not_re_executed == 0


__all__ = [
    "CLERK", "CODE", "DISPATCHER", "DUE", "IMPORT_MODEL", "MODEL", "NOON", "VISITOR", "catching", "closed", "messages",
    "row_of", "submit", "tell", "text", "verified",
]  # fmt: skip
