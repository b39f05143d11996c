"""Plain and manual tasks, script tasks (BPMN 2.0.2, 13.3.3)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import mapped, model, node, script
from tests.elements.kit import refusals, run


@pytest.mark.parametrize("tag", ["task", "manualTask"])
def test_nobody_tells_the_system_so_it_passes(tag: str) -> None:
    """10.3.4.1: a manual task is done without the aid of any system."""
    case = run(model("start -> t -> A -> end", node(tag, "t")))
    assert (case.open, case.done) == (["A"], ["start", "t"])


@pytest.mark.parametrize("tag", ["task", "manualTask"])
def test_mappings_count_on_tasks_that_pass(tag: str) -> None:
    case = run(model("start -> t -> A -> end", node(tag, "t", extension=mapped(in_x="n + 1", out_y="x * 2"))), n=1)
    assert case.seen_by("A") == {"n": 1, "y": 4}


def test_script_reads_and_sets_variables() -> None:
    case = run(
        model("start -> S -> A -> end", script("S", "total = n * 2\nnames = names + ['c']\ndel gone")),
        n=4,
        names=["a"],
        gone=1,
    )
    assert case.seen_by("A") == {"n": 4, "names": ["a", "c"], "total": 8}


def test_feel_script_gives_its_value_to_a_variable() -> None:
    file = model("start -> S -> A -> end", script("S", "n * 2", scriptFormat="feel", camunda_resultVariable="twice"))
    assert run(file, n=4).seen_by("A") == {"n": 4, "twice": 8}


def test_time_and_chance_come_with_the_command() -> None:
    file = model(
        "start -> S -> A -> end", script("S", "at = now().isoformat()\nday = today().isoformat()\nlot = random()")
    )
    one, other = run(file).seen_by("A"), run(file).seen_by("A")
    assert one == other
    assert (one["at"][:10], one["day"]) == ("2030-01-01", "2030-01-01")
    assert 0 <= one["lot"] < 1


def test_two_scripts_of_one_command_draw_different_numbers() -> None:
    case = run(model("start -> S -> T -> A", script("S", "a = random()"), script("T", "b = random()")))
    assert case.seen_by("A")["a"] != case.seen_by("A")["b"]


def test_script_that_fails_is_an_incident_and_runs_again_when_mended() -> None:
    case = run(model("start -> S -> A -> end", script("S", "x = 10 / n")), n=0)
    assert case.faults == ["script_error S"]
    assert case.incidents[1].variables == {"n": 0}
    case.retry(1, {"n": 5})
    assert case.seen_by("A") == {"n": 5, "x": 2}


def test_script_that_leaves_no_json_is_an_incident() -> None:
    assert run(model("start -> S -> end", script("S", "x = {1, 2}"))).faults == ["script_error S"]


def test_script_done_is_not_repeated_when_only_the_way_out_failed() -> None:
    case = run(model("start -> S -[go]-> A -> end", script("S", "n = n + 1")), n=1, go=False)
    assert case.faults == ["no_flow_taken S"]
    assert case.retry(1, {"go": True}).seen_by("A") == {"n": 2, "go": True}


def test_nested_values_of_other_branches_are_not_touched() -> None:
    """No shared references: what a script does to a list in one branch is seen there only."""
    case = run(
        model("start -> and1 -> S -> A -> end; and1 -> B -> end2", script("S", "box['list'].append(9)\nbox['n'] = 1")),
        box={"list": [1]},
    )
    assert case.seen_by("A") == {"box": {"list": [1, 9], "n": 1}}
    assert case.seen_by("B") == {"box": {"list": [1]}}


def test_scripts_in_other_languages_are_refused() -> None:
    assert refusals(model("start -> S -> end", script("S", "x = 1;", scriptFormat="groovy"))) == ["script_format"]
