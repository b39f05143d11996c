"""Start events (BPMN 2.0.2, 10.5.2 and 13.5.1)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import catch, condition, each, mapped, message, model, node, signal, start, timer
from tests.elements.kit import World, refusals, run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import InvalidStateError, NotFoundError

SEVERAL = model(
    "start -> A -> end; m -> B -> end; s -> C -> end; t -> D -> end",
    start("m", message("go")),
    start("s", signal("alarm")),
    start("t", timer("R/PT1H")),
)


def test_none_start_event() -> None:
    case = run(SEVERAL, n=1)
    assert case.open == ["A"]
    (started,) = case.all(ev.CaseStarted)
    assert (started.process_id, started.variables) == ("p", {"n": 1})


def test_message_start_event() -> None:
    world = World(SEVERAL)
    case = world.message("go", {"x": 1})
    assert case is not None
    assert (case.open, case.variables) == (["B"], {"x": 1})


def test_signal_start_event() -> None:
    world = World(SEVERAL)
    assert world.signal("alarm", {"x": 1}) == 1
    assert world.cases[0].open == ["C"]


def test_timer_start_event_is_told_to_whoever_keeps_the_time() -> None:
    definition = World(SEVERAL).deploy(SEVERAL)
    triggers = definition.start_triggers("p")
    assert [(one.element_id, one.kind) for one in triggers] == [
        ("m", "message"), ("s", "signal"), ("t", "timer"), ("start", "none")
    ]  # fmt: skip
    assert (triggers[2].timer, triggers[2].expression) == ("cycle", '"R/PT1H"')
    assert World(SEVERAL).start(at="t").open == ["D"]


def test_multiple_start_event_begins_with_any_of_them() -> None:
    world = World(model("s -> A -> end", start("s", message("go"), signal("alarm"))))
    world.message("go")
    world.signal("alarm")
    assert [case.open for case in world.cases] == [["A"], ["A"]]


def test_parallel_multiple_start_event_waits_for_the_rest() -> None:
    """10.5.2: all of the events have to occur before the process goes on."""
    world = World(model("s -> A -> end", start("s", message("go"), signal("alarm"), parallelMultiple="true")))
    case = world.message("go", {"m": 1})
    assert case is not None
    assert (case.open, case.waits) == ([], ["signal alarm"])
    assert case.hear("alarm", {"s": 2})
    assert (case.seen_by("A"), case.waits) == ({"m": 1, "s": 2}, [])


def test_process_without_start_event_begins_at_everything_unreached() -> None:
    """13.2: flow nodes without incoming flows are where an instance begins."""
    assert run(model("A -> C -> end; B -> C")).open == ["A", "B"]


def test_event_that_waits_may_begin_such_a_process() -> None:
    assert run(model("c -> A -> end", catch("c", message("go")))).waits == ["message go"]


def test_output_mapping_of_a_start_event() -> None:
    world = World(model("s -> A -> end", node("startEvent", "s", message("go"), extension=mapped(out_total="sum + 1"))))
    case = world.message("go", {"sum": 1})
    assert case is not None
    assert case.seen_by("A")["total"] == 2


def test_process_that_only_a_message_starts_is_not_started_plainly() -> None:
    world = World(model("m -> A -> end", start("m", message("go"))))
    with pytest.raises(InvalidStateError):
        world.start()


def test_start_element_that_is_none_is_refused() -> None:
    world = World(SEVERAL)
    with pytest.raises(NotFoundError):
        world.start(at="A")


def test_starting_twice_is_refused() -> None:
    case = run(SEVERAL)
    with pytest.raises(InvalidStateError):
        case.step(lambda one: one.start(case.world.context, {}))


def test_conditional_start_is_refused() -> None:
    assert "conditional_start" in refusals(model("s -> A -> end", start("s", condition("x > 1"))))


def test_split_directly_at_the_start() -> None:
    """13.5.1: each outgoing flow gets a token."""
    case = run(model("start -> A -> end; start -> B -> end2"))
    assert case.open == ["A", "B"]


def test_multi_instance_at_the_start() -> None:
    assert run(model("A -> end", node("userTask", "A", each(times="2")))).open == ["A", "A"]
