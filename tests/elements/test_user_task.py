"""User tasks: work for a person (BPMN 2.0.2, 10.3.4.1 and 13.3.3)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, mapped, model, timer, user
from tests.elements.kit import run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError

ONE = model("start -> A -> end")


def test_waits_until_a_person_has_done_it() -> None:
    case = run(ONE, n=1)
    assert (case.state, case.open, case.done) == ("active", ["A"], ["start"])
    case.complete("A", {"n": 2, "note": "done"})
    assert (case.state, case.done) == ("completed", ["start", "A", "end"])
    assert case.variables == {"n": 2, "note": "done"}


def test_who_may_do_it_by_when_and_how_is_computed_as_it_is_created() -> None:
    case = run(
        model(
            "start -> A -> end",
            user(
                "A",
                name="Check",
                camunda_assignee="${boss}",
                camunda_candidateUsers="ann, ${other}",
                camunda_candidateGroups="${groups}",
                camunda_formKey="check",
                camunda_dueDate="P2D",
                camunda_followUpDate="${follow}",
                camunda_priority="70",
            ),
        ),
        boss="user:eve",
        other="bob",
        groups=["role:chief", "unit:7"],
        follow="2030-01-02T00:00:00Z",
    )
    (created,) = case.all(ev.UserTaskCreated)
    assert created.name == "Check"
    assert created.assignee == "user:eve"
    assert created.candidate_users == ["ann", "bob"]
    assert created.candidate_groups == ["role:chief", "unit:7"]
    assert (created.form_key, created.priority) == ("check", 70)
    assert (created.due_at, created.follow_up_at) == ("2030-01-03T00:00:00Z", "2030-01-02T00:00:00Z")


def test_name_with_an_expression_is_what_the_person_reads() -> None:
    case = run(model("start -> A -> end", user("A", name="Check ${title}\n of ${year}")), title="the plan", year=2030)
    assert case.all(ev.UserTaskCreated)[0].name == "Check the plan of 2030"


def test_wrong_due_date_is_an_incident_before_the_task_exists() -> None:
    case = run(model("start -> A -> end", user("A", camunda_dueDate="${due}")), due="tomorrow")
    assert (case.faults, case.open, case.all(ev.UserTaskCreated)) == (["timing_error A"], [], [])
    case.retry(1, {"due": "P1D"})
    assert (case.faults, case.open) == ([], ["A"])
    assert case.all(ev.UserTaskCreated)[0].due_at == "2030-01-02T00:00:00Z"


def test_completing_twice_or_a_stranger_is_refused_and_changes_nothing() -> None:
    case = run(model("start -> and1 -> A -> end; and1 -> B -> end2"))
    token_id = case.task("A")
    case.complete("A")
    with pytest.raises(NotFoundError):
        case.step(lambda one: one.complete_user_task(case.world.context, token_id, {}, "user:ann"))
    with pytest.raises(NotFoundError):
        case.step(lambda one: one.complete_user_task(case.world.context, 999, {}, "user:ann"))
    root = min(row.token_id for row in case.rows.values())
    with pytest.raises(InvalidStateError):
        case.step(lambda one: one.complete_user_task(case.world.context, root, {}, "user:ann"))
    assert case.complete("B").state == "completed"


def test_withdrawn_task_is_told() -> None:
    case = run(model("start -> A -> end; late -> B -> end2", boundary("late", "A", timer("PT1H"))))
    case.world.wait("PT1H")
    assert [event.element_id for event in case.all(ev.UserTaskCancelled)] == ["A"]
    assert case.withdrawn == ["A"]


def test_own_variables_come_from_input_mappings_and_do_not_leave() -> None:
    case = run(
        model("start -> A -> B -> end", user("A", extension=mapped(in_label='"Case " + string(n)', in_n="n * 2"))), n=4
    )
    assert case.seen_by("A") == {"n": 8, "label": "Case 4"}
    case.complete("A", {"n": 100, "label": "changed", "answer": "yes"})
    assert case.seen_by("B") == {"n": 4, "answer": "yes"}


def test_only_declared_outputs_leave() -> None:
    case = run(
        model(
            "start -> A -> B -> end", user("A", extension=mapped(out_result="answer + 1", out_order__total="answer"))
        ),
        order={"id": 7},
    )
    case.complete("A", {"answer": 41, "secret": "x"})
    assert case.seen_by("B") == {"order": {"id": 7, "total": 41}, "result": 42}


def test_output_mapping_is_made_once_even_if_the_way_out_fails() -> None:
    case = run(
        model("start -> A -[go = 1]-> B -> end", user("A", extension=mapped(out_n="n + 1", out_go="go"))), n=1, go=0
    )
    case.complete("A")
    assert case.faults == ["no_flow_taken A"]
    case.retry(1, {"go": 1})
    assert case.seen_by("B") == {"n": 2, "go": 1}
    assert case.done.count("A") == 1


def test_conditional_flows_leave_as_an_inclusive_split() -> None:
    """13.3.1: every flow whose condition holds, the default flow only if none does."""
    file = model("start -> A -[n > 1]-> B -> end; A -[n > 2]-> C -> end2; A -default-> D -> end3")
    assert run(file).complete("A", {"n": 3}).open == ["B", "C"]
    assert run(file).complete("A", {"n": 2}).open == ["B"]
    assert run(file).complete("A", {"n": 0}).open == ["D"]


def test_several_incoming_flows_start_it_once_per_token() -> None:
    """13.3.1: uncontrolled flow."""
    case = run(model("start -> and1 -> A -> C -> end; and1 -> B -> C"))
    case.complete("A").complete("B")
    assert case.open == ["C", "C"]


def test_two_person_rule_of_the_model() -> None:
    properties = (
        '<camunda:properties><camunda:property name="completedBy" value="drafter"/></camunda:properties>',
        '<camunda:properties><camunda:property name="notCompletedBy" value="drafter"/></camunda:properties>',
    )
    case = run(model("start -> A -> B -> end", user("A", extension=properties[0]), user("B", extension=properties[1])))
    case.complete("A")
    assert case.variables == {"drafter": "user:ann"}
    with pytest.raises(NotPermittedError):
        case.complete("B")
    token_id = case.task("B")
    case.step(lambda one: one.complete_user_task(case.world.context, token_id, {}, "user:bob"))
    assert case.state == "completed"
