"""Call activities: late binding, mappings, isolation (BPMN 2.0.2, 10.3.6 and 13.3.5)."""

from __future__ import annotations

from tests.elements.drawing import boundary, call, catch, condition, each, end, error, model, passed, script, timer
from tests.elements.kit import World, run
from workflow_engine.domain import events as ev

CALLEE = model("start -> A -> end", process="inner")


def calling(
    *inside: str, extension: str = "", flows: str = "start -> P -> C -> end", parts: tuple[str, ...] = ()
) -> bytes:
    return model(flows, call("P", "inner", *inside, extension=extension), *parts)


def test_calls_and_returns_all_variables() -> None:
    case = World(CALLEE, calling()).start(variables={"n": 1})
    assert case.seen_by("A") == {"n": 1}
    assert case.complete("A", {"n": 2, "x": 3}).seen_by("C") == {"n": 2, "x": 3}


def test_newest_version_is_called_and_stays_with_the_call() -> None:
    world = World(CALLEE, calling())
    old = world.start()
    world.deploy(model("start -> B -> end", process="inner"))
    new = world.start()
    assert (old.open, new.open) == (["A"], ["B"])
    assert [event.definition_id for event in (*old.all(ev.CallResolved), *new.all(ev.CallResolved))] == ["d0", "d2"]
    assert old.complete("A").open == ["C"]


def test_bound_to_a_version() -> None:
    world = World(CALLEE, model("start -> B -> end", process="inner"))
    world.deploy(
        model(
            "start -> P -> end",
            call("P", "inner", camunda_calledElementBinding="version", camunda_calledElementVersion="1"),
        )
    )
    assert world.start().open == ["A"]


def test_callee_named_by_an_expression() -> None:
    world = World(CALLEE, model("start -> P -> end", call("P", "${which}")))
    assert world.start(variables={"which": "inner"}).open == ["A"]


def test_missing_callee_is_an_incident_until_it_is_deployed() -> None:
    world = World(calling())
    case = world.start()
    assert case.faults == ["expression_error P"]
    assert "inner" in case.incidents[1].message
    world.deploy(CALLEE)
    assert case.retry(1).open == ["A"]


def test_only_mapped_variables_go_in_and_out() -> None:
    world = World(CALLEE, calling(extension=passed(into={"order": "n + 1"}, back={"total": "sum * 2"})))
    case = world.start(variables={"n": 1, "secret": "x"})
    assert case.seen_by("A") == {"order": 2}
    assert case.complete("A", {"sum": 21, "noise": 1}).seen_by("C") == {"n": 1, "secret": "x", "total": 42}


def test_conditions_inside_do_not_see_the_caller() -> None:
    """13.3.5: a called process has a scope of its own, and sees only what it is given."""
    callee = model("start -> c -> A -> end", catch("c", condition("go")), process="inner")
    world = World(callee, calling(extension=passed(into={"go": "false"})))
    case = world.start(variables={"go": True})
    assert case.open == []
    inner_host = next(token.token_id for token in case.hot.open_tokens() if token.element_id == "P")
    case.change({"go": True}, scope=inner_host)
    assert case.open == ["A"]


def test_case_view_leaves_out_what_only_the_callee_knows() -> None:
    world = World(CALLEE, calling(extension=passed(into={"order": "1"}, back={"total": "1"})))
    assert world.start(variables={"n": 1}).variables == {"n": 1}


def test_error_from_the_callee_is_handled_by_the_caller() -> None:
    callee = model("start -> A -> bad", end("bad", error("E1")), process="inner")
    world = World(
        callee, calling(flows="start -> P -> end; wrong -> B -> end2", parts=(boundary("wrong", "P", error("E1")),))
    )
    case = world.start(variables={"n": 1})
    case.complete("A", {"x": 2})
    assert (case.open, case.seen_by("B")) == (["B"], {"n": 1, "x": 2})


def test_error_from_two_calls_deep_brings_only_what_is_mapped_out() -> None:
    world = World(
        model("start -> A -> bad", end("bad", error("E1")), process="inner"),
        model("start -> Q -> end", call("Q", "inner", extension=passed(back={"y": "x + 1"})), process="middle"),
        model(
            "start -> P -> end; wrong -> B -> end2",
            call("P", "middle", extension=passed(back={"z": "y + 1"})),
            boundary("wrong", "P", error("E1")),
        ),
    )
    case = world.start()
    case.complete("A", {"x": 1})
    assert case.seen_by("B") == {"z": 3}


def test_deadline_withdraws_the_callee() -> None:
    world = World(
        CALLEE, calling(flows="start -> P -> end; late -> B -> end2", parts=(boundary("late", "P", timer("PT1H")),))
    )
    case = world.start()
    world.wait("PT1H")
    assert (case.open, case.withdrawn) == (["B"], ["A", "P"])
    assert case.complete("B").state == "completed"


def test_call_per_item() -> None:
    world = World(CALLEE, calling(each("list", item="one", out="sums", out_item="sum")))
    case = world.start(variables={"list": [1, 2, 3]})
    for number in (3, 1, 2):
        case.complete("A", {"sum": number * 10}, one=number)
    assert case.seen_by("C") == {"list": [1, 2, 3], "sums": [10, 20, 30]}


def test_output_mapping_that_fails_is_an_incident_on_the_call_and_can_be_tried_again() -> None:
    heavy = "count(for i in 1..n return for j in 1..n return i)"
    world = World(CALLEE, calling(extension=passed(back={"x": heavy})))
    case = world.start()
    case.complete("A", {"n": 100_000})
    assert [fault.split()[1] for fault in case.faults] == ["P"]
    assert case.open == []
    case.change({"n": 3})
    assert case.retry(1).seen_by("C") == {"n": 3, "x": 3}


def test_calls_in_a_circle_end_at_the_step_budget_and_can_be_cancelled() -> None:
    case = run(model("start -> P -> end", call("P", "p")), budget=3000)
    assert [fault.split()[0] for fault in case.faults] == ["step_budget_exceeded"]
    assert case.cancel().state == "cancelled"


def test_vendor_mappings_around_a_call() -> None:
    """Input and output parameters of Camunda 7 beside the call's own mappings."""
    parameters = (
        '<camunda:inputOutput><camunda:inputParameter name="own">${n + 1}</camunda:inputParameter>'
        '<camunda:outputParameter name="out">${got}</camunda:outputParameter></camunda:inputOutput>'
    )
    world = World(CALLEE, calling(extension=parameters + passed(into={"x": "own"}, back={"got": "y"})))
    case = world.start(variables={"n": 1})
    assert case.seen_by("A") == {"x": 2}
    assert case.complete("A", {"y": 7}).seen_by("C") == {"n": 1, "out": 7}


def test_callee_without_wait_state() -> None:
    world = World(model("start -> S -> end", script("S", "x = n + 1"), process="inner"), calling())
    assert world.start(variables={"n": 1}).seen_by("C") == {"n": 1, "x": 2}
