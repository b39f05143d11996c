"""Script tasks: what a script reads, leaves behind and may not do."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from workflow_engine.bpmn.scripts import (
    ScriptChanges,
    ScriptContext,
    ScriptSandbox,
    check_script,
    is_script_format,
)
from workflow_engine.domain.errors import ScriptError

# Makes a script too rich for the in-process interpreter, so that the sandbox runs it.
LOOP = "\nfor _ in []: pass"


@pytest.fixture(params=["in process", "sandbox"])
def run(request: pytest.FixtureRequest, sandbox: ScriptSandbox, context: ScriptContext) -> Any:
    def run_script(source: str, **variables: Any) -> ScriptChanges:
        before = copy.deepcopy(variables)
        try:
            return sandbox.run(source + (LOOP if request.param == "sandbox" else ""), variables, context)
        finally:
            assert variables == before

    return run_script


@pytest.mark.parametrize(
    ("source", "variables", "changes"),
    [
        ("n = n + 1", {"n": 1}, {"n": 2}),
        ("n += 1", {"n": 1, "other": 5}, {"n": 2}),
        ('log = log + ["a"]', {"log": []}, {"log": ["a"]}),
        ('log.append("a")', {"log": [1]}, {"log": [1, "a"]}),
        ('log += ["a"]', {"log": [1]}, {"log": [1, "a"]}),
        ('a["b"]["c"] = "changed"', {"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": "changed", "d": 2}}}),
        ('rows[-1]["n"] += 1', {"rows": [{"n": 1}, {"n": 2}]}, {"rows": [{"n": 1}, {"n": 3}]}),
        ('a = b\na["x"] = 1', {"b": {}}, {"a": {"x": 1}, "b": {"x": 1}}),
        ('a = [b]\nb.append(1)', {"b": []}, {"a": [[1]], "b": [1]}),
        ("if n > 3:\n  size = 'big'\nelif n == 1:\n  size = 'one'\nelse:\n  size = None", {"n": 1}, {"size": "one"}),
        ("if n > 3:\n  size = 'big'", {"n": 1}, {}),
        ("n = n", {"n": 1}, {}),
        ("n = 2\nn = 1", {"n": 1}, {}),
        ("n = True", {"n": 1}, {"n": True}),
        ("half = 7 / 2; whole = 6 / 2; zero = 0 * -1.0", {}, {"half": 3.5, "whole": 3, "zero": 0}),
        ("_x = 5; y = _x", {}, {"y": 5}),
        ("y = _x", {"_x": 5}, {"y": 5}),
        ("值 = 值 + 1; 姓名 = '张三'", {"值": 1}, {"值": 2, "姓名": "张三"}),
        ('t = f"{n}: {s}" + "!"', {"n": 1, "s": "中"}, {"t": "1: 中!"}),
        ("m = max(a, 2) + min(l) + sum(l) + len(s) + abs(-1)", {"a": 1, "l": [1, 2.5], "s": "中文"}, {"m": 9.5}),
        ('x = d.get("a"); y = d.get("b", [])', {"d": {"a": 1}}, {"x": 1, "y": []}),
        ("ok = a and not b or c is None", {"a": True, "b": True, "c": None}, {"ok": True}),
        ("first = l[0]; rest = l[1:]; has = 2 in l", {"l": [1, 2, 3]}, {"first": 1, "rest": [2, 3], "has": True}),
        ('s = s.strip().upper(); b = s.startswith("A")', {"s": " abc "}, {"s": "ABC", "b": True}),
        ("len = 5; x = len", {}, {"len": 5, "x": 5}),
        ("x = len + id", {"len": 7, "id": 1}, {"x": 8}),
        ("typename = 'x'", {}, {"typename": "x"}),
        ("", {}, {}),
        ("# nothing", {}, {}),
    ],
)  # fmt: skip
def test_script_changes_variables(run: Any, source: str, variables: Any, changes: Any) -> None:
    found = run(source, **variables)
    assert json.dumps(found, sort_keys=True) == json.dumps(changes, sort_keys=True)
    assert found.removed == ()


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("def double(x):\n  return x * 2\ny = double(4)", {"y": 8}),
        ("import math\ny = math.floor(2.5)", {"y": 2}),
        ("total = 0\nfor row in rows:\n  total += row['n']", {"total": 3}),
        ("names = [row['n'] for row in rows]", {"names": [1, 2]}),
        ("rows.sort(key=lambda row: -row['n'])", {"rows": [{"n": 2}, {"n": 1}]}),
        ("def change():\n  rows[0]['n'] = 9\nchange()", {"rows": [{"n": 9}, {"n": 2}]}),
        ("def put():\n  global made\n  made = 1\nput()", {"made": 1}),
        ("a, b = 1, 2\nx = y = (a, b)", {"a": 1, "b": 2, "x": [1, 2], "y": [1, 2]}),
        (
            "while len(rows) < 3:\n  rows.append(None)\n  last = len(rows)",
            {"rows": [{"n": 1}, {"n": 2}, None], "last": 3},
        ),
        ("try:\n  x = 1 / 0\nexcept ZeroDivisionError as e:\n  x = str(e)", {"x": "division by zero"}),
        ("if (n := len(rows)) > 1:\n  pass\nfor _ in []: pass", {"n": 2}),
        ("match rows[0]:\n  case {'n': found}:\n    x = found", {"x": 1}),
        ("x: int = 5", {"x": 5}),
        ("import re\nx = re.sub('[0-9]+', '#', 'a12b3')", {"x": "a#b#"}),
        ("import json\nx = json.loads('{\"a\": 1}')", {"x": {"a": 1}}),
        ("x = '{:.2f}'.format(1.005) + '%d' % 3", {"x": "1.003"}),
        ("x = {1: 'a', None: 'b'}", {"x": {"1": "a", "null": "b"}}),
        ("import random\nx = 0 <= random.random() < 1", {"x": True}),
        ("class Row:\n  def __init__(self):\n    self.n = 1\nx = Row().n", {"x": 1}),
    ],
)
def test_richer_script_runs_in_the_sandbox(
    sandbox: ScriptSandbox, context: ScriptContext, source: str, changes: Any
) -> None:
    rows = [{"n": 1}, {"n": 2}]
    assert check_script(source) == []
    assert sandbox.run(source, {"rows": rows}, context) == changes
    assert rows == [{"n": 1}, {"n": 2}]


def test_dates_and_decimals_become_text(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    source = """
from datetime import date, datetime, time, timedelta
from decimal import Decimal
a = now(); b = today(); c = Decimal('1.50') + 1
d = [timedelta(hours=1, microseconds=500), -timedelta(days=1)]
e = {"at": datetime(2030, 1, 1, 8), "t": time(8, 30)}
f = now() + timedelta(days=28)
"""
    assert sandbox.run(source, {}, context) == {
        "a": "2030-01-31T12:00:00Z",
        "b": "2030-01-31",
        "c": "2.50",
        "d": ["PT3600.0005S", "-PT86400S"],
        "e": {"at": "2030-01-01T08:00:00", "t": "08:30:00"},
        "f": "2030-02-28T12:00:00Z",
    }


def test_clock_and_chance_come_from_the_command(sandbox: ScriptSandbox) -> None:
    source = """
import datetime, random as chance, time
a = [random(), random(), chance.random(), chance.randint(1, 10**6), chance.Random().random()]
b = datetime.datetime.now(datetime.timezone.utc).isoformat()
c = [time.time(), time.perf_counter() - time.perf_counter(), time.process_time()]
d = list({str(n) for n in range(50)})
e = datetime.date.today().isoformat() + str(now) + str(time.timezone)
time.sleep(3600)
"""

    def run(seed: int) -> dict[str, Any]:
        # A fresh pool each time: nothing may depend on the worker either.
        with ScriptSandbox() as fresh:
            context = ScriptContext(now=datetime(2030, 1, 31, 23, 30, tzinfo=UTC), seed=seed, today=date(2030, 2, 1))
            return fresh.run(source + "f = str(today())", {}, context)

    first, second, other = run(1), run(1), run(2)
    assert json.dumps(first) == json.dumps(second)
    assert first["a"] != other["a"] and first["f"] == "2030-02-01"


def test_variable_hides_a_given_function(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    assert sandbox.run("x = now\ny = today", {"now": 1, "today": "x"}, context) == {"x": 1, "y": "x"}


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("undefined_name + 1", 1, "NameError: name 'undefined_name' is not defined"),
        ("x = 1\n\ny = 1 / 0", 3, "ZeroDivisionError"),
        ("def f():\n  return {}['k']\nf()", 2, "KeyError"),
        ("raise ValueError('太高')", 1, "ValueError: 太高"),
        ("assert n == 2, 'n must be two'", 1, "n must be two"),
        ("del missing", 1, "NameError"),
        ("del d['missing']", 1, "KeyError"),
        ("x = l[5]", 1, "IndexError"),
        ("x = 'a' + 1", 1, "TypeError"),
        ("x = s.nothing", 1, "AttributeError"),
    ],
)
def test_failing_script_tells_line_and_reason(run: Any, source: str, line: int, says: str) -> None:
    with pytest.raises(ScriptError, match=says) as caught:
        run(source, n=1, d={}, l=[1], s="x")
    assert caught.value.details["line"] == line


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = {1, 2}", "x is a value of type set"),
        ("x = {'a': [lambda: 1]}", r"x.a\[0\] is a value of type function"),
        ("x = len", "builtin"),
        ("x = range(3)", "x is a value of type range"),
        ("x = iter([1])", "x is a value of type list_iterator"),
        ("x = b'a'", "x is a value of type bytes"),
        ("x = 1j", "x is a value of type complex"),
        ("x = ...", "x is a value of type ellipsis"),
        ("x = [float('nan')]", r"x\[0\] is nan"),
        ("x = 1e308 * 10", "x is inf"),
        ("x = 2 ** 53", "2\\^53 - 1"),
        ("x = {(1, 2): 3}", "which is no text"),
        ("x = []\nx.append(x)", "recursion"),
        ("x = 'a\\x00b'", "NUL"),
        ("x = 'a' * 300000", "262144 bytes"),
        ("x = [1]\nfor i in range(20): x = [x]\nfor i in range(20): x = [x]", "32 levels"),
        ("x = {str(i): 0 for i in range(10001)}", "10000 names"),
        ("class C: pass\nx = C()", "x is a value of type"),
    ],
)
def test_result_that_is_no_json_is_refused(
    sandbox: ScriptSandbox, context: ScriptContext, source: str, says: str
) -> None:
    with pytest.raises(ScriptError, match=says):
        sandbox.run(source, {}, context)


@pytest.mark.parametrize(
    ("source", "variables", "changes", "removed"),
    [
        ("del v; w = 2", {"v": 1}, {"w": 2}, ("v",)),
        ("del v, u", {"v": 1, "u": 2}, {}, ("u", "v")),
        ("v = 1\ndel v", {}, {}, ()),
        ("del d['k']", {"d": {"k": 1, "l": 2}}, {"d": {"l": 2}}, ()),
        ("del l[0], l[0]", {"l": [1, 2, 3]}, {"l": [3]}, ()),
        ("del a['b'][-1]", {"a": {"b": [1, 2]}}, {"a": {"b": [1]}}, ()),
        ("del (d\n  ['k']); x = 1", {"d": {"k": 1}}, {"d": {}, "x": 1}, ()),
    ],
)
def test_deletion(run: Any, source: str, variables: Any, changes: Any, removed: tuple[str, ...]) -> None:
    found = run(source, **variables)
    assert (dict(found), found.removed) == (changes, removed)
    assert found.applied_to(variables) == {k: v for k, v in {**variables, **changes}.items() if k not in removed}


def test_deletion_that_the_sandbox_cannot_do_is_never_skipped(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    source = "if n == 1:\n  del v\nx = str(n / 2)"
    assert check_script(source) == []
    with pytest.raises(ScriptError, match="can only be deleted at the end"):
        sandbox.run(source, {"n": 1, "v": 1}, context)
    assert sandbox.run("if n == 1:\n  del v", {"n": 1, "v": 1}, context).removed == ("v",)
    assert [problem.line for problem in check_script(source + LOOP)] == [2]


def test_names_never_read_are_not_sent(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    variables = {"n": 1, "other": object()}
    assert sandbox.run("n = n + 1" + LOOP, variables, context) == {"n": 2}
    with pytest.raises(ScriptError, match="cannot be given"):
        sandbox.run("n = other" + LOOP, variables, context)


def test_shared_parts_arrive_unshared(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    shared: list[int] = [1]
    variables = {"a": shared, "b": shared, "c": {"x": shared, "y": shared}}
    found = sandbox.run("a.append(2); c['x'].append(3)" + LOOP, variables, context)
    assert found == {"a": [1, 2], "c": {"x": [1, 3], "y": [1]}} and shared == [1]
    assert sandbox.run("a.append(2); c['x'].append(3)", variables, context) == found


def test_printed_text_is_told_with_a_failure(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    with pytest.raises(ScriptError) as caught:
        sandbox.run("print('so far')\n1 / 0", {}, context)
    assert caught.value.details["printed"] == "so far\n"


def test_indented_script_is_read_as_meant(sandbox: ScriptSandbox, context: ScriptContext) -> None:
    source = "\r\n      if n:\r\n        x = 1\r\n      y = 2\r\n    "
    assert sandbox.run(source, {"n": 1}, context) == {"x": 1, "y": 2}


def test_script_formats() -> None:
    assert all(map(is_script_format, [None, "", "python", "Python", "text/x-python"]))
    assert not any(map(is_script_format, ["javascript", "groovy", "text/javascript", "juel", "feel"]))


def test_every_script_of_the_reference_cases_runs_or_is_refused(
    shared: Path, sandbox: ScriptSandbox, context: ScriptContext
) -> None:
    scripts: set[str] = set()
    for path in sorted((shared / "conformance").rglob("*.bpmn*")):
        try:
            document = ElementTree.parse(path)
        except ElementTree.ParseError:
            continue
        for element in document.iter():
            if element.tag.endswith("}scriptTask") and is_script_format(element.get("scriptFormat")):
                scripts.update(child.text or "" for child in element if child.tag.endswith("}script"))
    assert len(scripts) > 20
    given = {
        "n": 0,
        "item": 2,
        "a": {"b": {"c": 1}},
        "v": 1,
        "l": [],
        "d1": {"k": 1},
        "b": 1,
        "c": 2,
        "t": "",
        "undefined": 0,
    }
    for source in sorted(scripts):
        assert check_script(source) == []
        variables = given | ({"a": 1} if "a+1" in source else {})
        try:
            sandbox.run(source, variables, context)
        except ScriptError:
            assert "undefined_name" in source
