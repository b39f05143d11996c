"""Whoever may not complete a task does not get it: two-person rules, parties of the matter, declared conflicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.house import chain
from tests.support.staff import ADMIN, ANNE, BO, CID, DEE, Staff
from workflow_engine import (
    OPERATOR,
    Actor,
    AddInstance,
    AnswerDelegation,
    AskOpinions,
    AssignUserTask,
    ClaimUserTask,
    Command,
    CompleteUserTask,
    DeclareCaseConflict,
    DelegateUserTask,
    InvalidStateError,
    InvalidVariablesError,
    LiftCaseConflict,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    TransferUserTask,
    new_id,
)

DUTY = 'camunda:candidateGroups="role:duty_room"'
WATER = 'camunda:candidateGroups="unit:water"'


def task(element_id: str, who: str, inside: str = "", **properties: str) -> str:
    values = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in properties.items())
    extension = f"<bpmn:extensionElements><camunda:properties>{values}</camunda:properties></bpmn:extensionElements>"
    return f'<bpmn:userTask id="{element_id}" {who}>{extension if values else ""}{inside}</bpmn:userTask>'


TWO_PERSONS = chain(task("write", DUTY, completedBy="author"), task("check", DUTY, notCompletedBy="author"))
PARTIES = chain(task("judge", DUTY, conflictWith="=[applicant, company]"))


def load(staff: Staff, actor: Actor = OPERATOR, **rows: Any) -> None:
    staff.engine.handle(LoadOrganisation(command_id=new_id(), **rows), actor)


def conflict(person: Actor, party: str, conflict_id: str = "k-1") -> dict[str, str]:
    return {"conflict_id": conflict_id, "person_id": person.actor_id, "party": party, "reason": "their brother's"}


def acting(staff: Staff, person: Actor) -> Actor:
    found = staff.engine.queries.organisation.find_actor(person.actor_id)
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------------ two persons
def _barred_ways(staff: Staff) -> dict[str, Callable[[], object]]:
    def send(kind: type[Command], actor: Actor, **fields: Any) -> Callable[[], object]:
        return lambda: staff.do(kind, actor, task="check", **fields)

    to_anne = {"to": ANNE.actor_id, "reason": "she knows it"}
    return {
        "claim": send(ClaimUserTask, ANNE),
        "assign": send(AssignUserTask, ADMIN, assignee=ANNE.actor_id),
        "transfer": send(TransferUserTask, BO, **to_anne),
        "delegate": send(DelegateUserTask, BO, **to_anne),
        "sign": send(AskOpinions, BO, subjects=(ANNE.actor_id,), place="before", reason="she knows it"),
        "complete": send(CompleteUserTask, ANNE),
    }


def test_who_wrote_it_gets_the_check_in_no_way(staff: Staff) -> None:
    staff.begin(TWO_PERSONS)
    staff.complete("write", ANNE)
    ways = _barred_ways(staff)
    for way in ("claim", "assign", "complete"):
        with pytest.raises(NotPermittedError, match="another person, but user:anne is its author"):
            ways[way]()
    staff.claim("check", BO)
    for way in ("transfer", "delegate", "sign"):
        with pytest.raises(NotPermittedError, match="another person, but user:anne is its author"):
            ways[way]()
    staff.complete("check", BO)


def test_a_deputy_who_is_the_requester_gets_nothing(staff: Staff) -> None:
    deputies = [{"deputy_id": "d", "person_id": BO.actor_id, "stand_in": ANNE.actor_id,
                 "from_on": "2026-05-01", "until_on": "2026-05-30"}]  # fmt: skip
    load(staff, deputies=deputies)
    staff.begin(chain(task("write", DUTY, completedBy="author"), task("check", f'camunda:assignee="{BO.actor_id}"',
                                                                      notCompletedBy="author")))  # fmt: skip
    staff.complete("write", ANNE)
    anne, task_id = acting(staff, ANNE), staff.task("check")
    for command in (
        ClaimUserTask(command_id=new_id(), user_task_id=task_id, on_behalf_of=BO.actor_id),
        CompleteUserTask(command_id=new_id(), user_task_id=task_id, on_behalf_of=BO.actor_id),
    ):
        with pytest.raises(NotPermittedError, match="user:anne is its author"):
            staff.engine.handle(command, anne)
    staff.complete("check", BO)


def test_who_started_the_case_counts_where_the_process_says_so(staff: Staff) -> None:
    properties = (
        '<bpmn:extensionElements><camunda:properties><camunda:property name="startedBy" value="requester"/>'
        "</camunda:properties></bpmn:extensionElements>"
    )  # fmt: skip
    model = chain(task("approve", DUTY, notCompletedBy="requester")).replace(
        '<bpmn:startEvent id="start"/>', properties + '<bpmn:startEvent id="start"/>'
    )
    load(staff, deputies=[{"deputy_id": "d", "person_id": BO.actor_id, "stand_in": ANNE.actor_id,
                           "from_on": "2026-05-01", "until_on": "2026-05-30"}])  # fmt: skip
    staff.begin(model, ANNE, requester="somebody else")
    assert staff.house.variables(staff.case_id)["requester"] == ANNE.actor_id
    anne = acting(staff, ANNE)
    for behalf in (None, BO.actor_id):
        command = CompleteUserTask(command_id=new_id(), user_task_id=staff.task("approve"), on_behalf_of=behalf)
        with pytest.raises(NotPermittedError, match="user:anne is its requester"):
            staff.engine.handle(command, anne)
    staff.complete("approve", BO)


def test_nobody_types_who_did_another_task(staff: Staff) -> None:
    staff.begin(chain(
        task("write", DUTY, completedBy="author"), task("read", DUTY), task("check", DUTY, notCompletedBy="author")
    ))  # fmt: skip
    staff.complete("write", ANNE)
    with pytest.raises(NotPermittedError, match="author, which says who did another task"):
        staff.complete("read", ANNE, author=BO.actor_id)
    staff.complete("read", ANNE, remark="fine")
    with pytest.raises(NotPermittedError, match="user:anne is its author"):
        staff.complete("check", ANNE, author=BO.actor_id)
    staff.complete("check", BO, author=BO.actor_id)
    assert staff.house.variables(staff.case_id)["author"] == ANNE.actor_id


def test_a_group_in_which_nobody_may_do_it_does_not_get_it(staff: Staff) -> None:
    load(staff, conflicts=[conflict(CID, "company:9"), conflict(DEE, "company:9", "k-2")])
    staff.begin(PARTIES, applicant="citizen:1", company="company:9")
    staff.claim("judge", BO)
    with pytest.raises(NotPermittedError, match="nobody in it may"):
        staff.do(TransferUserTask, BO, task="judge", to="unit:water", reason="theirs")


def test_who_is_added_to_a_joint_task_may_do_it(staff: Staff) -> None:
    many = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${who}" camunda:elementVariable="one"/>'
    staff.begin(chain(task("vote", 'camunda:assignee="${one}"', many, conflictWith="company:9")), who=[BO.actor_id])
    load(staff, conflicts=[conflict(CID, "company:9")])
    with pytest.raises(NotPermittedError, match="user:cid has a conflict of interest with company:9"):
        staff.do(AddInstance, BO, task="vote", person=CID.actor_id, reason="more heads")
    staff.do(AddInstance, BO, task="vote", person=DEE.actor_id, reason="more heads")


# ------------------------------------------------------------------------------------------------ parties
def test_a_declared_conflict_with_a_party_bars(staff: Staff) -> None:
    load(staff, acting(staff, ANNE), conflicts=[conflict(ANNE, "company:9")])
    staff.begin(PARTIES, applicant="citizen:1", company="company:9")
    with pytest.raises(NotPermittedError, match="user:anne has a conflict of interest with company:9"):
        staff.claim("judge", ANNE)
    staff.complete("judge", BO)
    staff.case_id = staff.house.start(applicant="citizen:1", company="company:8")
    staff.complete("judge", ANNE)


def test_a_party_and_its_people_are_barred_without_a_word(staff: Staff) -> None:
    both = 'camunda:candidateGroups="role:duty_room,unit:water"'
    staff.begin(chain(task("judge", both, conflictWith="=[applicant, company]")),
                applicant=BO.actor_id, company="unit:water")  # fmt: skip
    for actor in (BO, CID):
        with pytest.raises(NotPermittedError, match="which it concerns"):
            staff.complete("judge", actor)
    staff.complete("judge", ANNE)


def test_a_conflict_declared_while_a_delegate_prepares_bars_the_answer(staff: Staff) -> None:
    staff.begin(PARTIES, applicant="citizen:1", company="company:9")
    staff.claim("judge", BO)
    staff.do(DelegateUserTask, BO, task="judge", to=CID.actor_id, reason="prepare it")
    load(staff, conflicts=[conflict(CID, "company:9")])
    with pytest.raises(NotPermittedError, match="user:cid has a conflict"):
        staff.do(AnswerDelegation, CID, task="judge", answer="fine")


def test_people_declare_their_own_and_take_none_back(staff: Staff) -> None:
    anne = acting(staff, ANNE)
    load(staff, anne, conflicts=[conflict(ANNE, "company:9")])
    with pytest.raises(NotPermittedError):
        load(staff, anne, conflicts=[conflict(BO, "company:9", "k-2")])
    with pytest.raises(NotPermittedError):
        load(staff, anne, removed=[{"kind": "conflict", "id": "k-1"}])
    with pytest.raises(NotPermittedError):
        load(staff, anne, conflicts=[conflict(ANNE, "company:other")])  # the same one, changed
    with pytest.raises(InvalidVariablesError, match="reason"):
        load(staff, conflicts=[{**conflict(BO, "company:9", "k-2"), "reason": " "}])
    load(staff, ADMIN, conflicts=[conflict(ADMIN, "company:9", "k-3")])
    with pytest.raises(NotPermittedError, match="another administrator"):
        load(staff, ADMIN, removed=[{"kind": "conflict", "id": "k-3"}])
    load(staff, ADMIN, removed=[{"kind": "conflict", "id": "k-1"}])
    staff.begin(PARTIES, applicant="citizen:1", company="company:9")
    staff.complete("judge", ANNE)


# ------------------------------------------------------------------------------------------------ the case itself
def declare(staff: Staff, person: Actor, actor: Actor | None = None) -> None:
    command = DeclareCaseConflict(
        command_id=new_id(), case_id=staff.case_id, person_id=person.actor_id, reason="my own street"
    )
    staff.engine.handle(command, actor or person)


def test_who_declares_a_conflict_with_a_case_gives_its_tasks_up(staff: Staff) -> None:
    staff.begin(chain(task("look", DUTY), task("judge", WATER)))
    staff.claim("look", ANNE)
    declare(staff, ANNE)
    assert staff.open == ["look -"]
    with pytest.raises(NotPermittedError, match="conflict of interest with this case"):
        staff.claim("look", ANNE)
    with pytest.raises(NotPermittedError, match="conflict of interest with this case"):
        staff.complete("look", ANNE)
    with pytest.raises(InvalidStateError, match="no part in it already"):
        declare(staff, ANNE)
    staff.complete("look", BO)


def test_what_nobody_else_may_do_falls_to_the_administrators(staff: Staff) -> None:
    staff.begin(chain(task("look", f'camunda:assignee="{CID.actor_id}"')))
    declare(staff, CID)
    assert [(row.assignee, list(row.candidate_groups)) for row in staff.open_tasks()] == [(None, ["administrators"])]
    history = staff.engine.queries.get_history(staff.case_id, OPERATOR)
    events = [event["event"] for row in history for event in row.events]
    assert events[-3:] == ["case.conflict_declared", "user_task.transferred", "user_task.fell_to"]
    staff.complete("look", ADMIN)


def test_what_a_delegate_prepares_goes_back_to_its_owner(staff: Staff) -> None:
    staff.begin(chain(task("look", DUTY)))
    staff.claim("look", BO)
    staff.do(DelegateUserTask, BO, task="look", to=CID.actor_id, reason="prepare it")
    declare(staff, CID)
    assert staff.open == ["look user:bo"]


def test_an_opinion_asked_of_who_has_a_conflict_is_asked_no_more(staff: Staff) -> None:
    staff.begin(chain(task("look", DUTY)))
    staff.claim("look", BO)
    staff.do(AskOpinions, BO, task="look", subjects=(CID.actor_id,), place="before", reason="you know it")
    declare(staff, CID)
    assert staff.open == ["look user:bo"]
    staff.complete("look", BO)


def test_only_who_operates_the_case_says_so_of_others_and_lifts_it(staff: Staff) -> None:
    staff.begin(chain(task("look", DUTY)))
    with pytest.raises(NotPermittedError):
        declare(staff, BO, ANNE)
    with pytest.raises(NotFoundError):
        declare(staff, DEE)
    declare(staff, BO, ADMIN)
    lift = {"case_id": staff.case_id, "person_id": BO.actor_id}
    for actor, error in ((BO, NotPermittedError), (ANNE, NotPermittedError)):
        with pytest.raises(error):
            staff.engine.handle(LiftCaseConflict(command_id=new_id(), reason="it is over", **lift), actor)
    with pytest.raises(RejectedError):
        staff.engine.handle(LiftCaseConflict(command_id=new_id(), reason=" ", **lift), ADMIN)
    staff.engine.handle(LiftCaseConflict(command_id=new_id(), reason="it is over", **lift), ADMIN)
    staff.complete("look", BO)
