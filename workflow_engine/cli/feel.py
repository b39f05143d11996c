"""``feel``: one expression over values from a file or from words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
from rich.cells import cell_len

from workflow_engine.cli.asking import read_values, with_output
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output
from workflow_engine.domain.clock import SystemClock
from workflow_engine.feel import EvaluationContext, FeelSyntaxError, compile_expression, to_json, to_text

INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])


@click.command()
@click.argument("expression", metavar="EXPR")
@click.option("--context", "context", metavar="FILE", help="JSON object with the variables; - for standard input.")
@click.option(
    "--set", "words", metavar="NAME=VALUE", multiple=True,
    help="One variable; read as JSON where it is JSON, else as text. May be repeated; wins over --context.",
)  # fmt: skip
@click.option("--now", type=INSTANT, metavar="INSTANT", help="What now() and today() give; default: the clock.")
@with_output
def feel(output: Output, expression: str, context: str | None, words: tuple[str, ...], now: datetime | None) -> None:
    """Evaluate a FEEL expression (DMN 1.5).

    Prints the value as FEEL writes it; with --json as JSON. What is not FEEL is told with its line and column. A name
    that --context and --set do not give is null, as in the standard; a note says so.
    """
    values = read_values(context, words)
    try:
        compiled = compile_expression(expression, names=values.keys())
    except FeelSyntaxError as error:
        if output.as_json:
            raise
        point_at(error)
        raise PartlyRefusedError from error
    found = compiled.evaluate(values, evaluation_context(now))
    missing = sorted(name for name in compiled.free_names if name not in values)
    output.tell({"value": to_json(found), "feel": to_text(found, nested=True), "missing": missing}, [shown(found)])
    if missing and not output.as_json:
        click.echo(f"note: nothing gives {', '.join(missing)}", err=True)


def evaluation_context(now: datetime | None) -> EvaluationContext:
    """The context of one evaluation: this instant, or the one that was asked for (UTC unless it says otherwise)."""
    instant = SystemClock().now() if now is None else now if now.tzinfo else now.replace(tzinfo=UTC)
    return EvaluationContext(now=instant)


def shown(value: Any) -> str:
    """A value as FEEL text."""
    return to_text(value, nested=True)


def point_at(error: FeelSyntaxError) -> None:
    """Tell a syntax error on stderr, with the line it is in and a caret under the place."""
    click.echo(f"liandong: {error.message}", err=True)
    lines = error.source.splitlines() or [""]
    line = lines[min(error.line, len(lines)) - 1]
    click.echo(f"  {line}", err=True)
    click.echo(
        "  " + "".join("\t" if c == "\t" else " " * cell_len(c) for c in line[: error.column - 1]) + "^", err=True
    )
