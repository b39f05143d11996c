"""Attacks on the parser, and models at its limits: each gets a clear verdict, and the caller keeps its memory."""

from __future__ import annotations

import psutil
import pytest

from tests.intake import drawing, hostile
from workflow_engine.bpmn.intake import IntakeLimits, read_model, require_model
from workflow_engine.domain.errors import DefinitionError


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_hostile_file_is_refused_with_the_reason(name: str) -> None:
    content, code = hostile.REFUSED[name]

    found = read_model(content, file_name="hostile.bpmn")

    assert found.model is None
    assert not found.ok
    assert code in {problem.code for problem in found.errors}
    assert all(problem.message and problem.file == "hostile.bpmn" for problem in found.problems)


@pytest.mark.parametrize("name", hostile.ACCEPTED)
def test_unusual_but_legal_file_is_read(name: str) -> None:
    found = read_model(hostile.ACCEPTED[name])

    assert found.model is not None, [str(problem) for problem in found.errors]


def test_longest_verdict_is_below_five_seconds() -> None:
    assert IntakeLimits().cpu_seconds < 5


def test_file_that_takes_too_long_is_stopped() -> None:
    found = read_model(drawing.chain(900), limits=IntakeLimits(wall_seconds=0.01))

    assert [problem.code for problem in found.problems] == ["limits_exceeded"]
    assert "seconds" in found.problems[0].message


def test_file_that_computes_too_long_is_stopped() -> None:
    found = read_model(hostile.slow_owner(), limits=IntakeLimits(cpu_seconds=1, wall_seconds=60))

    assert [problem.code for problem in found.problems] == ["limits_exceeded"]
    assert "computing time" in found.problems[0].message


def test_file_that_takes_too_much_memory_is_stopped() -> None:
    found = read_model(drawing.chain(990), limits=IntakeLimits(memory_bytes=100_000, wall_seconds=60))

    assert [problem.code for problem in found.problems] == ["limits_exceeded"]
    assert "memory" in found.problems[0].message


def test_hostile_files_leave_the_memory_of_the_caller_alone() -> None:
    names = ("entity bomb", "100,000 elements deep", "61,000 elements", "endless expression", "1,001 nodes")
    read_model(hostile.REFUSED["entity bomb"][0])
    before = psutil.Process().memory_info().rss

    for name in names:
        read_model(hostile.REFUSED[name][0])

    assert psutil.Process().memory_info().rss - before < 32 * 2**20


def test_require_model_raises_with_all_problems() -> None:
    with pytest.raises(DefinitionError) as caught:
        require_model(hostile.hang_model(), file_name="hang.bpmn")

    assert caught.value.problems
    assert "hang.bpmn is refused" in str(caught.value)
    assert "nowhere" in str(caught.value)


def test_require_model_gives_the_model_when_fine() -> None:
    assert require_model(drawing.document(drawing.small())).process("p").scope.nodes[1].id == "t"
