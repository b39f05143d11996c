"""Send and receive tasks (BPMN 2.0.2, 13.3.3)."""

from __future__ import annotations

from tests.elements.drawing import (
    boundary,
    file,
    keyed_message,
    mapped,
    message,
    model,
    node,
    process_of,
    receive,
    send,
    sub,
    timer,
)
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev


def test_receive_task_waits_for_its_message() -> None:
    case = run(model("start -> R -> A -> end", receive("R", "paid")))
    assert (case.waits, case.open) == (["message paid"], [])
    assert case.world.message("other") is None
    assert case.world.message("paid", {"sum": 3}) is case
    assert (case.seen_by("A"), case.waits) == ({"sum": 3}, [])


def test_receive_task_without_a_message_waits_for_one_called_like_it() -> None:
    case = run(model("start -> R -> A -> end", node("receiveTask", "R")))
    assert case.waits == ["message R"]


def test_send_task_sends_and_goes_on() -> None:
    case = run(model("start -> S -> A -> end", send("S", "order")))
    (thrown,) = case.all(ev.MessageThrown)
    assert (thrown.name, thrown.caught_by, thrown.payload) == ("order", None, {})
    assert case.open == ["A"]


def test_message_takes_along_what_is_mapped_in() -> None:
    case = run(
        model(
            "start -> S -> A -> end",
            node("sendTask", "S", messageRef="message_order", extension=mapped(in_total="sum + 1", in_who="name")),
            beside='<message id="message_order" name="order"/>',
        ),
        sum=2,
        name="Li",
    )
    (thrown,) = case.all(ev.MessageThrown)
    assert thrown.payload == {"total": 3, "who": "Li"}
    assert case.seen_by("A") == {"sum": 2, "name": "Li"}


def test_message_between_two_cases() -> None:
    world = World(
        file(
            process_of("start1 -> R -> A -> end1", receive("R", "order"), process="seller"),
            process_of("start2 -> S -> B -> end2", send("S", "order"), process="buyer"),
        )
    )
    seller = world.start("seller")
    buyer = world.start("buyer")
    assert (seller.open, buyer.open) == (["A"], ["B"])


def test_message_goes_to_exactly_one_catcher() -> None:
    world = World(model("start -> R -> A -> end", receive("R", "paid")))
    first, second = world.start(), world.start()
    assert world.message("paid") is first
    assert (first.open, second.open) == (["A"], [])
    assert world.message("paid") is second
    assert world.message("paid") is None


def test_inside_one_case_the_longest_waiting_catches() -> None:
    case = run(
        model(
            "start -> and1 -> R -> A -> end; and1 -> Q -> B -> end2; and1 -> G -> S -> end3",
            receive("R", "ping"),
            receive("Q", "ping"),
            send("S", "ping"),
        )
    )
    case.complete("G")
    assert case.open == ["A"]
    assert [event.caught_by for event in case.all(ev.MessageThrown)] == ["R"]


def test_receive_task_with_mappings() -> None:
    case = run(
        model(
            "start -> R -> A -> end",
            node("receiveTask", "R", messageRef="message_paid", extension=mapped(in_wanted="id", out_total="sum")),
            beside=keyed_message("paid", "wanted"),
        ),
        id=7,
    )
    assert not case.catch("paid", {"sum": 1}, {"": 8})
    assert case.catch("paid", {"sum": 3, "noise": 1}, {"": 7})
    assert case.seen_by("A") == {"id": 7, "total": 3}


def test_receive_task_with_a_deadline() -> None:
    case = run(
        model("start -> R -> A -> end; late -> B -> end2", receive("R", "paid"), boundary("late", "R", timer("PT1H")))
    )
    case.world.wait("PT1H")
    assert (case.open, case.waits) == (["B"], [])


def test_send_task_that_ends_itself_by_its_own_message() -> None:
    """The message interrupts the sub-process in which it is sent: the sender is withdrawn, and sends nothing more."""
    case = run(
        model(
            "start -> P -> A -> end; stop -> B -> end2",
            sub("P", "start1 -> S -> C -> end1", send("S", "halt")),
            boundary("stop", "P", message("halt")),
        )
    )
    assert (case.open, case.withdrawn) == (["B"], ["S", "P"])
    assert case.complete("B").state == "completed"
