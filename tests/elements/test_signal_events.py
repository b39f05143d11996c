"""Signal events: broadcast to everything that waits at this moment (BPMN 2.0.2, 10.5.4)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, call, catch, each, model, signal, start, sub, throw
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import InvalidStateError


def test_every_catcher_of_every_case_gets_it() -> None:
    world = World(
        model(
            "start -> and1 -> c -> A -> end; and1 -> d -> B -> end2", catch("c", signal("x")), catch("d", signal("x"))
        )
    )
    cases = [world.start(), world.start()]
    assert world.signal("x", {"n": 1}) == 2
    assert [case.open for case in cases] == [["A", "B"], ["A", "B"]]
    assert cases[0].seen_by("A") == {"n": 1}


def test_thrown_inside_it_is_caught_inside_and_outside() -> None:
    world = World(
        model(
            "start -> and1 -> A -> t -> end; and1 -> c -> B -> end2", throw("t", signal("x")), catch("c", signal("x"))
        )
    )
    one, other = world.start(), world.start()
    one.complete("A")
    assert (one.open, other.open) == (["B"], ["A", "B"])
    assert len(one.all(ev.SignalThrown)) == 1
    assert len(one.all(ev.SignalCaught)) == len(other.all(ev.SignalCaught)) == 1


def test_signal_is_not_kept_for_those_who_come_later() -> None:
    world = World(model("start -> A -> c -> B -> end", catch("c", signal("x"))))
    case = world.start()
    assert world.signal("x") == 0
    assert case.complete("A").waits == ["signal x"]


def test_thrower_does_not_catch_its_own_signal_later() -> None:
    case = run(model("start -> t -> c -> A -> end", throw("t", signal("x")), catch("c", signal("x"))))
    assert (case.open, case.waits) == ([], ["signal x"])


def test_payload_that_is_listed_goes_along() -> None:
    definition = (
        '<signalEventDefinition signalRef="signal_x"><extensionElements>'
        '<camunda:in source="n" target="number"/></extensionElements></signalEventDefinition>'
    )
    world = World(model("start -> t -> end", throw("t", definition)))
    world.deploy(model("s -> B -> end", start("s", signal("x")), process="q"))
    world.start(variables={"n": 4})
    assert world.cases[1].variables == {"number": 4}


def test_boundary_signals_interrupt_and_run_beside() -> None:
    case = run(
        model(
            "start -> and1 -> A -> end; and1 -> B -> end2; stop -> C -> end3; more -> D -> end4",
            boundary("stop", "A", signal("x")),
            boundary("more", "B", signal("x"), interrupting=False),
        )
    )
    case.world.signal("x")
    assert sorted(case.open) == ["B", "C", "D"]
    case.world.signal("x")
    assert sorted(case.open) == ["B", "C", "D", "D"]


def test_catcher_that_the_same_signal_withdrew_gets_nothing() -> None:
    """The boundary event interrupts the sub-process in which another catcher waits."""
    case = run(
        model(
            "start -> P -> end; stop -> C -> end2",
            sub("P", "start1 -> c -> A -> end1", catch("c", signal("x"))),
            boundary("stop", "P", signal("x")),
        )
    )
    case.world.signal("x")
    assert case.open == ["C"]


def test_signal_to_every_body_of_a_multi_instance_activity() -> None:
    case = run(
        model(
            "start -> P -> end", sub("P", "start1 -> c -> A -> end1", catch("c", signal("x")), inside=each(times="3"))
        )
    )
    case.world.signal("x")
    assert case.open == ["A", "A", "A"]


def test_signal_within_the_case_reaches_called_processes_and_no_other_case() -> None:
    here = '<signal id="signal_x" name="x" xmlns:flowable="http://flowable.org/bpmn" flowable:scope="processInstance"/>'
    world = World(
        model("start -> c -> B -> end", catch("c", signal("x")), process="inner", beside=here),
        model("start -> and1 -> P -> end; and1 -> A -> t -> end2", call("P", "inner"), throw("t", signal("x")),
              beside=here),
    )  # fmt: skip
    one, other = world.start(), world.start()
    assert world.signal("x") == 0
    one.complete("A")
    assert (one.open, other.open, one.all(ev.SignalThrown)) == (["B"], ["A"], [])
    assert other.waits == ["signal x (within this case)"]


def test_signal_that_interrupts_its_own_thrower() -> None:
    case = run(
        model(
            "start -> P -> end; stop -> C -> end2",
            sub("P", "start1 -> t -> A -> end1", throw("t", signal("x"))),
            boundary("stop", "P", signal("x")),
        )
    )
    assert (case.open, case.withdrawn) == (["C"], ["t", "P"])


def test_signal_that_nobody_waits_for_is_refused_by_the_case() -> None:
    case = run(model("start -> A -> end"))
    with pytest.raises(InvalidStateError):
        case.step(lambda one: one.catch_signal(case.world.context, "x", {}))
