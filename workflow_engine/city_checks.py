"""What a model names and this city does not have: warnings, since it may be there by the time a case gets there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflow_engine.bpmn.lint_calls import walk
from workflow_engine.bpmn.model import Model, Node
from workflow_engine.bpmn.strategies import functions_named, sources_of, texts_in
from workflow_engine.domain.errors import Problem
from workflow_engine.feel import compile_expression
from workflow_engine.storage.assigning import is_there, read_tree
from workflow_engine.storage.unit_of_work import UnitOfWork


def problems_in_city(unit: UnitOfWork, model: Model) -> list[Problem]:
    """A warning at every element that names a group, unit, position, person or function that is not there."""
    functions = read_tree(unit).functions()
    known: dict[str, bool] = {}
    found = []
    for process in model.processes:
        for node in walk(process.scope):
            for subject in dict.fromkeys(_subjects(node)):
                if subject not in known:
                    known[subject] = is_there(unit, subject)
                if not known[subject]:
                    found.append(_problem("group_missing", node, f"“{subject}” does not exist in this city."))
            for function in dict.fromkeys(_functions(node)):
                if function not in functions:
                    what = f"No unit of this city has the function “{function}”."
                    found.append(_problem("function_missing", node, what))
    return found


def _subjects(node: Node) -> Iterator[str]:
    for source in sources_of(node):
        yield from (text for text, is_whole in texts_in(compile_expression(source).tree) if is_whole and ":" in text)


def _functions(node: Node) -> Iterator[str]:
    sources: Sequence[str | None] = (
        *sources_of(node),
        node.script.source if node.script is not None and node.script.is_expression else None,
    )
    for source in sources:
        if source:
            yield from functions_named(compile_expression(source).tree)


def _problem(code: str, node: Node, message: str) -> Problem:
    return Problem(
        code, "warning", message, "Add it to the organisation, or correct the model.", node.id, node.name
    )  # fmt: skip
