"""ReturnUserTask and TakeBackUserTask: back to an earlier step, and no task is lost."""

from __future__ import annotations

import pytest

from tests.elements.drawing import call, each, file, model, process_of, send, service, sub, user
from tests.support.house import ADMIN
from tests.support.staff import ANNE, BO, CID, Staff
from workflow_engine import (
    OPERATOR,
    Actor,
    AssignUserTask,
    DeployDefinition,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    ReleaseDefinition,
    ReturnUserTask,
    SaveDraft,
    TakeBackUserTask,
    new_id,
)

LINE = "start -> A -> B -> C -> end"
BLOCK = "start -> A -> and1 -> B -> B2 -> and2 -> C -> end; and1 -> D -> D2 -> and2"


def begin(staff: Staff, content: bytes, **variables: object) -> Staff:
    """Release a drawn model and start a case of it."""
    files = {"model.bpmn": content}
    receipt = staff.engine.handle(DeployDefinition(command_id=new_id(), files=files), ADMIN)
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(receipt.result["definition_id"]))
    staff.engine.handle(release, OPERATOR)
    staff.case_id = staff.house.start(**variables)
    return staff


def back(staff: Staff, element: str, to: str, actor: Actor = ANNE, **fields: object) -> None:
    """Claim the task, where it is not taken, and return it to what was done last at ``to``."""
    task = staff.task(element)
    if actor is ANNE and f"{element} -" in staff.open:
        staff.claim(element, ANNE)
    given = {"reason": "incomplete", "to_task": staff.done(to), **fields}
    staff.do(ReturnUserTask, actor, user_task_id=task, **given)


def test_return_gives_the_step_to_who_did_it(staff: Staff) -> None:
    begin(staff, model(LINE))
    staff.complete("A", BO, a=1)
    staff.complete("B", CID)
    back(staff, "C", "A")
    assert staff.open == ["A user:bo"]
    assert staff.rows("SELECT kind, subject, content FROM note") == [("returned", "user:bo", "incomplete")]
    assert staff.house.variables(staff.case_id) == {"a": 1}
    for element, actor in (("A", BO), ("B", CID), ("C", ANNE)):
        staff.complete(element, actor)
    assert staff.house.state(staff.case_id) == "completed"


def superseded(staff: Staff) -> list[str]:
    """Elements of the tasks whose answers the last return made void, in the order of their doing."""
    events = [event for row in staff.engine.queries.get_history(staff.case_id, OPERATOR) for event in row.events]
    made = [event for event in events if event["event"] == "user_task.created"]
    names = {event["token_id"]: event["element_id"] for event in made}
    last = [event for event in events if event["event"] == "user_task.returned"][-1]
    return [names[token_id] for token_id in last.get("superseded", [])]


def test_return_names_the_answers_that_no_longer_stand_and_keeps_the_variables(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    for element in ("A", "B", "D", "B2", "D2"):
        staff.complete(element, BO, **{element: 1})
    back(staff, "C", "B")
    assert superseded(staff) == ["B", "B2"], "the branch beside it stands"
    assert staff.house.variables(staff.case_id) == dict.fromkeys(("A", "B", "D", "B2", "D2"), 1)
    staff.check()


def test_answers_before_the_step_in_its_sub_process_stand(staff: Staff) -> None:
    begin(staff, model("start -> P -> C -> end", sub("P", "start1 -> A -> B -> B2 -> end1")))
    for element in ("A", "B", "B2"):
        staff.complete(element, BO)
    back(staff, "C", "B")
    assert superseded(staff) == ["B", "B2"]


def test_return_and_come_straight_back_skips_what_is_between(staff: Staff) -> None:
    begin(staff, model(LINE))
    staff.complete("A", BO)
    staff.complete("B", CID)
    back(staff, "C", "A", come_back=True)
    assert superseded(staff) == ["A"], "what lies between stands"
    staff.complete("A", BO, fixed=True)
    assert staff.open == ["C user:anne"]
    back(staff, "C", "B", come_back=True)
    assert staff.open == ["B user:cid"]
    staff.complete("B", CID)
    staff.complete("C", ANNE)
    assert staff.house.state(staff.case_id) == "completed"


def test_return_inside_a_branch_leaves_the_other_alone(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    staff.complete("A", BO)
    staff.complete("B", CID)
    back(staff, "B2", "B")
    assert staff.open == ["D -", "B user:cid"]


def test_return_before_the_split_withdraws_every_branch(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    staff.complete("A", BO)
    staff.complete("B", CID)
    back(staff, "B2", "A")
    assert staff.open == ["A user:bo"]
    for element in ("A", "B", "D", "B2", "D2", "C"):
        staff.complete(element)
    assert staff.house.state(staff.case_id) == "completed"


def test_return_before_the_split_and_straight_back_leaves_the_others_at_work(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    staff.complete("A", BO)
    staff.complete("B", CID)
    back(staff, "B2", "A", come_back=True)
    assert staff.open == ["D -", "A user:bo"]
    staff.complete("A", BO)
    assert staff.open == ["D -", "B2 user:anne"]


def test_return_from_behind_the_join_into_one_branch_is_not_stuck(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    for element in ("A", "B", "D", "B2", "D2"):
        staff.complete(element, BO)
    back(staff, "C", "B2")
    staff.complete("B2", BO)
    assert staff.open == ["C -"]


def test_a_step_of_another_branch_is_no_step_on_the_way(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    staff.complete("A", BO)
    staff.complete("B", CID)
    with pytest.raises(InvalidStateError, match="passed through on the way"):
        back(staff, "D", "B")


def test_return_out_of_a_sub_process_and_into_one_that_is_over(staff: Staff) -> None:
    begin(staff, model("start -> A -> s -> C -> end", sub("s", "start2 -> One -> Two -> end2")))
    staff.complete("A", BO)
    staff.complete("One", CID)
    back(staff, "Two", "A")
    assert staff.open == ["A user:bo"]
    staff.complete("A", BO)
    staff.complete("One", CID)
    staff.complete("Two", CID)
    back(staff, "C", "Two")
    assert staff.open == ["Two user:cid"]
    staff.complete("Two", CID)
    assert staff.open == ["C -"]
    back(staff, "C", "One")
    staff.complete("One", CID)
    assert staff.open == ["Two -"]


def test_return_into_a_called_process(staff: Staff) -> None:
    inner = process_of("start2 -> One -> end2", process="q")
    begin(staff, file(process_of("start -> A -> c -> B -> end", call("c", "q")), inner))
    staff.complete("A", BO)
    staff.complete("One", CID)
    back(staff, "B", "One")
    staff.complete("One", CID)
    assert staff.open == ["B -"]


def test_return_to_a_joint_task_begins_it_anew_and_from_one_withdraws_it_whole(staff: Staff) -> None:
    begin(staff, model("start -> A -> V -> C -> end", user("V", each("[1, 2, 3]"))))
    staff.complete("A", BO)
    staff.complete("V", CID)
    back(staff, "V", "A")
    assert staff.open == ["A user:bo"]
    staff.complete("A", BO)
    for _ in range(3):
        staff.complete("V", CID)
    back(staff, "C", "V")
    assert staff.open == ["V -", "V -", "V -"]
    for _ in range(3):
        staff.complete("V", CID)
    staff.complete("C")
    assert staff.house.state(staff.case_id) == "completed"


def test_return_around_a_loop_names_the_newest_round(staff: Staff) -> None:
    begin(staff, model("start -> A -> B -> xor1 -[again]-> A; xor1 -default-> C -> end"), again=True)
    staff.complete("A", BO)
    staff.complete("B", CID)
    staff.complete("A", CID)
    staff.complete("B", CID, again=False)
    back(staff, "C", "A")
    assert staff.open == ["A user:cid"]


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"reason": ""}, RejectedError, "for a reason"),
        ({"to_task": "elsewhere.3"}, NotFoundError, "of its own case"),
        ({"actor": BO}, NotPermittedError, "user:anne has it"),
    ],
)
def test_return_is_refused(staff: Staff, fields: dict[str, object], error: type[Exception], words: str) -> None:
    begin(staff, model(LINE))
    staff.complete("A", BO)
    staff.claim("B", ANNE)
    with pytest.raises(error, match=words):
        back(staff, "B", "A", **fields)
    assert staff.open == ["B user:anne"]


def test_return_to_an_open_or_later_task_is_refused(staff: Staff) -> None:
    begin(staff, model(LINE))
    staff.complete("A", BO)
    task = staff.claim("B", ANNE)
    with pytest.raises(InvalidStateError, match="passed through"):
        staff.do(ReturnUserTask, ANNE, user_task_id=task, to_task=task, reason="x")


def test_who_did_the_step_before_the_return_counts_for_the_two_person_rule(staff: Staff) -> None:
    """The first author does not check what the second one made of it."""
    rule = '<camunda:properties><camunda:property name="{}" value="author"/></camunda:properties>'
    drawn = model(
        "start -> A -> B -> end",
        user("A", extension=rule.format("completedBy")),
        user("B", extension=rule.format("notCompletedBy")),
    )
    begin(staff, drawn)
    staff.complete("A", BO)
    back(staff, "B", "A")
    staff.do(AssignUserTask, ADMIN, task="A", assignee="user:cid", reason="he is away")
    staff.complete("A", CID)
    for author in (BO, CID):
        with pytest.raises(NotPermittedError, match="its author"):
            staff.complete("B", author)
    staff.complete("B", ANNE)


# ------------------------------------------------------------------------------------------------ taking back
def take(staff: Staff, element: str, actor: Actor, reason: str = "a slip") -> None:
    staff.do(TakeBackUserTask, actor, user_task_id=staff.done(element, actor), reason=reason)


def test_take_back_while_nobody_has_acted(staff: Staff) -> None:
    begin(staff, model(LINE))
    staff.complete("A", BO)
    staff.claim("B", CID)
    take(staff, "A", BO)
    assert staff.open == ["A user:bo"]
    staff.complete("A", BO)
    assert staff.open == ["B -"]


def test_take_back_withdraws_every_branch_that_followed(staff: Staff) -> None:
    begin(staff, model(BLOCK))
    staff.complete("A", BO)
    take(staff, "A", BO)
    assert staff.open == ["A user:bo"]


def test_take_back_of_the_last_of_a_sub_process_opens_it_again(staff: Staff) -> None:
    begin(staff, model("start -> A -> s -> C -> end", sub("s", "start2 -> One -> Two -> end2")))
    for element in ("A", "One", "Two"):
        staff.complete(element, BO)
    with pytest.raises(InvalidStateError, match="was completed after it"):
        take(staff, "One", BO)
    take(staff, "Two", BO)
    assert staff.open == ["Two user:bo"]
    staff.complete("Two", BO)
    assert staff.open == ["C -"]


def test_take_back_out_of_a_join_that_went_on(staff: Staff) -> None:
    begin(staff, model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2"))
    staff.complete("A", BO)
    staff.complete("B", CID)
    take(staff, "B", CID)
    assert staff.open == ["B user:cid"]
    with pytest.raises(InvalidStateError, match="nothing that followed"):
        take(staff, "A", BO)
    staff.complete("B", CID)
    assert staff.open == ["C -"]


@pytest.mark.parametrize("in_turn", [False, True])
def test_take_back_one_voice_of_a_joint_task(staff: Staff, in_turn: bool) -> None:
    loop = each("[1, 2, 3]", out="said", out_item="voice", sequential=in_turn)
    begin(staff, model("start -> V -> C -> end", user("V", loop)))
    staff.complete("V", BO, voice="no")
    take(staff, "V", BO)
    assert f"V {BO.actor_id}" in staff.open
    assert len(staff.open) == (1 if in_turn else 3)
    staff.complete("V", BO, voice="yes")
    staff.complete("V", CID, voice="no")
    staff.complete("V", ANNE, voice="maybe")
    assert staff.house.variables(staff.case_id)["said"] == ["yes", "no", "maybe"]
    with pytest.raises(InvalidStateError, match="decided together"):
        take(staff, "V", ANNE)


def test_take_back_is_refused_once_somebody_acted(staff: Staff) -> None:
    begin(staff, model(LINE))
    staff.complete("A", BO)
    with pytest.raises(NotPermittedError, match="user:bo completed it"):
        take(staff, "A", CID)
    staff.do(SaveDraft, CID, task="B", content={"b": "half"})
    with pytest.raises(InvalidStateError, match="at work on 'B'"):
        take(staff, "A", BO)
    staff.complete("B", CID)
    with pytest.raises(InvalidStateError, match="'B' was completed after it"):
        take(staff, "A", BO)
    with pytest.raises(RejectedError, match="for a reason"):
        take(staff, "B", CID, reason="")


@pytest.mark.parametrize(("part", "words"), [(service("x"), "given to a service"), (send("x", "m"), "has gone out")])
def test_take_back_is_refused_once_something_left_the_case(staff: Staff, part: str, words: str) -> None:
    begin(staff, model("start -> A -> and1 -> x -> end; and1 -> B -> end2", part))
    staff.complete("A", BO)
    with pytest.raises(InvalidStateError, match=words):
        take(staff, "A", BO)


def test_take_back_of_an_open_task_or_an_ended_case_is_refused(staff: Staff) -> None:
    begin(staff, model("start -> A -> end"))
    task = staff.claim("A", BO)
    with pytest.raises(InvalidStateError, match="not completed"):
        staff.do(TakeBackUserTask, BO, user_task_id=task, reason="x")
    staff.complete("A", BO)
    with pytest.raises(InvalidStateError, match="its case is completed"):
        take(staff, "A", BO)
