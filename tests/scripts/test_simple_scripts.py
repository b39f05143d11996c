"""The in-process interpreter answers as the sandbox does, or leaves the script to it."""

from __future__ import annotations

import ast
import copy
import json
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_engine.bpmn.scripts import ScriptContext, ScriptSandbox
from workflow_engine.bpmn.scripts_simple import compile_simple
from workflow_engine.bpmn.scripts_values import UnsureError
from workflow_engine.domain.errors import ScriptError

VARIABLES: dict[str, Any] = {
    "n": 3,
    "f": 2.5,
    "s": "ab",
    "t": "中 é",
    "yes": True,
    "no": False,
    "nil": None,
    "l": [1, 2.5, "ab", None],
    "ints": [3, -1, 2],
    "d": {"a": 1, "b": {"c": [1]}},
    "rows": [{"n": 1}, {"n": 2}],
    "e": [],
}
NAMES = sorted(VARIABLES)

literals = st.sampled_from(
    [
        "0",
        "1",
        "-1",
        "2",
        "7",
        "0.1",
        "2.5",
        "-0.0",
        "1e16",
        "9007199254740991",
        "'a'",
        "'ab'",
        "''",
        "' Ab '",
        "'中'",
        "True",
        "False",
        "None",
        "[]",
        "{}",
        "[1, 'a']",
        "{'a': 1}",
        "[[1]]",
        "{'b': {'c': 1}}",
    ]
)
names = st.sampled_from([*NAMES, "x", "y"])
keys = st.sampled_from(["'a'", "'b'", "'c'", "'n'", "0", "-1", "1", "5"])


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def join(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(lambda found: form.format(*found))

    operators = st.sampled_from(["+", "-", "*", "/", "//", "%"])
    comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
    functions = st.sampled_from(["len", "str", "int", "float", "bool", "abs", "sum", "min", "max"])
    methods = st.sampled_from(
        ["upper()", "lower()", "strip()", "startswith('a')", "endswith('b')", "get('a')", "get('q', 0)"]
    )
    return st.one_of(
        join("({} {} {})", inner, operators, inner),
        join("({} {} {})", inner, comparisons, inner),
        join("({} < {} <= {})", inner, inner, inner),
        join("({} and {})", inner, inner),
        join("({} or {})", inner, inner),
        join("(not {})", inner),
        join("(-{})", inner),
        join("({} is None)", inner),
        join("({} is not None)", inner),
        join("({} if {} else {})", inner, inner, inner),
        join("{}[{}]", inner, keys),
        join("{}[{}:]", inner, st.sampled_from(["1", "-1", "n", ""])),
        join("[{}, {}]", inner, inner),
        join("{{'a': {}, {}: {}}}", inner, st.sampled_from(["'b'", "'a'", "s"]), inner),
        join("{}({})", functions, inner),
        join("min({}, {})", inner, inner),
        join("max({}, {})", inner, inner),
        join("({}).{}", inner, methods),
        join("f'<{{{}}}>'", names),
    )


numbers = st.recursive(
    st.sampled_from(["n", "f", "x", "0", "1", "2.5", "-3", "len(s)", "d['a']", "rows[1]['n']", "ints[0]", "sum(ints)"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    max_leaves=4,
)
values = st.one_of(
    numbers,
    st.tuples(st.sampled_from(["l", "e", "ints", "rows"]), numbers).map(lambda p: f"{p[0]} + [{p[1]}]"),
    st.tuples(st.sampled_from("st"), names).map(lambda p: f"{p[0]} + f'{{{p[1]}}}'"),
    st.tuples(numbers, st.sampled_from(["<", "==", ">="]), numbers).map(" ".join),
    st.tuples(names, numbers).map(lambda p: f"{{'k': {p[0]}, 'a': [{p[1]}]}}"),
)
expressions = st.one_of(values, values, st.recursive(literals | names, compound, max_leaves=4))
paths = st.tuples(names, st.lists(keys, min_size=1, max_size=2)).map(lambda p: p[0] + "".join(f"[{k}]" for k in p[1]))
targets = st.one_of(names, names, paths)
lines = st.one_of(
    st.tuples(targets, expressions).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(targets, st.sampled_from(["+=", "-=", "*="]), expressions).map(" ".join),
    st.tuples(targets, expressions).map(lambda p: f"{p[0]}.append({p[1]})"),
    targets.map(lambda target: f"del {target}"),
    expressions,
)
blocks = st.tuples(expressions, lines, lines).map(lambda p: f"if {p[0]}:\n  {p[1]}\nelse:\n  {p[2]}")
programs = st.lists(lines | blocks, min_size=1, max_size=5).map("\n".join)
# Half of them without changes in place, so that references may be passed around.
plain_lines = st.tuples(names, expressions).map(lambda p: f"{p[0]} = {p[1]}")
plain_programs = st.lists(plain_lines, min_size=1, max_size=5).map("\n".join)


@settings(max_examples=1000)
@given(programs | plain_programs)
def test_simple_program_agrees_with_the_sandbox(sandbox: ScriptSandbox, context: ScriptContext, source: str) -> None:
    program = compile_simple(ast.parse(source))
    if program is None:
        return None
    variables = copy.deepcopy(VARIABLES)
    try:
        program.run(variables)
    except UnsureError:
        return None
    assert variables == VARIABLES
    try:
        simple: Any = sandbox.run(source, variables, context)
    except ScriptError as error:
        simple = error
    if " del " in f" {source}".replace("\n", " "):
        return _agrees_with_python(source, simple)
    try:
        # A loop that never turns makes the script too rich for the in-process interpreter.
        rich: Any = sandbox.run(source + "\nfor _ in []: pass", variables, context)
    except ScriptError as error:
        rich = error
    if isinstance(simple, ScriptError) or isinstance(rich, ScriptError):
        assert "cannot be kept" in str(simple) and "cannot be kept" in str(rich), source
    else:
        assert json.dumps(simple, sort_keys=True) == json.dumps(rich, sort_keys=True), source
    return None


def _agrees_with_python(source: str, simple: Any) -> None:
    """Deletions, which the sandbox does not know, are compared with Python itself on this trusted text."""
    scope: dict[str, Any] = copy.deepcopy(VARIABLES)
    with warnings.catch_warnings(action="ignore"):
        code = compile(source, "script", "exec")
    exec(code, {"__builtins__": {name: getattr(__import__("builtins"), name) for name in BUILTINS}}, scope)
    if isinstance(simple, ScriptError):
        assert "cannot be kept" in str(simple)
        return
    assert set(simple.removed) == VARIABLES.keys() - scope.keys(), source
    after = simple.applied_to(VARIABLES)
    assert json.dumps(after, sort_keys=True) == json.dumps(_integral(scope), sort_keys=True), source


BUILTINS = ("len", "str", "int", "float", "bool", "abs", "sum", "min", "max")


def _integral(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


@pytest.mark.parametrize(
    "source",
    [
        "a = b\na['x'] = 1",
        "a = d['k']\na.append(1)",
        "a = [b]\nb['x'] = 1",
        "a = {'k': b}\nb['x'] = 1",
        "a = c and b\na['x'] = 1",
        "a = b if c else b\na['x'] = 1",
        "l.append(b)\nb['x'] = 1",
        "a = d.get('k')\na.append(1)",
        "a = l + [b]\nb['x'] = 1",
        "a = rows[0:]\na[0]['n'] = 2",
        "a = rows + []\na[0]['n'] = 2",
        "a = l\nl += [1]",
        "l += [b]\nb['x'] = 1",
        "d['k2'] = d['k']\nd['k'].append(1)",
    ],
)
def test_script_in_which_two_names_may_share_an_object_is_left_to_the_sandbox(
    sandbox: ScriptSandbox, context: ScriptContext, source: str
) -> None:
    variables: dict[str, Any] = {"b": {}, "c": True, "d": {"k": []}, "l": [0], "rows": [{"n": 1}]}
    program = compile_simple(ast.parse(source))
    assert program is not None
    with pytest.raises(UnsureError):
        program.run(variables)
    scope = copy.deepcopy(variables)
    exec(source, {}, scope)  # the expectation is Python's own answer to the text above
    assert sandbox.run(source, variables, context).applied_to(variables) == scope


@pytest.mark.parametrize(
    "source",
    [
        "x = 9007199254740991 + 1",
        "x = 2 ** 9",
        "x = 'a' * 3",
        "x = 1 / 0",
        "x = 1 % 0",
        "x = 'a%s' % 1",
        "x = 1.5 // 1",
        "x = True + 1",
        "x = [1] == [1]",
        "x = [1] in [[1]]",
        "x = 1 < 'a'",
        "x = str(1.5)",
        "x = int('5')",
        "x = 'é'.upper()",
        "x = missing",
        "x = l[True]",
        "x = {}[1]",
        "x = l[9]",
        "x = f'{1.5}'",
        "x = min([])",
        "x = sum(['a'])",
        "x = ''.join",
        "x = {n: 1}",
        "n[0] = 1",
        "x = len(5)",
    ],
)
def test_anything_doubtful_is_left_to_the_sandbox(source: str) -> None:
    program = compile_simple(ast.parse(source))
    if program is not None:
        with pytest.raises(UnsureError):
            program.run({"n": 1, "l": [1, 2]})


@pytest.mark.parametrize(
    "source",
    [
        "for i in l: x = i",
        "while True: pass",
        "def f(): pass",
        "import math",
        "x = [i for i in l]",
        "x = lambda: 1",
        "x = (1, 2)",
        "a = b = 1",
        "x = print(1)",
        "x = l.pop()",
        "x = a.b",
        "x: int = 1",
        "assert x",
        "x = f'{n:.2f}'",
        "x = f'{n!r}'",
        "x = [*l]",
        "x = {**d}",
        "x = b''",
        "x = 1j",
        "x = ...",
        "x = 1e999",
        "x = '\\ud800'",
        "x = l[::2]",
        "l[0:1] = []",
        "x = max(l, key=len)",
        "x = n is l",
        "x = 9007199254740992",
        "x = 1;" * 200,
        "global x",
        "with a: pass",
        "x = await_",
        "n.x = 1",
    ],
)
def test_anything_richer_is_not_compiled(source: str) -> None:
    program = compile_simple(ast.parse(source))
    assert program is None or source == "x = await_"


def test_doubling_stays_small_in_process() -> None:
    for step in ("x = x + x", "x = [x, x]", "x = f'{x}{x}'", "x = {'a': x, 'b': x}"):
        for start in ("'abcdefgh'", "[1]"):
            program = compile_simple(ast.parse(f"x = {start}\n" + f"{step}\n" * 25))
            if program is not None:
                try:
                    program.run({})
                except UnsureError:
                    continue
