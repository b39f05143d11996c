"""Standard loops (BPMN 2.0.2, 10.3.7.1 and 13.3.6)."""

from __future__ import annotations

from tests.elements.drawing import (
    boundary,
    call,
    each,
    loop,
    mapped,
    message,
    model,
    node,
    script,
    service,
    sub,
    timer,
    user,
)
from tests.elements.kit import World, refusals, run


def test_repeats_while_the_condition_holds_after_each_turn() -> None:
    case = run(model("start -> A -> B -> end", user("A", loop("again"))))
    case.complete("A", {"again": True}).complete("A", {"again": True}).complete("A", {"again": False})
    assert case.seen_by("B") == {"again": False}
    assert case.done.count("A") == 4, "three turns and the activity itself"


def test_before_the_first_turn_it_may_not_run_at_all() -> None:
    file = model("start -> A -> B -> end", user("A", loop("n > 0", before=True)))
    assert run(file, n=0).open == ["B"]
    assert run(file, n=1).complete("A", {"n": 0}).open == ["B"]


def test_maximum_ends_it_whatever_the_condition_says() -> None:
    case = run(model("start -> A -> B -> end", user("A", loop("true", maximum=2))))
    assert case.complete("A").complete("A").open == ["B"]


def test_maximum_alone() -> None:
    case = run(model("start -> A -> B -> end", user("A", loop(maximum=3))))
    assert case.complete("A").complete("A").complete("A").open == ["B"]


def test_counter_counts_from_one_and_does_not_leave() -> None:
    """Table 10.29: loopCounter."""
    case = run(model("start -> A -> B -> end", user("A", loop("loopCounter < 2"))))
    assert case.seen_by("A")["loopCounter"] == 1
    assert case.complete("A").seen_by("A")["loopCounter"] == 2
    assert case.complete("A").seen_by("B") == {}


def test_inner_loop_leaves_the_counter_of_the_outer_one() -> None:
    case = run(
        model(
            "start -> P -> C -> end",
            sub("P", "start1 -> A -> B -> end1", user("A", loop(maximum=2)), inside=loop(maximum=2)),
        )
    )
    case.complete("A").complete("A")
    assert case.seen_by("B")["loopCounter"] == 1
    case.complete("B").complete("A").complete("A")
    assert case.seen_by("B")["loopCounter"] == 2


def test_variables_go_from_turn_to_turn() -> None:
    case = run(model("start -> S -> A -> end", script("S", "n = n + 1", loop("n < 50"))), n=0)
    assert case.seen_by("A") == {"n": 50}


def test_condition_that_fails_is_an_incident_on_the_loop() -> None:
    case = run(model("start -> A -> B -> end", user("A", loop("again"))))
    case.complete("A")
    assert case.faults == ["expression_error A"]
    assert case.retry(1, {"again": False}).open == ["B"]


def test_boundary_timer_runs_over_all_turns() -> None:
    case = run(
        model(
            "start -> A -> B -> end; late -> C -> end2", user("A", loop("true")), boundary("late", "A", timer("PT1H"))
        )
    )
    case.world.wait("PT30M")
    case.complete("A", {"n": 1})
    case.world.wait("PT30M")
    assert (case.open, case.seen_by("C")) == (["C"], {"n": 1})


def test_interrupted_in_the_middle_of_a_turn() -> None:
    case = run(
        model(
            "start -> P -> end; stop -> C -> end2",
            sub("P", "start1 -> A -> B -> end1", inside=loop("true")),
            boundary("stop", "P", message("stop")),
        )
    )
    case.complete("A", {"n": 1}).complete("B").complete("A", {"n": 2})
    case.world.message("stop")
    assert case.seen_by("C") == {"n": 2}


def test_loop_of_jobs_and_of_calls() -> None:
    case = run(model("start -> J -> end", node("serviceTask", "J", loop("left > 0"), camunda_topic="t")))
    case.finish("J", {"left": 1}).finish("J", {"left": 0})
    assert case.state == "completed"
    world = World(
        model("start -> A -> end", process="inner"), model("start -> P -> end", call("P", "inner", loop("left > 0")))
    )
    called = world.start()
    assert called.complete("A", {"left": 1}).complete("A", {"left": 0}).state == "completed"


def test_mappings_are_made_in_every_turn() -> None:
    case = run(
        model("start -> A -> B -> end", user("A", loop("n < 3"), extension=mapped(in_before="n", out_n="n + step"))),
        n=0,
    )
    case.complete("A", {"step": 2})
    assert case.seen_by("A") == {"n": 2, "before": 2, "loopCounter": 2}
    assert case.complete("A", {"step": 2}).seen_by("B") == {"n": 4}


def test_rows_do_not_grow_with_the_turns() -> None:
    case = run(model("start -> A -> end", user("A", loop("true", maximum=20))))
    sizes = {len(case.complete("A", {"n": turn}).rows) for turn in range(19)}
    assert len(sizes) == 1
    assert len(set(case.written[1:])) == 1


def test_endless_loop_without_waiting_stops_at_the_step_budget() -> None:
    case = run(model("start -> S -> end", script("S", "n = n + 1", loop("true"))), n=0, budget=100)
    assert case.faults[0].startswith("step_budget_exceeded")
    before = case.variables["n"]
    case.retry(1)
    assert case.variables["n"] > before
    assert case.cancel().state == "cancelled"


def test_loop_without_an_end_and_two_markers_are_refused() -> None:
    assert "loop_without_end" in refusals(model("start -> A -> end", user("A", loop())))
    assert "two_loops" in refusals(model("start -> A -> end", user("A", loop("x"), each(times="2"))))


def test_failed_turn_is_mended_and_goes_on() -> None:
    case = run(model("start -> J -> end", service("J", loop("loopCounter < 2"))))
    case.fail("J", "down")
    case.retry(1).finish("J").finish("J")
    assert case.state == "completed"
