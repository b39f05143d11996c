"""Deletions (``del``), which the sandbox does not know, put into words that it knows.

``del d["k"]`` becomes ``d.pop("k")``. ``del v`` at the top level becomes ``v``, which fails like ``del`` when
there is no such name, and the variable is removed after the run; that is only right if the name is not used
again, so anything else is refused.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workflow_engine.domain.errors import Problem


@dataclass(frozen=True, slots=True)
class Rewriting:
    """The text for the sandbox, the names it deletes at its top level, and what could not be rewritten."""

    source: str
    deletes: frozenset[str]
    problems: tuple[Problem, ...]


def rewrite_deletions(source: str, tree: ast.Module) -> Rewriting:
    """Replace every ``del`` statement; lines keep their numbers."""
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Delete)]
    if not statements:
        return Rewriting(source, frozenset(), ())
    deletes: set[str] = set()
    problems: list[Problem] = []
    edits: list[tuple[ast.Delete, str]] = []
    for statement in statements:
        words = []
        for target in statement.targets:
            replaced = _replacement(source, tree, statement, target)
            if isinstance(replaced, Problem):
                problems.append(replaced)
                continue
            words.append(replaced)
            if isinstance(target, ast.Name):
                deletes.add(target.id)
        edits.append((statement, "; ".join(words)))
    return Rewriting(_edited(source, edits), frozenset(deletes), tuple(problems))


def _replacement(source: str, tree: ast.Module, statement: ast.Delete, target: ast.expr) -> str | Problem:
    match target:
        case ast.Name(id=name):
            if statement in tree.body and not _used_after(tree, statement, name):
                return name
            return _refuse(target, f"The variable {name} can only be deleted at the end, outside any block.")
        case ast.Subscript(value=value, slice=key) if not isinstance(key, ast.Slice):
            owner, inner = ast.get_source_segment(source, value), ast.get_source_segment(source, key)
            if owner and inner and "\n" not in owner + inner:
                return f"({owner}).pop({_one(key, inner)})"
    return _refuse(target, "This form of del is not supported.")


def _one(key: ast.expr, text: str) -> str:
    return f"({text})" if isinstance(key, ast.Tuple) else text


def _used_after(tree: ast.Module, statement: ast.Delete, name: str) -> bool:
    """Whether the name is met behind the statement, or in a function that may be called behind it."""
    end = (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global) and name in node.names:
            return True
        if isinstance(node, ast.Name) and node.id == name and (node.lineno, node.col_offset) >= end:
            return True
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef) and any(
            isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node)
        ):
            return True
    return False


def _edited(source: str, edits: list[tuple[ast.Delete, str]]) -> str:
    lines = [line.encode() for line in source.split("\n")]
    for statement, words in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
        first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
        head, tail = lines[first][: statement.col_offset], lines[last][statement.end_col_offset :]
        lines[first] = head + (words or "pass").encode() + tail
        for line in range(first + 1, last + 1):
            lines[line] = b""
    return b"\n".join(lines).decode()


def _refuse(node: ast.expr, message: str) -> Problem:
    mend = "Set it to None, or delete it as the last thing the script does."
    return Problem(code="script_unsupported", severity="error", message=message, mend=mend, line=node.lineno)
