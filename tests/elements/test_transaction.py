"""Transactions without compensation run as sub-processes; cancelling leaves by the cancel event (BPMN 2.0.2, 10.7)."""

from __future__ import annotations

from tests.elements.drawing import boundary, end, error, model, sub
from tests.elements.kit import refusals, run

CANCEL = "<cancelEventDefinition/>"


def transaction(*parts: str, flows: str) -> str:
    return sub("T", flows, *parts).replace("<subProcess", "<transaction").replace("</subProcess>", "</transaction>")


BOOK = transaction(end("off", CANCEL), flows="start1 -> A -> xor -[ok]-> end1; xor -default-> off")


def test_goes_on_like_a_sub_process() -> None:
    case = run(model("start -> T -> B -> end; no -> C -> end2", BOOK, boundary("no", "T", CANCEL)))
    assert case.complete("A", {"ok": True}).open == ["B"]


def test_cancelled_it_leaves_by_its_cancel_event() -> None:
    case = run(model("start -> T -> B -> end; no -> C -> end2", BOOK, boundary("no", "T", CANCEL)))
    case.complete("A", {"ok": False})
    assert (case.open, case.seen_by("C")) == (["C"], {"ok": False})


def test_cancelling_is_not_an_error_that_others_catch() -> None:
    case = run(
        model(
            "start -> T -> B -> end; no -> C -> end2; wrong -> D -> end3",
            BOOK,
            boundary("no", "T", CANCEL),
            boundary("wrong", "T", error("E1")),
        )
    )
    assert case.complete("A", {"ok": False}).open == ["C"]


def test_cancel_without_a_transaction_or_a_handler_is_refused() -> None:
    assert refusals(model("start -> A -> off", end("off", CANCEL))) == ["cancel_outside_transaction"]
    assert refusals(model("start -> T -> B -> end", BOOK)) == ["cancel_without_handler"]
