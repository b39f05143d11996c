"""Camunda 7's attributes and elements, also as Activiti and Flowable write them."""

from __future__ import annotations

import pytest

from tests.intake.drawing import around, codes, extended, model_of, node_of, read
from workflow_engine.bpmn.model import CalledElement, DecisionRef, FormField, Mapping, UserTask


def user_task(attributes: str) -> UserTask:
    task = node_of(around(f'<bpmn:userTask id="x" {attributes}/>')).user_task
    assert task is not None
    return task


@pytest.mark.parametrize("prefix", ["camunda", "flowable"])
def test_assignment_is_read(prefix: str) -> None:
    task = user_task(
        f'{prefix}:assignee="kermit" {prefix}:candidateUsers="a, b" {prefix}:candidateGroups="unit:1,${{group}}" '
        f'{prefix}:priority="50" {prefix}:formKey="check"'
    )
    assert task.assignee == '"kermit"'
    assert task.candidate_users == '["a", "b"]'
    assert task.candidate_groups == '["unit:1", group]'
    assert task.priority == '"50"'
    assert task.form_key == "check"


def test_activiti_namespace_is_read_as_well() -> None:
    content = around('<bpmn:userTask id="x" a:assignee="k"/>').replace(
        b"xmlns:bpmn=", b'xmlns:a="http://activiti.org/bpmn" xmlns:bpmn='
    )
    task = node_of(content).user_task
    assert task is not None
    assert task.assignee == '"k"'


def test_expressions_are_translated_and_the_translation_is_noted() -> None:
    content = around('<bpmn:userTask id="x" camunda:assignee="${boss.name}" camunda:candidateGroups="${groups}"/>')
    task = node_of(content).user_task
    assert task is not None
    assert (task.assignee, task.candidate_groups) == ("boss.name", "groups")
    notes = [note for note in read(content).notes if note.kind == "translated"]
    assert [(note.element_id, note.before, note.after) for note in notes] == [
        ("x", "${boss.name}", "boss.name"), ("x", "${groups}", "groups"),
    ]  # fmt: skip


def test_text_around_an_expression_becomes_a_joined_text() -> None:
    assert user_task('camunda:assignee="unit-${number}-head"').assignee == '"unit-" + string(number) + "-head"'


@pytest.mark.parametrize(
    ("raw", "feel"),
    [("P3D", '"P3D"'), ("2030-01-31T12:00:00Z", '"2030-01-31T12:00:00Z"'), ("${dueDate}", "dueDate")],
)
def test_due_date_is_a_duration_an_instant_or_an_expression(raw: str, feel: str) -> None:
    task = user_task(f'camunda:dueDate="{raw}" camunda:followUpDate="{raw}"')
    assert (task.due, task.follow_up) == (feel, feel)


def test_malformed_due_date_is_refused() -> None:
    assert codes(around('<bpmn:userTask id="x" camunda:dueDate="someday"/>')) == {"timer_text"}


def test_form_fields_are_read_with_their_validation() -> None:
    form = """
      <camunda:formData>
        <camunda:formField id="amount" label="Amount" type="long" defaultValue="${sum}">
          <camunda:validation>
            <camunda:constraint name="required"/><camunda:constraint name="min" config="1"/>
            <camunda:constraint name="max" config="9"/><camunda:constraint name="readonly" config="false"/>
          </camunda:validation>
        </camunda:formField>
        <camunda:formField id="kind" type="enum"><camunda:value id="a" name="First"/><camunda:value id="b"/>
        </camunda:formField>
        <camunda:formField id="note" type="string">
          <camunda:validation><camunda:constraint name="maxlength" config="80"/></camunda:validation>
        </camunda:formField>
      </camunda:formData>"""
    task = node_of(around(extended("userTask", form))).user_task
    assert task is not None
    assert task.fields == (
        FormField(id="amount", label="Amount", type="long", default="sum", required=True, minimum="1", maximum="9"),
        FormField(id="kind", type="enum", values=(("a", "First"), ("b", "b"))),
        FormField(id="note", max_length=80),
    )


def test_form_properties_of_flowable_are_read() -> None:
    form = '<flowable:formProperty id="a" name="A" type="long" required="true" writable="false"/>'
    task = node_of(around(extended("userTask", form))).user_task
    assert task is not None
    assert task.fields == (FormField(id="a", label="A", type="long", required=True, readonly=True),)


def test_unknown_constraint_is_listed() -> None:
    form = (
        '<camunda:formData><camunda:formField id="a" type="string"><camunda:validation>'
        '<camunda:constraint name="validator" config="x.Y"/></camunda:validation></camunda:formField>'
        "</camunda:formData>"
    )
    assert any("validator" in note.what for note in read(around(extended("userTask", form))).notes)


# -------------------------------------------------------------------------------------------------------------- jobs
def test_external_task_is_a_job_with_its_topic() -> None:
    node = node_of(around('<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="pay"/>'))
    assert node.job is not None
    assert node.job.topic == "pay"


@pytest.mark.parametrize("attribute", ['class="a.B"', 'delegateExpression="${bean}"', 'expression="${bean.run()}"'])
def test_java_code_becomes_a_topic_and_is_told(attribute: str) -> None:
    content = around(f'<bpmn:serviceTask id="x" camunda:{attribute}/>')
    job = node_of(content).job
    assert job is not None
    assert job.topic == attribute.split('"')[1]
    assert any(note.kind == "rewritten" and note.element_id == "x" for note in read(content).notes)


def test_service_task_without_anything_is_a_job_named_by_its_id() -> None:
    content = around('<bpmn:serviceTask id="x"/>')
    job = node_of(content).job
    assert job is not None
    assert job.topic == "x"
    assert codes(content, "warning") == {"job_without_topic"}


def test_topic_given_by_an_expression_is_refused() -> None:
    assert codes(around('<bpmn:serviceTask id="x" camunda:topic="${which}"/>')) == {"not_fixed"}


def test_injected_fields_become_headers() -> None:
    fields = (
        '<camunda:field name="to" stringValue="a@b"/><camunda:field name="text"><camunda:expression>${t}'
        "</camunda:expression></camunda:field>"
    )
    job = node_of(around(extended("serviceTask", fields, ' camunda:class="a.B"'))).job
    assert job is not None
    assert job.headers == (Mapping(source='"a@b"', target="to"), Mapping(source="t", target="text"))


def test_message_throw_event_with_a_topic_is_a_job() -> None:
    event = (
        '<bpmn:intermediateThrowEvent id="x"><bpmn:messageEventDefinition messageRef="m" camunda:type="external" '
        'camunda:topic="send"/></bpmn:intermediateThrowEvent>'
    )
    node = node_of(around(event, roots='<bpmn:message id="m" name="M"/>'))
    assert node.job is not None
    assert node.job.topic == "send"
    assert node.events[0].name == "M"


# --------------------------------------------------------------------------------------------------- data in and out
def test_input_and_output_parameters_are_read() -> None:
    parameters = """<camunda:inputOutput>
      <camunda:inputParameter name="caseEvent">NOTIFY</camunda:inputParameter>
      <camunda:inputParameter name="sum">${a + b}</camunda:inputParameter>
      <camunda:inputParameter name="empty"/>
      <camunda:inputParameter name="many"><camunda:list><camunda:value>1</camunda:value>
        <camunda:value>${c}</camunda:value></camunda:list></camunda:inputParameter>
      <camunda:inputParameter name="map"><camunda:map><camunda:entry key="k">v</camunda:entry></camunda:map>
      </camunda:inputParameter>
      <camunda:outputParameter name="result">${answer}</camunda:outputParameter>
    </camunda:inputOutput>"""
    node = node_of(around(extended("serviceTask", parameters, ' camunda:topic="t"')))
    assert node.inputs == (
        Mapping(source='"NOTIFY"', target="caseEvent"), Mapping(source="a + b", target="sum"),
        Mapping(source="null", target="empty"), Mapping(source='["1", c]', target="many"),
        Mapping(source='{"k": "v"}', target="map"),
    )  # fmt: skip
    assert node.outputs == (Mapping(source="answer", target="result"),)


def test_parameter_script_in_another_language_is_refused() -> None:
    parameters = (
        '<camunda:inputOutput><camunda:inputParameter name="a"><camunda:script scriptFormat="ruby">1</camunda:script>'
        "</camunda:inputParameter></camunda:inputOutput>"
    )
    assert codes(around(extended("serviceTask", parameters, ' camunda:topic="t"'))) == {"parameter_script"}


def called(extensions: str = "", attributes: str = "") -> CalledElement:
    found = node_of(around(extended("callActivity", extensions, f' calledElement="other"{attributes}'))).called
    assert found is not None
    return found


def test_call_activity_without_mappings_passes_everything() -> None:
    assert called() == CalledElement(process_id='"other"')


def test_call_activity_with_mappings_passes_only_those() -> None:
    extensions = (
        '<camunda:in source="a" target="b"/><camunda:in sourceExpression="${c + 1}" target="d"/>'
        '<camunda:in businessKey="#{execution.processBusinessKey}"/><camunda:out source="r" target="result"/>'
    )
    found = called(extensions)
    assert found.inputs == (Mapping(source="a", target="b"), Mapping(source="c + 1", target="d"))
    assert found.outputs == (Mapping(source="r", target="result"),)
    assert (found.all_in, found.all_out) == (False, False)


def test_call_activity_with_all_in_and_nothing_out() -> None:
    found = called('<camunda:in variables="all"/>')
    assert (found.all_in, found.all_out) == (True, False)


@pytest.mark.parametrize(
    ("attributes", "binding", "version"),
    [
        ('camunda:calledElementBinding="deployment"', "deployment", None),
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="7"', "version", "7"),
        ('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="v1"', "version_tag", "v1"),
    ],
)
def test_call_activity_binding_is_read(attributes: str, binding: str, version: str | None) -> None:
    found = called(attributes=f" {attributes}")
    assert (found.binding, found.version) == (binding, version)


def test_called_element_given_by_an_expression() -> None:
    found = node_of(around('<bpmn:callActivity id="x" calledElement="${which}"/>')).called
    assert found is not None
    assert found.process_id == "which"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", DecisionRef(decision_id="grade")),
        (' camunda:resultVariable="r"', DecisionRef(decision_id="grade", result_variable="r", shape="result_list")),
        (
            ' camunda:resultVariable="r" camunda:mapDecisionResult="singleEntry"',
            DecisionRef(decision_id="grade", result_variable="r", shape="single_entry"),
        ),
        (
            ' camunda:resultVariable="r" camunda:mapDecisionResult="collectEntries"',
            DecisionRef(decision_id="grade", result_variable="r", shape="collect_entries"),
        ),
    ],
)
def test_decision_reference_is_read(attributes: str, expected: DecisionRef) -> None:
    node = node_of(around(f'<bpmn:businessRuleTask id="x" camunda:decisionRef="grade"{attributes}/>'))
    assert node.decision == expected


def test_vendor_multi_instance_is_read() -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${people}" camunda:elementVariable="person">'
        "<bpmn:completionCondition>${nrOfCompletedInstances >= 2}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    found = node_of(around(f'<bpmn:userTask id="x">{loop}</bpmn:userTask>')).loop
    assert found is not None
    assert (found.kind, found.collection, found.item) == ("parallel", "people", "person")
    assert found.completion_condition == "nrOfCompletedInstances >= 2"


def test_bare_collection_is_the_name_of_a_variable() -> None:
    loop = '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="people"/>'
    found = node_of(around(f'<bpmn:userTask id="x">{loop}</bpmn:userTask>')).loop
    assert found is not None
    assert (found.kind, found.collection) == ("sequential", "people")


def test_error_variables_and_codes_are_read() -> None:
    boundary = (
        '<bpmn:userTask id="x"/><bpmn:boundaryEvent id="b" attachedToRef="x"><bpmn:errorEventDefinition errorRef="er" '
        'camunda:errorCodeVariable="code" camunda:errorMessageVariable="text"/></bpmn:boundaryEvent>'
    )
    event = node_of(around(boundary, roots='<bpmn:error id="er" name="E" errorCode="E1"/>'), "b").events[0]
    assert (event.code, event.code_variable, event.message_variable) == ("E1", "code", "text")


def test_error_code_in_the_place_of_a_reference_is_taken_as_the_code() -> None:
    boundary = (
        '<bpmn:userTask id="x"/><bpmn:boundaryEvent id="b" attachedToRef="x">'
        '<bpmn:errorEventDefinition errorRef="E7"/></bpmn:boundaryEvent>'
    )
    assert node_of(around(boundary), "b").events[0].code == "E7"


def test_thrown_error_code_may_be_computed() -> None:
    content = around("", "e", roots='<bpmn:error id="er" errorCode="${why}"/>').replace(
        b'<bpmn:endEvent id="e"/>', b'<bpmn:endEvent id="e"><bpmn:errorEventDefinition errorRef="er"/></bpmn:endEvent>'
    ).replace(b'<bpmn:sequenceFlow sourceRef="e" targetRef="e"/>', b"")  # fmt: skip
    assert node_of(content, "e").events[0].code == "=why"


@pytest.mark.parametrize(("raw", "days"), [("180", 180), ("P90D", 90)])
def test_history_time_to_live_is_the_retention(raw: str, days: int) -> None:
    model = model_of(around('<bpmn:userTask id="x"/>', attributes=f' camunda:historyTimeToLive="{raw}"'))
    assert model.processes[0].retention_days == days


def test_version_tag_and_properties_are_read() -> None:
    extensions = '<camunda:properties><camunda:property name="colour" value="red"/></camunda:properties>'
    content = around(extended("userTask", extensions), attributes=' camunda:versionTag="2.1"')
    assert model_of(content).processes[0].version_tag == "2.1"
    assert node_of(content).properties == (("colour", "red"),)


def test_signal_payload_is_read() -> None:
    event = (
        '<bpmn:intermediateThrowEvent id="x"><bpmn:signalEventDefinition signalRef="sg"><bpmn:extensionElements>'
        '<camunda:in source="a" target="b"/></bpmn:extensionElements></bpmn:signalEventDefinition>'
        "</bpmn:intermediateThrowEvent>"
    )
    found = node_of(around(event, roots='<bpmn:signal id="sg" name="alarm-${kind}"/>')).events[0]
    assert found.variables == (Mapping(source="a", target="b"),)
    assert found.name_expression == '"alarm-" + string(kind)'


@pytest.mark.parametrize(
    ("cron", "cycle"),
    [
        ("0 0/5 * * * ?", "R/2000-01-01T00:00:00Z/PT5M"), ("0/2 * * * * ?", "R/2000-01-01T00:00:00Z/PT2S"),
        ("30 10/15 * * * *", "R/2000-01-01T00:10:30Z/PT15M"), ("0 30 * * * ?", "R/2000-01-01T00:30:00Z/PT1H"),
        ("15 * * * * ?", "R/2000-01-01T00:00:15Z/PT1M"),
    ],
)  # fmt: skip
def test_even_cron_text_becomes_a_cycle(cron: str, cycle: str) -> None:
    boundary = (
        '<bpmn:userTask id="x"/><bpmn:boundaryEvent id="b" attachedToRef="x" cancelActivity="false">'
        f"<bpmn:timerEventDefinition><bpmn:timeCycle>{cron}</bpmn:timeCycle></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )
    assert node_of(around(boundary), "b").events[0].expression == f'"{cycle}"'


@pytest.mark.parametrize("cron", ["0 0 8 * * ?", "0 0/7 * * * ?", "0 0 12 ? * MON-FRI", "0 0/5 8-18 * * ?"])
def test_other_cron_text_is_refused(cron: str) -> None:
    boundary = (
        '<bpmn:userTask id="x"/><bpmn:boundaryEvent id="b" attachedToRef="x">'
        f"<bpmn:timerEventDefinition><bpmn:timeCycle>{cron}</bpmn:timeCycle></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )
    assert codes(around(boundary)) == {"timer_text"}


def test_connector_is_a_job_with_its_parameters_as_headers() -> None:
    connector = """<camunda:connector><camunda:inputOutput>
      <camunda:inputParameter name="url">https://a.example/${id}</camunda:inputParameter>
      <camunda:outputParameter name="r">${response}</camunda:outputParameter></camunda:inputOutput>
      <camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>"""
    content = around(extended("serviceTask", connector))
    job = node_of(content).job
    assert job is not None
    assert job.topic == "http-connector"
    assert job.headers == (Mapping(source='"https://a.example/" + string(id)', target="url"),)
    assert any("output parameter r" in note.what for note in read(content).notes)
