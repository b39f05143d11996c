"""Tokens moved by hand: what is withdrawn, where the case goes on, and that it is never stuck for it."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, catch, each, end, model, service, sub, timer, user
from tests.elements.kit import run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import NotFoundError

BLOCK = "start -> A -> and1 -> B -> B2 -> and2 -> C -> end; and1 -> D -> D2 -> and2"


def test_move_back_in_a_line_keeps_what_was_entered() -> None:
    case = run(model("start -> A -> B -> end"))
    case.complete("A", {"a": 1}).move("B", "A")
    assert case.open == ["A"]
    assert case.withdrawn == ["B"]
    assert case.seen_by("A") == {"a": 1}
    assert case.complete("A", {"a": 2}).complete("B").state == "completed"
    assert case.variables == {"a": 2}
    case.replay()


def test_move_inside_a_branch_leaves_the_other_alone() -> None:
    case = run(model(BLOCK))
    case.complete("A").complete("B", {"b": 1}).move("B2", "B")
    assert case.open == ["D", "B"]
    case.complete("B").complete("B2").complete("D").complete("D2")
    assert case.open == ["C"]
    assert case.complete("C").state == "completed"
    assert [event.merged for event in case.all(ev.TokensMerged)]
    case.replay()


def test_move_before_the_split_withdraws_every_branch_and_keeps_their_values() -> None:
    case = run(model(BLOCK))
    case.complete("A").complete("B", {"b": 1}).complete("D", {"d": 1}).move_all("A")
    assert case.open == ["A"]
    assert case.seen_by("A") == {"b": 1, "d": 1}
    for element in ("A", "B", "D", "B2", "D2", "C"):
        case.complete(element)
    assert case.state == "completed"
    case.replay()


def test_join_does_not_wait_for_a_branch_that_is_dead() -> None:
    """Back from behind the join into one branch: the other was done, and its token is gone."""
    case = run(model(BLOCK))
    for element in ("A", "B", "B2", "D", "D2"):
        case.complete(element)
    case.move("C", "B2")
    assert case.open == ["B2"]
    case.complete("B2")
    assert case.open == ["C"]
    assert case.complete("C").state == "completed"
    case.replay()


def test_join_waits_for_a_moved_scope_s_living_branch() -> None:
    case = run(model(BLOCK))
    case.complete("A").complete("B").move("B2", "B").complete("B").complete("B2")
    assert case.open == ["D"]
    case.complete("D")
    assert case.open == ["D2"]
    assert case.complete("D2").open == ["C"]


def test_a_token_that_waits_at_the_join_is_withdrawn_with_its_siblings() -> None:
    case = run(model(BLOCK))
    case.complete("A").complete("B").complete("B2", {"b": 2}).move_all("A")
    for element in ("A", "D", "D2"):
        case.complete(element)
    assert case.open == ["B"], "the token that had waited at the join counts no more"
    assert case.complete("B").complete("B2").complete("C").state == "completed"
    case.replay()


def test_joins_that_wait_for_each_other_after_a_move_go_on() -> None:
    """Each of the two joins lies on the way to the other: without help both would wait for ever."""
    flows = "start -> and1 -> A -> and2 -> B -> and3 -> xor1 -default-> end; and1 -> C -> and3; xor1 -[again]-> and2"
    case = run(model(flows), again=False)
    case.move("C", "C").complete("A").complete("C")
    for _ in range(9):
        if case.state == "active":
            assert case.open, case.faults
            case.complete(case.open[0])
    assert case.state == "completed"
    case.replay()


def test_a_running_sub_process_is_withdrawn_whole() -> None:
    inner = sub("s", "start2 -> Inner -> end2")
    case = run(model("start -> A -> s -> B -> end; t -> end", inner, boundary("t", "s", timer("PT1H"))))
    case.complete("A").move("s", "A")
    assert case.open == ["A"]
    assert case.due_timers() == []
    case.complete("A").complete("Inner").complete("B")
    assert case.state == "completed"


def test_a_path_enters_a_sub_process_in_its_middle() -> None:
    case = run(model("start -> A -> s -> B -> end", sub("s", "start2 -> One -> Two -> end2")))
    case.complete("A").complete("One").complete("Two").move("B", "s", "Two")
    assert case.open == ["Two"]
    case.complete("Two", {"x": 1})
    assert case.open == ["B"]
    assert case.complete("B").variables == {"x": 1}
    case.replay()


def test_bodies_of_a_multi_instance_are_withdrawn_whole() -> None:
    case = run(model("start -> A -> M -> end", user("M", each("[1, 2, 3]"))))
    case.complete("A").complete("M").move("M", "A")
    assert case.open == ["A"]
    case.complete("A")
    assert case.open == ["M", "M", "M"]
    case.complete("M").complete("M").complete("M")
    assert case.state == "completed"
    case.replay()


def test_a_timer_or_job_that_is_withdrawn_is_told() -> None:
    case = run(model("start -> A -> j -> end", service("j")))
    case.complete("A").move("j", "A")
    assert case.jobs == []
    assert len(case.all(ev.JobCancelled)) == 1
    case = run(model("start -> A -> c -> end", catch("c", timer("PT1H"))))
    case.complete("A").move("c", "A")
    assert len(case.all(ev.TimerCancelled)) == 1


def test_a_place_that_does_not_exist_is_refused_and_nothing_changes() -> None:
    case = run(model("start -> A -> end"))
    with pytest.raises(NotFoundError, match="nowhere"):
        case.move("A", "nowhere")
    with pytest.raises(NotFoundError, match="can be entered"):
        case.move("A", "A", "inside")
    assert case.complete("A").state == "completed"


def test_the_last_token_may_be_placed_where_the_case_ends() -> None:
    case = run(model("start -> A -> end", end("end")))
    assert case.move("A", "end").state == "completed"
