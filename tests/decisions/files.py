"""DMN files for the tests, written as short as a table can be."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(
    rows: Sequence[Sequence[str]],
    *,
    inputs: Sequence[str | tuple[str, str]] = ("x",),
    outputs: Sequence[str | tuple[str, str]] = ("y",),
    hit_policy: str = "UNIQUE",
    aggregation: str = "",
    output_values: str = "",
    input_values: str = "",
    default: str = "",
    decision_id: str = "d",
    extra: str = "",
) -> str:
    """Return a ``decision`` with a table; a clause is its text or name, or (text, type)."""
    parts = [f'<decision id="{decision_id}" name="{decision_id}">{extra}<decisionTable hitPolicy="{hit_policy}"']
    parts.append(f' aggregation="{aggregation}">' if aggregation else ">")
    for clause in inputs:
        text, kind = clause if isinstance(clause, tuple) else (clause, "")
        parts.append(f'<input label={quoteattr(text)}><inputExpression typeRef="{kind}"><text>{escape(text)}</text>')
        parts.append("</inputExpression>")
        if input_values:
            parts.append(f"<inputValues><text>{escape(input_values)}</text></inputValues>")
        parts.append("</input>")
    for clause in outputs:
        text, kind = clause if isinstance(clause, tuple) else (clause, "")
        parts.append(f'<output name="{text}" typeRef="{kind}">')
        if output_values:
            parts.append(f"<outputValues><text>{escape(output_values)}</text></outputValues>")
        if default:
            parts.append(f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>")
        parts.append("</output>")
    for number, row in enumerate(rows, 1):
        parts.append(f'<rule id="r{number}">')
        for position, cell in enumerate(row):
            tag = "inputEntry" if position < len(inputs) else "outputEntry"
            parts.append(f"<{tag}><text>{escape(cell)}</text></{tag}>")
        parts.append("</rule>")
    return "".join(parts) + "</decisionTable></decision>"


def file(*content: str, namespace: str = DMN_13) -> bytes:
    """Return a whole DMN file."""
    head = f'<definitions xmlns="{namespace}" id="f" name="f" namespace="test">'
    return (head + "".join(content) + "</definitions>").encode()
