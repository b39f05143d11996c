"""Nothing is dropped in silence: what is not used is listed, what is drawing is left alone."""

from __future__ import annotations

import json

from tests.intake.drawing import around, document, extended, read, small
from workflow_engine.bpmn.lint_report import format_json, format_text, list_pins


def unused(content: bytes) -> list[str]:
    return [note.what for note in read(content).notes if note.kind == "unused"]


def test_vendor_attribute_nobody_uses_is_listed_with_its_value() -> None:
    content = around('<bpmn:userTask id="x" camunda:asyncBefore="true"/>')
    notes = [note for note in read(content).notes if note.kind == "unused"]
    assert [(note.element_id, note.what, note.before) for note in notes] == [
        ("x", "attribute camunda:asyncBefore", "true")
    ]


def test_vendor_attribute_in_use_is_not_listed() -> None:
    assert unused(around('<bpmn:userTask id="x" camunda:assignee="kermit" flowable:candidateGroups="a"/>')) == []


def test_vendor_element_nobody_uses_is_listed() -> None:
    listener = '<camunda:executionListener class="a.B" event="start"/>'
    assert unused(around(extended("userTask", listener))) == ["element camunda:executionListener"]


def test_attribute_of_the_standard_nobody_uses_is_listed() -> None:
    assert unused(around('<bpmn:userTask id="x" implementation="http://x"/>')) == ["attribute implementation"]


def test_defaults_of_the_standard_are_not_listed() -> None:
    node = (
        '<bpmn:userTask id="x" isForCompensation="false" startQuantity="1" completionQuantity="1" '
        'implementation="##unspecified"/>'
    )
    assert unused(around(node)) == []


def test_same_thing_on_many_elements_is_told_once() -> None:
    nodes = "".join(f'<bpmn:dataStoreReference id="ds{number}"/>' for number in range(5))
    assert unused(document(small(nodes))) == ["element dataStoreReference (5 times)"]


def test_diagram_and_colours_are_left_alone() -> None:
    diagram = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="di"><bpmndi:BPMNPlane id="t">'
        '<bpmndi:BPMNShape id="s" bpmnElement="t" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
        'bioc:stroke="red">'
        '<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="1" y="1" width="1" height="1"/>'
        "</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    assert read(document(small() + diagram)).problems == ()
    assert unused(document(small() + diagram)) == []


def test_error_that_nothing_refers_to_is_listed() -> None:
    assert unused(around('<bpmn:userTask id="x"/>', roots='<bpmn:error id="er" name="N" errorCode="E"/>')) == [
        "error that nothing refers to"
    ]


def test_text_report_names_file_problems_and_translations() -> None:
    content = around(
        '<bpmn:userTask id="x" name="Check" camunda:assignee="${who}" camunda:asyncAfter="true"/>'
        '<bpmn:userTask id="island"/>'
    )
    text = format_text(read(content, file_name="a.bpmn"), "a.bpmn")
    assert text.startswith("a.bpmn: refused, 1 error, 0 warnings\n")
    assert "island" in text
    assert "camunda:asyncAfter: true" in text
    assert "${who} → who" in text


def test_json_report_holds_everything() -> None:
    report = json.loads(format_json(read(around('<bpmn:complexGateway id="x"/>')), "b.bpmn"))
    assert report["file"] == "b.bpmn"
    assert report["ok"] is False
    assert report["problems"][0]["element_id"] == "x"
    assert report["problems"][0]["mend"]


def test_pins_gather_problems_by_element() -> None:
    content = around('<bpmn:complexGateway id="x"/>').replace(
        b'<bpmn:endEvent id="e"/>', b'<bpmn:endEvent id="e"/><bpmn:task id="i"/>'
    )
    pins = {pin["element_id"]: pin for pin in list_pins(read(content))}
    assert set(pins) >= {"x", "i"}
    assert pins["i"]["severity"] == "error"


def test_listener_warns_because_it_would_do_something_elsewhere() -> None:
    listener = '<camunda:taskListener class="a.B" event="create"/>'
    found = read(around(extended("userTask", listener)))
    assert found.ok
    assert [problem.code for problem in found.problems] == ["vendor_behaviour"]


def test_vendor_attribute_that_changes_execution_warns() -> None:
    content = around('<bpmn:serviceTask id="x" camunda:topic="t" flowable:skipExpression="${a}"/>')
    assert [problem.code for problem in read(content).problems] == ["vendor_behaviour"]


def test_deviation_from_the_schema_warns_with_its_line() -> None:
    content = around(
        '\n<bpmn:userTask id="x"><bpmn:standardLoopCharacteristics loopMaximum="2"/><bpmn:incoming/></bpmn:userTask>'
    )
    warnings = [problem for problem in read(content).problems if problem.code == "schema"]
    assert [problem.line for problem in warnings] == [2]
    assert read(content).ok
