"""Models damaged at random: intake always answers, and what it accepts can be stored, compiled and looked at."""

from __future__ import annotations

import copy
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.intake.drawing import document, flow, line, process
from workflow_engine.bpmn.definition import Definition
from workflow_engine.bpmn.intake import read_model_here
from workflow_engine.bpmn.lint_report import format_json, format_text, list_pins
from workflow_engine.bpmn.model import dump_model, load_model

ROOTS = (
    '<bpmn:collaboration id="c"><bpmn:participant id="pa" processRef="p"/><bpmn:participant id="pb" processRef="q"/>'
    '<bpmn:messageFlow id="mf" sourceRef="x1" targetRef="q2"/><bpmn:correlationKey id="ck" name="main">'
    "<bpmn:correlationPropertyRef>cp</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
    '<bpmn:correlationProperty id="cp" name="k"><bpmn:correlationPropertyRetrievalExpression messageRef="m">'
    "<bpmn:messagePath>k</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
    '<bpmn:message id="m" name="M"/><bpmn:signal id="sg" name="SG-${x}"/><bpmn:error id="er" errorCode="E"/>'
    '<bpmn:escalation id="es" escalationCode="C"/>'
)
INNER = (
    '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="dr" dataObjectRef="d"/><bpmn:startEvent id="i1"/>'
    '<bpmn:scriptTask id="i2"><bpmn:dataInputAssociation id="da"><bpmn:sourceRef>dr</bpmn:sourceRef>'
    "</bpmn:dataInputAssociation><bpmn:script>a = 1</bpmn:script></bpmn:scriptTask>"
    '<bpmn:endEvent id="i3"><bpmn:errorEventDefinition errorRef="er"/></bpmn:endEvent>' + line("i1", "i2", "i3")
)
NODES = (
    '<bpmn:laneSet id="ls"><bpmn:lane id="l1"><bpmn:flowNodeRef>x1</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    '<bpmn:startEvent id="s"/><bpmn:userTask id="x1" camunda:assignee="${boss}" camunda:candidateGroups="a,${b}" '
    'camunda:dueDate="P1D"/><bpmn:boundaryEvent id="b1" attachedToRef="x1" cancelActivity="false">'
    "<bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"
    '</bpmn:boundaryEvent><bpmn:exclusiveGateway id="g" default="f9"/><bpmn:parallelGateway id="j"/>'
    f'<bpmn:subProcess id="sub">{INNER}</bpmn:subProcess><bpmn:boundaryEvent id="b2" attachedToRef="sub">'
    '<bpmn:errorEventDefinition errorRef="er"/></bpmn:boundaryEvent>'
    '<bpmn:serviceTask id="x2" camunda:type="external" camunda:topic="t"><bpmn:extensionElements><camunda:inputOutput>'
    '<camunda:inputParameter name="a">${b}</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>'
    '</bpmn:serviceTask><bpmn:eventBasedGateway id="eg"/><bpmn:intermediateCatchEvent id="c1">'
    '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="c2">'
    "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    '</bpmn:intermediateCatchEvent><bpmn:callActivity id="x3" calledElement="q"><bpmn:multiInstanceLoopCharacteristics>'
    "<bpmn:loopCardinality>3</bpmn:loopCardinality><bpmn:completionCondition>nrOfCompletedInstances > 1"
    "</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>"
    '<bpmn:intermediateThrowEvent id="lt"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>'
    '<bpmn:intermediateCatchEvent id="lc"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>'
    '<bpmn:endEvent id="e"><bpmn:signalEventDefinition signalRef="sg"/></bpmn:endEvent>'
    '<bpmn:sequenceFlow id="f8" sourceRef="g" targetRef="sub"><bpmn:conditionExpression>a == 1 and not b'
    '</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="f9" sourceRef="g" targetRef="x2"/>'
)
FLOWS = (
    line("s", "x1", "g")
    + line("sub", "eg", "c1", "x3", "j", "e")
    + line("eg", "c2", "j")
    + line("x2", "lt")
    + line("lc", "j")
    + flow("b1", "e")
    + flow("b2", "e")
)
WHOLE = document(
    process(NODES + FLOWS)
    + process('<bpmn:startEvent id="q1"/><bpmn:receiveTask id="q2" messageRef="m"/>' + line("q1", "q2"), "q")
    + ROOTS
)
TEXTS = ["", "${", "=", "R/PT", "'", "{", "not(", "((((", "a.b.c()", "1" * 300, "P", "\u2028", "=1 +", "${a}${", "x\ny"]
VENDOR = "{http://camunda.org/schema/1.0/bpmn}"


def damage(root: etree._Element, source: random.Random) -> None:
    """One random change of the kind that slips, tools and merges make."""
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    element, other = source.choice(elements), source.choice(elements)
    parent = element.getparent()
    kind = source.randrange(8)
    inside = any(item is other for item in element.iter())
    if kind == 0 and parent is not None:
        parent.remove(element)
    elif kind == 1 and element.attrib:
        del element.attrib[source.choice(list(element.attrib))]
    elif kind == 2 and element.attrib:
        element.set(
            source.choice(list(element.attrib)), source.choice([*TEXTS[:3], "true", "-1", other.get("id") or "q"])
        )
    elif kind == 3 and not inside:
        other.append(copy.deepcopy(element))
    elif kind == 4:
        element.text = source.choice(TEXTS)
    elif kind == 5 and parent is not None and not inside:
        other.append(element)
    elif kind == 6:
        element.tag = other.tag
    else:
        name = source.choice(["assignee", "collection", "topic", "class", "type", "dueDate", "candidateGroups"])
        element.set(VENDOR + name, source.choice([*TEXTS[:6], "${a}", "x,${b},"]))


@settings(max_examples=250)
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 5))
def test_damaged_model_always_gets_a_verdict(seed: int, changes: int) -> None:
    source = random.Random(seed)
    root = etree.fromstring(WHOLE)
    for _ in range(changes):
        damage(root, source)

    found = read_model_here(etree.tostring(root), "damaged.bpmn")

    assert found.ok == (not found.errors)
    assert format_text(found).count("\n") >= len(found.problems)
    assert format_json(found)
    assert sum(len(pin["problems"]) for pin in list_pins(found)) == len(found.problems)
    if found.model is not None:
        assert load_model(dump_model(found.model)) == found.model
        assert Definition.compile("d", 1, found.model).model is found.model


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes_always_get_a_verdict(seed: int) -> None:
    source = random.Random(seed)
    content = bytearray(WHOLE)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(content))
        content[at : at + source.randint(0, 3)] = source.randbytes(source.randint(0, 3))

    found = read_model_here(bytes(content))

    assert found.ok == (not found.errors)


def test_undamaged_model_is_accepted() -> None:
    assert read_model_here(WHOLE).errors == ()


def test_same_file_gives_the_same_answer() -> None:
    assert read_model_here(WHOLE) == read_model_here(WHOLE)
