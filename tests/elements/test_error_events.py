"""Error events: the nearest enclosing handler takes over (BPMN 2.0.2, 10.5.6 and 13.5.3)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, each, end, error, loop, model, node, script, service, sub, timer, user
from tests.elements.kit import refusals, run
from workflow_engine.domain import events as ev

INNER = sub("P", "start1 -> A -> bad", end("bad", error("E1")))


def test_boundary_event_catches_what_the_inside_throws() -> None:
    case = run(model("start -> P -> end; wrong -> B -> end2", INNER, boundary("wrong", "P", error("E1"))))
    case.complete("A", {"a": 1})
    assert (case.open, case.seen_by("B")) == (["B"], {"a": 1})
    assert "end" not in case.done


def test_exact_code_goes_before_a_handler_for_all() -> None:
    case = run(
        model(
            "start -> P -> end; any -> B -> end2; exact -> C -> end3",
            INNER,
            boundary("any", "P", error()),
            boundary("exact", "P", error("E1")),
        )
    )
    assert case.complete("A").open == ["C"]


def test_handler_for_all_catches_any_code() -> None:
    case = run(model("start -> P -> end; any -> B -> end2", INNER, boundary("any", "P", error())))
    assert case.complete("A").open == ["B"]


def test_other_code_passes_by() -> None:
    case = run(model("start -> P -> end; other -> B -> end2", INNER, boundary("other", "P", error("E2"))))
    assert case.complete("A").faults == ["uncaught_error_event bad"]


def test_goes_through_scopes_to_the_first_that_handles_it() -> None:
    case = run(
        model(
            "start -> O -> end; wrong -> B -> end2",
            sub("O", "start2 -> P -> end3; other -> C -> end4", INNER, boundary("other", "P", error("E2"))),
            boundary("wrong", "O", error("E1")),
        )
    )
    case.complete("A")
    assert (case.open, case.withdrawn) == (["B"], ["bad", "P", "O"])


def test_code_and_message_go_into_variables() -> None:
    case = run(
        model(
            "start -> J -> end; wrong -> B -> end2",
            service("J"),
            boundary("wrong", "J", error(camunda_errorCodeVariable="code", camunda_errorMessageVariable="text")),
        )
    )
    assert case.throw("J", "E7").seen_by("B") == {"code": "E7", "text": "it was E7"}


def test_siblings_that_are_ready_in_the_same_step_are_withdrawn() -> None:
    """What the error interrupts does nothing any more, even if its turn was next."""
    case = run(
        model(
            "start -> P -> end; wrong -> B -> end2",
            sub(
                "P",
                "start1 -> and1 -> bad; and1 -> S -> T -> end1",
                end("bad", error("E1")),
                script("S", "x = 1"),
                script("T", "x = 2"),
            ),
            boundary("wrong", "P", error("E1")),
        )
    )
    assert case.open == ["B"]
    assert "T" not in case.done


def test_mended_uncaught_error_can_be_tried_again() -> None:
    case = run(model("start -> A -> bad", end("bad", error("E1")))).complete("A")
    assert list(case.retry(1).incidents) == [2]
    assert case.cancel().state == "cancelled"


def test_error_out_of_one_multi_instance_body_withdraws_all() -> None:
    case = run(
        model(
            "start -> J -> end; wrong -> B -> end2",
            node("serviceTask", "J", each("list", out="outs", out_item="r"), camunda_topic="t"),
            boundary("wrong", "J", error("E1")),
        ),
        list=[1, 2, 3],
    )
    case.finish("J", {"r": "ok"}, item=2)
    case.throw("J", "E1", {"why": "x"}, item=1)
    assert (case.open, case.jobs) == (["B"], [])
    assert case.seen_by("B") == {"list": [1, 2, 3], "outs": ["ok"]}, (
        "results so far are kept, a body's own values are not"
    )
    assert case.withdrawn == ["J", "J", "J"]


def test_error_inside_a_multi_instance_sub_process_handled_inside_its_body() -> None:
    case = run(
        model(
            "start -> P -> C -> end",
            sub(
                "P",
                "start1 -> J -> end1; wrong -> B -> end3",
                service("J"),
                boundary("wrong", "J", error("E1")),
                inside=each("list"),
            ),
        ),
        list=[1, 2],
    )
    case.throw("J", "E1", item=1)
    assert (case.open, case.jobs) == (["B"], ["J"])
    case.finish("J").complete("B")
    assert case.open == ["C"]


def test_error_out_of_a_loop() -> None:
    case = run(
        model(
            "start -> P -> end; wrong -> B -> end2",
            sub(
                "P", "start1 -> A -> xor -[bad]-> e1; xor -default-> end1", end("e1", error("E1")), inside=loop("true")
            ),
            boundary("wrong", "P", error("E1")),
        )
    )
    case.complete("A", {"bad": False, "n": 1}).complete("A", {"bad": True, "n": 2})
    assert case.seen_by("B") == {"bad": True, "n": 2}


def test_changes_of_parallel_branches_survive_the_error() -> None:
    case = run(
        model(
            "start -> P -> end; wrong -> B -> end2",
            sub(
                "P",
                "start1 -> S -> and1 -> A -> D -> end1; and1 -> C -> bad",
                script("S", "n = 1"),
                end("bad", error("E1")),
            ),
            boundary("wrong", "P", error("E1")),
        ),
        n=0,
    )
    case.complete("A", {"n": 2}).complete("C", {"c": 1})
    assert case.seen_by("B") == {"n": 2, "c": 1}


def test_activity_of_the_handler_is_outside_of_what_it_guards() -> None:
    """An error thrown behind the boundary event is not caught by it again."""
    case = run(
        model(
            "start -> P -> end; wrong -> B -> again",
            INNER,
            boundary("wrong", "P", error("E1")),
            end("again", error("E1")),
        )
    )
    case.complete("A").complete("B")
    assert case.faults == ["uncaught_error_event again"]


def test_timer_and_error_on_one_activity() -> None:
    case = run(
        model(
            "start -> J -> end; late -> B -> end2; wrong -> C -> end3",
            service("J"),
            boundary("late", "J", timer("PT1H"), interrupting=False),
            boundary("wrong", "J", error("E1")),
        )
    )
    case.world.wait("PT1H")
    case.throw("J", "E1")
    assert sorted(case.open) == ["B", "C"]
    assert case.complete("B").complete("C").state == "completed"


def test_code_given_by_an_expression() -> None:
    case = run(
        model(
            "start -> P -> end; wrong -> B -> end2",
            sub("P", "start1 -> A -> bad", end("bad", '<errorEventDefinition errorRef="e"/>')),
            boundary("wrong", "P", error("E7")),
            beside='<error id="e" errorCode="${code}"/>',
        )
    )
    assert case.complete("A", {"code": "E7"}).open == ["B"]


@pytest.mark.parametrize("definition", [error("E1")])
def test_error_never_runs_beside(definition: str) -> None:
    wrong = model("start -> A -> end; w -> B -> end", user("A"), boundary("w", "A", definition, interrupting=False))
    assert "non_interrupting" in refusals(wrong)


def test_record_names_thrower_and_catcher() -> None:
    case = run(model("start -> P -> end; wrong -> B -> end2", INNER, boundary("wrong", "P", error("E1")))).complete("A")
    (event,) = case.all(ev.ErrorCaught)
    assert (event.error_kind, event.code, event.element_id, event.caught_by) == ("error", "E1", "bad", "wrong")
