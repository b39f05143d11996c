"""What one generated program must not do: crash, hang, escape, or mean two things."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.feel.interpreter import interpret
from tests.feel.programs import program
from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, FeelLimitError, FunctionValue, Range, to_json, to_text
from workflow_engine.feel.compiled import BUILTIN_NAMES, _compile
from workflow_engine.feel.errors import FeelSyntaxError
from workflow_engine.feel.parser import parse_expression
from workflow_engine.feel.printing import print_expression
from workflow_engine.feel.values import NUMBERS, TEMPORAL

CONTEXT = EvaluationContext(now=datetime(2026, 1, 2, tzinfo=UTC), max_steps=5_000, max_size=100_000)
VARIABLES: dict[str, Any] = {"n": 3, "text": "abc", "items": [1, 2, {"a": 5}], "ctx": {"a": 1, "b": {"c": "x"}}}
HANG_SECONDS = 5.0
_PLAIN = (str, bool, type(None), type(NUMBERS.create_decimal(1)))
_NOISE = (
    *"()[]{}<>=!.,:;+-*/@\"'\\?|&%$#~^`\n\t 0",
    "..",
    "**",
    "if ",
    "for ",
    " in ",
    "function",
    "null",
    "\ud800",
    "死",
    "\u200b",
)


@dataclass
class Tally:
    """What became of the programs, and everything that must not have happened."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    slowest: str = ""

    def fail(self, what: str, text: str) -> None:
        """Keep a failure with its program."""
        self.counts["failed"] += 1
        if len(self.failures) < 50:
            self.failures.append(f"{what}: {text[:500]!r}")


def generate(source: random.Random) -> str:
    """A program: most are grammatical, some are damaged."""
    text = program(source, source.choice((1, 2, 2, 3, 3, 4)))
    if source.random() < 0.2:
        for _ in range(source.choice((1, 1, 2, 5))):
            at = source.randrange(len(text) + 1)
            text = text[:at] + source.choice(_NOISE) + text[at + source.choice((0, 0, 1, 3)) :]
    return text


def try_program(text: str, tally: Tally, *, both_ways: bool) -> None:
    """Run one program in every way and note what happened."""
    tally.counts["programs"] += 1
    started = time.perf_counter()
    try:
        _run(text, tally, both_ways)
    except Exception as error:  # noqa: BLE001 - any other exception is what the target looks for
        tally.fail(f"{type(error).__name__}: {error}"[:200], text)
    took = time.perf_counter() - started
    if took > tally.slowest_seconds:
        tally.slowest_seconds, tally.slowest = took, text[:300]
    if took > HANG_SECONDS:
        tally.fail(f"took {took:.1f} s", text)


def _run(text: str, tally: Tally, both_ways: bool) -> None:
    try:
        compiled = _compile(text, frozenset(), None)
    except FeelSyntaxError as error:
        tally.counts["refused as no FEEL"] += 1
        if error.line < 1 or error.column < 1:
            tally.fail("an error without a place", text)
        return
    if not _reads_the_same(compiled.tree):
        tally.fail("printed and read again it is another tree", text)
    try:
        value = compiled.evaluate(VARIABLES, CONTEXT)
        written = json.dumps(to_json(value), ensure_ascii=True)
    except FeelLimitError:
        tally.counts["stopped by a limit"] += 1
        return
    except EngineError:
        tally.counts["refused while running"] += 1
        return
    tally.counts["null" if written == "null" else "value"] += 1
    if not _is_feel(value):
        tally.fail(f"escaped: {type(value).__name__}", text)
    if both_ways:
        _compare(compiled.tree, value, text, tally)


def _compare(tree: Any, value: Any, text: str, tally: Tally) -> None:
    try:
        other = interpret(tree, VARIABLES, CONTEXT)
    except (EngineError, RecursionError):
        return
    tally.counts["compared with the interpreter"] += 1
    if to_text(value, nested=True) != to_text(other, nested=True):
        tally.fail(f"{to_text(value, nested=True)[:80]} compiled, {to_text(other, nested=True)[:80]} interpreted", text)


def _reads_the_same(tree: Any) -> bool:
    try:
        return parse_expression(print_expression(tree), [BUILTIN_NAMES]) == tree
    except FeelSyntaxError as error:
        return "deep" in str(error) or "fewer" in str(error)


def _is_feel(value: Any, depth: int = 0) -> bool:
    """Whether a result is made of FEEL's own values only."""
    if isinstance(value, list):
        return depth > 100 or all(_is_feel(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return depth > 100 or all(type(key) is str and _is_feel(item, depth + 1) for key, item in value.items())
    return type(value) in _PLAIN or isinstance(value, (Range, FunctionValue, *TEMPORAL))
