"""Multi-instance activities (BPMN 2.0.2, 10.3.7.2 and 13.3.7)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import (
    boundary,
    each,
    end,
    error,
    escalation,
    keyed_message,
    mapped,
    message,
    model,
    node,
    receive,
    script,
    signal,
    sub,
    timer,
    user,
)
from tests.elements.kit import refusals, run
from workflow_engine.domain import events as ev


def people(**marker: object) -> bytes:
    return model("start -> A -> B -> end", user("A", each(**marker)))  # type: ignore[arg-type]


def test_all_at_once_one_per_item() -> None:
    case = run(people(collection="list"), list=["x", "y", "z"])
    assert case.open == ["A", "A", "A"]
    assert [case.seen_by("A", item=item)["loopCounter"] for item in "xyz"] == [1, 2, 3]
    case.complete("A", item="y").complete("A", item="x")
    assert "B" not in case.open
    assert case.complete("A", item="z").seen_by("B") == {"list": ["x", "y", "z"]}


@pytest.mark.parametrize("sequential", [False, True])
def test_vendors_count_instances_from_0_and_the_standard_from_1(sequential: bool) -> None:
    task = user("A", name="No. ${loopCounter}", camunda_assignee="=string(loopCounter)")
    each_time = each(times="2", sequential=sequential)
    case = run(model("start -> P -> end", sub("P", "start1 -> A -> end1", task, inside=each_time)))
    case.complete("A", loopCounter=1).complete("A", loopCounter=2)
    assert [(event.name, event.assignee) for event in case.all(ev.UserTaskCreated)] == [("No. 0", "1"), ("No. 1", "2")]


def test_one_after_the_other() -> None:
    case = run(people(collection="list", sequential=True), list=["x", "y"])
    assert (case.open, case.seen_by("A")["item"]) == (["A"], "x")
    case.complete("A", {"n": 1})
    assert (case.seen_by("A")["item"], case.seen_by("A")["n"]) == ("y", 1)
    assert case.complete("A").seen_by("B") == {"list": ["x", "y"], "n": 1}


@pytest.mark.parametrize("sequential", [False, True])
def test_by_number(sequential: bool) -> None:
    case = run(people(times="n + 1", sequential=sequential), n=1)
    assert case.complete("A").complete("A").open == ["B"]


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("marker", [{"times": "0"}, {"collection": "[]", "out": "outs", "out_item": "r"}])
def test_none_at_all_passes(sequential: bool, marker: dict[str, str]) -> None:
    case = run(people(sequential=sequential, **marker))
    assert case.open == ["B"]
    assert case.variables == ({"outs": []} if "out" in marker else {})


@pytest.mark.parametrize("value", [-1, 1.5, "many", None, 10_001])
def test_number_that_is_none_is_an_incident(value: object) -> None:
    case = run(people(times="n"), n=value)
    assert case.faults == ["expression_error A"]
    assert case.retry(1, {"n": 1}).open == ["A"]


def test_collection_that_is_no_list_is_an_incident() -> None:
    case = run(people(collection="list"), list="x")
    assert case.faults == ["expression_error A"]
    assert case.retry(1, {"list": [1]}).open == ["A"]


def test_outputs_lie_in_the_order_of_the_items() -> None:
    case = run(people(collection="list", out="outs", out_item="answer"), list=[1, 2, 3])
    for number in (2, 3, 1):
        case.complete("A", {"answer": number * 10}, item=number)
    assert case.seen_by("B") == {"list": [1, 2, 3], "outs": [10, 20, 30]}


def test_outputs_are_expressions_over_the_body() -> None:
    case = run(people(collection="list", out="outs", out_item='{"who": item, "yes": answer}'), list=["x"])
    assert case.complete("A", {"answer": True}).seen_by("B")["outs"] == [{"who": "x", "yes": True}]


def test_sequential_outputs() -> None:
    case = run(people(collection="list", out="outs", out_item="item * 2", sequential=True), list=[1, 2])
    assert case.complete("A").complete("A").seen_by("B")["outs"] == [2, 4]


def test_items_of_one_body_are_not_seen_by_the_others_or_outside() -> None:
    case = run(people(collection="list"), list=[{"n": 1}, {"n": 2}], item="mine")
    case.complete("A", {"item": "changed"}, loopCounter=1).complete("A")
    assert case.seen_by("B") == {"list": [{"n": 1}, {"n": 2}], "item": "mine"}


def test_bodies_that_write_the_same_variable_differently_conflict() -> None:
    case = run(people(times="2"), n=0)
    case.complete("A", {"n": 1}, loopCounter=1).complete("A", {"n": 2}, loopCounter=2)
    assert (case.seen_by("B")["n"], case.conflicts) == (2, ["n"])


def test_bodies_that_write_one_after_the_other_do_not() -> None:
    case = run(people(times="2", sequential=True), n=0)
    case.complete("A", {"n": 1}).complete("A", {"n": 2})
    assert (case.seen_by("B")["n"], case.conflicts) == (2, [])


def test_completion_condition_sees_the_counters() -> None:
    """Table 10.32: nrOfInstances, nrOfActiveInstances, nrOfCompletedInstances, nrOfTerminatedInstances."""
    until = (
        "nrOfInstances = 4 and nrOfActiveInstances = 2 and nrOfCompletedInstances = 2 and nrOfTerminatedInstances = 0"
    )
    case = run(people(times="4", until=until))
    case.complete("A")
    assert case.open == ["A"] * 3
    case.complete("A")
    assert case.open == ["B"]
    assert len(case.all(ev.UserTaskCancelled)) == 2


def test_completion_condition_sees_the_outputs_so_far() -> None:
    case = run(
        people(collection="list", out="votes", out_item="yes", until="count(votes[item = true]) >= 2"),
        list=[1, 2, 3, 4],
    )
    case.complete("A", {"yes": True}, item=4).complete("A", {"yes": False}, item=1)
    assert "B" not in case.open
    case.complete("A", {"yes": True}, item=2)
    assert case.seen_by("B")["votes"] == [False, True, True]


def test_completion_condition_sees_what_the_last_body_submitted() -> None:
    case = run(people(times="3", until="enough = true"))
    case.complete("A", {"enough": False}).complete("A", {"enough": True})
    assert case.open == ["B"]


def test_completion_condition_of_a_sequence() -> None:
    case = run(
        people(collection="list", sequential=True, until="nrOfCompletedInstances = 2 and nrOfActiveInstances = 0"),
        list=[1, 2, 3],
    )
    assert case.complete("A").complete("A").open == ["B"]


def test_completion_condition_that_fails_is_an_incident_on_the_activity() -> None:
    case = run(people(times="3", until="enough > 1"))
    case.complete("A")
    assert (case.faults, case.open) == (["expression_error A"], ["A", "A"])
    case.complete("A")
    assert (case.faults, case.open) == (["expression_error A"], ["A"]), "the others go on, the incident stays the same"
    case.retry(1, {"enough": 2})
    assert (case.faults, case.open) == ([], ["B"])


def test_all_bodies_done_while_the_activity_has_an_incident() -> None:
    case = run(people(times="2", until="enough > 1"))
    case.complete("A").complete("A")
    assert case.faults == ["expression_error A"]
    assert case.retry(1, {"enough": 0}).open == ["B"]


def test_output_that_fails_is_an_incident_on_its_body_and_can_be_mended() -> None:
    case = run(people(times="2", out="outs", out_item="count(for i in 1..n return for j in 1..n return i)"), n=100_000)
    case.complete("A", {"n": 100_000}, loopCounter=1)
    assert [fault.split()[1] for fault in case.faults] == ["A"]
    case.complete("A", {"n": 2}, loopCounter=2)
    case.retry(1, {"n": 3})
    assert case.seen_by("B")["outs"] == [3, 2]


def test_boundary_timer_over_all_bodies_keeps_the_answers_so_far() -> None:
    case = run(
        model(
            "start -> A -> B -> end; late -> C -> end2",
            user("A", each("list", out="acks", out_item="ok")),
            boundary("late", "A", timer("PT1H")),
        ),
        list=["x", "y", "z"],
    )
    assert case.due == ["2030-01-01T01:00:00"], "one timer for the activity, not one per body"
    case.complete("A", {"ok": True}, item="z")
    case.world.wait("PT1H")
    assert (case.open, case.seen_by("C")["acks"]) == (["C"], [True])
    assert len(case.all(ev.UserTaskCancelled)) == 2


def test_reminder_beside_the_bodies() -> None:
    case = run(
        model(
            "start -> A -> B -> end; again -> C -> end2",
            user("A", each("list", out="acks", out_item="ok")),
            boundary("again", "A", timer("R2/PT1H"), interrupting=False),
        ),
        list=["x", "y"],
    )
    case.complete("A", {"ok": True}, item="x")
    case.world.wait("PT1H")
    assert (sorted(case.open), case.seen_by("C")["acks"]) == (["A", "C"], [True])
    case.complete("C").complete("A", {"ok": False}, item="y")
    assert case.seen_by("B")["acks"] == [True, False]
    assert case.conflicts == []


def test_boundary_message_beside_and_joined_afterwards() -> None:
    case = run(
        model(
            "start -> A -> and2 -> B -> end; m -> C -> and2",
            user("A", each("list", out="acks", out_item="ok")),
            boundary("m", "A", message("m"), interrupting=False),
        ),
        list=["x", "y"],
    )
    case.complete("A", {"ok": 1}, item="x")
    case.world.message("m")
    case.complete("A", {"ok": 2}, item="y").complete("C", {"c": 1})
    assert case.seen_by("B") == {"list": ["x", "y"], "acks": [1, 2], "c": 1}
    assert case.conflicts == []


def test_error_of_one_body_ends_all() -> None:
    case = run(
        model(
            "start -> P -> B -> end; wrong -> C -> end2",
            sub("P", "start1 -> A -> xor -[bad]-> e1; xor -default-> end1", end("e1", error("E")), inside=each("list")),
            boundary("wrong", "P", error("E")),
        ),
        list=[1, 2, 3],
    )
    case.complete("A", {"bad": False}, item=1).complete("A", {"bad": True}, item=2)
    assert case.open == ["C"]


def test_mappings_are_made_per_body() -> None:
    case = run(
        model(
            "start -> A -> B -> end",
            user(
                "A",
                each("list", out="outs", out_item="r"),
                extension=mapped(in_label='"no " + string(item)', out_r="answer + 1"),
            ),
        ),
        list=[1, 2],
    )
    assert case.seen_by("A", item=2)["label"] == "no 2"
    case.complete("A", {"answer": 10}, item=1).complete("A", {"answer": 20}, item=2)
    assert case.seen_by("B") == {"list": [1, 2], "outs": [11, 21]}


def test_outputs_of_mappings_alone_reach_the_outside() -> None:
    case = run(model("start -> A -> B -> end", user("A", each(times="1"), extension=mapped(out_r="answer + 1"))))
    assert case.complete("A", {"answer": 1}).seen_by("B") == {"r": 2}


def test_nested_multi_instance() -> None:
    case = run(
        model(
            "start -> P -> B -> end",
            sub(
                "P",
                "start1 -> A -> end1",
                user("A", each("row", item="cell", out="sums", out_item="r")),
                inside=each("rows", item="row", out="all", out_item="sum(sums)"),
            ),
        ),
        rows=[[1, 2], [3]],
    )
    assert case.open == ["A", "A", "A"]
    for cell in (3, 2, 1):
        case.complete("A", {"r": cell * 10}, cell=cell)
    assert case.seen_by("B") == {"rows": [[1, 2], [3]], "all": [30, 30]}


def test_multi_instance_inside_a_sequence_of_sub_processes() -> None:
    case = run(
        model(
            "start -> P -> B -> end",
            sub(
                "P",
                "start1 -> A -> end1",
                user("A", each("row", item="cell")),
                inside=each("rows", item="row", sequential=True),
            ),
        ),
        rows=[[1, 2], [3]],
    )
    case.complete("A").complete("A")
    assert (case.open, case.seen_by("A")["cell"]) == (["A"], 3)
    assert case.complete("A").open == ["B"]


def test_receive_task_per_item_gets_its_own_message() -> None:
    case = run(
        model(
            "start -> R -> B -> end",
            node("receiveTask", "R", each("list", out="outs", out_item="sum"), messageRef="message_paid"),
            beside=keyed_message("paid", "item"),
        ),
        list=["x", "y"],
    )
    assert case.catch("paid", {"sum": 2}, {"": "y"})
    assert not case.catch("paid", {"sum": 2}, {"": "y"})
    assert case.catch("paid", {"sum": 1}, {"": "x"})
    assert case.seen_by("B") == {"list": ["x", "y"], "outs": [1, 2]}


def test_scripts_as_bodies_run_in_one_step() -> None:
    case = run(
        model("start -> S -> B -> end", script("S", "r = item * 2", each("list", out="outs", out_item="r"))),
        list=[1, 2, 3],
    )
    assert case.seen_by("B")["outs"] == [2, 4, 6]


def test_sequential_scripts_see_what_the_last_one_did() -> None:
    case = run(
        model("start -> S -> B -> end", script("S", "n = n + item", each("list", sequential=True))), list=[1, 2, 3], n=0
    )
    assert case.seen_by("B")["n"] == 6


def test_failed_body_does_not_stop_the_others() -> None:
    case = run(
        model("start -> S -> B -> end", script("S", "r = 6 / item", each("list", out="outs", out_item="r"))),
        list=[0, 2, 3],
    )
    assert case.faults == ["script_error S"]
    case.retry(1, {"item": 1})
    assert case.seen_by("B")["outs"] == [6, 3, 2]


def test_signal_and_escalation_in_bodies() -> None:
    case = run(
        model(
            "start -> P -> B -> end; up -> C -> end2; s -> D -> end3",
            sub(
                "P",
                "start1 -> A -> u -> end1",
                node("intermediateThrowEvent", "u", escalation("U")),
                inside=each("list"),
            ),
            boundary("up", "P", escalation("U"), interrupting=False),
            boundary("s", "P", signal("s")),
        ),
        list=[1, 2],
    )
    case.complete("A")
    case.world.signal("s")
    assert sorted(case.open) == ["C", "D"]


def test_writing_a_result_writes_the_same_number_of_rows_each_time() -> None:
    case = run(people(collection="list", out="outs", out_item="item"), list=list(range(30)))
    for number in range(29):
        case.complete("A", {"x": number}, item=number)
    assert len(set(case.written[2:30])) == 1


def test_collection_changed_meanwhile_does_not_change_the_number() -> None:
    case = run(people(collection="list", sequential=True), list=[1, 2])
    case.change({"list": [1, 2, 3, 4]})
    assert case.complete("A").complete("A").open == ["B"]


def test_receive_bodies_without_correlation_take_one_message_each() -> None:
    case = run(model("start -> R -> B -> end", receive("R", "m", each(times="2"))))
    case.world.message("m")
    assert case.open == []
    case.world.message("m")
    assert case.open == ["B"]


def test_without_a_number_or_with_two_it_is_refused() -> None:
    assert "multi_instance_without_number" in refusals(people())
    assert "multi_instance_two_numbers" in refusals(people(times="2", collection="list"))
