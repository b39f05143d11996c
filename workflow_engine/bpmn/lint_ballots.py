"""Ballots: properties that cannot be rules, that contradict each other, or that stand where nobody votes."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_calls import walk
from workflow_engine.bpmn.model import Model, Node
from workflow_engine.domain.ballot_rules import PREFIX, RESULT, BallotRuleError, check_property, read_rules
from workflow_engine.feel import FeelSyntaxError, compile_expression

_MEND = "See “Put a task to the vote” in docs/ballots.md for what each property may be."


def check_ballots(document: Document, model: Model) -> None:
    """Adds every problem with the properties ``ballot`` and ``ballot.…``."""
    for process in model.processes:
        for node in walk(process.scope):
            stated = [(key, value) for key, value in node.properties if key == RESULT or key.startswith(PREFIX)]
            if stated:
                _check(document, node, stated)


def _check(document: Document, node: Node, stated: list[tuple[str, str]]) -> None:
    element = document.find(node.id)
    findings = document.findings
    names = [key for key, _ in stated]
    if node.kind != "userTask":
        findings.error("ballot_place", element, "Only a user task can be put to the vote.", "Make it a user task.")
        return
    if RESULT not in names:
        message = f"It has {names[0]}, but no property “ballot”, so nobody votes on it."
        findings.error("ballot_rule", element, message, "Add “ballot” with the name of the variable for the result.")
    for name in sorted({name for name in names if names.count(name) > 1}):
        findings.error("ballot_rule", element, f"The property {name} stands there more than once.", "Keep one.")
    refused = [problem for name, value in stated if (problem := _problem(name, value)) is not None]
    for problem in refused:
        findings.error("ballot_rule", element, problem, _MEND)
    _check_voters(document, node, names)
    if RESULT in names and not refused:
        try:
            read_rules(_literals(stated))
        except BallotRuleError as error:
            findings.error("ballot_rule", element, str(error), _MEND)


def _problem(name: str, value: str) -> str | None:
    """What is wrong with one property; None when nothing can be told before a case runs."""
    try:
        if not value.strip().startswith("="):
            check_property(name, value)
        else:
            compile_expression(value.strip()[1:])
            check_property(name, None)
    except BallotRuleError as error:
        return str(error)
    except FeelSyntaxError as error:
        return f"The expression of {name} cannot be read: {error.message}"
    return None


def _check_voters(document: Document, node: Node, names: list[str]) -> None:
    element, loop = document.find(node.id), node.loop
    if loop is not None and loop.kind != "parallel":
        document.findings.error(
            "ballot_loop", element, "Voters of a ballot vote at the same time, not one after the other.",
            "Make the multi-instance marker a parallel one, or leave it out.",
        )  # fmt: skip
    if "ballot.voters" not in names and (loop is None or loop.collection is None):
        document.findings.error(
            "ballot_voters", element, "Nobody is named who votes.",
            "Add “ballot.voters”, or repeat the task for each of a collection of voters.",
        )  # fmt: skip


def _literals(stated: list[tuple[str, str]]) -> dict[str, Any]:
    """What is known before a case runs; a sample stands in for what an expression will give."""
    known: dict[str, Any] = {name: value for name, value in stated if not value.strip().startswith("=")}
    samples: dict[str, Any] = {
        "ballot.items": ["…"], "ballot.weights": {"…": 1}, "ballot.chair": "person:…", "ballot.extension": "P1D",
        "ballot.rounds": 20,
    }  # fmt: skip
    return known | {name: samples[name] for name, value in stated if name not in known and name in samples}
