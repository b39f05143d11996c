"""Event-based gateways: the first event that occurs withdraws the others (BPMN 2.0.2, 13.4.4)."""

from __future__ import annotations

from tests.elements.drawing import catch, condition, message, model, receive, signal, timer
from tests.elements.kit import refusals, run

GATEWAY = model(
    "start -> event -> m -> A -> end; event -> t -> B -> end2; event -> s -> C -> end3",
    catch("m", message("answer")),
    catch("t", timer("PT1H")),
    catch("s", signal("stop")),
)


def test_message_wins() -> None:
    case = run(GATEWAY)
    assert (case.waits, case.due) == (["message answer", "signal stop"], ["2030-01-01T01:00:00"])
    case.world.message("answer", {"text": "yes"})
    assert (case.open, case.waits, case.due) == (["A"], [], [])
    assert case.seen_by("A") == {"text": "yes"}
    assert case.withdrawn == ["t", "s"]
    assert case.done == ["start", "event", "m"]


def test_timer_wins() -> None:
    case = run(GATEWAY)
    case.world.wait("PT1H")
    assert (case.open, case.waits) == (["B"], [])


def test_signal_wins() -> None:
    case = run(GATEWAY)
    case.world.signal("stop")
    assert (case.open, case.waits, case.due) == (["C"], [], [])


def test_timer_that_is_due_at_once_wins_before_the_others_listen() -> None:
    case = run(
        model(
            "start -> event -> t -> B -> end; event -> m -> A -> end2",
            catch("t", timer("2029-12-31T00:00:00Z")),
            catch("m", message("answer")),
        )
    )
    assert (case.open, case.waits, case.due) == (["B"], [], [])
    assert case.withdrawn == ["m"]
    assert case.complete("B").state == "completed"


def test_timer_due_at_once_drawn_last() -> None:
    case = run(
        model(
            "start -> event -> m -> A -> end2; event -> t -> B -> end",
            catch("m", message("answer")),
            catch("t", timer("PT0S")),
        )
    )
    assert (case.open, case.waits, case.due) == (["B"], [], [])


def test_condition_that_holds_already_wins() -> None:
    case = run(
        model(
            "start -> event -> m -> A -> end2; event -> c -> B -> end",
            catch("m", message("answer")),
            catch("c", condition("n > 1")),
        ),
        n=2,
    )
    assert (case.open, case.waits) == (["B"], [])


def test_condition_that_becomes_true_later() -> None:
    case = run(
        model(
            "start -> event -> m -> A -> end2; event -> c -> B -> end",
            catch("m", message("answer")),
            catch("c", condition("n > 1")),
        ),
        n=0,
    )
    assert case.waits == ["message answer"]
    case.change({"n": 3})
    assert (case.open, case.waits) == (["B"], [])


def test_receive_tasks_as_events() -> None:
    case = run(
        model(
            "start -> event -> R -> A -> end; event -> t -> B -> end2", receive("R", "paid"), catch("t", timer("PT1H"))
        )
    )
    case.world.message("paid", {"sum": 3})
    assert (case.open, case.due) == (["A"], [])
    assert case.seen_by("A") == {"sum": 3}


def test_gateway_in_a_loop_keeps_its_rows_few() -> None:
    case = run(
        model(
            "start -> xor -> event -> m -> xor; event -> t -> end",
            catch("m", message("again")),
            catch("t", timer("PT1H")),
        )
    )
    slots = []
    for _ in range(5):
        case.world.message("again")
        slots.append(len(case.rows))
    assert len(set(slots)) == 1
    case.world.wait("PT1H")
    assert case.state == "completed"


def test_faulted_event_leaves_the_others_waiting() -> None:
    """A fault stops the token it happened at; whichever event occurs still wins."""
    case = run(
        model(
            "start -> event -> t -> A -> end; event -> m -> B -> end2",
            catch("t", timer("date:${due}")),
            catch("m", message("answer")),
        )
    )
    assert (case.faults, case.waits) == (["expression_error t"], ["message answer"])
    case.world.message("answer")
    assert (case.faults, case.open) == ([], ["B"])


def test_faulted_event_mended() -> None:
    case = run(
        model(
            "start -> event -> t -> A -> end; event -> m -> B -> end2",
            catch("t", timer("date:${due}")),
            catch("m", message("answer")),
        )
    )
    case.retry(1, {"due": "2030-01-01T02:00:00Z"})
    assert case.due == ["2030-01-01T02:00:00"]
    case.world.wait("PT2H")
    assert (case.open, case.waits) == (["A"], [])


def test_parallel_kind_and_wrong_targets_are_refused() -> None:
    assert "event_gateway_target" in refusals(
        model("start -> event -> A -> end; event -> m -> end", catch("m", message("x")))
    )
