"""References that nothing in execution follows, but that should lead somewhere: told when they do not.

References that matter to a running case are refused where they are read.
"""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.xml import Element, is_bpmn, local_name, text_of

_ATTRIBUTES = (
    "itemSubjectRef", "operationRef", "dataStoreRef", "categoryValueRef", "correlationKeyRef", "correlationPropertyRef",
    "choreographyRef", "definitionalCollaborationRef", "activityRef", "itemRef", "parameterRef",
)  # fmt: skip
_TEXTS = (
    "resourceRef", "participantRef", "supportedInterfaceRef", "inMessageRef", "outMessageRef", "errorRef",
    "interfaceRef", "dataInputRefs", "dataOutputRefs",
)  # fmt: skip


def check_references(document: Document) -> None:
    """Warns of every reference of documentary kind that names nothing in the file."""
    for element in document.elements:
        if not is_bpmn(element):
            continue
        names = (*_ATTRIBUTES, "sourceRef", "targetRef") if is_bpmn(element, "association") else _ATTRIBUTES
        for name in names:
            _check(document, element, name, element.get(name))
        if is_bpmn(element, *_TEXTS):
            parent = element.getparent()
            _check(document, element if parent is None else parent, local_name(element), text_of(element))


def _check(document: Document, element: Element, name: str, reference: str | None) -> None:
    if not reference or document.find(reference) is not None or _is_foreign(element, reference):
        return
    document.findings.warning(
        "dangling_reference", element,
        f"{name} of the {local_name(element)} names “{reference}”, which does not exist.",
        "Remove the reference, or define what it names.",
    )  # fmt: skip


def _is_foreign(element: Element, reference: str) -> bool:
    """Whether a prefix says that the target lies in another file."""
    prefix, colon, _ = reference.partition(":")
    if not colon:
        return False
    return element.nsmap.get(prefix) != element.getroottree().getroot().get("targetNamespace")
