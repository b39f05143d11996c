"""What is done to a case from outside its flow: variables changed, the case cancelled."""

from __future__ import annotations

import pytest

from tests.elements.drawing import (
    boundary,
    call,
    catch,
    each,
    end,
    mapped,
    message,
    model,
    script,
    service,
    signal,
    start,
    sub,
    timer,
    user,
)
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError


def test_variables_change_in_every_branch_and_no_conflict_comes_of_it() -> None:
    case = run(model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2"), n=0)
    case.change({"n": 5})
    assert case.seen_by("A") == case.seen_by("B") == {"n": 5}
    case.complete("A").complete("B")
    assert (case.seen_by("C"), case.conflicts) == ({"n": 5}, [])
    (changed,) = case.all(ev.VariablesChanged)
    assert (changed.names, changed.variables, changed.scope_id) == (["n"], {"n": 5}, None)


def test_changed_value_goes_before_what_an_ended_branch_left() -> None:
    case = run(model("start -> and1 -> A -> end; and1 -> B -> end2; and1 -> C -> end3"), n=0)
    case.complete("A", {"n": 1})
    case.change({"n": 7})
    assert case.variables == {"n": 7}
    assert case.complete("B").complete("C").variables == {"n": 7}


def test_changed_value_goes_before_what_an_ended_branch_of_a_sub_process_left() -> None:
    case = run(model("start -> P -> D -> end", sub("P", "start1 -> A -> end1; start1 -> B -> end2")), n=0)
    case.complete("A", {"n": 1}).change({"n": 7})
    assert case.complete("B").seen_by("D") == {"n": 7}


def test_changed_value_goes_before_what_finished_bodies_left() -> None:
    case = run(model("start -> A -> B -> end", user("A", each(times="2"))), n=0)
    case.complete("A", {"n": 1}).change({"n": 7})
    assert case.complete("A").seen_by("B") == {"n": 7}


def test_changed_value_reaches_around_an_activity_with_mappings() -> None:
    """Its own variable of the same name stays its own; what lies around it changes."""
    case = run(model("start -> A -> B -> end", user("A", extension=mapped(in_n="n + 10", out_r="n"))), n=1)
    case.change({"n": 5, "m": 6})
    assert case.seen_by("A") == {"n": 11, "m": 6}
    assert case.complete("A").seen_by("B") == {"n": 5, "m": 6, "r": 11}


def test_sub_processes_are_reached_called_processes_only_by_name() -> None:
    world = World(
        model("start -> A -> end", process="inner"),
        model("start -> and1 -> P -> end; and1 -> Q -> end2", call("P", "inner"), sub("Q", "start1 -> B -> end1")),
    )
    case = world.start(variables={"n": 0})
    case.change({"n": 1})
    assert (case.seen_by("A"), case.seen_by("B")) == ({"n": 0}, {"n": 1})
    host = next(token.token_id for token in case.hot.open_tokens() if token.element_id == "P")
    case.change({"n": 2}, scope=host)
    assert (case.seen_by("A"), case.seen_by("B")) == ({"n": 2}, {"n": 1})
    with pytest.raises(NotFoundError):
        case.change({"n": 3}, scope=999)


def test_everything_is_withdrawn_when_a_case_is_cancelled() -> None:
    handler = sub("E", "on -> H -> off", start("on", message("z"), isInterrupting="false"), end("off"), handler=True)
    case = run(
        model(
            "start -> and1 -> A -> end; and1 -> P -> end; and1 -> J -> end; and1 -> c -> end; and1 -> t -> end;"
            "and1 -> M -> end; late -> X -> end; and1 -> S -> end",
            sub("P", "start1 -> Q -> end1", sub("Q", "start2 -> B -> end2")),
            service("J"),
            catch("c", message("m"), signal("s")),
            catch("t", timer("PT1H")),
            user("M", each(times="3", out="o", out_item="1")),
            boundary("late", "A", timer("PT2H")),
            script("S", "x = y"),
            handler,
        )
    )
    case.complete("M")
    case.cancel("a duplicate")
    assert (case.state, case.faults, case.rows) == ("cancelled", [], {})
    assert len(case.all(ev.UserTaskCreated)) == len(case.all(ev.UserTaskCancelled)) + len(
        case.all(ev.UserTaskCompleted)
    )
    assert len(case.all(ev.JobCreated)) == len(case.all(ev.JobCancelled))
    assert len(case.all(ev.TimerScheduled)) == len(case.all(ev.TimerCancelled))
    assert len(case.all(ev.SubscriptionOpened)) == len(case.all(ev.SubscriptionClosed))
    activated = {event.token_id for event in case.all(ev.ElementActivated)}
    over = {event.token_id for event in case.all(ev.ElementCompleted)}
    over |= {event.token_id for event in case.all(ev.ElementCancelled)}
    assert activated == over, "every element that began has an end in the story"
    assert case.all(ev.CaseCancelled)[0].reason == "a duplicate"


def test_ended_case_takes_no_more_commands() -> None:
    done = run(model("start -> A -> end")).complete("A")
    cancelled = run(model("start -> A -> end")).cancel()
    for case in (done, cancelled):
        with pytest.raises(InvalidStateError):
            case.cancel()
        with pytest.raises(InvalidStateError):
            case.change({"n": 1})
        with pytest.raises(RejectedError):
            case.retry(1)
        with pytest.raises(RejectedError):
            case.step(lambda one, case=case: one.complete_user_task(case.world.context, 3, {}, "user:ann"))  # type: ignore[misc]


def test_cancel_while_nested_calls_are_deep() -> None:
    world = World(
        model(
            "start -> xor -[depth < 200]-> P -> end; xor -default-> A -> end",
            call("P", "p", extension='<camunda:in sourceExpression="=depth + 1" target="depth"/>'),
        )
    )
    case = world.start(variables={"depth": 0})
    assert case.open == ["A"]
    assert case.cancel().state == "cancelled"
