"""Random programs: a value or a typed error within the budget, the same value each time, JSON at the end."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest

from tests.feel.programs import program
from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, compile_expression, to_json

CONTEXT = EvaluationContext(now=datetime(2026, 1, 2, tzinfo=UTC), max_steps=5_000, max_size=100_000)
VARIABLES = {"n": 3, "text": "abc", "items": [1, 2, {"a": 5}], "ctx": {"a": 1, "b": {"c": "x"}}}


def outcome(text):
    try:
        return json.dumps(to_json(compile_expression(text).evaluate(VARIABLES, CONTEXT)))
    except EngineError as error:
        return type(error).__name__


@pytest.mark.parametrize("seed", range(8))
def test_random_programs_end_with_a_value_or_a_typed_error(seed):
    source = random.Random(seed)
    for _ in range(1_500):
        text = program(source, source.choice((2, 3, 4)))
        assert outcome(text) == outcome(text), text
