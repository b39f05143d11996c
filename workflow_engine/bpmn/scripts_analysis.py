"""What can be known about a script before it runs: its faults, the names it reads and the names it binds.

Scripts are the Python subset of pydantic-monty 1.4 (``docs`` for authors: a script task reads the case's
variables as names; what it binds at its top level becomes variables again). Names that begin with ``_``,
loop variables, functions, classes and modules stay local to the run.
"""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from workflow_engine.bpmn.scripts_refusals import refusals
from workflow_engine.bpmn.scripts_rewrite import rewrite_deletions
from workflow_engine.bpmn.scripts_simple import SimpleProgram, compile_simple
from workflow_engine.domain.errors import Problem

MAX_SOURCE = 65_536

_MUTATORS = frozenset(
    {
        *("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"),
        *("update", "setdefault", "popitem", "move_to_end", "add", "discard", "subtract"),
        *("difference_update", "intersection_update", "symmetric_difference_update"),
        *("appendleft", "popleft", "extendleft", "rotate", "shuffle", "insort", "insort_left", "insort_right"),
    }
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPOUND = (ast.If, ast.For, ast.While, ast.Try, ast.TryStar, ast.With, ast.Match)
_WARNINGS_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class ScriptAnalysis:
    """A script, parsed once.

    ``reads``: names whose variables must be sent; ``binds``: names that become variables, in order, each with
    whether it is bound for certain; ``mutates``: objects read may be changed in place; ``deletes``: names of
    variables it removes; ``source``: the text for the sandbox, and ``sandbox_problems`` why that will not do when
    the in-process program, which knows ``del``, has to hand over.
    """

    problems: tuple[Problem, ...] = ()
    sandbox_problems: tuple[Problem, ...] = ()
    reads: frozenset[str] = frozenset()
    binds: dict[str, bool] = field(default_factory=dict)
    mutates: bool = False
    deletes: frozenset[str] = frozenset()
    source: str = ""
    simple: SimpleProgram | None = None


@lru_cache(maxsize=512)
def analyse(source: str) -> ScriptAnalysis:
    """Parse and examine a script; never raises, faults are among ``problems``."""
    source = _unindented(source)
    tree = _parse(source)
    if isinstance(tree, Problem):
        return ScriptAnalysis(problems=(tree,))
    try:
        simple = compile_simple(tree)
        rewriting = rewrite_deletions(source, tree)
        problems = list(refusals(tree))
        if simple is None:
            problems += rewriting.problems
        return ScriptAnalysis(
            problems=tuple(sorted(problems, key=lambda problem: problem.line or 0)),
            sandbox_problems=rewriting.problems,
            reads=frozenset(_names_read(tree)),
            binds=_names_bound(tree, rewriting.deletes),
            mutates=_may_mutate(tree),
            deletes=rewriting.deletes,
            source=rewriting.source,
            simple=simple,
        )
    except RecursionError:
        return ScriptAnalysis(problems=(_nested(),))


def _unindented(source: str) -> str:
    """The script as its author means it: XML editors indent the whole block, and lines may end in CR LF."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    margins = {line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()}
    margin = min(margins, key=len, default="")
    if margin and all(other.startswith(margin) for other in margins):
        lines = [line[len(margin) :] if line.strip() else "" for line in lines]
    return "\n".join(lines)


def _parse(source: str) -> ast.Module | Problem:
    if len(source) > MAX_SOURCE:
        return _problem("script_too_long", f"The script has {len(source)} characters.", f"Keep it below {MAX_SOURCE}.")
    try:
        with _WARNINGS_LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, "script")
            compile(tree, "script", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _problem("script_syntax", f"The script is no valid Python: {error.msg}.", "Mend the line.", error.lineno)
    except (RecursionError, MemoryError):
        return _nested()
    except (ValueError, OverflowError) as error:
        return _problem("script_syntax", f"The script is no valid Python: {error}.", "Remove what Python cannot read.")
    return tree


def _names_read(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Global):
            yield from node.names


def _names_bound(tree: ast.Module, deletes: frozenset[str]) -> dict[str, bool]:
    bound: dict[str, bool] = {}
    for statement in tree.body:
        certain = not isinstance(statement, _COMPOUND)
        for node in _own_nodes(statement):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
                inside = isinstance(
                    node, ast.NamedExpr
                )  # behind an ``or`` or in a comprehension, it may not be reached
                for name in _targets(node):
                    bound[name] = bound.get(name, False) or (certain and not inside)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            for name in node.names:
                bound.setdefault(name, False)
    return {name: certain for name, certain in bound.items() if not name.startswith("_") and name not in deletes}


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes that run in the script's own scope; what functions and classes do inside is theirs."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, _SCOPES):
            continue
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr) -> Iterator[str]:
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        for inner in ast.walk(target):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id


def _may_mutate(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            return True
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.Attribute) and node.attr in _MUTATORS:
            return True
        if isinstance(node, ast.Name) and (node.id in _MUTATORS or node.id in ("getattr", "setattr", "delattr")):
            return True
    return False


def _nested() -> Problem:
    return _problem("script_syntax", "The script is nested too deeply.", "Split it into smaller statements.")


def _problem(code: str, message: str, mend: str, line: int | None = None) -> Problem:
    return Problem(code=code, severity="error", message=message, mend=mend, line=line)
