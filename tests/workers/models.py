"""Small models as text, and how a test deploys and starts them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import DeployDefinition, ReleaseDefinition, StartCase
from workflow_engine.engine import Engine

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:liandong="https://liandong.dev/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'targetNamespace="tests">'
)
DEPLOYER = Actor("system:tests", is_system=True)


def model(process_id: str, body: str, outside: str = "") -> bytes:
    """A BPMN file with one executable process; ``outside`` are messages, errors and signals."""
    return f'{_HEAD}{outside}<process id="{process_id}" isExecutable="true">{body}</process></definitions>'.encode()


def chain(*elements: str) -> str:
    """Elements one after the other: each is (``tag id`` plus attributes) or full XML with an id."""
    ids = [element.partition('id="')[2].partition('"')[0] for element in elements]
    flows = [
        f'<sequenceFlow id="flow_{before}_{after}" sourceRef="{before}" targetRef="{after}"/>'
        for before, after in pairwise(ids)
    ]
    return "".join((*elements, *flows))


START, END = '<startEvent id="begin"/>', '<endEvent id="finish"/>'


def timer_event(element_id: str, kind: str, text: str) -> str:
    """An intermediate timer; ``kind`` is timeDuration, timeDate or timeCycle."""
    return (
        f'<intermediateCatchEvent id="{element_id}"><timerEventDefinition><{kind}>{text}</{kind}>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )


def service_task(element_id: str, topic: str, retries: int = 3, **headers: str) -> str:
    """A service task as Camunda 8 writes it; ``headers`` are FEEL texts."""
    mapped = "".join(f'<zeebe:header key="{name}" value="{value}"/>' for name, value in headers.items())
    return (
        f'<serviceTask id="{element_id}"><extensionElements><zeebe:taskDefinition type="{topic}" retries="{retries}"/>'
        f"<zeebe:taskHeaders>{mapped}</zeebe:taskHeaders></extensionElements></serviceTask>"
    )


def deploy(engine: Engine, content: bytes, name: str = "model.bpmn") -> str:
    """Deploy and release; returns the definition's id."""
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files={name: content}), DEPLOYER)
    definition_id = str(deployed.result["definition_id"])
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), OPERATOR)
    return definition_id


def begin(engine: Engine, process_id: str, variables: dict[str, Any] | None = None) -> str:
    """Start a case; returns its id."""
    case_id = new_id()
    engine.handle(
        StartCase(command_id=new_id(), case_id=case_id, process_id=process_id, variables=variables or {}), OPERATOR
    )
    return case_id


def state_of(engine: Engine, case_id: str) -> str:
    """The case's state."""
    return engine.queries.get_case(case_id, OPERATOR).case.state


def events_of(engine: Engine, case_id: str, kind: str) -> list[Any]:
    """The recorded events of one kind."""
    return [
        event for row in engine.queries.get_history(case_id, OPERATOR) for event in row.events if event["event"] == kind
    ]
