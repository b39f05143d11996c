"""Faults: what stopped, where, and how it goes on once it is mended, in every phase of an element."""

from __future__ import annotations

import pytest

from tests.elements.drawing import (
    boundary,
    call,
    catch,
    condition,
    each,
    end,
    error,
    loop,
    message,
    model,
    node,
    script,
    service,
    sub,
    throw,
    timer,
    user,
)
from tests.elements.kit import run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import NotFoundError

NAMED = '<message id="message_m" name="${who}"/>'


def test_incident_tells_element_message_and_variables() -> None:
    case = run(model("start -> S -> end", script("S", "x = y")), n=1)
    incident = case.incidents[1]
    assert (incident.element_id, incident.code, incident.variables) == ("S", "script_error", {"n": 1})
    assert "y" in incident.message


def test_everything_else_in_the_case_goes_on() -> None:
    case = run(model("start -> and1 -> S -> and2 -> C -> end; and1 -> A -> and2", script("S", "x = y")))
    assert (case.faults, case.open) == (["script_error S"], ["A"])
    case.complete("A")
    assert case.faults == ["script_error S"]
    assert case.retry(1, {"y": 1}).open == ["C"]


def test_retry_of_an_incident_that_is_not_open_is_refused() -> None:
    case = run(model("start -> S -> A -> end", script("S", "x = y")))
    with pytest.raises(NotFoundError):
        case.retry(2)
    case.retry(1, {"y": 1})
    with pytest.raises(NotFoundError):
        case.retry(1)


def test_numbers_are_never_used_again() -> None:
    case = run(model("start -> and1 -> S -> end; and1 -> T -> end2", script("S", "x = y"), script("T", "x = z")))
    assert sorted(case.incidents) == [1, 2]
    case.retry(1).retry(2)
    assert sorted(case.incidents) == [3, 4]


def test_retried_token_alone_gets_the_mended_variables() -> None:
    case = run(model("start -> and1 -> S -> A -> end; and1 -> B -> end2", script("S", "x = y")))
    case.retry(1, {"y": 1})
    assert (case.seen_by("A"), case.seen_by("B")) == ({"y": 1, "x": 1}, {})


def test_changing_variables_mends_as_well() -> None:
    case = run(model("start -> S -> A -> end", script("S", "x = y")))
    assert case.change({"y": 2}).retry(1).seen_by("A") == {"y": 2, "x": 2}


@pytest.mark.parametrize(
    ("phase", "file", "mend"),
    [
        ("condition out", model("start -> t -[go]-> A", node("task", "t")), {"go": True}),
        ("timer", model("start -> t -> A", catch("t", timer("date:${due}"))), {"due": "2029-01-01T00:00:00Z"}),
        ("boundary timer", model("start -> A; l -> B", boundary("l", "A", timer("duration:${due}"))), {"due": "PT1H"}),
        ("due date", model("start -> A", user("A", camunda_priority="${p}")), {"p": 5}),
        ("cardinality", model("start -> A", user("A", each(times="n"))), {"n": 1}),
        ("callee", model("start -> P -> A", call("P", "${which}")), {"which": "p2"}),
        ("condition", model("start -> c -> A", catch("c", condition("go"))), {"go": True}),
        ("message name", model("start -> t -> A", throw("t", message("m")), beside=NAMED), {"who": "x"}),
        ("split", model("start -> or1 -[go]-> A"), {"go": True}),
        ("loop", model("start -> A", user("A", loop("go", before=True))), {"go": True}),
        ("collection", model("start -> A", user("A", each("list"))), {"list": [1]}),
        ("inside", model("start -> P -> A", sub("P", "start1 -> S -> end1", script("S", "x = y"))), {"y": 1}),
    ],
)  # fmt: skip
def test_every_phase_can_be_tried_again(phase: str, file: bytes, mend: dict[str, object]) -> None:
    case = run(file)
    case.world.deploy(model("start -> task1 -> end", node("task", "task1"), process="p2"))
    if phase == "due date":
        case.change({"p": "high"})
        case = case.world.start(variables={"p": "high"})
    assert len(case.incidents) == 1, phase
    case.retry(1, mend)
    assert (case.faults, case.open) == ([], ["A"]), phase


def test_stuck_case_is_reported_once_and_can_be_looked_at_again() -> None:
    case = run(model("start -> xor -[n > 1]-> A -> and1 -> end; xor -default-> B -> and1"), n=5).complete("A")
    assert case.faults == ["stuck None"]
    case.change({"n": 6})
    assert list(case.incidents) == [1]
    case.retry(1)
    assert list(case.incidents) == [2]
    assert case.cancel().faults == []


def test_faulted_element_withdrawn_by_its_boundary() -> None:
    case = run(model("start -> J -> end; late -> B -> end2", service("J"), boundary("late", "J", timer("PT1H"))))
    case.fail("J")
    case.world.wait("PT1H")
    assert (case.faults, case.open) == ([], ["B"])
    assert [event.resolution for event in case.all(ev.IncidentResolved)] == ["cancelled"]


def test_faulted_branch_withdrawn_by_an_error_beside_it() -> None:
    case = run(
        model(
            "start -> P -> end; wrong -> B -> end2",
            sub("P", "start1 -> and1 -> S -> end1; and1 -> A -> bad", script("S", "x = y"), end("bad", error("E"))),
            boundary("wrong", "P", error("E")),
        )
    )
    assert case.faults == ["script_error S"]
    assert case.complete("A").faults == []


def test_endless_model_stops_at_the_step_budget() -> None:
    case = run(model("start -> xor -> S -> xor", script("S", "n = n + 1")), n=0, budget=200)
    assert [fault.split()[0] for fault in case.faults] == ["step_budget_exceeded"]
    turns = case.variables["n"]
    assert turns > 50
    case.retry(1)
    assert case.variables["n"] > turns
    assert list(case.incidents) == [2]


def test_what_stood_behind_an_endless_branch_goes_on_with_the_next_command() -> None:
    case = run(
        model(
            "start -> and1 -> xor -> S -> xor; and1 -> T -> U -> A -> end",
            script("S", "n = n + 1"),
            script("T", "t = 1"),
            script("U", "u = 1"),
        ),
        n=0,
        budget=6,
    )
    assert len(case.incidents) == 1
    case.change({"x": 1})
    assert case.open == ["A"]


def test_endless_branch_can_be_interrupted() -> None:
    case = run(
        model(
            "start -> P -> end; late -> B -> end2",
            sub("P", "start1 -> xor -> S -> xor", script("S", "n = n + 1")),
            boundary("late", "P", timer("PT1H")),
        ),
        n=0,
        budget=100,
    )
    case.world.wait("PT1H")
    assert (case.open, case.faults) == (["B"], [])


def test_fault_of_an_activity_in_a_body_with_mappings() -> None:
    case = run(
        model(
            "start -> S -> A -> end",
            script("S", "r = 6 / k", each("list", out="outs", out_item="r")),
        ),
        list=[1, 2],
        k=0,
    )
    assert len(case.incidents) == 2
    case.change({"k": 2})
    case.retry(1).retry(2)
    assert case.seen_by("A")["outs"] == [3, 3]
