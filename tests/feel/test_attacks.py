"""Hostile expressions end soon, in little memory, with a value or a typed error, and never reach Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.feel.attacks import ESCAPES, VARIABLES, corpus
from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, FeelLimitError, FeelSyntaxError, compile_expression, to_json

HARMLESS = {
    '{"__class__": 1}.__class__': 1,
    'context put({}, "__proto__", 1).__proto__.x': None,
    "for __builtins__ in [1] return __builtins__": [1],
    "string(now)": "function()",
}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, object]:
    """The whole corpus, run in a process of its own with limits for memory and processor time."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.feel.attacks"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-2_000:]
    return json.loads(finished.stdout)


def test_corpus_is_large_enough():
    assert len(corpus()) >= 180


def test_attacks_end_with_a_value_or_a_typed_error(outcomes):
    typed = {"value", "FeelSyntaxError", "FeelLimitError", "ExpressionError", "DialectError", "UnknownNameError"}
    wrong = [outcome for outcome in outcomes["outcomes"] if outcome[2] not in typed]
    assert wrong == []


def test_attacks_stay_in_little_memory(outcomes):
    assert outcomes["peak_kilobytes"] < 400_000


@pytest.mark.parametrize("source", ESCAPES)
def test_escape_gives_nothing_of_python(source):
    try:
        value = compile_expression(source).evaluate(VARIABLES, EvaluationContext())
    except EngineError:
        return
    found = to_json(value)
    if isinstance(found, list) and set(map(str, found)) == {"None"}:
        found = None  # a property of a list is the list of its items' properties, none of which exists
    assert found == HARMLESS.get(source)


def test_steps_are_bounded_by_the_context():
    compiled = compile_expression("for i in 1..1000 return i")
    assert len(compiled.evaluate({}, EvaluationContext(max_steps=2_000))) == 1_000
    with pytest.raises(FeelLimitError, match="at most 500 steps"):
        compiled.evaluate({}, EvaluationContext(max_steps=500))


def test_sizes_are_bounded_by_the_context():
    compiled = compile_expression('text + text + text + "!"')
    with pytest.raises(FeelLimitError, match="characters and items"):
        compiled.evaluate({"text": "a" * 1_000}, EvaluationContext(max_size=3_000))


def test_nesting_is_bounded_at_compile_time():
    with pytest.raises(FeelSyntaxError, match="nested too deeply"):
        compile_expression("(" * 1_000 + "1" + ")" * 1_000)


def test_deep_data_is_refused():
    data: object = 1
    for _ in range(100):
        data = [data]
    with pytest.raises(FeelLimitError, match="levels"):
        compile_expression("data = 1").evaluate({"data": data})
