"""Sequence flows, ids and the shape of a scope."""

from __future__ import annotations

import pytest

from tests.intake.drawing import around, codes, document, flow, line, model_of, process, read, small

TWO_ENDS = '<bpmn:startEvent id="s"/><bpmn:userTask id="x"/><bpmn:endEvent id="e"/>'


def drawn(extra: str) -> bytes:
    return document(process(TWO_ENDS + line("s", "x", "e") + extra))


def test_complete_process_has_no_problems() -> None:
    assert read(drawn("")).problems == ()


@pytest.mark.parametrize("attributes", ['sourceRef="x"', 'targetRef="e"'])
def test_flow_with_one_end_is_refused(attributes: str) -> None:
    assert codes(drawn(f'<bpmn:sequenceFlow id="f" {attributes}/>')) == {"flow_end_missing"}


def test_flow_to_an_unknown_element_is_refused() -> None:
    assert codes(drawn(flow("x", "nowhere"))) == {"dangling_reference"}


def test_flow_to_an_annotation_is_refused() -> None:
    assert codes(drawn('<bpmn:textAnnotation id="note"/>' + flow("x", "note"))) == {"flow_end_kind"}


def test_flow_to_a_data_object_is_refused() -> None:
    assert codes(drawn('<bpmn:dataObject id="thing"/>' + flow("x", "thing"))) == {"flow_end_kind"}


def test_flow_into_a_sub_process_across_its_border_is_refused() -> None:
    inner = '<bpmn:startEvent id="ss"/><bpmn:userTask id="t"/>' + flow("ss", "t")
    sub = f'<bpmn:subProcess id="sub">{inner}</bpmn:subProcess>'
    assert codes(drawn(sub + flow("x", "sub") + flow("x", "t"))) == {"flow_crosses_scope"}


def test_flow_between_two_pools_is_refused() -> None:
    other = process('<bpmn:startEvent id="s2"/><bpmn:userTask id="x2"/>' + flow("s2", "x2"), "q")
    content = document(process(TWO_ENDS + line("s", "x", "e") + flow("x", "x2")) + other)
    assert codes(content) == {"flow_crosses_scope"}


def test_flow_written_in_another_scope_belongs_to_its_ends() -> None:
    sub = '<bpmn:subProcess id="sub"><bpmn:startEvent id="ss"/><bpmn:userTask id="t"/></bpmn:subProcess>'
    nodes = f'<bpmn:startEvent id="s"/>{sub}' + flow("s", "sub") + flow("ss", "t")
    body = model_of(document(process(nodes))).processes[0].scope.nodes[1].body
    assert body is not None
    assert [(item.source, item.target) for item in body.flows] == [("ss", "t")]


def test_flow_into_a_start_event_is_refused() -> None:
    assert codes(drawn(flow("x", "s"))) == {"flow_into_start"}


def test_flow_out_of_an_end_event_is_refused() -> None:
    assert codes(drawn(flow("e", "x"))) == {"flow_out_of_end"}


def test_unreachable_task_is_refused() -> None:
    assert codes(drawn('<bpmn:userTask id="island"/>')) == {"unreachable"}


def test_unreachable_circle_is_refused_once() -> None:
    circle = '<bpmn:userTask id="a"/><bpmn:userTask id="b"/>' + flow("a", "b") + flow("b", "a")
    errors = read(drawn(circle)).errors
    assert [problem.code for problem in errors] == ["unreachable"]


def test_end_event_that_nothing_leads_to_warns() -> None:
    assert codes(drawn('<bpmn:endEvent id="stray"/>')) == set()
    assert codes(drawn('<bpmn:endEvent id="stray"/>'), "warning") == {"unreachable"}


def test_what_follows_an_unreachable_task_is_not_reported_again() -> None:
    chain = '<bpmn:userTask id="a"/><bpmn:userTask id="b"/>' + flow("a", "b")
    assert [problem.element_id for problem in read(drawn(chain)).errors] == ["a"]


def test_process_without_end_event_is_accepted() -> None:
    content = document(process('<bpmn:startEvent id="s"/><bpmn:userTask id="x"/>' + flow("s", "x")))
    assert read(content).problems == ()


def test_process_without_start_event_warns() -> None:
    content = document(process('<bpmn:userTask id="x"/><bpmn:endEvent id="e"/>' + flow("x", "e")))
    assert codes(content) == set()
    assert codes(content, "warning") == {"start_missing"}


def test_empty_process_is_refused() -> None:
    assert codes(document(process(""))) == {"empty_process"}


def test_default_flow_of_another_element_is_refused() -> None:
    content = drawn("").replace(b'<bpmn:userTask id="x"/>', b'<bpmn:userTask id="x" default="f0"/>')
    assert codes(content) == {"default_flow"}


def test_flow_without_an_id_gets_one() -> None:
    model = model_of(drawn(""))
    ids = [item.id for item in model.processes[0].scope.flows]
    assert len(set(ids)) == 2
    assert all(ids)


def test_task_without_an_id_gets_one_and_is_unreachable() -> None:
    assert codes(drawn("<bpmn:userTask/>")) == {"unreachable"}


def test_same_id_on_a_task_and_a_message_only_warns() -> None:
    content = around('<bpmn:userTask id="x"/>', roots='<bpmn:message id="x" name="X"/>')
    assert codes(content) == set()
    assert "duplicate_id" in codes(content, "warning")


def test_same_id_on_two_messages_is_refused() -> None:
    content = document(small() + '<bpmn:message id="m"/><bpmn:message id="m"/>')
    assert codes(content) == {"duplicate_id"}


def test_incoming_that_contradicts_the_flows_warns() -> None:
    content = around('<bpmn:userTask id="x"><bpmn:incoming>nowhere</bpmn:incoming></bpmn:userTask>')
    assert codes(content) == set()
    assert codes(content, "warning") == {"dangling_reference"}


def test_elements_named_start_and_end_are_accepted() -> None:
    nodes = '<bpmn:startEvent id="Start"/><bpmn:userTask id="root"/><bpmn:endEvent id="End"/>'
    assert read(document(process(nodes + line("Start", "root", "End")))).problems == ()


def test_loop_in_which_nothing_waits_warns() -> None:
    nodes = (
        '<bpmn:startEvent id="s"/><bpmn:task id="x"/><bpmn:exclusiveGateway id="g" default="out"/>'
        '<bpmn:endEvent id="e"/>'
        '<bpmn:sequenceFlow id="out" sourceRef="g" targetRef="e"/>'
        '<bpmn:sequenceFlow id="back" sourceRef="g" targetRef="x">'
        "<bpmn:conditionExpression>n &lt; 3</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    content = document(process(nodes + line("s", "x", "g")))
    assert codes(content, "warning") == {"idle_loop"}
    assert codes(content.replace(b"bpmn:task ", b"bpmn:userTask "), "warning") == set()


# -------------------------------------------------------------------------------------------------------------- links
LINK = '<bpmn:linkEventDefinition name="L"/>'


def linked(catches: str = LINK, extra: str = "") -> bytes:
    nodes = (
        '<bpmn:startEvent id="s"/>'
        f'<bpmn:intermediateThrowEvent id="t">{LINK}</bpmn:intermediateThrowEvent>'
        f'<bpmn:intermediateCatchEvent id="c">{catches}</bpmn:intermediateCatchEvent><bpmn:userTask id="x"/>{extra}'
    )
    return document(process(nodes + flow("s", "t") + flow("c", "x")))


def test_link_pair_is_accepted() -> None:
    assert read(linked()).problems == ()


def test_link_without_a_target_is_refused() -> None:
    assert codes(linked('<bpmn:linkEventDefinition name="M"/>')) >= {"link_without_target", "link_without_source"}


def test_link_with_two_targets_is_refused() -> None:
    second = '<bpmn:intermediateCatchEvent id="c2"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>'
    assert codes(linked(extra=second + '<bpmn:userTask id="y"/>' + flow("c2", "y"))) >= {"link_two_targets"}


def test_link_catch_event_with_an_incoming_flow_is_refused() -> None:
    assert codes(linked(extra=flow("s", "c"))) == {"link_flow"}


def test_link_throw_event_with_an_outgoing_flow_is_refused() -> None:
    assert codes(linked(extra=flow("t", "x"))) == {"link_flow"}


def test_link_into_a_sub_process_is_refused() -> None:
    inner = (
        '<bpmn:startEvent id="ss"/><bpmn:userTask id="y"/>'
        f'<bpmn:intermediateCatchEvent id="c">{LINK}</bpmn:intermediateCatchEvent>'
    )
    nodes = (
        '<bpmn:startEvent id="s"/>'
        f'<bpmn:intermediateThrowEvent id="t">{LINK}</bpmn:intermediateThrowEvent>'
        f'<bpmn:subProcess id="sub">{inner + flow("ss", "y") + flow("c", "y")}</bpmn:subProcess>'
    )
    content = document(process(nodes + flow("s", "t") + flow("s", "sub")))
    assert codes(content) >= {"link_without_target", "link_without_source"}


def test_only_flow_of_a_task_with_a_condition_warns() -> None:
    condition = "<bpmn:conditionExpression>a &gt; 1</bpmn:conditionExpression>"
    nodes = f'{TWO_ENDS}<bpmn:sequenceFlow id="f" sourceRef="x" targetRef="e">{condition}</bpmn:sequenceFlow>'
    content = document(process(nodes + flow("s", "x")))
    assert codes(content) == set()
    assert codes(content, "warning") == {"single_condition"}
