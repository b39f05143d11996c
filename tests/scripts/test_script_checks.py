"""What is known about a script before it runs: faults with their lines, names read and bound."""

from __future__ import annotations

import pytest

from workflow_engine.bpmn.scripts import check_script, script_names


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("x = 1\ny = ", 2, "no valid Python"),
        ("return 5", 1, "no valid Python"),
        ("x = 'a\x00'", None, "no valid Python"),
        ("def f():\n  yield 1", 2, "yield"),
        ("class A(Exception): pass", 1, "inheritance"),
        ("async def f(): pass", 1, "Asynchronous"),
        ("import os", 1, "module os"),
        ("import math, uuid", 1, "module uuid"),
        ("from statistics import mean", 1, "module statistics"),
        ("from . import x", 1, "module ."),
        ("from math import *", 1, "everything"),
        ("x = ''.__class__", 1, "__class__"),
        ("x = __builtins__", 1, "__builtins__"),
        ("import json as __json", 1, "__json"),
        ("def f(__x): pass", 1, "__x"),
        ("x = 1\neval('x')", 2, "eval"),
        ("globals()['x'] = 1", 1, "globals"),
        ("open('/etc/passwd')", 1, "cannot reach outside"),
        ("x = id(x)", 1, "depends on the machine"),
        ("for v in []:\n  del v", 2, "deleted at the end"),
        ("for _ in []: pass\ndel v\nv = 1", 2, "deleted at the end"),
        ("for _ in []: pass\ndel v[1:2]", 2, "del"),
        ("'{a}'.format_map(x)", 1, "format_map"),
        ("x" * 70_000, None, "70000 characters"),
        ("x = " + "(" * 300 + ")" * 300, None, ""),
        ("x = " + "-" * 60_000 + "1", None, ""),
        ("x = " + "[" * 150 + "]" * 150, None, None),
    ],
)
def test_check_finds_what_is_refused(source: str, line: int | None, says: str | None) -> None:
    problems = check_script(source)
    if says is None:
        assert problems == []
        return
    assert problems and says in problems[0].message and problems[0].mend
    assert line is None or problems[0].line == line


def test_check_reports_everything_at_once() -> None:
    problems = check_script("import os\nx = eval('1')\ny = ''.__class__\nimport os")
    assert [problem.line for problem in problems] == [1, 2, 3, 4]
    assert {problem.severity for problem in problems} == {"error"}


def test_names_are_known_before_the_run() -> None:
    reads, writes = script_names("for i in rows:\n  n += i\ndel v\ndef f(a):\n  b = a\nx = f(1)\n_y = z")
    assert {"rows", "n", "v", "z"} <= reads
    assert writes == {"n", "v", "x"}
