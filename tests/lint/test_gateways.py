"""Gateways: conditions, default flows and what follows an event-based gateway."""

from __future__ import annotations

import pytest

from tests.intake.drawing import codes, document, flow, line, process, read

CONDITION = "<bpmn:conditionExpression>a &gt; 1</bpmn:conditionExpression>"


def decided(first: str = CONDITION, second: str = "", tag: str = "exclusiveGateway", default: str = "f2") -> bytes:
    """A gateway with the flows f1 and f2."""
    marker = f' default="{default}"' if default else ""
    nodes = (
        f'<bpmn:startEvent id="s"/><bpmn:{tag} id="g"{marker}/><bpmn:userTask id="a"/><bpmn:userTask id="b"/>'
        f'<bpmn:sequenceFlow id="f1" sourceRef="g" targetRef="a">{first}</bpmn:sequenceFlow>'
        f'<bpmn:sequenceFlow id="f2" sourceRef="g" targetRef="b">{second}</bpmn:sequenceFlow>'
    )
    return document(process(nodes + flow("s", "g")))


def test_exclusive_gateway_with_condition_and_default_is_accepted() -> None:
    assert read(decided()).problems == ()


def test_exclusive_gateway_without_default_warns() -> None:
    content = decided(second=CONDITION, default="")
    assert codes(content) == set()
    assert codes(content, "warning") == {"no_default_flow"}


def test_last_flow_without_condition_is_taken_as_the_default_and_warns() -> None:
    assert codes(decided(default="")) == set()
    assert codes(decided(default=""), "warning") == {"condition_missing"}


@pytest.mark.parametrize(("first", "second"), [("", ""), ("", CONDITION)])
def test_exclusive_gateway_with_a_flow_without_condition_is_refused(first: str, second: str) -> None:
    assert codes(decided(first, second, default="")) == {"condition_missing"}


def test_inclusive_gateway_with_a_flow_without_condition_warns() -> None:
    content = decided("", CONDITION, "inclusiveGateway", default="")
    assert codes(content) == set()
    assert codes(content, "warning") == {"condition_missing"}


def test_default_flow_with_a_condition_is_refused() -> None:
    assert codes(decided(CONDITION, CONDITION)) == {"default_with_condition"}


def test_parallel_gateway_with_a_condition_is_refused() -> None:
    assert codes(decided(tag="parallelGateway", default="")) == {"condition_ignored"}


def test_parallel_gateway_with_a_default_flow_is_refused() -> None:
    assert codes(decided("", "", "parallelGateway")) == {"default_flow"}


def test_complex_gateway_is_refused() -> None:
    assert "complex_gateway" in codes(decided(tag="complexGateway", default=""))


def test_gateway_that_only_passes_on_warns() -> None:
    nodes = '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/><bpmn:userTask id="x"/>'
    assert codes(document(process(nodes + line("s", "g", "x"))), "warning") == {"gateway_without_choice"}


def test_gateway_direction_that_contradicts_the_flows_is_refused() -> None:
    content = decided().replace(b'id="g"', b'id="g" gatewayDirection="Converging"')
    assert codes(content) == {"gateway_direction"}


def test_condition_that_is_no_expression_is_refused() -> None:
    found = read(decided("<bpmn:conditionExpression>a > > 1</bpmn:conditionExpression>"))
    assert [(problem.code, problem.element_id) for problem in found.errors] == [("expression", "f1")]


@pytest.mark.parametrize("language", ["javascript", "http://example.org/unknown"])
def test_condition_in_an_unknown_language_is_refused(language: str) -> None:
    first = f'<bpmn:conditionExpression language="{language}">a</bpmn:conditionExpression>'
    assert codes(decided(first)) == {"expression"}


# --------------------------------------------------------------------------------- inclusive gateways in loops
def looped(tag: str) -> bytes:
    """A loop that contains a split and a join."""
    nodes = (
        f'<bpmn:startEvent id="s"/><bpmn:userTask id="x"/><bpmn:{tag} id="split"/><bpmn:userTask id="a"/>'
        f'<bpmn:userTask id="b"/><bpmn:{tag} id="join"/><bpmn:exclusiveGateway id="g" default="out"/>'
        '<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="out" sourceRef="g" targetRef="e"/>'
        f'<bpmn:sequenceFlow id="back" sourceRef="g" targetRef="x">{CONDITION}</bpmn:sequenceFlow>'
    )
    flows = line("s", "x", "split", "a", "join", "g") + line("split", "b", "join")
    return document(process(nodes + flows))


def test_inclusive_join_in_a_loop_is_refused() -> None:
    assert codes(looped("inclusiveGateway")) == {"inclusive_in_loop"}


def test_parallel_join_in_a_loop_is_accepted() -> None:
    assert codes(looped("parallelGateway")) == set()


def test_inclusive_join_outside_the_loop_is_accepted() -> None:
    content = looped("inclusiveGateway").replace(b'targetRef="x"><bpmn:cond', b'targetRef="e"><bpmn:cond')
    assert codes(content) == set()


# ---------------------------------------------------------------------------------------------------- event gateways
MESSAGE_EVENT = (
    '<bpmn:intermediateCatchEvent id="{0}"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
)
TIMER_EVENT = (
    '<bpmn:intermediateCatchEvent id="{0}"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
RECEIVE = '<bpmn:receiveTask id="{0}" messageRef="m"/>'


def gateway(first: str, second: str = TIMER_EVENT, extra: str = "", attributes: str = "") -> bytes:
    """An event-based gateway that leads to ``a`` and ``b``."""
    nodes = (
        f'<bpmn:startEvent id="s"/><bpmn:eventBasedGateway id="g"{attributes}/>{first.format("a")}{second.format("b")}'
        f'<bpmn:userTask id="x"/>{extra}'
    )
    flows = flow("s", "g") + flow("g", "a") + flow("g", "b") + flow("a", "x") + flow("b", "x")
    return document(process(nodes + flows) + '<bpmn:message id="m" name="M"/>')


@pytest.mark.parametrize("first", [MESSAGE_EVENT, TIMER_EVENT, RECEIVE])
def test_event_gateway_before_catching_elements_is_accepted(first: str) -> None:
    assert codes(gateway(first)) == set()


@pytest.mark.parametrize(
    "first",
    [
        '<bpmn:userTask id="{0}"/>', '<bpmn:intermediateThrowEvent id="{0}"/>', '<bpmn:exclusiveGateway id="{0}"/>',
        '<bpmn:subProcess id="{0}"><bpmn:userTask id="inner"/></bpmn:subProcess>',
    ],
)  # fmt: skip
def test_event_gateway_before_anything_else_is_refused(first: str) -> None:
    assert codes(gateway(first)) == {"event_gateway_target"}


def test_event_gateway_with_message_event_and_receive_task_is_refused() -> None:
    assert codes(gateway(MESSAGE_EVENT, RECEIVE)) == {"event_gateway_mix"}


def test_event_behind_a_gateway_with_another_incoming_flow_is_refused() -> None:
    assert codes(gateway(MESSAGE_EVENT, extra=flow("s", "a"))) == {"event_gateway_target"}


def test_receive_task_behind_a_gateway_with_a_boundary_event_is_refused() -> None:
    boundary = '<bpmn:boundaryEvent id="bd" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>' + flow(
        "bd", "x"
    )
    assert codes(gateway(RECEIVE, extra=boundary)) == {"event_gateway_target"}


def test_event_gateway_with_a_condition_is_refused() -> None:
    conditional = f'<bpmn:sequenceFlow id="f9" sourceRef="g" targetRef="c">{CONDITION}</bpmn:sequenceFlow>'
    extra = TIMER_EVENT.format("c") + flow("c", "x") + conditional
    assert codes(gateway(MESSAGE_EVENT, extra=extra)) == {"condition_ignored"}


def test_event_gateway_that_starts_the_process_is_refused() -> None:
    assert "instantiating" in codes(gateway(MESSAGE_EVENT, attributes=' instantiate="true"'))


def test_parallel_event_gateway_is_refused() -> None:
    assert codes(gateway(MESSAGE_EVENT, attributes=' eventGatewayType="Parallel"')) == {"parallel_event_gateway"}


def test_empty_condition_counts_as_none_and_warns() -> None:
    content = decided("<bpmn:conditionExpression/>", "", "parallelGateway", default="")
    assert codes(content) == set()
    assert codes(content, "warning") == {"condition_empty"}
