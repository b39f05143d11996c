"""Camunda 8's (Zeebe's) extension elements; ``=`` marks FEEL, everything else stands for itself."""

from __future__ import annotations

from tests.intake.drawing import around, extended, model_of, node_of, read
from workflow_engine.bpmn.model import CalledElement, DecisionRef, Job, Mapping, Script, UserTask


def test_user_task_is_read() -> None:
    extensions = """<zeebe:userTask/>
      <zeebe:assignmentDefinition assignee="=boss" candidateGroups="=[&quot;a&quot;, b]" candidateUsers="u1, u2"/>
      <zeebe:formDefinition formId="check"/><zeebe:taskSchedule dueDate="=now() + duration(&quot;P1D&quot;)"
        followUpDate="2030-01-31T12:00:00Z"/><zeebe:priorityDefinition priority="=level"/>"""
    assert node_of(around(extended("userTask", extensions))).user_task == UserTask(
        assignee="boss",
        candidate_users='["u1", "u2"]',
        candidate_groups='["a", b]',
        form_key="check",
        due='now() + duration("P1D")',
        follow_up='"2030-01-31T12:00:00Z"',
        priority="level",
    )


def test_job_is_read_with_headers() -> None:
    extensions = """<zeebe:taskDefinition type="send-mail" retries="5"/>
      <zeebe:taskHeaders><zeebe:header key="to" value="a@b"/></zeebe:taskHeaders>"""
    assert node_of(around(extended("serviceTask", extensions))).job == Job(
        topic="send-mail", retries=5, headers=(Mapping(source='"a@b"', target="to"),)
    )


def test_io_mapping_is_read() -> None:
    extensions = """<zeebe:taskDefinition type="t"/><zeebe:ioMapping>
      <zeebe:input source="=order.id" target="id"/><zeebe:output source="=answer" target="result"/></zeebe:ioMapping>"""
    node = node_of(around(extended("serviceTask", extensions)))
    assert node.inputs == (Mapping(source="order.id", target="id"),)
    assert node.outputs == (Mapping(source="answer", target="result"),)


def test_called_decision_is_read() -> None:
    extensions = '<zeebe:calledDecision decisionId="grade" resultVariable="level"/>'
    assert node_of(around(extended("businessRuleTask", extensions))).decision == DecisionRef(
        decision_id="grade", result_variable="level"
    )


def test_called_element_is_read() -> None:
    extensions = '<zeebe:calledElement processId="other" propagateAllChildVariables="false"/>'
    assert node_of(around(extended("callActivity", extensions))).called == CalledElement(
        process_id='"other"', all_in=True, all_out=False
    )


def test_called_element_given_by_an_expression() -> None:
    extensions = '<zeebe:calledElement processId="=&quot;dept-&quot; + code"/>'
    called = node_of(around(extended("callActivity", extensions))).called
    assert called is not None
    assert called.process_id == '"dept-" + code'


def test_multi_instance_is_read() -> None:
    loop = """<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
      <zeebe:loopCharacteristics inputCollection="=people" inputElement="person" outputCollection="votes"
        outputElement="=vote"/></bpmn:extensionElements>
      <bpmn:completionCondition>=count(votes[item = "no"]) > 0</bpmn:completionCondition>
      </bpmn:multiInstanceLoopCharacteristics>"""
    found = node_of(around(extended("userTask", "<zeebe:userTask/>", inside=loop))).loop
    assert found is not None
    assert (found.collection, found.item, found.output_collection, found.output_item) == (
        "people", "person", "votes", "vote",
    )  # fmt: skip
    assert found.completion_condition == 'count(votes[item = "no"]) > 0'


def test_script_expression_is_read() -> None:
    extensions = '<zeebe:script expression="=a + 1" resultVariable="b"/>'
    assert node_of(around(extended("scriptTask", extensions))).script == Script(
        source="a + 1", format="feel", result_variable="b", is_expression=True
    )


def test_script_task_of_a_worker_is_a_job() -> None:
    node = node_of(around(extended("scriptTask", '<zeebe:taskDefinition type="run"/>')))
    assert node.kind == "serviceTask"
    assert node.job == Job(topic="run")


def test_subscription_gives_the_correlation_key() -> None:
    message = """<bpmn:message id="m" name="paid"><bpmn:extensionElements>
      <zeebe:subscription correlationKey="=order.id"/></bpmn:extensionElements></bpmn:message>"""
    event = node_of(around('<bpmn:receiveTask id="x" messageRef="m"/>', roots=message)).events[0]
    assert (event.name, event.correlation_key) == ("paid", "order.id")


def test_condition_and_timer_are_read() -> None:
    timer = (
        '<bpmn:intermediateCatchEvent id="x"><bpmn:timerEventDefinition><bpmn:timeDuration>=wait</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    assert node_of(around(timer)).events[0].expression == "wait"


def test_version_tag_is_read() -> None:
    tag = '<bpmn:extensionElements><zeebe:versionTag value="v3"/></bpmn:extensionElements>'
    content = around('<bpmn:userTask id="x"/>').replace(b'isExecutable="true">', f'isExecutable="true">{tag}'.encode())
    assert model_of(content).processes[0].version_tag == "v3"


def test_element_nobody_uses_is_listed() -> None:
    content = around(extended("userTask", '<zeebe:adHoc activeElementsCollection="=a"/>'))
    assert any(note.kind == "unused" and "zeebe:adHoc" in note.what for note in read(content).notes)
