"""Hostile expressions. Run as a program: each with its own budget of processor time, all under one memory limit."""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from workflow_engine.bpmn.dialects.expressions import translate
from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, compile_expression, compile_unary_tests, to_json

CPU_SECONDS = 2.0
MEMORY_BYTES = 1_500_000_000
VARIABLES: dict[str, Any] = {
    "x": 1,
    "text": "abc",
    "items": list(range(1_000)),
    "person": {"name": "Li", "tags": ["a", "b"]},
    "long": "a" * 50_000,
    "deep": None,
}
_deep: Any = 1
for _ in range(60):
    _deep = [_deep]
VARIABLES["deep"] = _deep

ESCAPES = (
    '__import__("os").system("id")',
    "person.__class__",
    "person.__class__.__mro__",
    "().__class__.__bases__",
    '"".__class__.__subclasses__()',
    'text.format("x")',
    "text.__init__.__globals__",
    "person.items()",
    'person.__getitem__("name")',
    "person.keys",
    "items.append(1)",
    "items.__len__",
    "items.sort",
    "x.real",
    "x.as_tuple()",
    'date("2026-01-01").days',
    'date("2026-01-01").civil',
    'time("10:00:00").nanos',
    'duration("P1D").nanos',
    "[1..2].low",
    "(function(a) a).body",
    "(function(a) a).frame",
    "abs.implementation",
    "abs.call(1)",
    'eval("1+1")',
    'exec("import os")',
    'open("/etc/passwd")',
    'getattr(person, "__class__")',
    "globals()",
    "vars(person)",
    '{"__class__": 1}.__class__',
    'get value(person, "__class__")',
    'item at(person, "__class__")',
    'context put({}, "__proto__", 1).__proto__.x',
    "for __builtins__ in [1] return __builtins__",
    'date and time("2026-01-01T00:00:00@../../../etc/passwd")',
    'date and time("2026-01-01T00:00:00@/etc/localtime")',
    'time("10:00:00@posix/../../../../etc/hosts")',
    "{a: b, b: a}.a",
    "string(now)",
)
GROWTH = (
    "for i in 1..1000000000 return i",
    "for i in 1..100000, j in 1..100000 return i * j",
    "for i in 1..10000 return for j in 1..10000 return [i, j]",
    "some i in 1..999999999999 satisfies i < 0",
    "every i in 1..999999999999999 satisfies i > 0",
    "for i in 1..100000 return long + long",
    "for i in 1..5000 return partial",
    "for i in 1..60 return concatenate([i], flatten(partial), flatten(partial))",
    "for i in 1..100000 return concatenate(items, items)",
    "for i in 1..1000 return string(items)",
    "string join(for i in 1..50000 return long, long)",
    'replace(long, "a", long)',
    'replace(long, "", long)',
    'split(long, "")',
    "upper case(long + long + long + long + long + long + long + long + long)",
    "append(items, items, items, items)[item[1] = 0][1]",
    'for d in date("0001-01-01")..date("9999-12-31") return d',
    "for i in 999999999999999999999999999999..0 return i",
    "count(for i in 1..99999999 return null)",
    "index of(for i in 1..99999 return items, items)",
    "distinct values(for i in 1..20000 return [i])",
    "sort(for i in 1..90000 return 90000 - i, function(a, b) a < b)",
    "union(items, items, items)[item in items and item in items]",
    "context merge(for i in 1..90000 return {a: i, b: items})",
    "for i in items, j in items, k in items return i + j + k",
    "[[[[1,2][item > 0],3][1],4][1],5][1]",
    "duplicate values(for i in 1..90000 return [i])",
    "partition(for i in 1..90000 return i, 1)",
)
NUMBERS = (
    "9**9**9**9",
    "9**999999999999",
    "0.1**999999999",
    "(-8)**0.333333333333333333333333333",
    "1e6144 * 10",
    "1e999999999999999",
    "1E-99999999999999",
    "9" * 20_000,
    "0." + "9" * 20_000,
    "decimal(1, 999999999)",
    "decimal(1e6000, 6000)",
    "floor(1e6144, 6000)",
    "modulo(1e6144, 7)",
    "exp(99999999)",
    "exp(1e6000)",
    "log(1e-6000)",
    "sqrt(1e6144)",
    "1 / 0",
    "0 / 0",
    "0 ** -1",
    'number("1e999999999999")',
    'number("' + "9" * 40_000 + '")',
    "odd(1e6144)",
    'duration("P999999999999999999D") * 1e300',
    'duration("P999999999Y") * 999999999',
    'date("999999999-12-31") + duration("P999999999Y")',
    'date and time("999999999-12-31T23:59:59Z") + duration("P999999999D")',
    'date("-999999999-01-01") - date("999999999-12-31")',
    "string(1e6144)",
    'substring("abc", 1e30)',
    "items[1e300]",
    "items[-1e300]",
    "sublist(items, 1, 1e100)",
)
DEPTH = (
    "(" * 10_000 + "1" + ")" * 10_000,
    "[" * 10_000 + "]" * 10_000,
    "{a:" * 5_000 + "1" + "}" * 5_000,
    "-" * 10_000 + "1",
    "not(" * 5_000 + "true" + ")" * 5_000,
    "if true then " * 3_000 + "1" + " else 2" * 3_000,
    "if x = 1 then 1 else " * 3_000 + "2",
    "1" + "+1" * 9_000,
    "true" + " and true" * 9_000,
    "x" + ".a" * 9_000,
    "x" + "[1]" * 9_000,
    "abs" + "(1)" * 9_000,
    "1" + "=1" * 9_000,
    "1" + " in [1]" * 9_000,
    "2" + "**2" * 9_000,
    "function(a) " * 3_000 + "a",
    "for i in [1] return " * 3_000 + "i",
    "some i in [1] satisfies " * 3_000 + "true",
    "x instance of " + "list<" * 5_000 + "number" + ">" * 5_000,
    "x instance of " + "function<" * 3_000,
    "@" * 10_000,
    '"' + "a" * 60_000,
    '"' + "\\u0041" * 8_000 + '"',
    "/*" * 20_000,
    "//" + "x" * 40_000,
    "a b " * 9_000,
    "a-" * 9_000 + "a",
    "((((((((((((((((((((((((((((((1..2..3",
    "string(deep) = string(deep)",
    "flatten(deep)",
    "deep = deep",
)
RECURSION = (
    "{f: function(g) g(g), r: f(f)}.r",
    "(function(f) f(f))(function(f) f(f))",
    "(function(f) f(f) + f(f))(function(f) f(f) + f(f))",
    "{t: function(f, n) if n = 0 then 1 else f(f, n - 1) + f(f, n - 1), r: t(t, 38)}.r",
    "sort(items, function(a, b) sort(items, function(c, d) c < d)[1] < b)",
    "for i in 1..300 return (function(f) f(f))(function(f) 1)",
    "list replace(items, function(a, b) list contains(items, a), 1)",
    "items[items[items[item > 0][1] > 0][1] > 0]",
    "items[count(items[count(items[item > 1]) > 1]) > 1]",
    "for i in items return for j in items return count(items)",
)
DOUBLING = "{a0: [1, 1], " + ", ".join(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 50))
SHARED = (
    DOUBLING + "}.a49",
    DOUBLING + "}",
    "string(" + DOUBLING + "}.a49)",
    DOUBLING + ", b: a49 = [a48, a48]}.b",
    DOUBLING + ", b: {c: a49} = {c: [a48, a48]}}.b",
    DOUBLING + ", b: flatten(a49)}.b",
    DOUBLING + ", b: distinct values([a49, [a48, a48], a49])}.b",
    DOUBLING + ", b: list contains([a48], a49) or a49 in [a48, [a48, a48]]}.b",
    DOUBLING + ", b: a49 instance of " + "list<" * 50 + "number" + ">" * 50 + "}.b",
    DOUBLING + ", b: a49.x.y}.b",
    "for i in 1..10 return " * 5 + "[items, items]",
    "string(for i in 1..20000 return 1e6144)",
    "for i in 1..20000 return 123456789e6000",
    "for i in 1..2000 return (for j in [long] return j)",
    "for i in 1..10000 return (for j in items return j).x",
    "count(for i in 1..30000 return items.x)",
    "count(for i in 1..30000 return all(items))",
    'count(for i in 1..30000 return contains(long, "aaaaaaaaaaaaab"))',
    'count(for i in 1..30000 return matches(long, "(a?){500}x"))',
    'count(for i in 1..30000 return replace(long, "a", "$0"))',
    "count(for i in 1..30000 return items = items)",
    "count(for i in 1..30000 return 5 in items)",
    "1e99999999999999999999999999",
    "-1e-99999999999999999999999999",
)
PATTERNS = (
    'matches(long, "(a+)+b")',
    'matches(long, "(a*)*b")',
    'matches(long, "(a|aa)+$")',
    'matches(long + "!", "^(([a-z])+.)+[A-Z]([a-z])+$")',
    'matches(long, "(.*)(.*)(.*)(.*)(.*)[x]")',
    'matches(long, "a{1,1000}{1,1000}{1,1000}")',
    'matches(long, "((a{1,100}){1,100}){1,100}")',
    'matches(long, "(?=a)b")',
    'matches(long, "(a)\\\\1")',
    'matches(long, "(?P<n>a")',
    'matches(long, "[")',
    'matches(long, "' + "(" * 3_000 + '")',
    'matches(long, "' + "a?" * 900 + "a" * 900 + '")',
    'matches(long, "\\\\p{L}{900}" , "smix")',
    'matches(long, "x", "zz")',
    'replace(long, "(a+)+", "$1$1$1")',
    'replace(long, "(a)", "$9999999999999999999")',
    'replace(long, "a*?", "bb")',
    'split(long, "(a|b|ab)*?c")',
    'extract(long, "(a+)+")',
)
TESTS = (
    "(" * 5_000,
    "not(" * 5_000 + "1",
    ",".join(["< 1"] * 9_000),
    "[1..",
    "? in (" * 2_000,
    "- -",
    "not()",
    '"' * 999,
)
DIALECTS = (
    "${" + "(" * 5_000 + "}",
    "${" + "!" * 5_000 + "x}",
    "${" * 5_000,
    "${a" + ".b" * 5_000 + "}",
    "${''.getClass().forName('java.lang.Runtime').getRuntime().exec('id')}",
    "${execution.getProcessEngineServices().getRuntimeService()}",
    "${T(java.lang.Runtime)}",
    "#{''['class']}",
    "${" + "a ? b : " * 3_000 + "c}",
    "not " * 3_000 + "x",
    "[" * 3_000 + "]" * 3_000,
    "9**9**9**9 == 1",
    "'a' * 10**10 == 'b'",
    "(lambda: 1)() == 1",
    "[y for y in ().__class__.__bases__[0].__subclasses__()]",
    "__import__('os').system('id') == 0",
    "x.__class__.__mro__[1] == 1",
    "f\"{().__class__}\" == ''",
    "1 " + "if x == 1 else 2 " * 1_000,
    "9" * 19_000 + " == 1",
    "x == " + "-" * 5_000 + "1",
)


class OutOfTimeError(BaseException):
    """Not an Exception, so that nothing on the way can swallow it."""


def _stop(signal_number: int, frame: Any) -> None:
    raise OutOfTimeError


def run(kind: str, source: str) -> str:
    """Return what became of one attack: 'value', the class of a typed error, or 'out of time'."""
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        if kind == "dialect":
            source = translate(source).feel
        if kind == "tests":
            compile_unary_tests(source).matches(1, VARIABLES)
        else:
            value = compile_expression(source).evaluate(VARIABLES, EvaluationContext())
            json.dumps(to_json(value))
        outcome = "value"
    except EngineError as error:
        outcome = type(error).__name__
    except OutOfTimeError:
        outcome = "out of time"
    except Exception as error:  # noqa: BLE001 - what is not typed is what the test looks for
        outcome = f"untyped {type(error).__name__}: {error}"[:200]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return outcome


def corpus() -> list[tuple[str, str]]:
    """Return (kind, source) of all attacks."""
    plain = (*ESCAPES, *GROWTH, *NUMBERS, *DEPTH, *RECURSION, *SHARED, *PATTERNS)
    return [
        *(("expression", source) for source in plain),
        *(("tests", source) for source in TESTS),
        *(("dialect", source) for source in DIALECTS),
    ]


def main() -> None:
    """Print the outcomes as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGVTALRM, _stop)
    outcomes = [(kind, source[:120], run(kind, source)) for kind, source in corpus()]
    json.dump({"outcomes": outcomes, "peak_kilobytes": _peak_kilobytes()}, sys.stdout)


def _peak_kilobytes() -> int:
    """The most memory this program ever held; ``ru_maxrss`` would also count what its parent held when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
