"""How a model says who gets a task: the kinds of groups it names and the questions it puts to the organisation.

Read from the expressions as they are written, for words on pages and for the check at upload.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflow_engine.bpmn.model import Node
from workflow_engine.feel import ast, compile_expression

KINDS = ("role", "unit", "head", "position", "duty")
"""What may stand before the colon of a group; a group without one is a right or a group of a directory."""
QUESTIONS = (
    "superior of", "common superior", "unit for", "unit at", "level of", "head of", "least loaded", "on duty"
)  # fmt: skip
PERSON = "user"
_PASS_ON = frozenset({"concatenate", "append", "union", "distinct values", "flatten", "least loaded"})
"""Functions whose arguments are groups again."""


def strategies_of(node: Node) -> tuple[str, ...]:
    """Kinds of groups, then questions, each once, as the node's expressions name them from left to right."""
    kinds: dict[str, None] = {}
    questions: dict[str, None] = {}
    for source in sources_of(node):
        tree = compile_expression(source).tree
        kinds.update(dict.fromkeys(kind for text, _ in texts_in(tree) if (kind := text.partition(":")[0]) in KINDS))
        questions.update(dict.fromkeys(name for name, _ in _calls(tree) if name in QUESTIONS))
    return (*kinds, *questions)


def sources_of(node: Node) -> list[str]:
    """The expressions that give whom a user task is for."""
    spec = node.user_task
    given = () if spec is None else (spec.assignee, spec.candidate_users, spec.candidate_groups)
    return [source for source in given if source]


def texts_in(tree: ast.Node) -> Iterator[tuple[str, bool]]:
    """(text, whether it is whole) of every group that an expression names: alone, in a list, in a branch, or begun."""
    if isinstance(tree, ast.Literal) and isinstance(tree.value, str):
        for part in tree.value.split(","):
            if part.strip():
                yield part.strip(), True
    elif isinstance(tree, ast.ListLiteral):
        for item in ast.children(tree):
            yield from texts_in(item)
    elif isinstance(tree, ast.If):
        for branch in ast.children(tree)[1:]:
            yield from texts_in(branch)
    elif isinstance(tree, ast.Chain):
        yield from ((text, False) for text, _ in texts_in(tree.first))
    elif isinstance(tree, ast.Call) and isinstance(tree.function, ast.Name) and tree.function.name in _PASS_ON:
        for argument in tree.arguments:
            yield from texts_in(argument)


def functions_named(tree: ast.Node) -> Iterator[str]:
    """The functions of units that are asked for by a text."""
    for name, call in _calls(tree):
        first = call.arguments[0] if call.arguments else None
        if name == "unit for" and isinstance(first, ast.Literal) and isinstance(first.value, str):
            yield first.value


def calls_in(tree: ast.Node) -> Iterator[str]:
    """The functions that an expression calls by name."""
    return (name for name, _ in _calls(tree))


def _calls(tree: ast.Node) -> Iterator[tuple[str, ast.Call]]:
    if isinstance(tree, ast.Call) and isinstance(tree.function, ast.Name):
        yield tree.function.name, tree
    for child in ast.children(tree):
        yield from _calls(child)
