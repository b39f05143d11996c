"""How fast expressions and decision tables are: microseconds, and ratios taken side by side.

    python -m bench.feel [--feelin FOLDER]

``FOLDER`` holds a ``node_modules`` with feelin, the JavaScript reference interpreter; without it that column is empty.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
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


def feelin_microseconds(folder: Path | None) -> dict[str, float]:
    """Return feelin's times for the same expressions; empty when it is not there."""
    node = shutil.which("node")
    if folder is None or node is None:
        return {}
    program = """
        import { evaluate } from 'feelin';
        const [cases, variables] = JSON.parse(process.argv[1]);
        const out = {};
        for (const [name, source] of Object.entries(cases)) {
          const samples = [];
          for (let round = 0; round < 15; round++) {
            const start = process.hrtime.bigint();
            for (let i = 0; i < 50; i++) evaluate(source, variables);
            samples.push(Number(process.hrtime.bigint() - start) / 50 / 1000);
          }
          out[name] = samples.sort((a, b) => a - b)[7];
        }
        console.log(JSON.stringify(out));
    """
    data = json.dumps([{name: feel for name, (feel, _) in CASES.items()}, VARIABLES])
    finished = subprocess.run(
        [node, "--input-type=module", "-e", program, data], cwd=folder, capture_output=True, text=True, check=False
    )
    return dict(json.loads(finished.stdout)) if finished.returncode == 0 else {}


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--feelin", type=Path)
    reference = feelin_microseconds(words.parse_args().feelin)
    print(f"{'expression':12} {'µs':>8} {'compile':>9} {'Python eval':>12} {'ratio':>7} {'feelin':>9} {'ratio':>7}")
    for name, (feel, python) in CASES.items():
        compiled = compile_expression(feel)
        code = compile(python, name, "eval")
        assert compiled.evaluate(VARIABLES) is eval(code, {}, VARIABLES), name
        ours = median_microseconds(lambda: compiled.evaluate(VARIABLES), 500)  # noqa: B023
        build = median_microseconds(lambda: _compile(feel, frozenset(), None), 20)  # noqa: B023
        bare = median_microseconds(lambda: eval(code, {}, VARIABLES), 500)  # noqa: B023
        other = reference.get(name)
        shown = f"{other:9.1f} {other / ours:7.0f}" if other else f"{'-':>9} {'-':>7}"
        print(f"{name:12} {ours:8.2f} {build:9.1f} {bare:12.2f} {ours / bare:7.1f} {shown}")
    for rows in (10, 200, 1_000):
        decision = grading_table(rows)
        variables = {"loss": rows - 0.5, "kind": f"k{(rows - 1) % 7}", "dead": 6}
        assert evaluate(decision, variables).matched_rules == (rows,)
        took = median_microseconds(lambda: evaluate(decision, variables), 20)  # noqa: B023
        print(f"table of {rows:5} rows, last one matches: {took:8.1f} µs, {took / rows:5.2f} µs per row")


if __name__ == "__main__":
    main()
