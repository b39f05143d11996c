"""A case whose process calls another one: its pages know the words of both."""

from __future__ import annotations

from flask import Flask

from tests.web.conftest import Visitor, actor
from workflow_engine import DeployDefinition, Engine, ReleaseDefinition, StartCase
from workflow_engine.domain.clock import new_id

_CALLER = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="https://x.example">
  <bpmn:process id="caller" name="\xe5\xa4\x96 Outer" isExecutable="true">
    <bpmn:startEvent id="begin"/>
    <bpmn:callActivity id="report" name="\xe6\x8a\xa5\xe5\x91\x8a Report" calledElement="%s"/>
    <bpmn:endEvent id="done"/>
    <bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="report"/>
    <bpmn:sequenceFlow id="b" sourceRef="report" targetRef="done"/>
  </bpmn:process>
</bpmn:definitions>"""


def _deploy(engine: Engine, called: bytes) -> str:
    command = DeployDefinition(command_id=new_id(), files={"caller.bpmn": _CALLER % called})
    return str(engine.handle(command, actor(engine, "jiang")).result["definition_id"])


def test_what_is_called_and_released_is_no_finding_and_lends_its_words(app: Flask, engine: Engine) -> None:
    definition_id, case_id = _deploy(engine, b"incident_report"), new_id()
    assert list(engine.queries.get_definition(definition_id).problems) == []
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), actor(engine, "yu"))
    engine.handle(
        StartCase(command_id=new_id(), case_id=case_id, process_id="caller", title="x"), actor(engine, "wang")
    )
    page = Visitor(app, "wang", "zh").get(f"/cases/{case_id}").text
    assert "登记" in page and "催办" in page and "Late" not in page


def test_what_is_called_and_not_there_stays_a_warning(engine: Engine) -> None:
    problems = engine.queries.get_definition(_deploy(engine, b"nowhere")).problems
    assert [(one.code, one.element_id) for one in problems] == [("called_process_elsewhere", "report")]
