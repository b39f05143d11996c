"""Parallel gateways: one token per incoming flow, one per outgoing flow (BPMN 2.0.2, 13.4.1)."""

from __future__ import annotations

from tests.elements.drawing import boundary, catch, end, message, model, script, timer
from tests.elements.kit import run
from workflow_engine.domain import events as ev


def test_split_and_join_waits_for_every_flow() -> None:
    case = run(model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2"))
    assert case.open == ["A", "B"]
    case.complete("B", {"b": 1})
    assert case.open == ["A"]
    case.complete("A", {"a": 2})
    assert case.open == ["C"]
    assert case.complete("C").state == "completed"
    assert case.variables == {"a": 2, "b": 1}
    assert [event.element_id for event in case.all(ev.TokensMerged)] == ["and2"]


def test_gateway_that_joins_and_splits_at_once() -> None:
    case = run(model("start -> and1 -> A -> and2 -> C -> and3 -> end; and1 -> B -> and2; and2 -> D -> and3"))
    case.complete("A").complete("B")
    assert case.open == ["C", "D"]
    assert case.complete("D").complete("C").state == "completed"


def test_join_merges_three_ways() -> None:
    """A branch that did not touch a variable does not undo what another one made of it."""
    case = run(model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2; and1 -> D -> and2"), n=1, list=[0])
    case.complete("A", {"n": 2, "list": [0, 1]}).complete("B", {"list": [0, 2]}).complete("D", {"d": {"x": 1}})
    assert case.seen_by("C") == {"n": 2, "list": [0, 1, 2], "d": {"x": 1}}
    assert case.conflicts == []


def test_conflict_is_recorded_and_the_later_branch_wins() -> None:
    case = run(model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2"), grade="none")
    case.complete("A", {"grade": "low"}).complete("B", {"grade": "high"})
    assert case.seen_by("C")["grade"] == "high"
    (conflict,) = case.all(ev.MergeConflict)
    assert conflict.paths == ["grade"]
    assert conflict.conflicts == [{"path": "grade", "base": "none", "left": "low", "right": "high"}]


def test_equal_answers_are_no_conflict() -> None:
    case = run(model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2"))
    case.complete("A", {"grade": "high"}).complete("B", {"grade": "high"})
    assert case.conflicts == []


def test_variables_set_before_the_split_are_the_base() -> None:
    case = run(model("start -> S -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2", script("S", "n = 5")), n=1)
    case.complete("A", {"n": 6}).complete("B")
    assert case.seen_by("C")["n"] == 6
    assert case.conflicts == []


def test_nested_splits_join_from_the_inside() -> None:
    case = run(
        model("start -> and1 -> and2 -> A -> and3 -> and4 -> E -> end; and2 -> B -> and3; and1 -> C -> and4"), n=0
    )
    case.complete("A", {"a": 1, "n": 1}).complete("B", {"b": 2}).complete("C", {"c": 3})
    assert case.seen_by("E") == {"n": 1, "a": 1, "b": 2, "c": 3}
    assert case.conflicts == []


def test_branches_that_cross_are_joined_in_pairs() -> None:
    """Unstructured: one branch splits again and meets the others at two joins."""
    case = run(
        model(
            "start -> and1 -> A -> and2 -> and3 -> D -> and4 -> end; and1 -> B -> and3; and2 -> C -> and4",
        ),
        n=0,
    )
    case.complete("A", {"a": 1})
    assert case.open == ["B", "C"]
    case.complete("B", {"b": 1})
    assert case.open == ["C", "D"]
    assert case.seen_by("D") == {"n": 0, "a": 1, "b": 1}
    case.complete("D", {"d": 1}).complete("C", {"c": 1})
    assert case.state == "completed"
    assert case.variables == {"n": 0, "a": 1, "b": 1, "c": 1, "d": 1}
    assert case.conflicts == []


def test_excess_token_on_one_flow_waits_for_its_partner() -> None:
    """Two tokens along one flow are no substitute for the other flow; the join takes one of each."""
    case = run(
        model("start -> and1 -> A -> xor -> and2 -> C -> end; and1 -> B -> xor; and1 -> D -> and2"),
    )
    case.complete("A", {"a": 1}).complete("B", {"b": 1})
    assert case.open == ["D"]
    case.complete("D")
    assert case.open == ["C"]
    assert case.seen_by("C") == {"a": 1}, "the longest waiting token of the flow is taken"
    case.complete("C")
    assert case.state == "active"
    assert case.faults == ["stuck None"], "the left-over token waits for a partner that cannot come any more"


def test_join_after_a_choice_is_reported_when_it_cannot_happen() -> None:
    case = run(model("start -> xor1 -[n > 1]-> A -> and1 -> end; xor1 -default-> B -> and1"), n=5)
    case.complete("A")
    assert case.faults == ["stuck None"]
    assert "and1" in next(iter(case.incidents.values())).message


def test_third_branch_that_ended_keeps_what_it_knew() -> None:
    """A branch that ends on its own is no less part of the result when the two others join."""
    case = run(model("start -> and1 -> A -> end1; and1 -> B -> and2 -> D -> end2; and1 -> C -> and2"), n=0)
    case.complete("A", {"a": 1}).complete("B", {"b": 1}).complete("C", {"c": 1})
    assert case.seen_by("D") == {"n": 0, "a": 1, "b": 1, "c": 1}
    assert case.complete("D").variables == {"n": 0, "a": 1, "b": 1, "c": 1}


def test_branches_that_end_apart_are_merged_at_the_end() -> None:
    case = run(model("start -> S -> and1 -> A -> end1; and1 -> B -> end2", script("S", "n = 1")), n=0)
    case.complete("A", {"a": 1}).complete("B", {"n": 2})
    assert case.state == "completed"
    assert case.variables == {"n": 2, "a": 1}
    assert case.conflicts == []


def test_split_behind_a_split_ends_in_any_order() -> None:
    flows = "start -> and1 -> and2 -> A -> end1; and2 -> B -> end2; and1 -> C -> end3"
    for order in ("ABC", "CBA", "BCA", "ACB"):
        case = run(model(flows), n=0)
        for name in order:
            case.complete(name, {name.lower(): 1})
        assert case.variables == {"n": 0, "a": 1, "b": 1, "c": 1}, order
        assert case.conflicts == []


def test_branch_of_a_boundary_event_meets_the_activity_without_a_conflict() -> None:
    """Both parted where the activity began: what was set before that is nobody's change."""
    case = run(
        model(
            "start -> S -> and1 -> A -> and2 -> C -> end; late -> B -> and2",
            script("S", "n = n + 1"),
            boundary("late", "A", timer("PT1H"), interrupting=False),
        ),
        n=0,
    )
    case.world.wait("PT1H")
    assert case.open == ["A", "B"]
    case.complete("A", {"a": 1}).complete("B", {"b": 1})
    assert case.seen_by("C") == {"n": 1, "a": 1, "b": 1}
    assert case.conflicts == []


def test_waiting_event_in_one_branch() -> None:
    case = run(model("start -> and1 -> c -> and2 -> C -> end; and1 -> A -> and2", catch("c", message("go"))))
    case.complete("A")
    case.world.message("go", {"m": 1})
    assert case.seen_by("C") == {"m": 1}


def test_end_of_a_branch_in_the_split_itself() -> None:
    """Branches without a wait state end before the others begin to wait."""
    case = run(
        model("start -> and1 -> e1; and1 -> A -> end; and1 -> S -> e2", script("S", "s = 1"), end("e1"), end("e2"))
    )
    assert case.variables == {"s": 1}
    assert case.complete("A", {"a": 2}).variables == {"s": 1, "a": 2}
