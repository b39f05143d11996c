"""Call activities: does the callee exist, can it be called, and does the call come to an end?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_graph import strongly_connected
from workflow_engine.bpmn.model import Model, Node, Scope
from workflow_engine.bpmn.xml import children
from workflow_engine.domain.errors import Problem

_GLOBAL_TASKS = ("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask")
_WAITING_KINDS = ("userTask", "manualTask", "serviceTask", "receiveTask", "eventBasedGateway")


def called_process_ids(model: Model) -> dict[str, list[str]]:
    """The ids of processes that the model calls by a fixed id, each with the call activities that do."""
    found: dict[str, list[str]] = {}
    for process in model.processes:
        for node in walk(process.scope):
            callee = None if node.called is None else fixed_callee(node)
            if callee is not None:
                found.setdefault(callee, []).append(node.id)
    return found


def missing_callees(
    model: Model, known_processes: Collection[str], *, file_name: str | None = None
) -> tuple[Problem, ...]:
    """A problem for every call of a process that is neither in the model nor among the known ones."""
    own = {process.id for process in model.processes}
    return tuple(
        Problem(
            code="called_process_unknown",
            severity="error",
            message=f"The call activity calls “{callee}”, which is neither in this file nor deployed.",
            mend="Deploy the called process first or together with this one, or correct calledElement.",
            element_id=node_id,
            file=file_name,
        )
        for callee, nodes in called_process_ids(model).items()
        if callee not in own and callee not in known_processes
        for node_id in nodes
    )


def check_calls(document: Document, model: Model, known_processes: Collection[str] | None) -> None:
    """Refuses calls that cannot work; warns of calls into other files when nobody said what else is deployed."""
    own = {process.id for process in model.processes}
    global_tasks = {element.get("id") for element in children(document.root, *_GLOBAL_TASKS)}
    for callee, nodes in called_process_ids(model).items():
        for node_id in nodes:
            element = document.find(node_id)
            if callee in global_tasks:
                document.findings.error(
                    "global_task", element,
                    f"The call activity calls the global task “{callee}”, which is not executed.",
                    "Put the task into the process itself, or into a process of its own.",
                )  # fmt: skip
            elif callee not in own and known_processes is None:
                document.findings.warning(
                    "called_process_elsewhere", element, f"The called process “{callee}” is not in this file.",
                    "Deploy it before this model is started.",
                )  # fmt: skip
    if known_processes is not None:
        known = {*known_processes, *(task for task in global_tasks if task)}
        for problem in missing_callees(model, known):
            document.findings.error(problem.code, document.find(problem.element_id), problem.message, problem.mend)
    _check_callable(document, model)
    _check_recursion(document, model)


def _check_callable(document: Document, model: Model) -> None:
    """A called process begins at a plain start event (BPMN 2.0.2, 10.5.2)."""
    for process in model.processes:
        for node_id in called_process_ids(model).get(process.id, []):
            starts = [node for node in process.scope.nodes if node.kind == "startEvent"]
            if starts and all(node.events for node in starts):
                document.findings.error(
                    "callee_without_plain_start", document.find(node_id),
                    f"The called process “{process.id}” has no plain start event.", "Give it one.",
                )  # fmt: skip


def _check_recursion(document: Document, model: Model) -> None:
    """Processes of the file that call each other in a circle, with nothing on the way that waits."""
    graph: dict[str, list[str]] = {process.id: [] for process in model.processes}
    for process in model.processes:
        if any(node.kind in _WAITING_KINDS for node in walk(process.scope)):
            continue
        for node in walk(process.scope):
            callee = fixed_callee(node)
            if callee in graph:
                graph[process.id].append(callee)
    for process_id, looping in strongly_connected(graph).items():
        if looping:
            document.findings.warning(
                "recursive_call", document.find(process_id),
                f"The process “{process_id}” calls itself without waiting for "
                "anything; without an end to it, the step budget stops the case.", "Make sure that the recursion ends.",
            )  # fmt: skip


def walk(scope: Scope) -> Iterator[Node]:
    """Every node of a scope and of the sub-processes in it."""
    todo = [scope]
    while todo:
        for node in todo.pop().nodes:
            yield node
            if node.body is not None:
                todo.append(node.body)


def fixed_callee(node: Node) -> str | None:
    """The called process id when it is a text and not an expression."""
    text = "" if node.called is None else node.called.process_id
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1] else None
