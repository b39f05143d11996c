"""Small BPMN files, written the way a person would draw them."""

from __future__ import annotations

from itertools import pairwise

from workflow_engine.bpmn.intake import IntakeResult, read_model_here
from workflow_engine.bpmn.lint_calls import walk
from workflow_engine.bpmn.model import Model, Node

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:flowable="http://flowable.org/bpmn" id="d" targetNamespace="urn:t">'
)
TAIL = "</bpmn:definitions>"


def document(inside: str, *, declaration: str = "") -> bytes:
    """A file with these root elements."""
    return f"{declaration}{HEAD}{inside}{TAIL}".encode()


def process(inside: str, process_id: str = "p") -> str:
    """An executable process."""
    return f'<bpmn:process id="{process_id}" isExecutable="true">{inside}</bpmn:process>'


def flow(source: str, target: str) -> str:
    """A sequence flow without an id."""
    return f'<bpmn:sequenceFlow sourceRef="{source}" targetRef="{target}"/>'


def chain(tasks: int, tag: str = "userTask") -> bytes:
    """start, tasks and end in one line: ``tasks + 2`` nodes."""
    names = ["s", *(f"t{number}" for number in range(tasks)), "e"]
    nodes = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + "".join(
        f'<bpmn:{tag} id="{name}"/>' for name in names[1:-1]
    )
    flows = "".join(flow(one, other) for one, other in pairwise(names))
    return document(process(nodes + flows))


def small(extra: str = "") -> str:
    """A process of one task."""
    nodes = '<bpmn:startEvent id="s"/><bpmn:userTask id="t"/><bpmn:endEvent id="e"/>'
    return process(nodes + flow("s", "t") + flow("t", "e") + extra)


def line(*names: str) -> str:
    """Sequence flows from each name to the next."""
    return "".join(flow(one, other) for one, other in pairwise(names))


def around(node: str, node_id: str = "x", roots: str = "", attributes: str = "") -> bytes:
    """start, this one node, end; and root elements beside the process."""
    nodes = f'<bpmn:startEvent id="s"/>{node}<bpmn:endEvent id="e"/>{line("s", node_id, "e")}'
    return document(f'<bpmn:process id="p" isExecutable="true"{attributes}>{nodes}</bpmn:process>{roots}')


def extended(tag: str, extensions: str, attributes: str = "", inside: str = "") -> str:
    """A node ``x`` with extension elements."""
    held = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>"
    return f'<bpmn:{tag} id="x"{attributes}>{held}{inside}</bpmn:{tag}>'


def read(content: bytes, **options: object) -> IntakeResult:
    """Read in this process, as the child does."""
    return read_model_here(content, **options)  # type: ignore[arg-type]


def model_of(content: bytes) -> Model:
    """The model; the test fails with the problems when there is none."""
    found = read_model_here(content)
    assert found.model is not None, [str(problem) for problem in found.errors]
    return found.model


def node_of(content: bytes, node_id: str = "x") -> Node:
    """One node of the only process, at any depth."""
    for node in walk(model_of(content).processes[0].scope):
        if node.id == node_id:
            return node
    raise AssertionError(f"no node {node_id}")


def codes(content: bytes, severity: str = "error", **options: object) -> set[str]:
    """The codes of all problems of this severity."""
    return {problem.code for problem in read(content, **options).problems if problem.severity == severity}
