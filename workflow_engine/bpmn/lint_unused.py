"""What the file holds and nothing uses: listed to the person who uploads, so that nothing is dropped in silence."""

from __future__ import annotations

from lxml import etree

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.xml import BPMN, DIAGRAM_NAMESPACES, XSI, Element, is_bpmn, local_name, namespace_of

_DRAWING = frozenset(
    {
        *DIAGRAM_NAMESPACES,
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        XSI,
        "http://www.w3.org/XML/1998/namespace",
    }
)
_DOCUMENTARY = frozenset(
    {
        "documentation", "textAnnotation", "text", "association", "group", "category", "categoryValue",
        "incoming", "outgoing", "messageFlow", "messageFlowAssociation", "participantAssociation",
        "itemDefinition", "dataState", "conversation", "conversationLink", "conversationNode",
        "subConversation", "callConversation", "script", "dataInput", "dataOutput", "inputSet", "outputSet",
        "ioSpecification", "dataInputAssociation", "dataOutputAssociation", "assignment", "from", "to",
        "sourceRef", "targetRef", "dataInputRefs", "dataOutputRefs", "flowNodeRef", "laneSet",
        "childLaneSet", "extensionElements", "resourceRef", "resource", "resourceParameter", "import",
        "interface", "operation", "inMessageRef", "outMessageRef", "partnerRole", "partnerEntity",
        "partnerEntityRef", "participantRef", "property", "dataObject", "dataStore",
        "correlationPropertyRef",
    }
)  # fmt: skip
"""Elements that say something to people, or that are read for what is inside them."""
_READ = frozenset(
    {
        "definitions", "process", "collaboration", "participant", "lane", "sequenceFlow",
        "conditionExpression", "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
        "boundaryEvent", "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask",
        "receiveTask", "businessRuleTask", "subProcess", "transaction", "callActivity", "exclusiveGateway",
        "parallelGateway", "inclusiveGateway", "eventBasedGateway", "message", "signal", "error",
        "escalation", "messageEventDefinition", "signalEventDefinition", "timerEventDefinition",
        "errorEventDefinition", "escalationEventDefinition", "conditionalEventDefinition",
        "linkEventDefinition", "terminateEventDefinition", "cancelEventDefinition", "eventDefinitionRef",
        "timeDate", "timeDuration", "timeCycle", "condition", "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics", "loopCondition", "loopCardinality", "loopDataInputRef",
        "loopDataOutputRef", "inputDataItem", "outputDataItem", "completionCondition",
        "dataObjectReference", "correlationKey", "correlationProperty", "correlationSubscription",
        "correlationPropertyRetrievalExpression", "messagePath", "correlationPropertyBinding", "dataPath",
        "complexGateway", "adHocSubProcess", "event", "compensateEventDefinition", "choreographyTask",
        "callChoreography", "subChoreography", "complexBehaviorDefinition", "completionQuantity",
        "activationCondition", "extension",
    }
)  # fmt: skip
_LISTED = frozenset(
    {
        "auditing", "monitoring", "ioBinding", "performer", "humanPerformer", "potentialOwner",
        "resourceRole", "rendering", "resourceParameterBinding", "resourceAssignmentExpression",
        "formalExpression", "expression", "endPoint", "endPointRef", "dataStoreReference", "choreography",
        "globalConversation", "globalChoreographyTask", "relationship", "supports", "supportedInterfaceRef",
        "participantMultiplicity", "interfaceRef", "operationRef", "eventDefinition", "globalTask",
        "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask",
        "transformation", "source", "target", "optionalInputRefs", "whileExecutingInputRefs",
        "optionalOutputRefs", "whileExecutingOutputRefs", "outputSetRefs", "inputSetRefs",
        "loopBehaviorEventRef", "noneBehaviorEventRef", "oneBehaviorEventRef", "categoryValueRef",
        "partitionElement", "correlationKeyRef", "messageFlowRef", "choreographyRef", "artifactRef",
        "implicitThrowEvent", "rootElement", "artifact", "supportedInterfaceRefs", "complexBehavior",
    }
)  # fmt: skip
_CHANGING = frozenset(
    {
        "executionListener", "executionListeners", "taskListener", "taskListeners", "eventListener", "connector",
        "errorEventDefinition", "preScript", "postScript", "serviceTaskOperator", "skipExpression", "terminateAll",
        "terminateMultiInstance", "scope", "throwEvent",
    }
)  # fmt: skip
"""Vendors' attributes and elements that do more than describe."""
_NAMED_ONCE = ("message", "signal", "error", "escalation", "correlationProperty")
_HARMLESS: dict[str, dict[str, str | None]] = {
    "*": {"id": None, "name": None, "itemSubjectRef": None, "isImmediate": "true", "gatewayDirection": None},
    "definitions": {"targetNamespace": None, "exporter": None, "exporterVersion": None, "typeLanguage": None,
                    "expressionLanguage": None},
    "process": {"isClosed": "false", "processType": "None"},
    "conditionExpression": {"evaluatesToTypeRef": None},
    "error": {"structureRef": None}, "signal": {"structureRef": None}, "escalation": {"structureRef": None},
    "userTask": {"implementation": "##unspecified"},
    "serviceTask": {"implementation": "##WebService"}, "sendTask": {"implementation": "##WebService"},
    "receiveTask": {"implementation": "##WebService"}, "businessRuleTask": {"implementation": "##unspecified"},
    "subProcess": {"triggeredByEvent": "false"},
    "startEvent": {"isInterrupting": "true"},
}  # fmt: skip
"""Attributes that say nothing about execution; a value means: only when it is this, the default."""


def list_unused(document: Document) -> None:
    """A note for every attribute and element that nothing looked at; unknown BPMN elements are refused."""
    inside: set[Element] = set()
    for element in document.elements:
        parent = element.getparent()
        if parent in inside or document.is_claimed(element):
            inside.add(element)
            continue
        if not is_bpmn(element):
            _list_foreign(document, element)
            inside.add(element)
            continue
        name = local_name(element)
        if name in _DOCUMENTARY:
            if name in ("documentation", "textAnnotation", "script"):
                inside.add(element)
            continue
        if name in _LISTED:
            document.findings.note("unused", element, f"element {name}")
            inside.add(element)
        elif name not in _READ:
            document.findings.error(
                "unknown_element", element, f"<{name}> is no element of BPMN 2.0.", "Correct or remove it."
            )
        elif name in _NAMED_ONCE and not document.is_read(element):
            document.findings.note("unused", element, f"{name} that nothing refers to", before=element.get("name"))
        else:
            _list_attributes(document, element, name)


def _list_foreign(document: Document, element: Element) -> None:
    namespace = namespace_of(element)
    if namespace in _DRAWING or local_name(element) in ("signavioMetaData", "signavioStencil", "signavioLabel"):
        return
    if local_name(element) in _CHANGING:
        _warn_of_change(document, element, _shown(element, str(element.tag)))
    value = element.get("value") or (element.text or "").strip() or None
    document.findings.note("unused", element, f"element {_shown(element, str(element.tag))}", before=value)


def _list_attributes(document: Document, element: Element, name: str) -> None:
    for key, value in element.attrib.items():
        key, value = str(key), str(value)
        namespace = etree.QName(key).namespace
        if document.is_seen(element, key) or namespace in _DRAWING:
            continue
        if namespace in (None, BPMN):
            harmless = {**_HARMLESS["*"], **_HARMLESS.get(name, {})}
            if key in harmless and harmless[key] in (None, value):
                continue
        if namespace not in (None, BPMN) and etree.QName(key).localname in _CHANGING:
            _warn_of_change(document, element, _shown(element, key))
        document.findings.note("unused", element, f"attribute {_shown(element, key)}", before=value)


def _warn_of_change(document: Document, element: Element, name: str) -> None:
    document.findings.warning(
        "vendor_behaviour", element,
        f"{name} changes what happens in the engine it was written for; it is not executed.",
        "Model what it does with elements of BPMN, or remove it.",
    )  # fmt: skip


def _shown(element: Element, key: str) -> str:
    """``camunda:asyncBefore`` as the author wrote it."""
    name = etree.QName(key)
    prefix = next((prefix for prefix, uri in element.nsmap.items() if uri == name.namespace and prefix), None)
    return f"{prefix}:{name.localname}" if prefix else name.localname
