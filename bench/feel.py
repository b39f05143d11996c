"""How fast expressions and decision tables are: microseconds, and ratios taken side by side.

    python -m bench.feel [--feelin FOLDER]

``FOLDER`` holds a ``node_modules`` with feelin, the JavaScript reference interpreter (``npm install feelin`` there);
without it those columns are empty. feelin has no compiled form: called with the text it reads it each time,
which is how it is used. Its tree of closures, built once, is reached through a copy that exports its parts;
both are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.decisions.files import file, table
from workflow_engine.bpmn.decisions import evaluate, parse_decisions
from workflow_engine.feel import compile_expression
from workflow_engine.feel.compiled import _compile

ROUNDS = 41
VARIABLES: dict[str, Any] = {
    "amount": 1500,
    "status": "open",
    "casualties": {"dead": 3, "injured": 12},
    "items": [{"price": 10 + n, "kind": "a" if n % 2 else "b"} for n in range(50)],
}
CASES = {
    "condition": ('amount > 1000 and status = "open"', "amount > 1000 and status == 'open'"),
    "path": (
        "casualties.dead >= 3 or casualties.injured >= 50",
        "casualties['dead'] >= 3 or casualties['injured'] >= 50",
    ),
    "arithmetic": ("(amount * 1.19 - 100) / 12 > 100", "(amount * 1.19 - 100) / 12 > 100"),
    "filter": (
        'count(items[kind = "a" and price > 30]) > 5',
        "sum(1 for i in items if i['kind'] == 'a' and i['price'] > 30) > 5",
    ),
    "loop": ("sum(for i in items return i.price) > 100", "sum(i['price'] for i in items) > 100"),
}


def median_microseconds(action: Callable[[], object], repeat: int) -> float:
    """Return the median time of one call over many rounds, processor time only."""
    samples = []
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        for _ in range(repeat):
            action()
        samples.append((time.process_time_ns() - start) / repeat / 1_000)
    return statistics.median(samples)


def grading_table(rows: int) -> Any:
    """Return a table of three inputs that matches in its last row."""
    cells = [(f"[{row}..{row + 1})", f'"k{row % 7}"', "> 5" if row % 2 else "-", str(row)) for row in range(rows)]
    (decision,) = parse_decisions(file(table(cells, inputs=("loss", "kind", "dead"), hit_policy="FIRST")))
    return decision


_FEELIN = """
    import * as feelin from './feelin.mjs';
    const [cases, variables] = JSON.parse(process.argv[1]);
    function median(action, repeat) {
      const samples = [];
      for (let round = 0; round < 41; round++) {
        const before = process.cpuUsage();
        for (let i = 0; i < repeat; i++) action();
        const used = process.cpuUsage(before);
        samples.push((used.user + used.system) / repeat);
      }
      return samples.sort((a, b) => a - b)[20];
    }
    const out = {};
    for (const [name, source] of Object.entries(cases)) {
      const context = feelin.coerceContext(variables);
      const tree = feelin.parseExpression(source, context);
      const root = feelin.interpreter._buildExecutionTree(tree, source, new feelin.InterpreterContext()).root;
      out[name] = {
        text: median(() => feelin.evaluate(source, variables), 100),
        parsed: median(() => root(context), 2000),
        value: JSON.stringify(feelin.evaluate(source, variables).value ?? null),
      };
    }
    console.log(JSON.stringify(out));
"""
"""Runs in a copy of feelin that also exports its parts, so that an expression parsed once can be run many times."""


def feelin_microseconds(folder: Path | None) -> dict[str, dict[str, Any]]:
    """Return feelin's times for the same expressions: the text on each call, and parsed once; empty without it."""
    node = shutil.which("node")
    if folder is None or node is None:
        return {}
    modules = (folder / "node_modules").resolve()
    source = (modules / "feelin" / "dist" / "index.js").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        os.symlink(modules, Path(place) / "node_modules")
        exported = "\nexport { interpreter, InterpreterContext, coerceContext };\n"
        (Path(place) / "feelin.mjs").write_text(source.partition("//# sourceMapping")[0] + exported, encoding="utf-8")
        data = json.dumps([{name: feel for name, (feel, _) in CASES.items()}, VARIABLES])
        words = [node, "--input-type=module", "-e", _FEELIN, data]
        finished = subprocess.run(words, cwd=place, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        print(f"feelin could not be run: {finished.stderr.strip()[-300:]}")
        return {}
    return dict(json.loads(finished.stdout))


def _against(ours: float, other: float | None) -> str:
    return f"{'-':>10} {'-':>6}" if other is None else f"{other:10.2f} {other / ours:6.1f}"


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--feelin", type=Path)
    reference = feelin_microseconds(words.parse_args().feelin)
    print("µs of processor time, medians; 'text': the source on each call, 'ready': parsed or compiled once before")
    print(
        f"{'expression':12} {'ready':>8} {'text':>8} {'compile':>8} {'Python':>8} {'ratio':>6} "
        f"{'feelin text':>11} {'ratio':>5} {'fe. ready':>10} {'ratio':>6}"
    )
    for name, (feel, python) in CASES.items():
        compiled = compile_expression(feel)
        code = compile(python, name, "eval")
        assert compiled.evaluate(VARIABLES) is eval(code, {}, VARIABLES), name
        ours = median_microseconds(lambda: compiled.evaluate(VARIABLES), 500)  # noqa: B023
        text = median_microseconds(lambda: compile_expression(feel).evaluate(VARIABLES), 500)  # noqa: B023
        build = median_microseconds(lambda: _compile(feel, frozenset(), None), 20)  # noqa: B023
        bare = median_microseconds(lambda: eval(code, {}, VARIABLES), 500)  # noqa: B023
        other = reference.get(name, {})
        assert not other or other["value"] == json.dumps(compiled.evaluate(VARIABLES)), (name, other)
        print(
            f"{name:12} {ours:8.2f} {text:8.2f} {build:8.1f} {bare:8.2f} {ours / bare:6.1f} "
            f" {_against(text, other.get('text'))} {_against(ours, other.get('parsed'))}"
        )
    for rows in (10, 200, 1_000):
        decision = grading_table(rows)
        variables = {"loss": rows - 0.5, "kind": f"k{(rows - 1) % 7}", "dead": 6}
        assert evaluate(decision, variables).matched_rules == (rows,)
        took = median_microseconds(lambda: evaluate(decision, variables), 20)  # noqa: B023
        print(f"table of {rows:5} rows, last one matches: {took:8.1f} µs, {took / rows:5.2f} µs per row")
    print("targets: 'condition' ready in at most 5 µs and 50 times as fast as feelin; 200 rows in at most 500 µs")


if __name__ == "__main__":
    main()
