"""A part of the fuzzing target in each test run; the whole million is run by hand."""

from __future__ import annotations

import random

import pytest

from tests.feel.fuzz.target import Tally, generate, try_program


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_generated_programs_do_no_harm(seed):
    source, tally = random.Random(f"fuzz {seed}"), Tally()
    for _ in range(4_000):
        try_program(generate(source), tally, both_ways=True)
    assert tally.failures == []
    assert tally.counts["value"] > 1_000
