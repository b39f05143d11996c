"""Correlation: which message belongs to which case (BPMN 2.0.2, 8.4.2)."""

from __future__ import annotations

from tests.elements.drawing import (
    catch,
    correlation,
    each,
    file,
    keyed_message,
    message,
    model,
    node,
    process_of,
    start,
    sub,
    throw,
)
from tests.elements.kit import World
from workflow_engine.domain import events as ev

WAITS = model("start -> A -> m -> B -> end", catch("m", message("paid")), beside=keyed_message("paid", "order"))


def test_key_of_the_waiting_case_decides() -> None:
    world = World(WAITS)
    first, second = world.start(variables={"order": 1}), world.start(variables={"order": 2})
    first.complete("A")
    second.complete("A")
    assert world.message("paid", {"sum": 9}, {"": 2}) is second
    assert (first.open, second.open) == ([], ["B"])
    assert world.message("paid", {"sum": 9}, {"": 2}) is None
    assert world.message("paid", {}, {"": 1}) is first


def test_key_is_fixed_when_waiting_begins() -> None:
    world = World(WAITS)
    case = world.start(variables={"order": 1}).complete("A", {"order": 5})
    assert case.all(ev.SubscriptionOpened)[0].correlation == '{"":5}'


def test_text_and_number_are_different_keys() -> None:
    world = World(WAITS)
    case = world.start(variables={"order": "1"}).complete("A")
    assert world.message("paid", {}, {"": 1}) is None
    assert world.message("paid", {}, {"": "1"}) is case


TALK = file(
    correlation("order", {"ask": "id", "answer": "number"}),
    process_of(
        "start1 -> ask -> got -> A -> end1",
        node("intermediateThrowEvent", "ask", message("ask")),
        catch("got", message("answer")),
        process="buyer",
    ),
)


def test_first_message_fixes_the_conversation() -> None:
    """8.4.2: the first message of a conversation initialises its key; later ones have to carry the same value."""
    world = World(TALK)
    one, two = world.start("buyer", {"id": 1}), world.start("buyer", {"id": 2})
    (thrown,) = one.all(ev.MessageThrown)
    assert thrown.correlation == {"order": {"order": 1}}
    assert world.message("answer", {"number": 2, "text": "yes"}) is two
    assert (one.open, two.open) == ([], ["A"])
    assert world.message("answer", {"number": 3}) is None
    assert world.message("answer", {"number": 1}) is one


def test_catcher_that_waited_already_joins_the_conversation_that_begins() -> None:
    world = World(
        file(
            correlation("order", {"ask": "id", "answer": "number"}),
            process_of(
                "start1 -> and1 -> A -> ask -> end1; and1 -> got -> B -> end2",
                throw("ask", message("ask")),
                catch("got", message("answer")),
                process="buyer",
            ),
        )
    )
    case = world.start("buyer")
    assert case.all(ev.SubscriptionOpened)[-1].correlation is None
    case.complete("A", {"id": 7})
    assert case.all(ev.SubscriptionOpened)[-1].correlation == '{"order":{"order":7}}'
    assert world.message("answer", {"number": 8}) is None
    assert world.message("answer", {"number": 7}) is case


def test_message_that_starts_a_case_fixes_its_conversation() -> None:
    world = World(
        file(
            correlation("order", {"ask": "id", "more": "id"}),
            process_of(
                "asked -> A -> m -> B -> end",
                start("asked", message("ask")),
                catch("m", message("more")),
                process="seller",
            ),
        )
    )
    one = world.message("ask", {"id": 1})
    two = world.message("ask", {"id": 2})
    assert one is not None
    assert two is not None
    one.complete("A")
    two.complete("A")
    assert world.message("more", {"id": 2}) is two
    assert world.message("more", {"id": 3}) is None
    assert world.message("more", {"id": 1}) is one


def test_two_processes_keep_their_conversations_apart() -> None:
    """Two buyers and the two sellers they woke: each answer reaches who asked."""
    world = World(
        file(
            correlation("order", {"ask": "id", "answer": "id"}),
            process_of(
                "start1 -> ask -> got -> A -> end1",
                throw("ask", message("ask")),
                catch("got", message("answer")),
                process="buyer",
            ),
            process_of(
                "asked -> B -> say -> end2",
                start("asked", message("ask")),
                throw("say", message("answer")),
                process="seller",
            ),
        )
    )
    buyers = [world.start("buyer", {"id": number}) for number in (1, 2)]
    sellers = [case for case in world.cases if case.process == "seller"]
    assert len(sellers) == 2
    sellers[1].complete("B")
    assert [buyer.open for buyer in buyers] == [[], ["A"]]
    sellers[0].complete("B")
    assert [buyer.open for buyer in buyers] == [["A"], ["A"]]


def test_per_item_conversations_by_key() -> None:
    world = World(
        model(
            "start -> P -> C -> end",
            sub(
                "P",
                "start1 -> m -> A -> end1",
                catch("m", message("reply")),
                inside=each("units", item="unit", out="r", out_item="text"),
            ),
            beside=keyed_message("reply", "unit"),
        )
    )
    case = world.start(variables={"units": ["fire", "police"]})
    world.message("reply", {"text": "p"}, {"": "police"})
    assert case.seen_by("A")["unit"] == "police"
    world.message("reply", {"text": "f"}, {"": "fire"})
    case.complete("A").complete("A")
    assert case.seen_by("C")["r"] == ["f", "p"]
