"""Which event may stand where (BPMN 2.0.2, 10.5)."""

from __future__ import annotations

import pytest

from tests.intake.drawing import around, codes, document, flow, line, node_of, process, read

MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="er"/>'
CANCEL = "<bpmn:cancelEventDefinition/>"
COMPENSATE = "<bpmn:compensateEventDefinition/>"
ROOTS = (
    '<bpmn:message id="m" name="M"/><bpmn:signal id="sg" name="SG"/><bpmn:error id="er" errorCode="E1"/>'
    '<bpmn:escalation id="es" escalationCode="C1"/>'
)


def timer(kind: str, text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def catch(inside: str) -> bytes:
    return around(f'<bpmn:intermediateCatchEvent id="x">{inside}</bpmn:intermediateCatchEvent>', roots=ROOTS)


def start(inside: str) -> bytes:
    nodes = f'<bpmn:startEvent id="s">{inside}</bpmn:startEvent><bpmn:userTask id="x"/><bpmn:endEvent id="e"/>'
    return document(process(nodes + line("s", "x", "e")) + ROOTS)


def end(inside: str) -> bytes:
    nodes = f'<bpmn:startEvent id="s"/><bpmn:endEvent id="e">{inside}</bpmn:endEvent>'
    return document(process(nodes + flow("s", "e")) + ROOTS)


def boundary(inside: str, attributes: str = "", host: str = '<bpmn:userTask id="x"/>') -> bytes:
    event = f'<bpmn:boundaryEvent id="b" attachedToRef="x"{attributes}>{inside}</bpmn:boundaryEvent>'
    nodes = f'<bpmn:startEvent id="s"/>{host}{event}<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    return document(process(nodes + line("s", "x", "e") + flow("b", "e2")) + ROOTS)


@pytest.mark.parametrize(
    "inside",
    [
        MESSAGE, '<bpmn:signalEventDefinition signalRef="sg"/>', timer("timeDuration", "PT1H"),
        timer("timeDate", "2030-01-01T00:00:00Z"),
        "<bpmn:conditionalEventDefinition><bpmn:condition>a > 1</bpmn:condition></bpmn:conditionalEventDefinition>",
        MESSAGE + '<bpmn:signalEventDefinition signalRef="sg"/>',
    ],
)  # fmt: skip
def test_catch_event_of_an_allowed_kind_is_accepted(inside: str) -> None:
    assert codes(catch(inside)) == set()


@pytest.mark.parametrize("kind", ["error", "escalation", "terminate", "cancel", "compensate"])
def test_catch_event_of_a_forbidden_kind_is_refused(kind: str) -> None:
    assert "event_kind" in codes(catch(f"<bpmn:{kind}EventDefinition/>"))


def test_catch_event_without_definition_is_refused() -> None:
    assert codes(catch("")) == {"event_kind"}


@pytest.mark.parametrize("kind", ["error", "terminate", "cancel"])
def test_throw_event_of_a_forbidden_kind_is_refused(kind: str) -> None:
    node = f'<bpmn:intermediateThrowEvent id="x"><bpmn:{kind}EventDefinition/></bpmn:intermediateThrowEvent>'
    assert "event_kind" in codes(around(node))


def test_throw_event_that_waits_for_a_timer_is_refused() -> None:
    node = f'<bpmn:intermediateThrowEvent id="x">{timer("timeDuration", "PT1H")}</bpmn:intermediateThrowEvent>'
    assert "event_kind" in codes(around(node))


@pytest.mark.parametrize("kind", ["error", "escalation", "cancel", "terminate"])
def test_start_event_of_a_forbidden_kind_is_refused(kind: str) -> None:
    assert "event_kind" in codes(start(f"<bpmn:{kind}EventDefinition/>"))


def test_conditional_start_event_is_refused() -> None:
    condition = "<bpmn:conditionalEventDefinition><bpmn:condition>a</bpmn:condition></bpmn:conditionalEventDefinition>"
    assert codes(start(condition)) == {"conditional_start"}


@pytest.mark.parametrize("inside", ["", MESSAGE, timer("timeCycle", "R/P1D"), timer("timeDate", "2030-01-01T00:00Z")])
def test_start_event_of_an_allowed_kind_is_accepted(inside: str) -> None:
    assert codes(start(inside)) == set()


@pytest.mark.parametrize("kind", ["timer", "conditional", "link"])
def test_end_event_of_a_catching_kind_is_refused(kind: str) -> None:
    assert "event_kind" in codes(end(f"<bpmn:{kind}EventDefinition/>"))


def test_cancel_end_event_outside_a_transaction_is_refused() -> None:
    assert codes(end(CANCEL)) == {"cancel_outside_transaction"}


def test_start_event_of_a_sub_process_that_waits_is_refused() -> None:
    inner = (
        f'<bpmn:startEvent id="ss">{MESSAGE}</bpmn:startEvent><bpmn:userTask id="t"/><bpmn:endEvent id="se"/>'
        + line("ss", "t", "se")
    )
    assert codes(around(f'<bpmn:subProcess id="x">{inner}</bpmn:subProcess>', roots=ROOTS)) == {"start_in_sub_process"}


def test_sub_process_with_two_start_events_is_refused() -> None:
    inner = (
        '<bpmn:startEvent id="a"/><bpmn:startEvent id="b"/><bpmn:userTask id="t"/>' + flow("a", "t") + flow("b", "t")
    )
    assert codes(around(f'<bpmn:subProcess id="x">{inner}</bpmn:subProcess>')) == {"several_starts"}


def test_process_with_two_plain_start_events_warns() -> None:
    nodes = (
        '<bpmn:startEvent id="a"/><bpmn:startEvent id="b"/><bpmn:userTask id="t"/>' + flow("a", "t") + flow("b", "t")
    )
    assert codes(document(process(nodes))) == set()
    assert "several_starts" in codes(document(process(nodes)), "warning")


@pytest.mark.parametrize("kind", ["message", "signal", "timer", "error", "escalation", "conditional"])
def test_interrupting_boundary_event_is_accepted(kind: str) -> None:
    inside = {
        "timer": timer("timeDuration", "PT1H"),
        "conditional": "<bpmn:conditionalEventDefinition><bpmn:condition>a > 1</bpmn:condition>"
        "</bpmn:conditionalEventDefinition>",
    }.get(kind, f"<bpmn:{kind}EventDefinition/>")
    assert codes(boundary(inside)) == set()


@pytest.mark.parametrize("inside", [ERROR, "<bpmn:errorEventDefinition/>"])
def test_error_boundary_event_that_does_not_interrupt_is_refused(inside: str) -> None:
    assert codes(boundary(inside, ' cancelActivity="false"')) == {"non_interrupting"}


def test_boundary_event_without_definition_is_refused() -> None:
    assert codes(boundary("")) == {"event_kind"}


def test_cancel_boundary_event_on_a_plain_task_is_refused() -> None:
    assert codes(boundary(CANCEL)) == {"cancel_outside_transaction"}


def test_boundary_event_on_a_gateway_is_refused() -> None:
    host = '<bpmn:exclusiveGateway id="x"/>'
    assert codes(boundary(timer("timeDuration", "PT1H"), host=host)) == {"boundary_host"}


def test_boundary_event_attached_to_nothing_is_refused() -> None:
    content = boundary(timer("timeDuration", "PT1H")).replace(b'attachedToRef="x"', b'attachedToRef="nobody"')
    assert "boundary_host" in codes(content)


def test_boundary_event_with_an_incoming_flow_is_refused() -> None:
    content = boundary(timer("timeDuration", "PT1H")).replace(
        b"</bpmn:process>", flow("s", "b").encode() + b"</bpmn:process>"
    )
    assert codes(content) == {"flow_into_start"}


def test_two_handlers_for_the_same_error_are_refused() -> None:
    second = f'<bpmn:boundaryEvent id="b2" attachedToRef="x">{ERROR}</bpmn:boundaryEvent>'
    content = boundary(ERROR).replace(b'<bpmn:endEvent id="e2"/>', f'{second}<bpmn:endEvent id="e2"/>'.encode())
    assert codes(content) == {"two_handlers"}


def test_handlers_for_one_error_and_for_all_are_accepted() -> None:
    second = '<bpmn:boundaryEvent id="b2" attachedToRef="x"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>'
    content = boundary(ERROR).replace(b'<bpmn:endEvent id="e2"/>', f'{second}<bpmn:endEvent id="e2"/>'.encode())
    assert codes(content) == set()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", "tomorrow"), ("timeDuration", "-PT1H"), ("timeDuration", ""),
        ("timeDuration", "2030-01-01"), ("timeDate", "2030-01-01T00:00:00"), ("timeDate", "2030-02-30T00:00:00Z"),
        ("timeDate", "next monday"), ("timeDuration", '"PT1X"'), ("timeDuration", "${'PT1X'}"),
    ],
)  # fmt: skip
def test_timer_with_a_malformed_text_is_refused(kind: str, text: str) -> None:
    assert "timer_text" in codes(catch(timer(kind, text)))


def test_timer_with_two_times_is_refused() -> None:
    both = "<bpmn:timeDuration>PT1H</bpmn:timeDuration><bpmn:timeDate>2030-01-01T00:00Z</bpmn:timeDate>"
    assert "timer_kind" in codes(catch(f"<bpmn:timerEventDefinition>{both}</bpmn:timerEventDefinition>"))


def test_timer_cycle_in_a_flow_counts_once_and_warns() -> None:
    content = catch(timer("timeCycle", "R3/PT1H"))
    assert codes(content) == set()
    assert "timer_cycle_in_flow" in codes(content, "warning")


@pytest.mark.parametrize("inside", [COMPENSATE, MESSAGE + COMPENSATE])
def test_compensation_event_is_refused(inside: str) -> None:
    assert "compensation" in codes(end(inside))


def test_catch_event_without_message_waits_for_its_own_id() -> None:
    content = catch("<bpmn:messageEventDefinition/>")
    assert node_of(content).events[0].name == "x"
    assert "message_missing" in codes(content, "warning")


def test_reference_to_a_missing_message_is_refused() -> None:
    assert codes(catch('<bpmn:messageEventDefinition messageRef="nothing"/>')) == {"dangling_reference"}


def test_problem_names_element_line_and_remedy() -> None:
    content = catch("").replace(
        b'<bpmn:intermediateCatchEvent id="x"', b'\n\n<bpmn:intermediateCatchEvent id="x" name="Wait"'
    )
    problem = read(content, file_name="wait.bpmn").errors[0]
    assert (problem.element_id, problem.element_name, problem.line, problem.file) == ("x", "Wait", 3, "wait.bpmn")
    assert problem.mend
