"""End events: none, message, signal, multiple, terminate (BPMN 2.0.2, 10.5.3 and 13.5.6)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import (
    TERMINATE,
    boundary,
    call,
    catch,
    each,
    end,
    error,
    escalation,
    message,
    model,
    script,
    service,
    signal,
    start,
    sub,
)
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev


def test_case_ends_with_its_last_token() -> None:
    case = run(model("start -> and1 -> A -> end; and1 -> B -> end2"))
    assert case.complete("A").state == "active"
    assert case.complete("B").state == "completed"
    assert [event.outcome for event in case.all(ev.CaseCompleted)] == ["completed"]


def test_missing_end_events_end_their_tokens() -> None:
    """13.5.6: an activity without outgoing flows ends its path."""
    case = run(model("start -> and1 -> A; and1 -> B"))
    assert case.complete("B").complete("A").state == "completed"


def test_message_end_event() -> None:
    world = World(model("start -> A -> e", end("e", message("over"))))
    world.deploy(model("s -> B -> end", start("s", message("over")), process="q"))
    case = world.start().complete("A")
    assert case.state == "completed"
    assert [event.name for event in case.all(ev.MessageThrown)] == ["over"]
    assert world.cases[1].open == ["B"]


def test_signal_end_event_signals_inside_and_outside() -> None:
    file = model("start -> and1 -> A -> e; and1 -> c -> B -> end", end("e", signal("over")), catch("c", signal("over")))
    world = World(file)
    case, other = world.start(), world.start()
    case.complete("A")
    assert (case.open, other.open) == (["B"], ["A", "B"])


def test_multiple_end_event_throws_everything() -> None:
    """10.5.3: all consequences occur."""
    case = run(model("start -> A -> e", end("e", message("one"), signal("two")))).complete("A")
    assert [type(event).__name__ for event in case.events if "Thrown" in type(event).__name__] == [
        "MessageThrown",
        "SignalThrown",
    ]


def test_multiple_end_event_with_a_terminate_throws_first() -> None:
    case = run(model("start -> and1 -> A -> e; and1 -> B", end("e", message("one"), TERMINATE))).complete("A")
    assert [event.name for event in case.all(ev.MessageThrown)] == ["one"]
    assert (case.state, case.withdrawn) == ("terminated", ["B"])


def test_terminate_ends_the_case_at_once() -> None:
    case = run(
        model(
            "start -> and1 -> A -> stop; and1 -> P; and1 -> J",
            end("stop", TERMINATE),
            sub("P", "start1 -> B -> end1"),
            service("J"),
        )
    )
    case.complete("A")
    assert (case.state, case.withdrawn) == ("terminated", ["B", "P", "J"])
    assert [event.outcome for event in case.all(ev.CaseCompleted)] == ["terminated"]
    assert [event.element_id for event in case.all(ev.JobCancelled)] == ["J"]


def test_terminate_keeps_what_the_other_branches_had_changed() -> None:
    case = run(model("start -> and1 -> A -> B; and1 -> C -> stop", end("stop", TERMINATE)), n=0)
    case.complete("A", {"n": 1, "a": 1}).complete("C", {"c": 1})
    assert case.variables == {"n": 1, "a": 1, "c": 1}


def test_terminate_while_others_are_ready_in_the_same_step() -> None:
    case = run(
        model(
            "start -> and1 -> stop; and1 -> S -> T -> end",
            end("stop", TERMINATE),
            script("S", "x = 1"),
            script("T", "y = 1"),
        )
    )
    assert case.state == "terminated"
    assert "T" not in case.done


def test_terminate_inside_a_multi_instance_body_ends_that_instance_only() -> None:
    case = run(
        model(
            "start -> P -> C -> end",
            sub("P", "start1 -> and1 -> A -> stop; and1 -> B -> end1", end("stop", TERMINATE), inside=each("list")),
        ),
        list=["x", "y"],
    )
    case.complete("A", item="x")
    assert case.open == ["A", "B"]
    assert case.complete("B", item="y").complete("A", item="y").open == ["C"]


def test_terminate_in_a_called_process_ends_only_that() -> None:
    world = World(
        model("start -> and1 -> A -> stop; and1 -> B -> end", end("stop", TERMINATE), process="inner"),
        model("start -> P -> C -> end", call("P", "inner")),
    )
    case = world.start()
    assert case.complete("A", {"a": 1}).seen_by("C") == {"a": 1}


VENDOR = 'xmlns:flowable="http://flowable.org/bpmn" flowable:'


def test_terminate_all_of_a_vendor_ends_the_case_from_a_called_process() -> None:
    everything = f'<terminateEventDefinition {VENDOR}terminateAll="true"/>'
    world = World(
        model("start -> and1 -> A -> stop; and1 -> B -> end", end("stop", everything), process="inner"),
        model("start -> and1 -> P -> C -> end; and1 -> D -> end2", call("P", "inner")),
    )
    case = world.start(variables={"n": 1}).complete("A", {"a": 1})
    assert (case.state, case.open, case.withdrawn) == ("terminated", [], ["B", "P", "D"])


@pytest.mark.parametrize("sequential", [False, True])
def test_terminate_multi_instance_of_a_vendor_ends_all_instances(sequential: bool) -> None:
    loop = f'<terminateEventDefinition {VENDOR}terminateMultiInstance="true"/>'
    inner = sub("Q", "start2 -> A -> stop", end("stop", loop))
    case = run(
        model(
            "start -> P -> C -> end",
            sub("P", "start1 -> Q -> B -> end1", inner, inside=each("list", sequential=sequential)),
        ),
        list=["x", "y", "z"],
    )
    case.complete("A", {"chosen": "x"}, item="x")
    assert (case.open, case.seen_by("C")) == (["C"], {"list": ["x", "y", "z"], "chosen": "x"})


def test_terminate_multi_instance_outside_of_one_ends_its_scope() -> None:
    loop = f'<terminateEventDefinition {VENDOR}terminateMultiInstance="true"/>'
    case = run(model("start -> and1 -> A -> stop; and1 -> B -> end", end("stop", loop)))
    assert case.complete("A").state == "terminated"


def test_error_end_event_without_a_handler_is_an_incident_on_it() -> None:
    case = run(model("start -> A -> bad", end("bad", error("E1")))).complete("A")
    assert case.faults == ["uncaught_error_event bad"]
    assert "bad" not in case.done


def test_escalation_end_event_without_a_handler_just_ends() -> None:
    case = run(model("start -> A -> up", end("up", escalation("U")))).complete("A")
    assert (case.state, case.faults) == ("completed", [])
    assert [(event.code, event.caught_by) for event in case.all(ev.ErrorCaught)] == [("U", None)]


def test_end_event_in_one_branch_of_a_guarded_sub_process() -> None:
    case = run(
        model(
            "start -> P -> C -> end; wrong -> D -> end2",
            sub("P", "start1 -> and1 -> A -> bad; and1 -> B -> end1", end("bad", error("E1"))),
            boundary("wrong", "P", error("E1")),
        )
    )
    case.complete("A", {"a": 1})
    assert (case.open, sorted(case.withdrawn)) == (["D"], ["B", "P", "bad"])
    assert case.seen_by("D") == {"a": 1}
