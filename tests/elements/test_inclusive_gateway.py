"""Inclusive gateways: every flow whose condition holds; joins wait for what may still come (BPMN 2.0.2, 13.4.3)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, catch, link, message, model, script, sub, throw, timer
from tests.elements.kit import refusals, run

SPLIT = "start -> or1 -[a]-> A -> or2 -> E -> end; or1 -[b]-> B -> or2; or1 -default-> C -> or2"


@pytest.mark.parametrize(
    ("a", "b", "taken"), [(True, True, ["A", "B"]), (True, False, ["A"]), (False, True, ["B"]), (False, False, ["C"])]
)
def test_every_flow_whose_condition_holds_else_the_default(a: bool, b: bool, taken: list[str]) -> None:
    case = run(model(SPLIT), a=a, b=b)
    assert case.open == taken
    for number, name in enumerate(taken):
        assert "E" not in case.open
        case.complete(name, {f"by{number}": name})
    assert case.open == ["E"]
    assert case.complete("E").state == "completed"


def test_no_flow_taken_is_an_incident() -> None:
    case = run(model("start -> or1 -[a]-> A; or1 -[b]-> B"), a=False, b=False)
    assert case.faults == ["no_flow_taken or1"]
    assert case.retry(1, {"b": True}).open == ["B"]


def test_join_waits_for_a_user_task_upstream() -> None:
    case = run(model("start -> or1 -[true]-> A -> D -> or2 -> E -> end; or1 -[true]-> B -> or2"))
    case.complete("B", {"b": 1})
    assert case.open == ["A"]
    case.complete("A")
    assert case.open == ["D"]
    case.complete("D", {"d": 1})
    assert case.seen_by("E") == {"b": 1, "d": 1}


def test_join_does_not_wait_for_a_branch_that_leaves_elsewhere() -> None:
    """A token that can reach the join only along a flow that has a token already does not hold it up (13.4.3)."""
    case = run(
        model("start -> or1 -[true]-> A -> xor1 -[go]-> or2 -> E -> end; xor1 -default-> end2; or1 -[true]-> B -> or2")
    )
    case.complete("B")
    assert case.open == ["A"], "A may still come"
    case.complete("A", {"go": False})
    assert case.open == ["E"], "the other branch has ended: nothing can come any more"


def test_join_merges_what_the_branches_changed() -> None:
    case = run(model(SPLIT), a=True, b=True, n=1)
    case.complete("B", {"n": 2}).complete("A", {"x": 1})
    assert case.seen_by("E") == {"a": True, "b": True, "n": 2, "x": 1}
    assert case.conflicts == []


def test_join_after_a_parallel_split() -> None:
    case = run(model("start -> and1 -> A -> or1 -> E -> end; and1 -> B -> or1"))
    case.complete("A")
    assert case.open == ["B"]
    assert case.complete("B").open == ["E"]


def test_join_waits_while_an_interrupting_event_may_bring_a_token() -> None:
    case = run(
        model(
            "start -> or1 -[true]-> A -> or2 -> E -> end; or1 -[true]-> B -> end2; late -> or2",
            boundary("late", "B", timer("PT1H")),
        )
    )
    case.complete("A")
    assert case.open == ["B"], "B's boundary event may still lead to the join"
    case.world.wait("PT1H")
    assert case.open == ["E"]


def test_join_goes_on_when_the_guarded_activity_is_done() -> None:
    case = run(
        model(
            "start -> or1 -[true]-> A -> or2 -> E -> end; or1 -[true]-> B -> end2; late -> or2",
            boundary("late", "B", timer("PT1H")),
        )
    )
    case.complete("A").complete("B")
    assert case.open == ["E"]


def test_join_sees_tokens_that_can_come_through_a_link() -> None:
    case = run(
        model(
            "start -> or1 -[true]-> A -> out; in -> or2 -> E -> end; or1 -[true]-> B -> or2",
            throw("out", link("over")),
            catch("in", link("over")),
        )
    )
    case.complete("B")
    assert case.open == ["A"]
    assert case.complete("A").open == ["E"]


def test_join_waits_for_a_running_sub_process_upstream() -> None:
    case = run(
        model("start -> or1 -[true]-> P -> or2 -> E -> end; or1 -[true]-> B -> or2", sub("P", "start1 -> X -> end1"))
    )
    case.complete("B")
    assert case.open == ["X"]
    assert case.complete("X", {"x": 1}).open == ["E"]
    assert case.seen_by("E") == {"x": 1}


def test_two_joins_in_a_row() -> None:
    case = run(
        model("start -> or1 -[true]-> A -> or2 -> D -> or3 -> E -> end; or1 -[true]-> B -> or2; or1 -[true]-> C -> or3")
    )
    case.complete("C").complete("A")
    assert case.open == ["B"]
    assert case.complete("B").open == ["D"]
    assert case.complete("D").open == ["E"]


def test_join_waits_for_a_token_at_an_event() -> None:
    case = run(model("start -> or1 -[true]-> c -> or2 -> E -> end; or1 -[true]-> B -> or2", catch("c", message("go"))))
    case.complete("B")
    assert case.open == []
    case.world.message("go")
    assert case.open == ["E"]


def test_join_waits_for_a_token_with_an_incident() -> None:
    case = run(
        model("start -> or1 -[true]-> S -> or2 -> E -> end; or1 -[true]-> B -> or2", script("S", "x = y")),
    )
    case.complete("B")
    assert case.faults == ["script_error S"]
    assert case.retry(1, {"y": 1}).open == ["E"]


def test_join_inside_a_loop_is_refused() -> None:
    assert "inclusive_in_loop" in refusals(
        model("start -> xor1 -> or1 -[a]-> A -> or2 -> xor2 -[b]-> xor1; or1 -default-> B -> or2; xor2 -default-> end")
    )
