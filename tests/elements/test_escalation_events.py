"""Escalation events: like errors, but the work may go on (BPMN 2.0.2, 10.5.6)."""

from __future__ import annotations

from tests.elements.drawing import boundary, call, each, end, error, escalation, model, passed, sub, throw
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev

BESIDE = boundary("told", "P", escalation("U"), interrupting=False)


def test_handled_beside_the_inside_goes_on() -> None:
    case = run(
        model(
            "start -> P -> C -> end; told -> B -> end2",
            sub("P", "start1 -> up -> A -> end1", throw("up", escalation("U"))),
            BESIDE,
        )
    )
    assert sorted(case.open) == ["A", "B"]
    assert case.complete("A").complete("B").open == ["C"]


def test_handled_by_interrupting_withdraws_the_inside() -> None:
    case = run(
        model(
            "start -> P -> C -> end; told -> B -> end2",
            sub("P", "start1 -> and1 -> up -> A -> end1; and1 -> D -> end3", throw("up", escalation("U"))),
            boundary("told", "P", escalation("U")),
        ),
        n=1,
    )
    assert (case.open, case.withdrawn) == (["B"], ["up", "D", "P"])


def test_unhandled_it_is_no_fault() -> None:
    case = run(model("start -> up -> A -> end", throw("up", escalation("U"))))
    assert (case.open, case.faults) == (["A"], [])


def test_goes_out_of_nested_scopes_and_everything_goes_on() -> None:
    inner = sub("Q", "start2 -> up -> A -> end2", throw("up", escalation("U")))
    case = run(
        model(
            "start -> P -> C -> end; told -> B -> end9",
            sub("P", "start1 -> and1 -> Q -> end1; and1 -> D -> end3", inner),
            BESIDE,
        )
    )
    assert sorted(case.open) == ["A", "B", "D"]
    assert case.withdrawn == []
    case.complete("B").complete("D").complete("A")
    assert case.open == ["C"]


def test_may_be_thrown_any_number_of_times() -> None:
    case = run(
        model(
            "start -> P -> end; told -> B -> end2",
            sub(
                "P",
                "start1 -> A -> up -> A2 -> up2 -> end1",
                throw("up", escalation("U")),
                throw("up2", escalation("U")),
            ),
            BESIDE,
        )
    )
    case.complete("A").complete("A2")
    assert case.open == ["B", "B"]


def test_handler_for_all_codes_and_its_variable() -> None:
    case = run(
        model(
            "start -> P -> end; told -> B -> end2",
            sub("P", "start1 -> up -> A -> end1", throw("up", escalation("U"))),
            boundary("told", "P", escalation(camunda_escalationCodeVariable="code"), interrupting=False),
        )
    )
    assert case.seen_by("B") == {"code": "U"}
    assert case.seen_by("A") == {}


def test_what_the_inside_knows_goes_along() -> None:
    case = run(
        model(
            "start -> P -> end; told -> B -> end2",
            sub("P", "start1 -> A -> up -> D -> end1", throw("up", escalation("U"))),
            BESIDE,
        ),
        n=0,
    )
    assert case.complete("A", {"n": 1}).seen_by("B") == {"n": 1}


def test_handler_and_inside_meet_without_a_conflict() -> None:
    case = run(
        model(
            "start -> P -> and2 -> C -> end; told -> B -> and2",
            sub("P", "start1 -> A -> up -> D -> end1", throw("up", escalation("U"))),
            BESIDE,
        ),
        n=0,
    )
    case.complete("A", {"n": 1}).complete("D", {"n": 2}).complete("B", {"b": 1})
    assert (case.seen_by("C"), case.conflicts) == ({"n": 2, "b": 1}, [])


def test_out_of_a_called_process() -> None:
    world = World(
        model("start -> A -> up -> D -> end", throw("up", escalation("U")), process="inner"),
        model(
            "start -> P -> C -> end; told -> B -> end2",
            call("P", "inner", extension=passed(back={"result": "x"})),
            BESIDE,
        ),
    )
    case = world.start()
    assert case.complete("A", {"x": 7}).seen_by("B") == {"result": 7}
    assert sorted(case.open) == ["B", "D"]


def test_out_of_a_multi_instance_body_the_others_go_on() -> None:
    case = run(
        model(
            "start -> P -> end; told -> B -> end2",
            sub("P", "start1 -> A -> up -> end1", throw("up", escalation("U")), inside=each("list")),
            BESIDE,
        ),
        list=[1, 2],
    )
    case.complete("A", item=2)
    assert sorted(case.open) == ["A", "B"]
    case.complete("A", item=1)
    assert case.open == ["B", "B"]


def test_end_event_escalates_and_ends() -> None:
    case = run(
        model(
            "start -> P -> C -> end; told -> B -> end2",
            sub("P", "start1 -> A -> up", end("up", escalation("U"))),
            BESIDE,
        )
    )
    case.complete("A")
    assert sorted(case.open) == ["B", "C"]
    assert [(event.element_id, event.caught_by) for event in case.all(ev.ErrorCaught)] == [("up", "told")]


def test_error_code_and_escalation_code_are_different_things() -> None:
    case = run(
        model(
            "start -> P -> C -> end; wrong -> B -> end2",
            sub("P", "start1 -> A -> up", end("up", escalation("X"))),
            boundary("wrong", "P", error("X")),
        )
    )
    assert case.complete("A").open == ["C"]
