"""A process definition as plain, typed data: what intake produces and the runtime executes.

The XML of a modeller is read once, in a limited child process; what comes back is this model. Every expression in it
is FEEL source text (already translated from whatever dialect the author used), every reference is resolved, every
sequence flow has an id, and nothing in it can hold code. It is stored beside the definition as JSON and never parsed
from XML again.
"""

from __future__ import annotations

from typing import Literal

import msgspec

FORMAT = 1

NodeKind = Literal[
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
    "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
    "subProcess", "callActivity",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
]  # fmt: skip

EventKind = Literal[
    "none", "message", "signal", "timer", "error", "escalation", "conditional", "link", "terminate"
]  # fmt: skip


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """Immutable; values left at their default are not written."""


class Flow(_Part, frozen=True):
    """A sequence flow. ``condition`` is FEEL; None means unconditional."""

    id: str
    source: str
    target: str
    condition: str | None = None
    name: str | None = None


class CorrelationProperty(_Part, frozen=True):
    """One property of a correlation key and how to read it from a message (BPMN 2.0.2, 8.4.2)."""

    key: str
    name: str
    retrieval: str
    """FEEL over the message payload."""
    data_path: str | None = None
    """FEEL over the variables of the case that waits, from a correlation subscription; None: bound by first use."""


class EventDefinition(_Part, frozen=True):
    """What an event throws or catches. Exactly the fields of its ``kind`` are set."""

    kind: EventKind
    name: str | None = None
    """Message, signal or link name. Literal text unless ``name_expression`` is set."""
    name_expression: str | None = None
    """FEEL that gives the name (``${…}`` in a vendor model)."""
    code: str | None = None
    """Error or escalation code; None catches all."""
    code_variable: str | None = None
    message_variable: str | None = None
    timer: Literal["date", "duration", "cycle"] | None = None
    expression: str | None = None
    """FEEL: the timer's ISO 8601 text, or the condition of a conditional event."""
    correlation: tuple[CorrelationProperty, ...] = ()
    correlation_key: str | None = None
    """FEEL over the waiting case's variables; a message with this key value matches (zeebe:subscription)."""
    payload: str | None = None
    """FEEL: what a throw event sends. None: nothing."""
    variables: tuple[Mapping, ...] = ()
    """How a payload enters (catch) or is made (throw) when it is not simply all of it."""
    ends: Literal["scope", "case", "loop"] = "scope"
    """Terminate: Flowable's terminateAll ends the case, its terminateMultiInstance all instances around the event."""
    local: bool = False
    """Signal: stays within the case, called processes included (Flowable's scope)."""
    result_variable: str | None = None
    """Catch: put the payload under this name instead of spreading it."""


class Mapping(_Part, frozen=True):
    """``target`` := ``source`` (FEEL)."""

    source: str
    target: str


class Loop(_Part, frozen=True):
    """Standard loop or multi-instance characteristics (BPMN 2.0.2, 13.3.6 and 13.3.7)."""

    kind: Literal["standard", "parallel", "sequential"]
    cardinality: str | None = None
    """FEEL, number of instances."""
    collection: str | None = None
    """FEEL, a list; one instance per item."""
    item: str | None = None
    """Variable of the body that holds the item."""
    output_collection: str | None = None
    output_item: str | None = None
    """FEEL, evaluated in the finished body, in item order."""
    completion_condition: str | None = None
    condition: str | None = None
    """Standard loop: goes on while this FEEL is true."""
    test_before: bool = False
    maximum: int | None = None


class FormField(_Part, frozen=True):
    id: str
    label: str | None = None
    type: str = "string"
    default: str | None = None
    """FEEL."""
    required: bool = False
    readonly: bool = False
    values: tuple[tuple[str, str], ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    max_length: int | None = None


class UserTask(_Part, frozen=True):
    """Who may do it and how it looks. Expressions are FEEL; group and user lists give text or a list of text."""

    name: str | None = None
    """What the person reads when it is computed (``Check ${title}``); None: the element's name as it stands."""
    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None
    form_key: str | None = None
    """Id of a form schema deployed with the model."""
    fields: tuple[FormField, ...] = ()
    due: str | None = None
    """FEEL: an ISO 8601 instant, or a duration counted from creation."""
    follow_up: str | None = None
    priority: str | None = None


class StartForm(_Part, frozen=True):
    """What is asked of whoever starts a case."""

    form_key: str | None = None
    """Id of a form schema deployed with the model."""
    fields: tuple[FormField, ...] = ()


class Script(_Part, frozen=True):
    source: str
    format: str = "python"
    result_variable: str | None = None
    """Expression scripts (zeebe:script, ``${…}``): the value goes here."""
    is_expression: bool = False
    """``source`` is FEEL."""


class Job(_Part, frozen=True):
    """Work done outside the case: by a named connector or by an outside worker who fetches the topic."""

    topic: str
    retries: int = 3
    headers: tuple[Mapping, ...] = ()
    """Static parameters of the connector; sources are FEEL."""
    result_variable: str | None = None


class DecisionRef(_Part, frozen=True):
    """A business rule task's decision table."""

    decision_id: str
    result_variable: str | None = None
    """None: every output becomes a variable."""
    shape: Literal["single_entry", "single_result", "collect_entries", "result_list"] | None = None
    """camunda:mapDecisionResult; None: plain value of the hit policy."""


class CalledElement(_Part, frozen=True):
    """Late-bound callee of a call activity."""

    process_id: str
    """FEEL giving the process id (a string literal in most models)."""
    binding: Literal["latest", "deployment", "version", "version_tag"] = "latest"
    version: str | None = None
    inputs: tuple[Mapping, ...] = ()
    outputs: tuple[Mapping, ...] = ()
    all_in: bool = True
    all_out: bool = True


class Node(_Part, frozen=True):
    """A flow node. ``outgoing`` keeps document order, which is the order conditions are tried in."""

    id: str
    kind: NodeKind
    name: str | None = None
    lane: str | None = None
    documentation: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default_flow: str | None = None
    events: tuple[EventDefinition, ...] = ()
    parallel_multiple: bool = False
    attached_to: str | None = None
    interrupting: bool = True
    loop: Loop | None = None
    body: Scope | None = None
    triggered_by_event: bool = False
    """An event sub-process: no flow leads to it, its start event does (BPMN 2.0.2, 10.3.5)."""
    called: CalledElement | None = None
    user_task: UserTask | None = None
    start_form: StartForm | None = None
    script: Script | None = None
    job: Job | None = None
    decision: DecisionRef | None = None
    inputs: tuple[Mapping, ...] = ()
    """Input mappings: evaluated into the activity's own variables before it starts."""
    outputs: tuple[Mapping, ...] = ()
    """Output mappings: when present, only these leave the activity."""
    properties: tuple[tuple[str, str], ...] = ()
    """Named extension properties, as the author wrote them."""


class DataObject(_Part, frozen=True):
    id: str
    name: str | None = None


class Lane(_Part, frozen=True):
    id: str
    name: str | None = None


class Scope(_Part, frozen=True):
    """The inside of a process or of an embedded sub-process."""

    id: str
    name: str | None = None
    nodes: tuple[Node, ...] = ()
    flows: tuple[Flow, ...] = ()
    data_objects: tuple[DataObject, ...] = ()


class Process(_Part, frozen=True):
    """An executable process of the file."""

    id: str
    scope: Scope
    name: str | None = None
    executable: bool = True
    version_tag: str | None = None
    lanes: tuple[Lane, ...] = ()
    pool: str | None = None
    documentation: str | None = None
    retention_days: int | None = None
    """How long ended cases are kept (``liandong:retentionDays``, camunda:historyTimeToLive)."""
    properties: tuple[tuple[str, str], ...] = ()
    starters: tuple[str, ...] = ()
    """People and groups who may start it (camunda:candidateStarterUsers and Groups); empty: whoever may start cases."""


class Note(_Part, frozen=True):
    """Told to the person who uploads: an attribute not used, an expression translated."""

    kind: Literal["unused", "translated", "rewritten"]
    element_id: str | None = None
    what: str = ""
    before: str | None = None
    after: str | None = None


class Model(_Part, frozen=True):
    """All executable processes of one BPMN file."""

    processes: tuple[Process, ...]
    notes: tuple[Note, ...] = ()
    format: int = FORMAT

    def process(self, process_id: str) -> Process:
        """The process with this id; KeyError names those that exist."""
        for process in self.processes:
            if process.id == process_id:
                return process
        raise KeyError(f"no process {process_id!r}; there are {', '.join(p.id for p in self.processes)}")


_decoder = msgspec.json.Decoder(Model)
_encoder = msgspec.json.Encoder(order="sorted")


def dump_model(model: Model) -> bytes:
    """The model as JSON; equal models give equal bytes."""
    return _encoder.encode(model)


def load_model(data: bytes) -> Model:
    """The model back from its JSON.

    Raises:
        msgspec.ValidationError: the bytes are not a model of this format.
    """
    return _decoder.decode(data)
