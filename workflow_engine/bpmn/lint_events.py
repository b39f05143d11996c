"""Which event may stand where (BPMN 2.0.2, 10.5, table 10.93), and what boundary events ask for."""

from __future__ import annotations

from collections import Counter

from workflow_engine.bpmn.dialects.camunda_jobs import read_throw_job_topic
from workflow_engine.bpmn.dialects.zeebe import is_zeebe
from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_constructs import refuse_compensation_event
from workflow_engine.bpmn.lint_scopes import ScopeView, has_condition, is_event_sub_process
from workflow_engine.bpmn.reading_nodes import ACTIVITIES
from workflow_engine.bpmn.xml import Element, is_bpmn, is_true, local_name, text_of

_CATCH = {"message", "timer", "conditional", "signal", "link"}
_THROW = {"message", "escalation", "signal", "link", "compensate"}
_BOUNDARY = {"message", "timer", "escalation", "error", "cancel", "compensate", "conditional", "signal"}
_END = {"message", "escalation", "error", "cancel", "compensate", "signal", "terminate"}
_TOP_START = {"message", "timer", "conditional", "signal"}
_HANDLER_START = {"message", "timer", "conditional", "signal", "error", "escalation"}
_ALLOWED = {
    "intermediateCatchEvent": _CATCH,
    "intermediateThrowEvent": _THROW,
    "boundaryEvent": _BOUNDARY,
    "endEvent": _END,
}
_ONLY_INTERRUPTING = {"error", "cancel", "compensate"}


def check_events(document: Document, scope: ScopeView) -> None:
    """Refuses events in places the standard does not allow."""
    for node in scope.of("startEvent", *_ALLOWED):
        kinds = scope.kinds_of(node)
        if "compensate" in kinds:
            refuse_compensation_event(document, node)
        if is_bpmn(node, "startEvent"):
            _check_start(document, scope, node, kinds)
        else:
            _check_kinds(document, node, kinds, _ALLOWED[local_name(node)])
        _check_multiple(document, node, kinds)
        _check_timers(document, node, kinds)
        if is_bpmn(node, "endEvent", "intermediateThrowEvent"):
            _check_thrown(document, node)
    for node in scope.of("boundaryEvent"):
        _check_boundary(document, scope, node)
    for node in scope.of("intermediateCatchEvent"):
        if not scope.kinds_of(node):
            document.findings.error(
                "event_kind", node, "The intermediate catch event does not say what it waits for.",
                "Make it a message, signal, timer, conditional or link event.",
            )  # fmt: skip
    _check_cancel_ends(document, scope)
    _check_handlers(document, scope)
    _check_starts(document, scope)


def _check_kinds(document: Document, node: Element, kinds: list[str], allowed: set[str]) -> None:
    for kind in sorted(set(kinds) - allowed):
        document.findings.error(
            "event_kind", node, f"A {kind} event cannot be a {local_name(node)}.",
            f"Allowed there: {', '.join(sorted(allowed - {'compensate', 'cancel'}))}.",
        )  # fmt: skip


def _check_start(document: Document, scope: ScopeView, node: Element, kinds: list[str]) -> None:
    interrupting = is_true(document.get(node, "isInterrupting"), default=True)
    if is_event_sub_process(scope.element):
        _check_handler_start(document, node, kinds, interrupting)
        return
    if not scope.is_process:
        if kinds:
            document.findings.error(
                "start_in_sub_process", node, "The start event of a sub-process must not wait for anything.",
                "Use a plain start event; put the waiting after it or before the sub-process.",
            )  # fmt: skip
        return
    _check_kinds(document, node, kinds, _TOP_START)
    if "conditional" in kinds:
        document.findings.error(
            "conditional_start", node,
            "A process cannot be started by a condition: there are no variables yet to look at.",
            "Start it by a message, a signal or a timer.",
        )  # fmt: skip


def _check_handler_start(document: Document, node: Element, kinds: list[str], interrupting: bool) -> None:
    """The start event of an event sub-process (BPMN 2.0.2, table 10.86)."""
    _check_kinds(document, node, [kind for kind in kinds if kind != "compensate"], _HANDLER_START)
    if not kinds:
        document.findings.error(
            "event_kind", node, "The start event of an event sub-process does not say what sets it off.",
            "Give it a message, signal, timer, conditional, error or escalation definition.",
        )  # fmt: skip
    if "error" in kinds and not interrupting:
        document.findings.error(
            "non_interrupting", node, "An error always interrupts (BPMN 2.0.2, 10.5.2).",
            "Set isInterrupting to true, or use an escalation.",
        )  # fmt: skip


def _check_multiple(document: Document, node: Element, kinds: list[str]) -> None:
    parallel = is_true(document.get(node, "parallelMultiple"))
    if parallel and len(kinds) < 2:
        document.findings.warning(
            "parallel_multiple",
            node,
            "parallelMultiple has no effect with fewer than two event definitions.",
            "Remove it.",
        )
    if parallel and is_bpmn(node, "startEvent") and "timer" in kinds:
        document.findings.error(
            "parallel_multiple",
            node,
            "A start event cannot wait for a timer together with other events.",
            "Split it up.",
        )
    alone = {"link", "terminate", "error", "cancel"} & set(kinds)
    if len(kinds) > 1 and alone and not is_bpmn(node, "boundaryEvent", "endEvent"):
        document.findings.error(
            "event_mix",
            node,
            f"A {sorted(alone)[0]} definition cannot be combined with others.",
            "Use an event of its own.",
        )


def _check_timers(document: Document, node: Element, kinds: list[str]) -> None:
    cycles = [item for item in node.iter() if is_bpmn(item, "timeCycle")]
    if cycles and is_bpmn(node, "intermediateCatchEvent"):
        document.findings.warning(
            "timer_cycle_in_flow", node,
            f"Of the cycle “{text_of(cycles[0])}” only the first firing counts here: one token "
            "arrives and one leaves.", "Use a duration or a date.",
        )  # fmt: skip
    if "timer" in kinds and is_bpmn(node, "startEvent") and any(is_bpmn(item, "timeDuration") for item in node.iter()):
        document.findings.warning(
            "timer_start_duration", node,
            "The duration of a timer start event is counted from the release of the model.",
            "Use a date or a cycle if you mean something else.",
        )  # fmt: skip


def _check_thrown(document: Document, node: Element) -> None:
    for item in node:
        if not is_bpmn(item, "messageEventDefinition", "signalEventDefinition"):
            continue
        kind = local_name(item).removesuffix("EventDefinition")
        if item.get(f"{kind}Ref") or read_throw_job_topic(document, item) is not None or is_zeebe(node):
            continue
        document.findings.warning(
            f"{kind}_missing", node, f"The event names no {kind}; it passes through without sending.",
            f"Give it a {kind}Ref.",
        )  # fmt: skip


def _check_boundary(document: Document, scope: ScopeView, node: Element) -> None:
    kinds = scope.kinds_of(node)
    reference = document.get(node, "attachedToRef")
    host = document.find(reference)
    if reference is None or host is None:
        document.findings.error(
            "boundary_host", node, f"The boundary event is attached to {_quoted(reference)}, which does not exist.",
            "Attach it to an activity.",
        )  # fmt: skip
    elif not is_bpmn(host, *ACTIVITIES, "adHocSubProcess") or host.getparent() is not scope.element:
        document.findings.error(
            "boundary_host", node, f"The boundary event is attached to the {local_name(host)} “{reference}”.",
            "Attach it to an activity of the same process or sub-process.",
        )  # fmt: skip
    elif "cancel" in kinds and not is_bpmn(host, "transaction"):
        document.findings.error(
            "cancel_outside_transaction", node, "A cancel boundary event needs a transaction.", "Use an error event."
        )
    if not kinds:
        document.findings.error(
            "event_kind", node, "The boundary event does not say what it waits for.", "Give it an event definition."
        )
    if not is_true(document.get(node, "cancelActivity"), default=True):
        for kind in sorted(_ONLY_INTERRUPTING & set(kinds) - {"compensate"}):
            document.findings.error(
                "non_interrupting", node, f"A {kind} boundary event always interrupts (BPMN 2.0.2, 10.5.6).",
                "Set cancelActivity to true, or use an escalation.",
            )  # fmt: skip
    if not scope.out_of(node) and "compensate" not in kinds:
        document.findings.warning(
            "boundary_without_flow",
            node,
            "Nothing follows the boundary event.",
            "Draw a flow to what shall happen then.",
        )


def _check_cancel_ends(document: Document, scope: ScopeView) -> None:
    for node in scope.of("endEvent"):
        if "cancel" in scope.kinds_of(node) and not is_bpmn(scope.element, "transaction"):
            document.findings.error(
                "cancel_outside_transaction",
                node,
                "A cancel end event needs a transaction around it.",
                "Use an error event.",
            )


def _check_handlers(document: Document, scope: ScopeView) -> None:
    """Two handlers for the same error or escalation on one activity: nobody could say which one runs."""
    for boundaries in scope.boundaries.values():
        codes: Counter[tuple[str, str | None]] = Counter()
        for node in boundaries:
            for item in node:
                if not is_bpmn(item, "errorEventDefinition", "escalationEventDefinition"):
                    continue
                kind = local_name(item).removesuffix("EventDefinition")
                referred = document.find(item.get(f"{kind}Ref"), kind)
                code = item.get(f"{kind}Ref") if referred is None else referred.get(f"{kind}Code")
                codes[kind, code] += 1
                if codes[kind, code] == 2:
                    document.findings.error(
                        "two_handlers", node,
                        f"A second {kind} handler for {_quoted(code) if code else 'all codes'} on the "
                        "same activity.", "Keep one of them.",
                    )  # fmt: skip


def _check_starts(document: Document, scope: ScopeView) -> None:
    starts = scope.of("startEvent")
    plain = [node for node in starts if not scope.kinds_of(node)]
    if not scope.is_process and len(starts) > 1:
        document.findings.error(
            "several_starts", scope.element, f"The sub-process has {len(starts)} start events; it may have one.",
            "Keep one start event and split after it.",
        )  # fmt: skip
    elif len(plain) > 1:
        document.findings.warning(
            "several_starts", scope.element,
            f"The process has {len(plain)} plain start events; a case begins at the first "
            "of them unless told otherwise.", "Keep one plain start event.",
        )  # fmt: skip
    if not starts and scope.nodes:
        document.findings.warning(
            "start_missing", scope.element,
            "There is no start event; everything without an incoming flow begins at once.",
            "Add a start event.",
        )  # fmt: skip
    if not starts and not scope.nodes and scope.is_process:
        document.findings.error("empty_process", scope.element, "The process is empty.", "Draw at least one task.")
    for node in starts:
        if not scope.out_of(node):
            document.findings.warning(
                "start_without_flow", node, "Nothing follows the start event.", "Draw a flow to the first task."
            )
        elif any(has_condition(flow) for flow in scope.out_of(node)):
            document.findings.warning(
                "condition_after_event", node, "A condition on a flow that leaves an event is no standard BPMN; it is "
                "evaluated as after an activity.", "Put an exclusive gateway after the event.",
            )  # fmt: skip


def _quoted(text: str | None) -> str:
    return "nothing" if text is None else f"“{text}”"
