"""Who gets a task: kinds of groups that there are not, and parties that cannot be read."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_calls import walk
from workflow_engine.bpmn.model import Model, Node
from workflow_engine.bpmn.parties import CONFLICT_WITH
from workflow_engine.bpmn.strategies import KINDS, PERSON, QUESTIONS, calls_in, sources_of, texts_in
from workflow_engine.feel import FeelSyntaxError, compile_expression
from workflow_engine.feel.builtins import find_builtin
from workflow_engine.feel.outside import OUTSIDE


def check_assignment(document: Document, model: Model) -> None:
    """Adds an error for every group of an unknown kind, and for every ``conflictWith`` that is no FEEL."""
    for process in model.processes:
        for node in walk(process.scope):
            for kind in dict.fromkeys(_unknown_kinds(node)):
                document.findings.error(
                    "assignment_unknown", document.find(node.id),
                    f"The task is for “{kind}:…”, but there is no such kind of group.",
                    f"Write one of {', '.join(f'{known}:' for known in KINDS)} or a person's id.",
                )  # fmt: skip
            for name in dict.fromkeys(_unknown_questions(node)):
                document.findings.error(
                    "assignment_unknown", document.find(node.id),
                    f"Whom the task is for is asked of “{name}”, but there is no such function.",
                    f"Ask one of {', '.join(QUESTIONS)}.",
                )  # fmt: skip
            for key, text in node.properties:
                if key == CONFLICT_WITH and text.strip().startswith("="):
                    _check_parties(document, node, text.strip()[1:])


def _unknown_kinds(node: Node) -> list[str]:
    found = []
    spec = node.user_task
    for source in sources_of(node):
        is_group = spec is not None and source is spec.candidate_groups
        for text, _ in texts_in(compile_expression(source).tree):
            kind, colon, _name = text.partition(":")
            if colon and is_group and kind not in KINDS and kind != PERSON:
                found.append(kind)
    return found


def _unknown_questions(node: Node) -> list[str]:
    return [
        name
        for source in sources_of(node)
        for name in calls_in(compile_expression(source).tree)
        if find_builtin(name) is None and name not in OUTSIDE
    ]


def _check_parties(document: Document, node: Node, source: str) -> None:
    try:
        compile_expression(source)
    except FeelSyntaxError as error:
        document.findings.error(
            "feel_syntax", document.find(node.id), f"The parties under conflictWith cannot be read: {error}.",
            "Write a list of ids in FEEL, such as =[applicant, company_code].",
        )  # fmt: skip
