"""What a script may not contain, found at upload: each finding with its line and how to mend it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workflow_engine.domain.errors import Problem

MODULES = frozenset(
    {
        *("math", "decimal", "random", "datetime", "time", "json", "csv", "tomllib", "re", "unicodedata"),
        *("collections", "itertools", "functools", "bisect", "copy", "dataclasses", "typing"),
        *("hashlib", "base64", "binascii"),
    }
)

_REFUSED_CALLS = {
    **dict.fromkeys(
        ("eval", "exec", "compile", "globals", "locals", "vars"), "what it reads cannot be known beforehand"
    ),
    **dict.fromkeys(("id", "hash"), "its result depends on the machine"),
    **dict.fromkeys(("open", "input", "help", "exit", "quit", "breakpoint"), "scripts cannot reach outside"),
}


def refusals(tree: ast.Module) -> Iterator[Problem]:
    """Every construct of the script that the sandbox does not run, or that would make its result depend on chance."""
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        yield from _unsupported(node)
        yield from _import(node)
        yield from _call(node, own)
        yield from _reserved(node)


def _unsupported(node: ast.AST) -> Iterator[Problem]:
    match node:
        case ast.Yield() | ast.YieldFrom():
            yield _refuse(node, "Generators (yield) are not supported.", "Collect the values in a list.")
        case ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith() | ast.Await():
            yield _refuse(node, "Asynchronous code is not supported.", "Write it without async and await.")
        case ast.comprehension(is_async=1):
            yield _refuse(node, "Asynchronous code is not supported.", "Write it without async and await.")
        case ast.ClassDef(bases=bases, keywords=keywords) if bases or keywords:
            yield _refuse(node, "Class inheritance is not supported.", "Use a class without bases, or functions.")
        case ast.TryStar():
            yield _refuse(node, "Exception groups (except*) are not supported.", "Use except.")
        case ast.Attribute(attr="format_map"):
            yield _refuse(node, "format_map is not supported.", "Use format or an f-string.")


def _import(node: ast.AST) -> Iterator[Problem]:
    if isinstance(node, ast.Import):
        wanted = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        wanted = ["." * node.level + (node.module or "")]
        if any(alias.name == "*" for alias in node.names):
            yield _refuse(node, "Importing everything (*) is not supported.", "Name what you import.")
    else:
        return
    for name in wanted:
        if name not in MODULES:
            yield _refuse(node, f"The module {name} is not available.", f"Available are {', '.join(sorted(MODULES))}.")


def _call(node: ast.AST, own: set[str]) -> Iterator[Problem]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _REFUSED_CALLS and name not in own:
            yield _refuse(node, f"{name}() is not supported: {_REFUSED_CALLS[name]}.", "Do without it.")


def _reserved(node: ast.AST) -> Iterator[Problem]:
    for name in _identifiers(node):
        if name.startswith("__"):
            yield _refuse(node, f"The name {name} is reserved.", "Use names without leading double underscore.")


def _identifiers(node: ast.AST) -> list[str]:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.arg(arg=name) | ast.ClassDef(name=name):
            return [name]
        case ast.FunctionDef(name=name):
            return [] if name.endswith("__") else [name]  # methods such as __init__
        case ast.alias(name=name, asname=asname):
            return [asname or name]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return list(names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
    return []


def _refuse(node: ast.AST, message: str, mend: str) -> Problem:
    code = "script_import" if isinstance(node, ast.Import | ast.ImportFrom) else "script_unsupported"
    line = getattr(node, "lineno", None)
    return Problem(code=code, severity="error", message=message, mend=mend, line=line)
