"""Event sub-processes: handlers that a scope keeps ready (BPMN 2.0.2, 10.3.5 and 13.5.4)."""

from __future__ import annotations

from tests.elements.drawing import (
    TERMINATE,
    boundary,
    condition,
    each,
    end,
    error,
    escalation,
    message,
    model,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
)
from tests.elements.kit import run


def handler(definition: str, flows: str = "on -> H -> off", *, interrupting: bool = True) -> str:
    truth = "true" if interrupting else "false"
    return sub("E", flows, start("on", definition, isInterrupting=truth), end("off"), handler=True)


def test_message_beside_the_work_any_number_of_times() -> None:
    case = run(model("start -> A -> end", handler(message("m"), interrupting=False)), n=1)
    case.world.message("m", {"k": 1})
    case.world.message("m", {"k": 2})
    assert case.open == ["A", "H", "H"]
    assert case.seen_by("H", k=2) == {"n": 1, "k": 2}
    case.complete("A")
    assert case.state == "active", "a running handler keeps the scope alive"
    assert case.complete("H").complete("H").state == "completed"


def test_message_instead_of_the_work() -> None:
    case = run(model("start -> A -> end", handler(message("m"))))
    case.world.message("m")
    assert (case.open, case.withdrawn, case.waits) == (["H"], ["A"], [])
    assert case.complete("H").state == "completed"


def test_scope_ends_whatever_it_still_listens_for() -> None:
    case = run(model("start -> A -> end", handler(message("m"), interrupting=False)))
    assert case.complete("A").state == "completed"


def test_handler_sees_the_variables_as_they_stand() -> None:
    case = run(model("start -> A -> B -> end", handler(signal("s"), interrupting=False)), n=0)
    case.complete("A", {"n": 1})
    case.world.signal("s")
    assert case.seen_by("H") == {"n": 1}


def test_what_the_handler_was_shown_is_no_change_of_its_own() -> None:
    case = run(model("start -> A -> B -> end", handler(signal("s"), interrupting=False)), n=0)
    case.complete("A", {"n": 1})
    case.world.signal("s")
    case.complete("B", {"n": 2}).complete("H", {"h": 1})
    assert (case.state, case.variables, case.conflicts) == ("completed", {"n": 2, "h": 1}, [])


def test_interrupting_handler_goes_on_from_what_ended_branches_left() -> None:
    case = run(model("start -> and1 -> A -> end; and1 -> B -> end2", handler(signal("s"))), n=0)
    case.complete("A", {"n": 1})
    case.world.signal("s")
    assert case.complete("H", {"n": 2}).variables == {"n": 2}
    assert case.conflicts == []


def test_timer_of_the_scope() -> None:
    case = run(model("start -> A -> end", handler(timer("PT1H"))))
    assert case.due == ["2030-01-01T01:00:00"]
    case.world.wait("PT1H")
    assert (case.open, case.withdrawn) == (["H"], ["A"])


def test_cycle_of_the_scope() -> None:
    case = run(model("start -> A -> end", handler(timer("R3/PT1H"), interrupting=False)))
    case.world.wait("PT5H")
    assert case.open == ["A", "H", "H", "H"]


def test_timer_due_at_once_goes_instead_of_everything() -> None:
    case = run(model("start -> A -> end", handler(timer("PT0S"))))
    assert case.open == ["H"]
    assert case.complete("H").state == "completed"


def test_error_of_the_scope() -> None:
    case = run(model("start -> A -> bad", end("bad", error("E1")), handler(error("E1"))))
    case.complete("A", {"a": 1})
    assert (case.open, case.seen_by("H")) == (["H"], {"a": 1})


def test_error_from_a_sub_process_without_a_boundary_of_its_own() -> None:
    case = run(
        model(
            "start -> and1 -> P -> end; and1 -> B -> end2",
            sub("P", "start1 -> A -> bad", end("bad", error("E1"))),
            handler(error("E1")),
        )
    )
    case.complete("A", {"a": 1})
    assert (case.open, case.seen_by("H")) == (["H"], {"a": 1})


def test_boundary_goes_before_the_handler_around_it() -> None:
    case = run(
        model(
            "start -> P -> end; wrong -> B -> end2",
            sub("P", "start1 -> A -> bad", end("bad", error("E1"))),
            boundary("wrong", "P", error("E1")),
            handler(error("E1")),
        )
    )
    assert case.complete("A").open == ["B"]


def test_handler_does_not_handle_its_own_error() -> None:
    case = run(
        model(
            "start -> A -> bad",
            end("bad", error("E1")),
            sub("E", "on -> H -> worse", start("on", error("E1")), end("worse", error("E1")), handler=True),
        )
    )
    case.complete("A").complete("H")
    assert case.faults == ["uncaught_error_event worse"]


def test_escalation_beside_the_work() -> None:
    case = run(
        model("start -> up -> A -> end", throw("up", escalation("U")), handler(escalation("U"), interrupting=False))
    )
    assert sorted(case.open) == ["A", "H"]


def test_condition_of_the_scope() -> None:
    case = run(model("start -> A -> B -> end", handler(condition("n > 2"), interrupting=False)), n=0)
    assert sorted(case.complete("A", {"n": 3}).open) == ["B", "H"]


def test_handler_inside_a_sub_process_belongs_to_it() -> None:
    inner = sub("E", "on -> H -> off", start("on", message("m")), end("off"), handler=True)
    case = run(model("start -> P -> C -> end", sub("P", "start1 -> A -> end1", inner)))
    case.world.message("m")
    assert case.open == ["H"]
    assert case.complete("H").open == ["C"]
    assert case.waits == []


def test_handler_in_every_body_of_a_multi_instance_sub_process() -> None:
    inner = sub("E", "on -> H -> off", start("on", signal("s")), end("off"), handler=True)
    case = run(
        model("start -> P -> C -> end", sub("P", "start1 -> A -> end1", inner, inside=each("list"))), list=[1, 2]
    )
    case.world.signal("s")
    assert [case.seen_by("H", item=item)["item"] for item in (1, 2)] == [1, 2]
    assert case.complete("H").complete("H").open == ["C"]


def test_timer_of_a_handler_that_is_wrong_is_an_incident_of_its_own() -> None:
    case = run(model("start -> A -> end", handler(timer("date:${due}"))))
    assert (case.faults, case.open) == (["expression_error on"], ["A"])
    case.retry(1, {"due": "2030-01-01T02:00:00Z"})
    assert case.due == ["2030-01-01T02:00:00"]
    case.world.wait("PT2H")
    assert case.open == ["H"]


def test_incident_of_a_handler_goes_with_its_scope() -> None:
    case = run(model("start -> A -> end", handler(timer("date:${due}"))))
    assert (case.complete("A").state, case.faults) == ("completed", [])


def test_terminate_in_the_handler_ends_the_handler_only() -> None:
    """13.5.6: the terminate event ends the scope it lies in."""
    case = run(
        model(
            "start -> A -> end",
            sub(
                "E",
                "on -> S -> off",
                start("on", message("m"), isInterrupting="false"),
                script("S", "x = 1"),
                end("off", TERMINATE),
                handler=True,
            ),
        )
    )
    case.world.message("m")
    assert (case.state, case.open) == ("active", ["A"])
    assert case.complete("A").variables == {"x": 1}
