"""Timer events: date, duration, cycle (BPMN 2.0.2, table 10.101; ISO 8601)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.elements.drawing import boundary, catch, each, model, timer, user
from tests.elements.kit import run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import InvalidStateError


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT90M", "2030-01-01T01:30:00"),
        ("P1M", "2030-02-01T00:00:00"),
        ("PT0.5S", "2030-01-01T00:00:00.500000"),
        ("2030-01-01T08:00:00+08:00", None),
        ("2030-01-02T00:00:00+08:00", "2030-01-01T16:00:00"),
        ("R3/PT1H", "2030-01-01T01:00:00"),
    ],
)
def test_catch_event_waits_until_due(text: str, due: str | None) -> None:
    case = run(model("start -> t -> A -> end", catch("t", timer(text))))
    if due is None:
        assert case.open == ["A"], "due at once"
        return
    assert (case.due, case.open) == ([due], [])
    case.world.wait("P60D")
    assert (case.open, case.due) == (["A"], [])


def test_time_in_the_past_fires_in_the_same_step() -> None:
    case = run(model("start -> t -> A -> end", catch("t", timer("2029-01-01T00:00:00Z"))))
    assert case.open == ["A"]
    assert [type(event).__name__ for event in case.events if "Timer" in type(event).__name__] == [
        "TimerScheduled",
        "TimerFired",
    ]


@pytest.mark.parametrize(
    ("form", "value", "due"),
    [
        ("duration:${wait}", "PT2H", "2030-01-01T02:00:00"),
        ("date:${wait}", "2030-01-01T03:00:00Z", "2030-01-01T03:00:00"),
        ("cycle:${wait}", "R2/PT4H", "2030-01-01T04:00:00"),
        ("duration:${wait}", "2030-01-01T05:00:00Z", "2030-01-01T05:00:00"),
    ],
)
def test_time_from_a_variable(form: str, value: str, due: str) -> None:
    assert run(model("start -> t -> A -> end", catch("t", timer(form))), wait=value).due == [due]


@pytest.mark.parametrize("value", ["soon", 5, None, "PT-1H", "R0/PT1H", "2030-02-30T00:00:00Z"])
def test_time_that_is_none_is_an_incident_that_can_be_mended(value: object) -> None:
    case = run(model("start -> t -> A -> end", catch("t", timer("duration:${wait}"))), wait=value)
    assert [fault.split()[1] for fault in case.faults] == ["t"]
    assert case.retry(1, {"wait": "PT1H"}).due == ["2030-01-01T01:00:00"]


def test_boundary_timer_interrupts() -> None:
    case = run(model("start -> A -> B -> end; late -> C -> end2", boundary("late", "A", timer("PT1H"))))
    case.world.wait("PT59M")
    assert case.open == ["A"]
    case.world.wait("PT1M")
    assert (case.open, case.withdrawn, case.due) == (["C"], ["A"], [])


def test_boundary_timer_beside_its_activity() -> None:
    case = run(
        model("start -> A -> B -> end; late -> C -> end2", boundary("late", "A", timer("PT1H"), interrupting=False))
    )
    case.world.wait("PT3H")
    assert case.open == ["A", "C"], "a duration fires once"
    assert case.complete("A").open == ["C", "B"]


def test_activity_done_in_time_cancels_its_timer() -> None:
    case = run(model("start -> A -> B -> end; late -> C -> end2", boundary("late", "A", timer("PT1H"))))
    case.complete("A")
    assert (case.due, case.open) == ([], ["B"])
    assert [event.element_id for event in case.all(ev.TimerCancelled)] == ["late"]


def test_cycle_beside_an_activity_fires_again_and_again() -> None:
    case = run(
        model("start -> A -> end; again -> C -> end2", boundary("again", "A", timer("R3/PT1H"), interrupting=False))
    )
    for number in range(1, 4):
        case.world.wait("PT1H")
        assert case.open.count("C") == number
    case.world.wait("PT9H")
    assert case.open.count("C") == 3
    case.complete("A").complete("C").complete("C").complete("C")
    assert case.state == "completed"


def test_endless_cycle_keeps_to_its_grid() -> None:
    case = run(model("start -> A -> end; again -> end2", boundary("again", "A", timer("R/PT1H"), interrupting=False)))
    rows = []
    for _ in range(5):
        case.world.wait("PT1H")
        rows.append(len(case.rows))
    assert case.due == ["2030-01-01T06:00:00"]
    assert len(set(rows)) == 1, "a branch that has ended leaves nothing behind"


def test_cycle_that_nobody_looked_at_fires_once_for_all_that_was_missed() -> None:
    case = run(
        model("start -> A -> end; again -> C -> end2", boundary("again", "A", timer("R9/PT1H"), interrupting=False))
    )
    (token_id, position, due_at) = case.due_timers()[0]
    case.world.now = datetime.fromisoformat("2030-01-01T05:30:00+00:00")
    case.fire(token_id, position, due_at)
    assert (case.open, case.due) == (["A", "C"], ["2030-01-01T06:00:00"])


def test_interrupting_cycle_fires_once() -> None:
    case = run(model("start -> A -> end; late -> C -> end2", boundary("late", "A", timer("R5/PT1H"))))
    case.world.wait("PT9H")
    assert case.open == ["C"]


def test_boundary_timer_that_is_due_at_once_interrupts_before_the_work_begins() -> None:
    case = run(model("start -> A -> end; late -> C -> end2", boundary("late", "A", timer("PT0S"))))
    assert (case.open, case.all(ev.UserTaskCreated)[0].element_id) == (["C"], "C")
    assert case.complete("C").state == "completed"


def test_boundary_timer_beside_that_is_due_at_once() -> None:
    case = run(model("start -> A -> end; late -> C -> end2", boundary("late", "A", timer("PT0S"), interrupting=False)))
    assert sorted(case.open) == ["A", "C"]


def test_boundary_timer_from_a_variable_that_is_missing() -> None:
    """The activity does not begin without its deadline; once mended, it has one."""
    case = run(
        model(
            "start -> A -> end; early -> B -> end2; late -> C -> end3",
            boundary("early", "A", timer("PT1H"), interrupting=False),
            boundary("late", "A", timer("date:${due}")),
        )
    )
    assert (case.faults, case.open) == (["expression_error A"], [])
    case.retry(1, {"due": "2030-01-01T02:00:00Z"})
    assert (case.open, case.due) == (["A"], ["2030-01-01T01:00:00", "2030-01-01T02:00:00"])
    assert [event.element_id for event in case.all(ev.TimerScheduled)] == ["early", "late"]
    case.world.wait("PT3H")
    assert case.open == ["B", "C"]


def test_boundary_timer_of_a_multi_instance_activity_missing_its_time() -> None:
    case = run(
        model(
            "start -> A -> end; late -> C -> end3",
            user("A", each(times="2")),
            boundary("late", "A", timer("date:${due}")),
        )
    )
    assert (case.faults, case.open) == (["expression_error A"], [])
    case.retry(1, {"due": "2030-01-01T02:00:00Z"})
    assert (case.open, case.due) == (["A", "A"], ["2030-01-01T02:00:00"])


def test_timers_in_the_order_of_their_instants() -> None:
    case = run(model("start -> and1 -> t -> A; and1 -> u -> B", catch("t", timer("PT1.5S")), catch("u", timer("PT1S"))))
    assert case.due == ["2030-01-01T00:00:01", "2030-01-01T00:00:01.500000"]


def test_timer_that_does_not_wait_is_refused_and_changes_nothing() -> None:
    case = run(model("start -> t -> A -> end", catch("t", timer("PT1H"))))
    ((token_id, position, due_at),) = case.due_timers()
    for wrong in ((token_id, position, "2030-01-01T01:00:01Z"), (token_id, 1, due_at), (99, position, due_at)):
        with pytest.raises(InvalidStateError):
            case.fire(*wrong)
    case.fire(token_id, position, due_at)
    with pytest.raises(InvalidStateError):
        case.fire(token_id, position, due_at)


def test_fixed_grid_in_a_loop_waits_for_its_next_point() -> None:
    case = run(model("start -> xor -> t -> A -> xor", catch("t", timer("R/2030-01-01T06:00:00Z/PT12H"))))
    case.world.wait("PT6H")
    case.world.wait("PT1M")
    assert case.complete("A").due == ["2030-01-01T18:00:00"]
