"""Conditional events (BPMN 2.0.2, 10.5.5) and link events (10.5.5, table 10.98)."""

from __future__ import annotations

from tests.elements.drawing import (
    TERMINATE,
    boundary,
    catch,
    condition,
    each,
    end,
    link,
    message,
    model,
    script,
    sub,
    throw,
    timer,
)
from tests.elements.kit import refusals, run


def test_catch_event_waits_until_the_condition_holds() -> None:
    case = run(model("start -> c -> A -> end", catch("c", condition("n > 2"))), n=0)
    assert case.open == []
    case.change({"n": 2})
    assert case.open == []
    case.change({"n": 3})
    assert case.open == ["A"]


def test_condition_that_holds_already_lets_pass() -> None:
    assert run(model("start -> c -> A -> end", catch("c", condition("n > 2"))), n=3).open == ["A"]


def test_change_in_another_branch_makes_it_true() -> None:
    case = run(model("start -> and1 -> c -> A -> end; and1 -> B -> D -> end2", catch("c", condition("n > 2"))), n=0)
    assert case.complete("B", {"n": 5}).open == ["D", "A"]


def test_change_before_the_parting_is_seen_as_it_is_now() -> None:
    """A branch that only kept an older value does not hide what the other one made of it."""
    case = run(
        model(
            "start -> S -> and1 -> A -> B -> end; and1 -> c -> C -> end2",
            script("S", "n = 1"),
            catch("c", condition("n = 2")),
        ),
        n=0,
    )
    case.complete("A", {"n": 2})
    assert case.open == ["B", "C"]
    assert case.variables["n"] == 2


def test_boundary_condition_interrupts() -> None:
    case = run(
        model("start -> and1 -> A -> end; and1 -> B -> end2; c -> C -> end3", boundary("c", "A", condition("stop"))),
        stop=False,
    )
    case.complete("B", {"stop": True})
    assert case.open == ["C"]


def test_boundary_condition_looks_into_the_sub_process_it_guards() -> None:
    case = run(
        model(
            "start -> P -> end; c -> C -> end2",
            sub("P", "start1 -> A -> B -> end1"),
            boundary("c", "P", condition("level > 3")),
        ),
        level=0,
    )
    case.complete("A", {"level": 4})
    assert (case.open, case.seen_by("C")) == (["C"], {"level": 4})


def test_condition_inside_a_sub_process_sees_the_outside() -> None:
    case = run(
        model(
            "start -> and1 -> P -> end; and1 -> B -> D -> end2",
            sub("P", "start1 -> c -> A -> end1", catch("c", condition("go"))),
        ),
        go=False,
    )
    assert case.complete("B", {"go": True}).open == ["D", "A"]


def test_condition_inside_a_body_sees_its_item() -> None:
    case = run(
        model(
            "start -> P -> end",
            sub("P", "start1 -> c -> A -> end1", catch("c", condition("item > limit")), inside=each("list")),
        ),
        list=[1, 5],
        limit=9,
    )
    assert case.open == []
    case.change({"limit": 3})
    assert case.open == ["A"]
    assert case.seen_by("A")["item"] == 5


def test_beside_its_activity_it_occurs_each_time_it_becomes_true() -> None:
    """10.5.5: it is triggered when the condition becomes true, not while it is."""
    case = run(
        model("start -> A -> end; c -> B -> end2", boundary("c", "A", condition("n > 2"), interrupting=False)), n=0
    )
    case.change({"n": 3})
    case.change({"n": 4})
    assert case.open == ["A", "B"]
    case.change({"n": 1})
    case.change({"n": 3})
    assert case.open == ["A", "B", "B"]


def test_two_conditions_on_one_event_are_told_apart() -> None:
    case = run(
        model(
            "start -> A -> end; c -> B -> end2",
            boundary("c", "A", condition("n > 2"), condition("m > 2"), interrupting=False),
        ),
        n=0,
        m=0,
    )
    case.change({"n": 3})
    assert case.open == ["A", "B"]
    case.change({"x": 1})
    assert case.open == ["A", "B"]
    case.change({"m": 3})
    assert case.open == ["A", "B", "B"]


def test_condition_over_a_missing_variable_is_an_incident_that_can_be_mended() -> None:
    case = run(model("start -> and1 -> c -> A -> end; and1 -> B -> end2", catch("c", condition("n > 2"))))
    assert (case.faults, case.open) == (["expression_error c"], ["B"])
    case.change({"n": 1})
    case.retry(1)
    assert (case.faults, case.open) == ([], ["B"])
    case.change({"n": 3})
    assert case.open == ["B", "A"]


def test_boundary_condition_that_fails_is_its_own_incident() -> None:
    case = run(model("start -> A -> end; c -> B -> end2", boundary("c", "A", condition("n > 2"))))
    assert (case.faults, case.open) == (["expression_error c"], ["A"])
    case.change({"n": 0})
    case.retry(1)
    case.change({"n": 3})
    assert case.open == ["B"]


def test_incident_of_a_boundary_event_goes_with_its_activity() -> None:
    case = run(model("start -> A -> C -> end; c -> B -> end2", boundary("c", "A", condition("n > 2"))))
    case.complete("A")
    assert (case.faults, case.open) == ([], ["C"])


def test_conditions_are_looked_at_in_the_order_of_their_tokens() -> None:
    case = run(
        model(
            "start -> and1 -> c -> A -> end; and1 -> d -> B -> end2",
            catch("c", condition("n > 2")),
            catch("d", condition("m > 2")),
        ),
        m=0,
    )
    case.change({"n": 0})
    case.retry(1)
    case.change({"n": 3, "m": 3})
    assert case.open == ["A", "B"]


def test_link_jumps_to_its_target() -> None:
    case = run(model("start -> out; in -> A -> end", throw("out", link("over")), catch("in", link("over"))))
    assert (case.open, case.done) == (["A"], ["start", "out", "in"])


def test_several_sources_lead_to_one_target() -> None:
    """Table 10.98: many sources, one target."""
    case = run(
        model(
            "start -> xor -[n = 1]-> out1; xor -default-> B -> out2; in -> A -> end",
            throw("out1", link("over")),
            throw("out2", link("over")),
            catch("in", link("over")),
        ),
        n=2,
    )
    assert case.complete("B").open == ["A"]


def test_link_makes_a_loop() -> None:
    case = run(
        model(
            "start -> in2; in -> A -> xor -[again]-> out; xor -default-> end",
            throw("in2", link("over")),
            throw("out", link("over")),
            catch("in", link("over")),
        )
    )
    case.complete("A", {"again": True})
    assert case.complete("A", {"again": False}).state == "completed"


def test_links_without_a_partner_are_refused() -> None:
    assert "link_without_target" in refusals(model("start -> out", throw("out", link("over"))))
    assert "link_two_targets" in refusals(
        model("start -> out; a -> A; b -> B", throw("out", link("x")), catch("a", link("x")), catch("b", link("x")))
    )


def test_waiting_condition_beside_timer_and_message() -> None:
    case = run(model("start -> c -> A -> end", catch("c", condition("n > 2"), message("m"), timer("PT1H"))), n=0)
    case.change({"n": 3})
    assert (case.open, case.waits, case.due) == (["A"], [], [])


def test_terminate_with_a_waiting_condition() -> None:
    case = run(
        model("start -> and1 -> c -> A; and1 -> B -> stop", catch("c", condition("n > 2")), end("stop", TERMINATE)), n=0
    )
    assert case.complete("B", {"n": 9}).state == "terminated"
