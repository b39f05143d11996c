"""Runs the DMN compatibility kit's cases (plain JSON beside the models) against the product.

    python -m tests.decisions.tck [FOLDER]

prints passed, failed and refused by category and exits with 1 when a floor is missed. ``FOLDER`` holds ``cases.json``
and ``models``; by default it is the part of the kit beside the repository.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from workflow_engine.bpmn.decision_state import DecisionState
from workflow_engine.bpmn.decisions import Decisions, read_decisions
from workflow_engine.domain.errors import DecisionError, DefinitionError, ExpressionError
from workflow_engine.feel import EvaluationContext, to_text
from workflow_engine.feel.operators import equal
from workflow_engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

CONTEXT = EvaluationContext(now=datetime(2026, 1, 2, 10, 30, tzinfo=UTC))
_READERS = {
    "number": Decimal,
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_time,
    "duration": parse_duration,
}


FLOOR = 0.99
"""The share of all cases, and of those whose expected value is not null, that must be right, on each level."""
_CATEGORIES = (
    ("feel-.*(date|time|duration|day|week|month|today|now)", "dates and times"),
    ("feel-.*-function", "other built-in functions"),
    ("boxed", "boxed expressions"),
    ("hit-?policy|table", "tables and hit policies"),
    ("feel", "the language"),
    ("", "models"),
)


@dataclass
class Report:
    """Counts by level and by category: all, right, all with a value, right with a value, refused; what went wrong."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """One line for each level, then one for each category."""
        return [_line(name, count) for group in (self.counts, self.categories) for name, count in sorted(group.items())]

    def shares(self) -> dict[str, float]:
        """The smallest share of right cases on any level: of all, and of those with a value."""
        every = self.counts.values()
        return {
            "all": min(count["right"] / max(1, count["all"]) for count in every),
            "with a value": min(count["value right"] / max(1, count["value"]) for count in every),
        }


def _line(name: str, count: Counter[str]) -> str:
    failed = count["all"] - count["right"]
    return (
        f"{name:28} {count['right']:5} passed {failed:4} failed {count['refused']:4} refused; "
        f"{count['value right']} of {count['value']} with a value"
    )


def category_of(suite: str) -> str:
    """What a suite is about, by its name."""
    return next(name for pattern, name in _CATEGORIES if re.search(pattern, suite, re.IGNORECASE))


def run_kit(folder: Path) -> Report:
    """Run every case of ``cases.json`` in the folder."""
    report = Report()
    for suite in json.loads((folder / "cases.json").read_text()):
        counts = [
            report.counts.setdefault(suite["suite"].partition("/")[0], Counter()),
            report.categories.setdefault(category_of(suite["suite"]), Counter()),
        ]
        model = folder / suite["model"]
        others = {path.name: path.read_bytes() for path in sorted(model.parent.glob("*.dmn"))}
        try:
            decisions, problems = read_decisions(model.read_bytes(), others, checks=False)
        except DefinitionError as error:
            for count in counts:
                count.update({"refused": len(suite["cases"]), "all": sum(len(c["results"]) for c in suite["cases"])})
            report.failures.append(f"{suite['suite']}: refused, {error.message}")
            continue
        for count in counts:
            count["refused"] += any(problem.severity == "error" for problem in problems)
        for case in suite["cases"]:
            _run_case(case, decisions, counts, report)
    return report


def _run_case(case: dict[str, Any], decisions: Decisions, counts: list[Counter[str]], report: Report) -> None:
    for result in case["results"]:
        expected = typed(result["expected"])
        found = _answer(case, result["name"], decisions)
        right = matches(found, expected, untyped=result["expected"]["t"] == "untyped")
        value = expected is not None
        for count in counts:
            count.update({"all": 1, "right": int(right), "value": int(value), "value right": int(value and right)})
        if not right:
            report.failures.append(f"{case['id']} {result['name']}: {to_text(expected)}, not {found!r}")


def _answer(case: dict[str, Any], name: str, decisions: Decisions) -> Any:
    variables = {given["name"]: typed(given["value"]) for given in case["inputs"]}
    state = DecisionState(variables, CONTEXT, allow_no_match=True)
    try:
        if case["type"] != "decisionService":
            decision = decisions.find(name)
            assert decision is not None, name
            return decision.run(state)
        service = decisions.program.find_service(case["invocable"])
        assert service is not None, case["invocable"]
        value = decisions.program.run_service(service, state)
    except (DecisionError, ExpressionError):
        return None  # the kit expects null wherever the engine reports an error
    return value[name] if len(service.outputs) > 1 and isinstance(value, dict) else value


def typed(given: dict[str, Any]) -> Any:
    """Return the FEEL value of ``{"t": type, "v": value}``."""
    kind, value = given["t"], given["v"]
    if value is None or kind == "null":
        return None
    if kind == "list":
        return [typed(item) for item in value]
    if kind == "context":
        return {key: typed(item) for key, item in value.items()}
    reader = _READERS.get(kind)
    return reader(value) if reader else value


def matches(found: Any, expected: Any, *, untyped: bool = False) -> bool:
    """Compare as the kit does: numbers to 1e-8 relative, everything else by FEEL's equality."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(found - expected) <= Decimal("1e-8") * max(1, abs(expected))
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(matches, found, expected))
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(matches(found[key], expected[key]) for key in expected)
    if untyped:
        return found is not None and to_text(found) == str(expected)
    return equal(found, expected) is True


def main() -> int:
    """Run the kit and print the report."""
    words = argparse.ArgumentParser(description="Run cases of the DMN compatibility kit.")
    beside = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "tck"
    words.add_argument("folder", nargs="?", type=Path, default=beside)
    report = run_kit(words.parse_args().folder)
    print("\n".join([*report.lines(), *report.failures]))
    shares = report.shares()
    print(", ".join(f"{share:.2%} of {name}" for name, share in shares.items()))
    return 0 if min(shares.values()) >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
