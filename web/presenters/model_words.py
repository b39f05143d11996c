"""Words for parts of models: kinds of elements, kinds of changes, and the values that stand in them."""

from __future__ import annotations

from web.i18n import gettext as _
from web.i18n import marked
from web.words import in_words

ELEMENT_TYPES = {
    "startEvent": marked("Start event"),
    "endEvent": marked("End event"),
    "intermediateCatchEvent": marked("Waiting event"),
    "intermediateThrowEvent": marked("Sending event"),
    "boundaryEvent": marked("Boundary event"),
    "task": marked("Task"),
    "userTask": marked("User task"),
    "manualTask": marked("Manual task"),
    "scriptTask": marked("Script task"),
    "serviceTask": marked("Service task"),
    "sendTask": marked("Send task"),
    "receiveTask": marked("Receive task"),
    "businessRuleTask": marked("Decision task"),
    "subProcess": marked("Sub-process"),
    "transaction": marked("Transaction"),
    "callActivity": marked("Called process"),
    "exclusiveGateway": marked("Exclusive gateway"),
    "parallelGateway": marked("Parallel gateway"),
    "inclusiveGateway": marked("Inclusive gateway"),
    "eventBasedGateway": marked("Event gateway"),
    "sequenceFlow": marked("Flow"),
    "messageFlow": marked("Message flow"),
    "process": marked("Process"),
    "participant": marked("Pool"),
    "lane": marked("Lane"),
    "textAnnotation": marked("Annotation"),
    "association": marked("Association"),
    "dataObject": marked("Data"),
    "dataObjectReference": marked("Data"),
    "dataStoreReference": marked("Data store"),
    "message": marked("Message"),
    "signal": marked("Signal"),
    "error": marked("Error"),
    "escalation": marked("Escalation"),
}
CHANGE_KINDS = {
    "added": marked("Added"),
    "removed": marked("Removed"),
    "changed": marked("Changed"),
    "moved": marked("Moved"),
}
PLACE_STATES = {"gone": marked("Gone"), "changed": marked("Behaves differently"), "unchanged": marked("As before")}
VALUES = {
    "name": marked("Name"),
    "type": marked("Kind"),
    "documentation": marked("Description"),
    "candidateGroups": marked("Offered to groups"),
    "candidateUsers": marked("Offered to people"),
    "assignee": marked("Assigned to"),
    "formKey": marked("Form"),
    "dueDate": marked("Due"),
    "followUpDate": marked("Follow up"),
    "priority": marked("Priority"),
    "conditionExpression": marked("Condition"),
    "sourceRef": marked("From"),
    "targetRef": marked("To"),
    "default": marked("Default flow"),
    "attachedToRef": marked("Attached to"),
    "script": marked("Script"),
    "decisionRef": marked("Decision"),
    "calledElement": marked("Calls"),
    "resultVariable": marked("Result variable"),
    "versionTag": marked("Version tag"),
    "historyTimeToLive": marked("Kept for"),
    "retentionDays": marked("Kept for days"),
    "hitPolicy": marked("Hit policy"),
    "label": marked("Label"),
    "required": marked("Required"),
    "text": marked("Text"),
    "property completedBy": marked("Notes who completes it in"),
    "property notCompletedBy": marked("Not by who stands in"),
}


def element_type(name: str) -> str:
    """The word for a kind of element."""
    return _(ELEMENT_TYPES[name]) if name in ELEMENT_TYPES else in_words(name)


def change_kind(kind: str) -> str:
    """The word for a kind of change."""
    return _(CHANGE_KINDS.get(kind, kind))


def place_state(state: str) -> str:
    """The word for what a version makes of a place."""
    return _(PLACE_STATES.get(state, state))


def value_name(path: str) -> str:
    """The word for a value, with where it stands when that needs to be said."""
    if path in VALUES:
        return _(VALUES[path])
    *around, leaf = path.split(" / ")
    word = _(VALUES[leaf]) if leaf in VALUES else leaf
    return " / ".join([*around, word])
