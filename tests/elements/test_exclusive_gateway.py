"""Exclusive gateways: the first flow whose condition holds (BPMN 2.0.2, 13.4.2)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import model
from tests.elements.kit import run


@pytest.mark.parametrize(("n", "taken"), [(9, "A"), (5, "B"), (1, "C")])
def test_first_flow_in_document_order_whose_condition_holds(n: int, taken: str) -> None:
    case = run(model("start -> xor -[n > 8]-> A; xor -[n > 4]-> B; xor -default-> C"), n=n)
    assert case.open == [taken]


def test_only_one_of_several_true_flows_is_taken() -> None:
    assert run(model("start -> xor -[true]-> A; xor -[true]-> B")).open == ["A"]


def test_default_flow_is_tried_last_wherever_it_is_drawn() -> None:
    assert run(model("start -> xor -default-> A; xor -[n = 1]-> B"), n=1).open == ["B"]


def test_no_flow_taken_is_an_incident_that_can_be_mended() -> None:
    """13.4.2: an exception; here an incident on the gateway."""
    case = run(model("start -> xor -[n > 8]-> A; xor -[n < 0]-> B"), n=5)
    assert case.faults == ["no_flow_taken xor"]
    assert "xor" not in case.done
    case.retry(1, {"n": 9})
    assert (case.faults, case.open) == ([], ["A"])


def test_retry_without_mending_fails_again_under_a_new_number() -> None:
    case = run(model("start -> xor -[n > 8]-> A; xor -[n < 0]-> B"), n=5)
    assert list(case.retry(1).incidents) == [2]
    assert case.retry(2, {"n": -1}).open == ["B"]


def test_condition_over_a_variable_that_does_not_exist_is_an_incident() -> None:
    """Neither true nor false: taking the default silently would be a guess."""
    case = run(model("start -> xor -[amount > 8]-> A; xor -default-> B"))
    assert case.faults == ["expression_error xor"]
    assert "amount" in case.incidents[1].message
    assert case.retry(1, {"amount": 10}).open == ["A"]


def test_condition_that_is_no_truth_value_is_an_incident() -> None:
    case = run(model("start -> xor -[n + 1]-> A; xor -default-> B"), n=1)
    assert case.faults == ["expression_error xor"]


def test_merge_lets_every_token_pass() -> None:
    case = run(model("start -> and1 -> A -> xor -> C -> end; and1 -> B -> xor"))
    case.complete("A").complete("B")
    assert case.open == ["C", "C"]
    assert case.complete("C").state == "active"
    assert case.complete("C").state == "completed"


def test_loop_back_through_a_merge() -> None:
    case = run(model("start -> xor1 -> A -> xor2 -[again]-> xor1; xor2 -default-> end"))
    for _ in range(3):
        case.complete("A", {"again": True})
    assert case.complete("A", {"again": False}).state == "completed"
    assert case.done.count("A") == 4
    assert case.hot.tree.next_slot <= 3, "a loop reuses its rows"


def test_gateway_without_outgoing_flow_ends_the_token() -> None:
    assert run(model("start -> A -> xor")).complete("A").state == "completed"
