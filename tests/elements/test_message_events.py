"""Message events: catch, throw, boundary (BPMN 2.0.2, 10.5.4)."""

from __future__ import annotations

from tests.elements.drawing import (
    boundary,
    catch,
    file,
    mapped,
    message,
    model,
    node,
    process_of,
    signal,
    sub,
    throw,
    timer,
)
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev


def test_catch_event_takes_the_payload_in() -> None:
    case = run(model("start -> m -> A -> end", catch("m", message("go"))), n=1)
    case.world.message("go", {"n": 2, "x": {"y": 1}}, message_id="m7")
    assert case.seen_by("A") == {"n": 2, "x": {"y": 1}}
    (caught,) = case.all(ev.MessageCaught)
    assert (caught.name, caught.message_id, caught.payload) == ("go", "m7", {"n": 2, "x": {"y": 1}})
    assert len(case.all(ev.SubscriptionOpened)) == len(case.all(ev.SubscriptionClosed)) == 1


def test_name_given_by_an_expression() -> None:
    case = run(
        model("start -> m -> A -> end", catch("m", message("go")), beside='<message id="message_go" name="go-${id}"/>'),
        id=7,
    )
    assert case.waits == ["message go-7"]


def test_output_mapping_decides_what_enters() -> None:
    case = run(
        model(
            "start -> m -> A -> end",
            node("intermediateCatchEvent", "m", message("go"), extension=mapped(out_total="sum + n")),
        ),
        n=1,
    )
    case.world.message("go", {"sum": 2, "noise": 9})
    assert case.seen_by("A") == {"n": 1, "total": 3}


def test_throw_event_reaches_a_catcher_inside_the_case_first() -> None:
    world = World(
        model(
            "start -> and1 -> m -> A -> end; and1 -> B -> t -> end2",
            catch("m", message("go")),
            throw("t", message("go")),
        )
    )
    first, second = world.start(), world.start()
    second.complete("B")
    assert (first.open, second.open) == (["B"], ["A"])
    assert [event.caught_by for event in second.all(ev.MessageThrown)] == ["m"]


def test_throw_event_that_nobody_waits_for_leaves_the_case() -> None:
    case = run(model("start -> t -> A -> end", throw("t", message("go"))))
    (thrown,) = case.all(ev.MessageThrown)
    assert (thrown.caught_by, thrown.message_id) == (None, f"case1.{thrown.token_id}.0")


def test_two_processes_of_a_file_talk() -> None:
    world = World(
        file(
            process_of(
                "start1 -> ask -> answered -> A -> end1",
                throw("ask", message("ask")),
                catch("answered", message("answer")),
                process="one",
            ),
            process_of(
                "asked -> B -> say -> end2",
                node("startEvent", "asked", message("ask")),
                throw("say", message("answer")),
                process="two",
            ),
        )
    )
    one = world.start("one")
    two = world.cases[1]
    assert (one.waits, two.open) == (["message answer"], ["B"])
    two.complete("B")
    assert (one.open, two.state) == (["A"], "completed")


def test_interrupting_boundary_message() -> None:
    case = run(model("start -> A -> end; stop -> B -> end2", boundary("stop", "A", message("stop"))), n=1)
    case.world.message("stop", {"why": "x"})
    assert (case.open, case.withdrawn, case.waits) == (["B"], ["A"], [])
    assert case.seen_by("B") == {"n": 1, "why": "x"}


def test_boundary_message_beside_its_activity_comes_any_number_of_times() -> None:
    case = run(
        model("start -> A -> end; more -> B -> end2", boundary("more", "A", message("more"), interrupting=False))
    )
    case.world.message("more", {"k": 1})
    case.world.message("more", {"k": 2})
    assert [case.seen_by("B", k=k) for k in (1, 2)] == [{"k": 1}, {"k": 2}]
    case.complete("A")
    assert case.waits == []


def test_output_mapping_of_a_boundary_event() -> None:
    case = run(
        model(
            "start -> A -> end; stop -> B -> end2",
            node("boundaryEvent", "stop", message("stop"), attachedToRef="A", extension=mapped(out_why="reason")),
        ),
        n=1,
    )
    case.world.message("stop", {"reason": "x", "noise": 1})
    assert case.seen_by("B") == {"n": 1, "why": "x"}


def test_multiple_catch_event_takes_the_first() -> None:
    """10.5.4: any one of them is enough; the others are no longer waited for."""
    case = run(model("start -> c -> A -> end", catch("c", message("go"), signal("alarm"), timer("PT1H"))))
    assert (case.waits, case.due) == (["message go", "signal alarm"], ["2030-01-01T01:00:00"])
    case.world.signal("alarm")
    assert (case.open, case.waits, case.due) == (["A"], [], [])


def test_parallel_multiple_catch_event_takes_all() -> None:
    """10.5.4: all of them have to occur."""
    case = run(model("start -> c -> A -> end", catch("c", message("go"), signal("alarm"), timer("PT1H"), all_of=True)))
    case.world.signal("alarm", {"s": 1})
    assert (case.open, case.waits) == ([], ["message go"])
    case.world.wait("PT1H")
    assert (case.open, case.due) == ([], [])
    case.world.message("go", {"m": 2})
    assert case.seen_by("A") == {"s": 1, "m": 2}


def test_parallel_multiple_boundary_event_brings_everything() -> None:
    case = run(
        model(
            "start -> A -> end; both -> B -> end2", boundary("both", "A", message("one"), message("two"), all_of=True)
        )
    )
    case.world.message("one", {"x": 1})
    assert case.open == ["A"]
    case.world.message("two", {"y": 2})
    assert (case.open, case.seen_by("B")) == (["B"], {"x": 1, "y": 2})


def test_parallel_multiple_boundary_event_beside_occurs_again() -> None:
    case = run(
        model(
            "start -> A -> end; both -> B -> end2",
            boundary("both", "A", message("one"), message("two"), all_of=True, interrupting=False),
        )
    )
    for number in (1, 2):
        case.world.message("one")
        case.world.message("two")
        assert case.open.count("B") == number
    assert case.waits == ["message one", "message two"]


def test_message_thrown_inside_a_sub_process_interrupts_it() -> None:
    case = run(
        model(
            "start -> P -> A -> end; stop -> B -> end2",
            sub("P", "start1 -> and1 -> t -> C -> end1; and1 -> D -> end3", throw("t", message("halt"))),
            boundary("stop", "P", message("halt")),
        )
    )
    assert (case.open, case.withdrawn) == (["B"], ["t", "D", "P"])
