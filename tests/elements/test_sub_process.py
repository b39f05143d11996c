"""Embedded sub-processes (BPMN 2.0.2, 10.3.5 and 13.3.4)."""

from __future__ import annotations

from tests.elements.drawing import (
    TERMINATE,
    boundary,
    each,
    end,
    escalation,
    mapped,
    message,
    model,
    node,
    script,
    sub,
    timer,
)
from tests.elements.kit import refusals, run


def test_goes_on_when_nothing_is_left_inside() -> None:
    case = run(model("start -> P -> C -> end", sub("P", "start1 -> and1 -> A -> end1; and1 -> B -> end2")))
    case.complete("A")
    assert case.open == ["B"]
    assert case.complete("B").open == ["C"]
    assert case.done[-3:] == ["B", "end2", "P"]


def test_sees_and_changes_the_variables_around_it() -> None:
    case = run(model("start -> P -> C -> end", sub("P", "start1 -> A -> end1")), n=1)
    assert case.seen_by("A") == {"n": 1}
    assert case.complete("A", {"n": 2, "inside": 3}).seen_by("C") == {"n": 2, "inside": 3}


def test_changes_around_it_meanwhile_are_merged() -> None:
    case = run(
        model("start -> and1 -> P -> and2 -> C -> end; and1 -> B -> and2", sub("P", "start1 -> A -> end1")), n=1, m=1
    )
    case.complete("B", {"m": 2}).complete("A", {"n": 2})
    assert case.seen_by("C") == {"n": 2, "m": 2}
    assert case.conflicts == []


def test_without_a_start_event_everything_unreached_begins() -> None:
    """13.3.4: activities without incoming flows are started when the sub-process is."""
    case = run(model("start -> P -> C -> end", sub("P", "A -> end1; B -> end2")))
    assert case.open == ["A", "B"]
    assert case.complete("B").complete("A").open == ["C"]


def test_empty_sub_process_passes() -> None:
    case = run(model("start -> P -> C -> end", node("subProcess", "P")))
    assert case.open == ["C"]
    assert case.complete("C").state == "completed"


def test_sub_process_that_never_waits_passes_in_one_step() -> None:
    case = run(model("start -> P -> C -> end", sub("P", "start1 -> S -> end1", script("S", "x = 1"))))
    assert case.seen_by("C") == {"x": 1}


def test_nested_sub_processes() -> None:
    inner = sub("Q", "start2 -> A -> end2")
    case = run(model("start -> P -> C -> end", sub("P", "start1 -> Q -> B -> end1", inner)))
    assert case.complete("A", {"a": 1}).open == ["B"]
    assert case.complete("B", {"b": 1}).seen_by("C") == {"a": 1, "b": 1}


def test_terminate_inside_ends_only_the_sub_process() -> None:
    """13.5.6: the scope in which the terminate event lies, and nothing around it."""
    case = run(
        model(
            "start -> and1 -> P -> C -> end; and1 -> D -> end2",
            sub("P", "start1 -> and2 -> A -> stop; and2 -> B -> end1", end("stop", TERMINATE)),
        )
    )
    case.complete("A", {"a": 1})
    assert case.open == ["D", "C"]
    assert case.withdrawn == ["B"]
    assert case.seen_by("C") == {"a": 1}


def test_mappings_of_a_sub_process() -> None:
    """What inputs give is its own; where outputs are declared only those leave."""
    case = run(
        model("start -> P -> C -> end", sub("P", "start1 -> A -> end1", extension=mapped(in_x="n + 1", out_y="x + a"))),
        n=1,
    )
    assert case.seen_by("A") == {"n": 1, "x": 2}
    assert case.complete("A", {"a": 40, "n": 9}).seen_by("C") == {"n": 1, "y": 42}


def test_inputs_alone_stay_inside() -> None:
    case = run(model("start -> P -> C -> end", sub("P", "start1 -> A -> end1", extension=mapped(in_x="n + 1"))), n=1)
    assert case.complete("A", {"a": 40, "x": 5}).seen_by("C") == {"n": 1, "a": 40}


def test_case_view_shows_what_is_inside() -> None:
    case = run(model("start -> P -> end", sub("P", "start1 -> A -> B -> end1")), n=1)
    case.complete("A", {"n": 2})
    assert case.variables == {"n": 2}


def test_interrupted_sub_process_leaves_what_it_changed() -> None:
    """The variables around it are not its own: what was changed is not taken back when it is interrupted."""
    case = run(
        model(
            "start -> P -> end; late -> C -> end2",
            sub("P", "start1 -> A -> B -> end1"),
            boundary("late", "P", timer("PT1H")),
        ),
        n=1,
    )
    case.complete("A", {"n": 2, "grade": "II"})
    case.world.wait("PT1H")
    assert case.seen_by("C") == {"n": 2, "grade": "II"}


def test_interrupted_sub_process_keeps_its_own_variables_to_itself() -> None:
    case = run(
        model(
            "start -> P -> end; late -> C -> end2",
            sub("P", "start1 -> A -> B -> end1", extension=mapped(in_own="1")),
            boundary("late", "P", timer("PT1H")),
        )
    )
    case.complete("A", {"own": 2, "grade": "II"})
    case.world.wait("PT1H")
    assert case.seen_by("C") == {"grade": "II"}


def test_branch_beside_a_running_sub_process_meets_it_without_a_conflict() -> None:
    """What the branch was given to look at when it began is no change of its own."""
    case = run(
        model(
            "start -> P -> and2 -> D -> end; late -> C -> and2",
            sub("P", "start1 -> A -> B -> end1"),
            boundary("late", "P", timer("PT1H"), interrupting=False),
        ),
        n=0,
    )
    case.complete("A", {"n": 1})
    case.world.wait("PT1H")
    assert case.seen_by("C") == {"n": 1}
    case.complete("B", {"n": 2}).complete("C", {"c": 1})
    assert case.seen_by("D") == {"n": 2, "c": 1}
    assert case.conflicts == []


def test_branch_beside_a_sub_process_that_ends_on_its_own() -> None:
    case = run(
        model(
            "start -> P -> end; late -> C -> end2",
            sub("P", "start1 -> A -> B -> end1"),
            boundary("late", "P", timer("PT1H"), interrupting=False),
        ),
        n=0,
    )
    case.complete("A", {"n": 1})
    case.world.wait("PT1H")
    case.complete("C", {"c": 1}).complete("B", {"n": 2})
    assert (case.state, case.variables, case.conflicts) == ("completed", {"n": 2, "c": 1}, [])


def test_message_to_a_sub_process_inside_a_multi_instance_body() -> None:
    case = run(
        model(
            "start -> P -> end",
            sub(
                "P",
                "start1 -> A -> end1; halt -> B -> end3",
                boundary("halt", "A", message("stop")),
                inside=each("list"),
            ),
        ),
        list=[1, 2],
    )
    case.world.message("stop")
    assert case.open == ["A", "B"]


def test_escalation_to_the_outside_lets_the_inside_go_on() -> None:
    case = run(
        model(
            "start -> P -> end; told -> C -> end2",
            sub("P", "start1 -> and1 -> up; and1 -> A -> end1", end("up", escalation("U"))),
            boundary("told", "P", escalation("U"), interrupting=False),
        )
    )
    assert case.open == ["A", "C"]


def test_start_event_that_waits_is_refused_inside() -> None:
    inner = (
        '<startEvent id="w"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>'
    )
    assert "start_in_sub_process" in refusals(model("start -> P -> end", sub("P", "w -> A", inner)))
