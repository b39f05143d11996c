"""Constructs that are left for later are refused with the reason; what runs exactly the same is rewritten."""

from __future__ import annotations

import pytest

from tests.intake.drawing import around, codes, document, flow, line, node_of, process, read

INNER = '<bpmn:startEvent id="ss"/><bpmn:userTask id="t"/><bpmn:endEvent id="se"/>' + line("ss", "t", "se")
CANCEL = "<bpmn:cancelEventDefinition/>"


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ('<bpmn:adHocSubProcess id="x"><bpmn:userTask id="t"/></bpmn:adHocSubProcess>', "ad_hoc"),
        ('<bpmn:complexGateway id="x"/>', "complex_gateway"),
        ('<bpmn:userTask id="x" isForCompensation="true"/>', "compensation"),
        ('<bpmn:userTask id="x" startQuantity="2"/>', "quantity"),
        ('<bpmn:userTask id="x" completionQuantity="3"/>', "quantity"),
        ('<bpmn:receiveTask id="x" instantiate="true"/>', "instantiating"),
        ('<bpmn:choreographyTask id="x"/>', "choreography_activity"),
        ('<bpmn:event id="x"/>', "abstract_event"),
        (f'<bpmn:subProcess id="x"><bpmn:ioSpecification/>{INNER}</bpmn:subProcess>', "sub_process_io"),
        (
            ('<bpmn:userTask id="x"><bpmn:multiInstanceLoopCharacteristics behavior="None">'
            "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"),
            "multi_instance_events",
        ),
        ('<bpmn:scriptTask id="x" scriptFormat="javascript"><bpmn:script>a = 1</bpmn:script></bpmn:scriptTask>',
         "script_format"),
        ('<bpmn:scriptTask id="x"/>', "script_missing"),
        ('<bpmn:callActivity id="x"/>', "called_element_missing"),
        ('<bpmn:usertask id="x"/>', "unknown_element"),
        ('<bpmn:subProcess id="x" triggeredByEvent="maybe"/>', "attribute_value"),
    ],
)  # fmt: skip
def test_construct_is_refused_with_its_code(node: str, code: str) -> None:
    assert code in codes(around(node))


def test_script_that_the_sandbox_cannot_run_is_refused_with_its_line() -> None:
    source = "a = 1\nimport os"
    content = around(f'<bpmn:scriptTask id="x"><bpmn:script>{source}</bpmn:script></bpmn:scriptTask>')
    assert any("Line 2 of the script" in problem.message for problem in read(content).errors)


def handled(start: str, sub: str = "", start_attributes: str = "", outside: str = "") -> bytes:
    """A process with an event sub-process beside its task."""
    inside = f'<bpmn:startEvent id="ss"{start_attributes}>{start}</bpmn:startEvent><bpmn:userTask id="t"/>'
    handler = f'<bpmn:subProcess id="esp" triggeredByEvent="true">{sub}{inside}{flow("ss", "t")}</bpmn:subProcess>'
    return around('<bpmn:userTask id="x"/>' + handler + outside)


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_event_sub_process_is_accepted(kind: str) -> None:
    content = handled(f"<bpmn:{kind}EventDefinition/>")
    assert codes(content) == set()
    assert node_of(content, "esp").triggered_by_event


def test_event_sub_process_that_does_not_interrupt_says_so() -> None:
    content = handled("<bpmn:escalationEventDefinition/>", start_attributes=' isInterrupting="false"')
    assert codes(content) == set()
    assert not node_of(content, "ss").interrupting


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (handled(""), "event_kind"),
        (handled("<bpmn:terminateEventDefinition/>"), "event_kind"),
        (handled("<bpmn:errorEventDefinition/>", start_attributes=' isInterrupting="false"'), "non_interrupting"),
        (handled("<bpmn:compensateEventDefinition/>"), "compensation"),
        (handled("<bpmn:errorEventDefinition/>", '<bpmn:startEvent id="ss2"/>'), "event_sub_process_start"),
        (
            handled("<bpmn:errorEventDefinition/>", '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'),
            "event_sub_process_loop",
        ),
        (handled("<bpmn:errorEventDefinition/>", outside=flow("x", "esp")), "flow_into_start"),
        (handled("<bpmn:errorEventDefinition/>", outside=flow("esp", "x")), "flow_out_of_end"),
        (
            handled(
                "<bpmn:errorEventDefinition/>",
                outside='<bpmn:boundaryEvent id="b" attachedToRef="esp"><bpmn:errorEventDefinition/>'
                "</bpmn:boundaryEvent>",
            ),
            "event_sub_process_boundary",
        ),
    ],
)
def test_event_sub_process_against_the_standard_is_refused(content: bytes, code: str) -> None:
    assert code in codes(content)


def transaction(end: str = "", boundary: str = CANCEL) -> bytes:
    inner = f'<bpmn:startEvent id="ss"/><bpmn:userTask id="t"/><bpmn:endEvent id="se">{end}</bpmn:endEvent>' + line(
        "ss", "t", "se"
    )
    event = f'<bpmn:boundaryEvent id="b" attachedToRef="x">{boundary}</bpmn:boundaryEvent>' if boundary else ""
    nodes = (
        f'<bpmn:startEvent id="s"/><bpmn:transaction id="x">{inner}</bpmn:transaction>{event}<bpmn:endEvent id="e"/>'
        + line("s", "x", "e") + (flow("b", "e") if boundary else "")
    )  # fmt: skip
    return document(process(nodes))


def test_transaction_without_compensation_becomes_a_sub_process_left_by_an_error() -> None:
    content = transaction(CANCEL)
    body = node_of(content).body
    assert body is not None
    thrown, caught = body.nodes[2].events[0], node_of(content, "b").events[0]
    assert node_of(content).kind == "subProcess"
    assert (thrown.kind, caught.kind) == ("error", "error")
    assert thrown.code == caught.code
    assert node_of(content, "b").interrupting


def test_transaction_cancelled_without_a_handler_is_refused() -> None:
    assert codes(transaction(CANCEL, boundary="")) == {"cancel_without_handler"}


def test_transaction_with_compensation_is_refused() -> None:
    content = transaction(CANCEL).replace(
        b'<bpmn:userTask id="t"/>', b'<bpmn:userTask id="t" isForCompensation="true"/>'
    )
    assert "compensation" in codes(content)


def test_process_that_is_not_executable_is_refused() -> None:
    content = around('<bpmn:userTask id="x"/>').replace(b'isExecutable="true"', b'isExecutable="false"')
    assert codes(content) == {"not_executable"}


def test_process_that_does_not_say_whether_it_is_executable_is_accepted() -> None:
    assert codes(around('<bpmn:userTask id="x"/>').replace(b' isExecutable="true"', b"")) == set()


def test_process_beside_an_executable_one_is_left_out_and_listed() -> None:
    other = '<bpmn:process id="q" isExecutable="false"><bpmn:userTask id="y"/></bpmn:process>'
    found = read(around('<bpmn:userTask id="x"/>', roots=other))
    assert found.model is not None
    assert [item.id for item in found.model.processes] == ["p"]
    assert any(note.element_id == "q" for note in found.notes)


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        ("<bpmn:multiInstanceLoopCharacteristics/>", "multi_instance_without_number"),
        (
            (
                "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
                "<bpmn:loopDataInputRef>items</bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics>"
            ),
            "multi_instance_two_numbers",
        ),
        ("<bpmn:standardLoopCharacteristics/>", "loop_without_end"),
        ('<bpmn:standardLoopCharacteristics loopMaximum="0"/>', "loop_maximum"),
        (
            (
                '<bpmn:standardLoopCharacteristics loopMaximum="2"/><bpmn:multiInstanceLoopCharacteristics>'
                "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
            ),
            "two_loops",
        ),
    ],
)
def test_loop_that_cannot_run_is_refused(loop: str, code: str) -> None:
    assert code in codes(around(f'<bpmn:userTask id="x">{loop}</bpmn:userTask>'))
