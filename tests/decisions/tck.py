"""Runs the DMN compatibility kit's cases (plain JSON beside the models) against the product."""

from __future__ import annotations

import json
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


@dataclass
class Report:
    """Counts by level: all, right, all with a value, right with a value, refused; and what went wrong."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """One line for each level."""
        return [
            f"{level}: {count['right']} of {count['all']} right, "
            f"{count['value right']} of {count['value']} with a value, {count['refused']} refused"
            for level, count in sorted(self.counts.items())
        ]


def run_kit(folder: Path) -> Report:
    """Run every case of ``cases.json`` in the folder."""
    report = Report()
    for suite in json.loads((folder / "cases.json").read_text()):
        level = suite["suite"].partition("/")[0]
        count = report.counts.setdefault(level, Counter())
        try:
            decisions, problems = read_decisions((folder / suite["model"]).read_bytes())
        except DefinitionError as error:
            count["refused"] += len(suite["cases"])
            report.failures.append(f"{suite['suite']}: refused, {error.message}")
            continue
        count["refused"] += any(problem.severity == "error" for problem in problems)
        for case in suite["cases"]:
            _run_case(case, decisions, count, report)
    return report


def _run_case(case: dict[str, Any], decisions: Decisions, count: Counter[str], report: Report) -> None:
    for result in case["results"]:
        expected = typed(result["expected"])
        found = _answer(case, result["name"], decisions)
        right = matches(found, expected, untyped=result["expected"]["t"] == "untyped")
        has_value = expected is not None
        count.update({"all": 1, "right": int(right), "value": int(has_value), "value right": int(has_value and right)})
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
