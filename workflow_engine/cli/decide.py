"""``decide``: a decision of a DMN file, its tables printed with the rows that matched."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table as Drawing
from rich.text import Text

from workflow_engine.bpmn.decision_explaining import explain
from workflow_engine.bpmn.decision_model import Table
from workflow_engine.bpmn.decision_state import TableTrace
from workflow_engine.bpmn.decisions import Decision, DecisionResult, Decisions, evaluate, read_decisions
from workflow_engine.cli.asking import existing, read_bytes, read_values, with_output
from workflow_engine.cli.feel import INSTANT, evaluation_context
from workflow_engine.cli.output import Output
from workflow_engine.domain.errors import DecisionError, DefinitionError

_LARGEST_FILE_BYTES = 8_000_000
_PLAIN_WIDTH = 160
_LETTERS = {"RULE ORDER": "R", "OUTPUT ORDER": "O"}
_SIGNS = {"SUM": "+", "COUNT": "#", "MIN": "<", "MAX": ">"}


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--input", "given", metavar="FILE", help="JSON object with the inputs; - for standard input.")
@click.option(
    "--set", "words", metavar="NAME=VALUE", multiple=True,
    help="One input; read as JSON where it is JSON, else as text. May be repeated; wins over --input.",
)  # fmt: skip
@click.option("--decision", "name", metavar="NAME", help="Id or name; default: the one that no other requires.")
@click.option("--explain", "explained", is_flag=True, help="Print the tables with the matched rows, and the reason.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the reason.")
@click.option("--now", type=INSTANT, metavar="INSTANT", help="What now() and today() give; default: the clock.")
@with_output
def decide(
    output: Output, file: str, given: str | None, words: tuple[str, ...], name: str | None, explained: bool,
    language: str, now: datetime | None,
) -> None:  # fmt: skip
    """Evaluate a decision of a DMN file, required decisions first. Imports are looked up beside FILE."""
    decision = _choose(_read(existing(file)), name)
    values, context = read_values(given, words), evaluation_context(now)
    try:
        result = evaluate(decision, values, context)
    except DecisionError as error:
        if not explained or output.as_json or error.details.get("reason") != "no_match":
            raise
        _draw(decision, evaluate(decision, values, context, allow_no_match=True), language)
        raise
    if output.as_json or not explained:
        output.tell(_as_data(decision, result, language), [_value_text(result.outputs)])
    else:
        _draw(decision, result, language)
        click.echo(_value_text(result.outputs))


def _read(path: Path) -> Decisions:
    """The decisions of a file. Raises DefinitionError with everything that keeps it from being read."""
    beside = {
        other.name: read_bytes(str(other), _LARGEST_FILE_BYTES)
        for other in sorted(path.parent.glob("*.dmn"))
        if other.is_file()
    }
    decisions, problems = read_decisions(read_bytes(str(path), _LARGEST_FILE_BYTES), beside, checks=False)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DefinitionError(f"Expected a DMN file that can be evaluated, but {errors[0].message}", problems)
    return decisions


def _choose(decisions: Decisions, name: str | None) -> Decision:
    """The decision that is meant. Raises click.UsageError unless it is exactly one."""
    if name is not None:
        found = decisions.find(name)
        if found is not None:
            return found
        raise click.UsageError(f"Expected a decision {name!r}, but there are: {_names(decisions)}.")
    required = {wanted for node in decisions.file.decisions for wanted in node.decisions}
    last: list[Decision] = [decision for decision in decisions if decision.decision_id not in required]
    if len(last) == 1:
        return last[0]
    raise click.UsageError(f"Expected --decision with one of: {_names(decisions)}.")


def _names(decisions: Decisions) -> str:
    return ", ".join(decision.decision_id for decision in decisions) or "none"


def _as_data(decision: Decision, result: DecisionResult, language: str) -> dict[str, Any]:
    return {
        "decision_id": result.decision_id,
        "outputs": result.outputs,
        "hit_policy": result.hit_policy,
        "matched_rules": result.matched_rules,
        "inputs": result.inputs,
        "explanation": explain(decision, result, language),
        "tables": result.tables,
    }


def _value_text(value: Any) -> str:
    return orjson.dumps(value).decode()


# -- tables -------------------------------------------------------------------------------------------------------


def _draw(decision: Decision, result: DecisionResult, language: str) -> None:
    """Print every table on the way, matched rows marked, each with its reason."""
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, highlight=False)
    for trace in result.tables:
        found = decision.owner.find(trace.decision_id)
        if found is None or not isinstance(found.node.logic, Table):
            continue
        console.print(_drawing(found, found.node.logic, trace), markup=False)
        body = {"inputs": trace.inputs, "matched_rules": trace.matched_rules}
        console.print(explain(found, body, language), markup=False)
        console.print(
            ", ".join(f"{label} = {_value_text(value)}" for label, value in trace.inputs.items()), style="dim"
        )
    if not isinstance(decision.node.logic, Table):
        console.print(explain(decision, result, language), markup=False)


def _drawing(decision: Decision, table: Table, trace: TableTrace) -> Drawing:
    drawing = Drawing(title=_plain(decision.title), title_justify="left", show_lines=False)
    drawing.add_column(_policy(table), justify="right", no_wrap=True)
    for clause in table.inputs:
        drawing.add_column(_plain(clause.label or clause.text), overflow="fold")
    for output in table.outputs:
        drawing.add_column(_plain(f"→ {output.label or output.name or decision.name}"), overflow="fold", style="cyan")
    matched = set(trace.matched_rules)
    for number, rule in enumerate(table.rules, 1):
        mark = "▶ " if number in matched else ""
        cells = (*rule.tests, *rule.results)
        drawing.add_row(f"{mark}{number}", *map(_plain, cells), style="bold reverse" if number in matched else None)
    return drawing


def _policy(table: Table) -> str:
    letter = _LETTERS.get(table.hit_policy, table.hit_policy[:1])
    return letter + _SIGNS.get(table.aggregation, "")


def _plain(text: str) -> Text:
    """Text in which Rich finds no markup."""
    return Text(" ".join(text.split()))
