"""Call activities, pools, message flows and everything outside the processes."""

from __future__ import annotations

import pytest

from tests.intake.drawing import around, codes, document, flow, model_of, process, read, small
from workflow_engine.bpmn.lint_calls import called_process_ids, missing_callees

CALL = '<bpmn:callActivity id="x" calledElement="other"/>'
OTHER = process('<bpmn:startEvent id="os"/><bpmn:userTask id="ot"/>' + flow("os", "ot"), "other")


def test_call_into_another_file_warns_when_nobody_knows() -> None:
    assert codes(around(CALL)) == set()
    assert codes(around(CALL), "warning") == {"called_process_elsewhere"}


def test_call_of_an_unknown_process_is_refused() -> None:
    assert codes(around(CALL), known_processes=["third"]) == {"called_process_unknown"}


def test_call_of_a_known_process_is_accepted() -> None:
    assert read(around(CALL), known_processes=["other"]).problems == ()


def test_call_of_a_process_in_the_file_is_accepted() -> None:
    assert read(around(CALL, roots=OTHER), known_processes=[]).problems == ()


def test_missing_callees_are_found_in_a_stored_model() -> None:
    model = model_of(around(CALL))
    assert called_process_ids(model) == {"other": ["x"]}
    assert missing_callees(model, ["other"]) == ()
    assert [problem.element_id for problem in missing_callees(model, [])] == ["x"]


def test_call_of_a_computed_process_is_not_checked() -> None:
    assert read(around(CALL.replace("other", "${which}")), known_processes=[]).problems == ()


def test_call_of_a_global_task_is_refused() -> None:
    assert codes(around(CALL, roots='<bpmn:globalUserTask id="other"/>')) == {"global_task"}


def test_call_of_a_process_that_waits_for_a_message_is_refused() -> None:
    waiting = OTHER.replace(
        '<bpmn:startEvent id="os"/>',
        '<bpmn:startEvent id="os"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>',
    )
    content = around(CALL, roots=waiting + '<bpmn:message id="m"/>')
    assert codes(content) == {"callee_without_plain_start"}


def test_process_that_calls_itself_without_waiting_warns() -> None:
    content = around('<bpmn:callActivity id="x" calledElement="p"/>')
    assert codes(content) == set()
    assert codes(content, "warning") == {"recursive_call"}


# ------------------------------------------------------------------------------------------------------------ pools
def pools(source: str, target: str) -> bytes:
    collaboration = (
        '<bpmn:collaboration id="c"><bpmn:participant id="pa" name="A" processRef="p"/>'
        '<bpmn:participant id="pb" name="B" processRef="other"/><bpmn:participant id="pc" name="Citizen"/>'
        f'<bpmn:messageFlow id="mf" sourceRef="{source}" targetRef="{target}"/></bpmn:collaboration>'
    )
    return document(collaboration + small() + OTHER)


@pytest.mark.parametrize(("source", "target"), [("t", "ot"), ("t", "pb"), ("pc", "t"), ("pc", "pa"), ("e", "ot")])
def test_message_flow_between_pools_is_accepted(source: str, target: str) -> None:
    assert codes(pools(source, target)) == set()


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("t", "e", "message_flow_in_pool"), ("t", "pa", "message_flow_in_pool"), ("t", "nobody", "dangling_reference"),
        ("s", "ot", "message_flow_end"), ("ot", "e", "message_flow_end"),
    ],
)  # fmt: skip
def test_message_flow_that_cannot_be_is_refused(source: str, target: str, code: str) -> None:
    assert code in codes(pools(source, target))


def test_pool_with_an_unknown_process_is_refused() -> None:
    content = pools("t", "ot").replace(b'processRef="other"', b'processRef="nothing"')
    assert "dangling_reference" in codes(content)


def test_every_executable_pool_is_a_process_with_its_pool_name() -> None:
    assert [(item.id, item.pool) for item in model_of(pools("t", "ot")).processes] == [("p", "A"), ("other", "B")]


def test_pool_without_a_process_is_listed() -> None:
    assert any(note.element_id == "pc" and "Citizen" in note.what for note in read(pools("t", "ot")).notes)


def test_import_warns() -> None:
    content = document('<bpmn:import importType="x" location="other.bpmn" namespace="n"/>' + small())
    assert "import_ignored" in codes(content, "warning")


def test_extension_that_must_be_understood_is_refused() -> None:
    content = document('<bpmn:extension mustUnderstand="true" definition="bpmn:x"/>' + small())
    assert "must_understand" in codes(content)


@pytest.mark.parametrize(("source", "target"), [("e", "ot"), ("pc", "s")])
def test_message_flow_of_an_event_without_a_message_warns(source: str, target: str) -> None:
    assert "message_flow_kind" in codes(pools(source, target), "warning")


@pytest.mark.parametrize(
    "extra",
    [
        '<bpmn:association id="a" sourceRef="t" targetRef="gone"/>',
        '<bpmn:dataStoreReference id="ds" dataStoreRef="gone"/>',
        '<bpmn:dataObject id="thing" itemSubjectRef="gone"/>',
    ],
)
def test_documentary_reference_to_nothing_warns(extra: str) -> None:
    assert codes(document(small(extra))) == set()
    assert codes(document(small(extra)), "warning") == {"dangling_reference"}


def test_reference_into_another_file_is_left_alone() -> None:
    content = document(small('<bpmn:dataObject id="thing" itemSubjectRef="xsi:string"/>'))
    assert read(content).problems == ()
