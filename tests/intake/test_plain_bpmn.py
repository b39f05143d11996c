"""Standard BPMN: people, lanes, data, correlation, loops, timers, and files of older tools."""

from __future__ import annotations

import pytest

from tests.intake.drawing import around, codes, document, flow, line, model_of, node_of, process, read, small
from workflow_engine.bpmn.model import CorrelationProperty, Loop, Mapping, dump_model, load_model


def test_model_survives_storage() -> None:
    model = model_of(document(small()))
    assert load_model(dump_model(model)) == model


def test_flows_keep_the_order_of_the_file() -> None:
    nodes = '<bpmn:startEvent id="s"/><bpmn:userTask id="x"/>' + "".join(
        f'<bpmn:endEvent id="e{number}"/>' for number in range(4)
    )
    order = [3, 0, 2, 1]
    drawn = flow("s", "x") + "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="x" targetRef="e{number}"/>' for number in order
    )
    assert node_of(document(process(nodes + drawn))).outgoing == tuple(f"f{number}" for number in order)


# ------------------------------------------------------------------------------------------------------------- people
def owned(*owners: str, role: str = "potentialOwner") -> str:
    return '<bpmn:userTask id="x">' + "".join(
        f"<bpmn:{role}><bpmn:resourceAssignmentExpression><bpmn:formalExpression>{owner}</bpmn:formalExpression>"
        f"</bpmn:resourceAssignmentExpression></bpmn:{role}>"
        for owner in owners
    ) + "</bpmn:userTask>"  # fmt: skip


def test_potential_owners_are_candidates() -> None:
    task = node_of(around(owned("user(kermit), group(management)", "accountancy"))).user_task
    assert task is not None
    assert task.candidate_users == '["kermit"]'
    assert task.candidate_groups == 'concatenate(["management"], ["accountancy"])'


def test_potential_owners_mix_calls_and_plain_group_names() -> None:
    task = node_of(around(owned("user(kermit), group(management), accountancy, ${more}"))).user_task
    assert task is not None
    assert task.candidate_users == '["kermit"]'
    assert task.candidate_groups == 'concatenate(["management"], ["accountancy", more])'


def test_human_performer_is_the_assignee() -> None:
    task = node_of(around(owned("${initiator}", role="humanPerformer"))).user_task
    assert task is not None
    assert task.assignee == "initiator"


def test_resource_reference_names_a_group() -> None:
    task = (
        '<bpmn:userTask id="x"><bpmn:potentialOwner><bpmn:resourceRef>r</bpmn:resourceRef></bpmn:potentialOwner>'
        "</bpmn:userTask>"
    )
    found = node_of(around(task, roots='<bpmn:resource id="r" name="fire brigade"/>')).user_task
    assert found is not None
    assert found.candidate_groups == '["fire brigade"]'


def test_innermost_lane_wins() -> None:
    lanes = """<bpmn:laneSet id="ls"><bpmn:lane id="outer" name="Town"><bpmn:flowNodeRef>x</bpmn:flowNodeRef>
      <bpmn:childLaneSet id="cl"><bpmn:lane id="inner" name="Fire"><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane>
      </bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"""
    content = around(lanes + '<bpmn:userTask id="x"/>')
    assert node_of(content).lane == "inner"
    assert [(lane.id, lane.name) for lane in model_of(content).processes[0].lanes] == [
        ("outer", "Town"), ("inner", "Fire"),
    ]  # fmt: skip


def test_lane_that_lists_a_missing_node_warns() -> None:
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:flowNodeRef>gone</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    assert codes(around(lanes + '<bpmn:userTask id="x"/>'), "warning") == {"dangling_reference"}


# --------------------------------------------------------------------------------------------------------------- data
def test_association_with_a_data_object_is_documentation() -> None:
    data = (
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" name="Report" dataObjectRef="d"/>'
        '<bpmn:userTask id="x">'
        '<bpmn:property id="pl" name="__targetRef_placeholder"/><bpmn:dataInputAssociation id="a">'
        "<bpmn:sourceRef>r</bpmn:sourceRef><bpmn:targetRef>pl</bpmn:targetRef></bpmn:dataInputAssociation></bpmn:userTask>"
    )
    content = around(data)
    assert codes(content) == set()
    assert (node_of(content).inputs, node_of(content).outputs) == ((), ())
    assert [item.id for item in model_of(content).processes[0].scope.data_objects] == ["d"]


def test_association_that_renames_becomes_a_mapping() -> None:
    data = (
        '<bpmn:property id="claim" name="claim"/><bpmn:userTask id="x"><bpmn:ioSpecification id="io">'
        '<bpmn:dataInput id="in1" name="request"/><bpmn:dataOutput id="out1" name="answer"/>'
        "<bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification>"
        '<bpmn:dataInputAssociation id="a"><bpmn:sourceRef>claim</bpmn:sourceRef><bpmn:targetRef>in1</bpmn:targetRef>'
        "</bpmn:dataInputAssociation>"
        '<bpmn:dataOutputAssociation id="b"><bpmn:sourceRef>out1</bpmn:sourceRef><bpmn:targetRef>claim</bpmn:targetRef>'
        "</bpmn:dataOutputAssociation></bpmn:userTask>"
    )
    node = node_of(around(data))
    assert node.inputs == (Mapping(source="claim", target="request"),)
    assert node.outputs == (Mapping(source="answer", target="claim"),)


def test_assignment_of_a_constant_becomes_a_mapping() -> None:
    data = (
        '<bpmn:userTask id="x"><bpmn:ioSpecification id="io"><bpmn:dataInput id="in1" name="Priority"/><bpmn:inputSet/>'
        '<bpmn:outputSet/></bpmn:ioSpecification><bpmn:dataInputAssociation id="a"><bpmn:targetRef>in1</bpmn:targetRef>'
        "<bpmn:assignment><bpmn:from>high</bpmn:from><bpmn:to>in1</bpmn:to></bpmn:assignment>"
        "</bpmn:dataInputAssociation></bpmn:userTask>"
    )
    assert node_of(around(data)).inputs == (Mapping(source='"high"', target="Priority"),)


def test_transformation_is_refused() -> None:
    data = (
        '<bpmn:property id="claim" name="claim"/><bpmn:userTask id="x"><bpmn:dataOutputAssociation id="b">'
        "<bpmn:targetRef>claim</bpmn:targetRef><bpmn:transformation>x</bpmn:transformation>"
        "</bpmn:dataOutputAssociation></bpmn:userTask>"
    )
    assert codes(around(data)) == {"data_transformation"}


@pytest.mark.parametrize("end", ["sourceRef", "targetRef"])
def test_association_with_a_missing_end_is_refused(end: str) -> None:
    data = (
        f'<bpmn:userTask id="x"><bpmn:dataInputAssociation id="a"><bpmn:{end}>gone</bpmn:{end}>'
        "</bpmn:dataInputAssociation></bpmn:userTask>"
    )
    assert codes(around(data)) == {"dangling_reference"}


# -------------------------------------------------------------------------------------------------- events and messages
def test_correlation_keys_are_read() -> None:
    roots = """<bpmn:collaboration id="c"><bpmn:participant id="pa" processRef="p"/>
      <bpmn:correlationKey id="ck" name="main"><bpmn:correlationPropertyRef>cp</bpmn:correlationPropertyRef>
      </bpmn:correlationKey></bpmn:collaboration>
      <bpmn:correlationProperty id="cp" name="case_id"><bpmn:correlationPropertyRetrievalExpression messageRef="m">
      <bpmn:messagePath>order.id</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>
      </bpmn:correlationProperty><bpmn:message id="m" name="M"/>"""
    subscription = """<bpmn:correlationSubscription id="cs" correlationKeyRef="ck"><bpmn:correlationPropertyBinding
      correlationPropertyRef="cp"><bpmn:dataPath>my_order</bpmn:dataPath></bpmn:correlationPropertyBinding>
      </bpmn:correlationSubscription>"""
    content = around('<bpmn:receiveTask id="x" messageRef="m"/>', roots=roots)
    assert node_of(content).events[0].correlation == (
        CorrelationProperty(key="main", name="case_id", retrieval="order.id"),
    )
    bound = content.replace(b"</bpmn:process>", f"{subscription}</bpmn:process>".encode())
    assert node_of(bound).events[0].correlation[0].data_path == "my_order"


def test_unnamed_message_goes_by_its_id() -> None:
    content = around('<bpmn:receiveTask id="x" messageRef="m7"/>', roots='<bpmn:message id="m7"/>')
    assert node_of(content).events[0].name == "m7"


def test_event_definition_may_be_referred_to() -> None:
    event = (
        '<bpmn:intermediateCatchEvent id="x"><bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef>'
        "</bpmn:intermediateCatchEvent>"
    )
    roots = '<bpmn:signalEventDefinition id="shared" signalRef="sg"/><bpmn:signal id="sg" name="SG"/>'
    assert node_of(around(event, roots=roots)).events[0].name == "SG"


@pytest.mark.parametrize(
    ("tag", "text", "feel"),
    [
        ("timeDuration", "PT1H", '"PT1H"'), ("timeDuration", ' "PT1H" ', '"PT1H"'),
        ("timeDuration", "'PT1H'", '"PT1H"'),
        ("timeDuration", "${wait}", "wait"), ("timeDuration", "=wait", "wait"), ("timeDuration", "${'PT5M'}", '"PT5M"'),
        ("timeDate", "2030-01-31T12:00:00+08:00", '"2030-01-31T12:00:00+08:00"'), ("timeDuration", "wait", "wait"),
    ],
)  # fmt: skip
def test_timer_texts_become_feel(tag: str, text: str, feel: str) -> None:
    timer = (
        '<bpmn:dataObject id="wait"/><bpmn:intermediateCatchEvent id="x"><bpmn:timerEventDefinition>'
        f"<bpmn:{tag}>{text}</bpmn:{tag}></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    assert node_of(around(timer)).events[0].expression == feel


# ------------------------------------------------------------------------------------------------------------- scripts
def test_script_loses_the_indentation_of_the_file() -> None:
    script = "<bpmn:script>\n        if a:\n            b = 1\n\n        c = 2\n      </bpmn:script>"
    node = node_of(around(f'<bpmn:scriptTask id="x" scriptFormat="Python">{script}</bpmn:scriptTask>'))
    assert node.script is not None
    assert node.script.source == "if a:\n    b = 1\n\nc = 2"


def test_script_in_a_cdata_section_is_read() -> None:
    node = node_of(around('<bpmn:scriptTask id="x"><bpmn:script><![CDATA[a = b < 3]]></bpmn:script></bpmn:scriptTask>'))
    assert node.script is not None
    assert (node.script.source, node.script.format, node.script.is_expression) == ("a = b < 3", "python", False)


def test_feel_script_gives_its_value_to_a_variable() -> None:
    task = '<bpmn:scriptTask id="x" scriptFormat="feel" camunda:resultVariable="r"><bpmn:script>a + 1</bpmn:script>'
    script = node_of(around(f"{task}</bpmn:scriptTask>")).script
    assert script is not None
    assert (script.source, script.is_expression, script.result_variable) == ("a + 1", True, "r")


# --------------------------------------------------------------------------------------------------------------- loops
def test_standard_loop_is_read() -> None:
    loop = (
        '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="3"><bpmn:loopCondition>n &lt; 3'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    assert node_of(around(f'<bpmn:task id="x">{loop}</bpmn:task>')).loop == Loop(
        kind="standard", condition="n < 3", test_before=True, maximum=3
    )


def test_multi_instance_of_the_standard_is_read() -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true">'
        "<bpmn:loopDataInputRef>items</bpmn:loopDataInputRef>"
        '<bpmn:loopDataOutputRef>outs</bpmn:loopDataOutputRef><bpmn:inputDataItem id="item" name="item"/>'
        '<bpmn:outputDataItem id="r" name="r"/><bpmn:completionCondition>"no" in outs</bpmn:completionCondition>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    found = node_of(around(f'<bpmn:userTask id="x">{loop}</bpmn:userTask>')).loop
    assert found is not None
    assert (found.kind, found.collection, found.item, found.output_collection, found.output_item) == (
        "sequential", "items", "item", "outs", "r",
    )  # fmt: skip
    assert found.completion_condition is not None


def test_multi_instance_over_a_data_object_uses_its_variable() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>ref</bpmn:loopDataInputRef>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    data = '<bpmn:dataObject id="people"/><bpmn:dataObjectReference id="ref" dataObjectRef="people"/>'
    found = node_of(around(f'{data}<bpmn:userTask id="x">{loop}</bpmn:userTask>')).loop
    assert found is not None
    assert found.collection == "people"


# --------------------------------------------------------------------------------------------------- files of any tool
@pytest.mark.parametrize("namespace", ["http://schema.omg.org/spec/BPMN/2.0", "http://www.omg.org/bpmn20"])
def test_namespace_of_a_draft_is_read(namespace: str) -> None:
    content = document(small()).replace(b"http://www.omg.org/spec/BPMN/20100524/MODEL", namespace.encode())
    found = read(content)
    assert found.ok
    assert any(note.before == namespace for note in found.notes)


def test_file_without_a_namespace_is_read() -> None:
    content = document(small()).decode().replace("bpmn:", "").replace("xmlns:bpmn=", "xmlns:unused=")
    assert read(content.encode()).ok


def test_implicit_split_and_conditional_flows_are_kept() -> None:
    nodes = (
        '<bpmn:startEvent id="s"/><bpmn:userTask id="x" default="f2"/><bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="x" targetRef="e">'
        "<bpmn:conditionExpression>a == 1</bpmn:conditionExpression>"
        '</bpmn:sequenceFlow><bpmn:sequenceFlow id="f2" sourceRef="x" targetRef="e2"/>'
    )
    content = document(process(nodes + flow("s", "x")))
    node = node_of(content)
    assert (node.outgoing, node.default_flow) == (("f1", "f2"), "f2")
    assert model_of(content).processes[0].scope.flows[0].condition == "a = 1"


def test_names_are_put_on_one_line() -> None:
    content = document(
        process('<bpmn:startEvent id="s"/><bpmn:userTask id="x" name="Check&#10;  it"/>' + line("s", "x"))
    )
    assert node_of(content).name == "Check it"


def test_association_with_two_sources_is_refused() -> None:
    data = (
        '<bpmn:property id="a" name="a"/><bpmn:property id="b" name="b"/><bpmn:userTask id="x">'
        '<bpmn:dataOutputAssociation id="o"><bpmn:sourceRef>a</bpmn:sourceRef><bpmn:sourceRef>b</bpmn:sourceRef>'
        "<bpmn:targetRef>a</bpmn:targetRef></bpmn:dataOutputAssociation></bpmn:userTask>"
    )
    assert codes(around(data)) == {"data_sources"}
