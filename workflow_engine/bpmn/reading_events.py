"""Event definitions: what a start, end, intermediate or boundary event throws or catches."""

from __future__ import annotations

from typing import Literal

from workflow_engine.bpmn.dialects.camunda import read_signal_variables
from workflow_engine.bpmn.dialects.camunda_jobs import read_throw_job_topic
from workflow_engine.bpmn.dialects.zeebe import read_correlation_key
from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.model import CorrelationProperty, EventDefinition, EventKind
from workflow_engine.bpmn.reading_correlation import Correlations
from workflow_engine.bpmn.reading_words import NameText, Words
from workflow_engine.bpmn.xml import Element, child, children, is_bpmn, is_true, local_name, text_of

_KINDS: dict[str, EventKind] = {
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "timerEventDefinition": "timer",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "conditional",
    "linkEventDefinition": "link",
    "terminateEventDefinition": "terminate",
}
UNSUPPORTED_DEFINITIONS = ("compensateEventDefinition", "cancelEventDefinition")


class EventReader:
    """Reads the event definitions of one document."""

    def __init__(self, document: Document, words: Words, correlations: Correlations) -> None:
        self._document = document
        self._words = words
        self._correlations = correlations

    def definitions(self, event: Element) -> tuple[EventDefinition, ...]:
        """All definitions of an event node, in document order; those that cannot run are left to lint."""
        return tuple(
            definition for element in definition_elements(self._document, event)
            if (definition := self._definition(event, element)) is not None
        )  # fmt: skip

    def message(self, element: Element, message_ref: str | None, *, throws: bool) -> EventDefinition | None:
        """The definition for a send or receive task; None when it names no message."""
        message = self._reference(element, message_ref, "message")
        if message is not None:
            return self._message_of(message)
        return None if throws or message_ref else self._named_by_id(element, "message")

    def _definition(self, event: Element, element: Element) -> EventDefinition | None:
        throws = is_bpmn(event, "endEvent", "intermediateThrowEvent")
        kind = _KINDS.get(local_name(element))
        if kind == "message":
            return self._message(event, element, throws=throws)
        if kind == "signal":
            return self._signal(event, element, throws=throws)
        if kind == "timer":
            timer, expression = self._words.timer(event, element)
            if timer is None or expression is None:
                return None
            return EventDefinition(kind="timer", timer=timer, expression=expression)  # type: ignore[arg-type]
        if kind == "error":
            return self._error(element, throws=throws)
        if kind == "escalation":
            return self._escalation(element, throws=throws)
        if kind == "conditional":
            return self._conditional(event, element)
        if kind == "link":
            return EventDefinition(kind="link", name=self._document.get(element, "name") or event.get("name"))
        if kind == "terminate":
            return self._terminate(element)
        if is_bpmn(element, "cancelEventDefinition"):
            return cancel_as_error(self._document, event)
        return None

    def _terminate(self, element: Element) -> EventDefinition:
        if is_true(self._document.vendor(element, "terminateAll")):
            return EventDefinition(kind="terminate", ends="case")
        loop = is_true(self._document.vendor(element, "terminateMultiInstance"))
        return EventDefinition(kind="terminate", ends="loop" if loop else "scope")

    def _message(self, event: Element, element: Element, *, throws: bool) -> EventDefinition | None:
        message = self._reference(element, self._document.get(element, "messageRef"), "message")
        if message is not None:
            return self._message_of(message)
        if throws:
            topic = read_throw_job_topic(self._document, element)
            return EventDefinition(kind="message", name=event.get("name") or topic) if topic else None
        return None if element.get("messageRef") else self._named_by_id(event, "message")

    def _named_by_id(self, event: Element, kind: Literal["message", "signal"]) -> EventDefinition:
        """Drawn without a message: it waits for one that is called like the element."""
        name = event.get("id") or kind
        self._document.findings.warning(
            f"{kind}_missing", event, f"It names no {kind}; it waits for one called “{name}”, its own id.",
            f"Give it a {kind}Ref.",
        )  # fmt: skip
        return EventDefinition(kind=kind, name=name)

    def _message_of(self, message: Element) -> EventDefinition:
        named = self._words.name(message, self._document.get(message, "name"), "message name")
        if named.name is None and named.expression is None:
            named = NameText(message.get("id"), None)
        correlation: tuple[CorrelationProperty, ...] = self._correlations.of_message(message)
        key = read_correlation_key(self._document, self._words, message)
        return EventDefinition(
            kind="message",
            name=named.name,
            name_expression=named.expression,
            correlation=correlation,
            correlation_key=key,
        )

    def _signal(self, event: Element, element: Element, *, throws: bool) -> EventDefinition | None:
        signal = self._reference(element, self._document.get(element, "signalRef"), "signal")
        if signal is None:
            return None if throws or element.get("signalRef") else self._named_by_id(event, "signal")
        named = self._words.name(signal, self._document.get(signal, "name"), "signal name")
        if named.name is None and named.expression is None:
            named = NameText(signal.get("id"), None)
        variables = read_signal_variables(self._document, self._words, element) if throws else ()
        return EventDefinition(
            kind="signal",
            name=named.name,
            name_expression=named.expression,
            variables=variables,
            local=self._document.vendor(signal, "scope") == "processInstance",
        )

    def _error(self, element: Element, *, throws: bool) -> EventDefinition | None:
        document = self._document
        reference = document.get(element, "errorRef")
        error = document.find(reference, "error")
        code = None
        if error is not None:
            document.get(error, "name")
            code = self._code(error, document.get(error, "errorCode"), "error code", throws=throws)
        elif reference is not None:
            # Activiti and Flowable write the code itself where the standard wants the id of an <error>.
            code = reference
            document.findings.note(
                "rewritten", element, "errorRef names no <error>; read as the error code", after=code
            )
        if throws and code is None:
            document.findings.warning(
                "error_without_code", element, "The error has no code, so only a handler for all errors catches it.",
                "Give the <error> an errorCode.",
            )  # fmt: skip
        return EventDefinition(
            kind="error",
            name=None if error is None else error.get("name"),
            code=code,
            code_variable=document.vendor(element, "errorCodeVariable"),
            message_variable=document.vendor(element, "errorMessageVariable"),
        )

    def _escalation(self, element: Element, *, throws: bool) -> EventDefinition | None:
        document = self._document
        reference = document.get(element, "escalationRef")
        escalation = document.find(reference, "escalation")
        if reference is not None and escalation is None:
            self._dangling(element, "escalationRef", reference)
            return None
        code = None
        if escalation is not None:
            code = self._code(escalation, document.get(escalation, "escalationCode"), "escalation code", throws=throws)
        return EventDefinition(
            kind="escalation",
            name=None if escalation is None else escalation.get("name"),
            code=code,
            code_variable=document.vendor(element, "escalationCodeVariable"),
        )

    def _code(self, element: Element, raw: str | None, what: str, *, throws: bool) -> str | None:
        """A fixed code; a thrown one may be computed and is then kept as ``=`` with FEEL."""
        if not throws:
            return self._words.literal(element, raw, what)
        found = self._words.name(element, raw, what)
        return f"={found.expression}" if found.expression is not None else found.name

    def _conditional(self, event: Element, element: Element) -> EventDefinition | None:
        condition = child(element, "condition")
        language = None if condition is None else self._document.get(condition, "language")
        expression = self._words.expression(element, text_of(condition), "condition", language)
        if expression is None:
            if text_of(condition) is None:
                self._document.findings.error(
                    "condition_missing", event, "The conditional event has no condition.", "Give it a condition."
                )
            return None
        return EventDefinition(kind="conditional", expression=expression)

    def _reference(self, element: Element, reference: str | None, kind: str) -> Element | None:
        found = self._document.find(reference, kind)
        if reference is not None and found is None:
            self._dangling(element, f"{kind}Ref", reference)
        return found

    def _dangling(self, element: Element, attribute: str, reference: str) -> None:
        self._document.findings.error(
            "dangling_reference", element, f"{attribute} names “{reference}”, which does not exist in the file.",
            f"Choose an existing element for {attribute}, or define it.",
        )  # fmt: skip


def cancel_as_error(document: Document, event: Element) -> EventDefinition | None:
    """A transaction without compensation, cancelled, leaves by its cancel event just as by an error of its own.

    None where a cancel event is not allowed; lint says so.
    """
    transaction = document.find(event.get("attachedToRef")) if is_bpmn(event, "boundaryEvent") else event.getparent()
    if transaction is None or not is_bpmn(transaction, "transaction"):
        return None
    code = f"_cancel:{transaction.get('id')}"
    document.findings.note("rewritten", event, "cancel event of a transaction, run as an error of its own", after=code)
    return EventDefinition(kind="error", name="cancel", code=code)


def definition_elements(document: Document, event: Element) -> list[Element]:
    """Its event definition elements, also those it refers to by ``eventDefinitionRef``."""
    found: list[Element] = []
    for item in children(event):
        name = local_name(item)
        if name.endswith("EventDefinition"):
            found.append(item)
        elif name == "eventDefinitionRef":
            referred = document.find(text_of(item))
            if referred is None or not local_name(referred).endswith("EventDefinition"):
                document.findings.error(
                    "dangling_reference", event, f"eventDefinitionRef names “{text_of(item)}”, which does not exist.",
                    "Put the event definition into the event itself.",
                )  # fmt: skip
            else:
                found.append(referred)
    return found


def kinds_of(document: Document, event: Element) -> list[str]:
    """The kinds of its definitions, by BPMN's names, such as ``message`` or ``compensate``."""
    return [local_name(item).removesuffix("EventDefinition") for item in definition_elements(document, event)]
