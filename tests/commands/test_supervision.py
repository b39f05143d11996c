"""Notices of supervision: numbered without gaps, one rung after the other, answered, judged, and moved by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.support.house import OFFERED, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    AcceptAnswer,
    Actor,
    AnswerNotice,
    CancelCase,
    Command,
    InvalidStateError,
    InvalidVariablesError,
    IssueNotice,
    LoadOrganisation,
    NotFoundError,
    NoticeWish,
    NotPermittedError,
    RejectAnswer,
    WithdrawNotice,
    new_id,
)
from workflow_engine.workers.supervision import Supervisor

CENTRE = Actor("user:centre", frozenset({"role:supervision", "unit:centre"}))
WATER = Actor("user:water", frozenset({"unit:water"}))
UNITS = [
    {"unit_id": "city", "level": "city", "name_zh": "市", "name_en": "City"},
    {"unit_id": "water", "parent_id": "city", "level": "city", "name_zh": "水务局", "name_en": "Water"},
    {"unit_id": "east", "parent_id": "city", "level": "district", "name_zh": "东区", "name_en": "East"},
]
LETTER = '<bpmn:message id="m" name="supervision.notice"/><bpmn:message id="a" name="supervision.answered"/>' + chain(
    '<bpmn:sendTask id="send" messageRef="m"><bpmn:extensionElements><zeebe:ioMapping>'
    '<zeebe:input source="=&quot;supervise&quot;" target="rung"/>'
    '<zeebe:input source="=&quot;water&quot;" target="unit"/>'
    '<zeebe:input source="=&quot;逾期&quot;" target="reason"/>'
    "</zeebe:ioMapping></bpmn:extensionElements></bpmn:sendTask>",
    '<bpmn:receiveTask id="hear" messageRef="a"/>',
    user_task("after", OFFERED),
    process="asks",
)


def _loaded(house: House) -> House:
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=UNITS), OPERATOR)
    house.release(chain(user_task("act", OFFERED)))
    return house


@pytest.fixture
def city(sqlite_url: str) -> Iterator[House]:
    """A house with three units and a process, on SQLite alone."""
    house = House(sqlite_url)
    yield _loaded(house)
    house.close()


def _issue(house: House, actor: Actor = CENTRE, **fields: Any) -> dict[str, Any]:
    given = {"rung": "remind", "unit_id": "water", "reason": "逾期三日", **fields}
    return dict(house.engine.handle(IssueNotice(command_id=new_id(), **given), actor).result)


def _do(house: House, kind: type[Command], notice_id: str, actor: Actor, **fields: Any) -> None:
    house.engine.handle(kind(command_id=new_id(), notice_id=notice_id, **fields), actor)  # type: ignore[call-arg]


def test_notice_is_answered_rejected_answered_again_and_accepted(house: House) -> None:
    _loaded(house)
    case_id = house.start()
    notice = _issue(house, case_id=case_id)
    assert (notice["number"], notice["year"]) == (1, 2026)
    questions, notice_id = house.engine.queries.supervision, notice["notice_id"]
    assert questions.waiting_for(WATER).count == 1
    with pytest.raises(NotPermittedError):
        _do(house, AnswerNotice, notice_id, CENTRE, text="我来答复")
    file = {"digest": "a" * 64, "size": 9, "media_type": "image/png", "name": "现场.png"}
    _do(house, AnswerNotice, notice_id, WATER, text="已到现场", files=[file])
    with pytest.raises(InvalidStateError):
        _do(house, AnswerNotice, notice_id, WATER, text="再答一次")
    with pytest.raises(InvalidVariablesError):
        _do(house, RejectAnswer, notice_id, CENTRE, reason=" ")
    _do(house, RejectAnswer, notice_id, CENTRE, reason="没有写明何时修好")
    _do(house, AnswerNotice, notice_id, WATER, text="明日修好")
    with pytest.raises(NotPermittedError):
        _do(house, AcceptAnswer, notice_id, Actor("user:both", frozenset({"role:supervision", "unit:water"})))
    _do(house, AcceptAnswer, notice_id, CENTRE)
    detail = questions.get_notice(notice_id, WATER)
    assert detail.row.state == "accepted"
    judged = [(each.verdict, each.text) for each in detail.answers]
    assert judged == [("rejected", "已到现场"), ("accepted", "明日修好")]
    assert detail.answers[0].files[0].name == "现场.png"
    assert "a" * 64 in house.engine.queries.work.kept_digests()
    with pytest.raises(NotFoundError):
        questions.get_notice(notice_id, Actor("user:else", frozenset({"unit:east"})))
    assert house.engine.verify_audit(sample=None).ok


def test_rung_is_left_out_only_with_a_reason_and_takes_the_place_of_the_lower_one(city: House) -> None:
    case_id = city.start()
    with pytest.raises(InvalidVariablesError) as refused:
        _issue(city, case_id=case_id, rung="supervise")
    assert "skip_reason" in refused.value.problems
    first = _issue(city, case_id=case_id)
    with pytest.raises(InvalidStateError):
        _issue(city, case_id=case_id)
    second = _issue(city, case_id=case_id, rung="supervise")
    third = _issue(city, case_id=case_id, rung="interview", skip_reason="影响恶劣")
    detail = city.engine.queries.supervision.get_notice(third["notice_id"], CENTRE)
    assert [row.state for row in detail.ladder] == ["escalated", "escalated", "open"]
    assert (detail.row.follows, detail.row.skipped) == (second["notice_id"], 1)
    assert detail.ladder[1].follows == first["notice_id"]
    other_unit = _issue(city, case_id=case_id, unit_id="east")
    assert other_unit["number"] == 2


def test_numbers_have_no_gaps_when_many_issue_at_once(house: House) -> None:
    _loaded(house)
    cases = [house.start() for _ in range(12)]

    def one(number: int) -> int | None:
        try:
            return int(_issue(house, case_id=cases[number // 2], reason="" if number % 2 else "逾期")["number"])
        except InvalidVariablesError:
            return None

    with ThreadPoolExecutor(6) as pool:
        given = [number for number in pool.map(one, range(24)) if number is not None]
    assert sorted(given) == list(range(1, 13))
    assert house.rows("SELECT last_number FROM supervision_series") == [(12,)]


def test_unanswered_notice_is_reminded_marked_and_goes_up_by_itself(city: House) -> None:
    case_id = city.start()
    notice_id = _issue(city, case_id=case_id, text="请书面说明")["notice_id"]
    supervisor, questions = Supervisor(city.engine), city.engine.queries.supervision
    assert supervisor.run_once() == 0
    answer_by = questions.get_notice(notice_id, CENTRE).row.answer_by
    assert answer_by > city.clock.now() + timedelta(hours=20)
    city.clock.advance(20 * 3600)
    assert supervisor.run_once() == 1  # reminded
    assert supervisor.run_once() == 0
    city.clock.advance((answer_by - city.clock.now()).total_seconds())
    assert supervisor.run_once() == 2  # marked, and the next rung
    rows = questions.notices_of_case(case_id, CENTRE)
    assert [(row.rung, row.state) for row in rows] == [("remind", "escalated"), ("supervise", "open")]
    assert rows[1].text == "请书面说明" and rows[1].follows == notice_id
    city.clock.advance(30 * 86400)
    assert supervisor.run_once() == 3  # reminded late, marked, and listed
    city.clock.advance(30 * 86400)
    supervisor.run_once()
    listed = questions.notices_of_case(case_id, CENTRE)[-1]
    assert (listed.rung, listed.state, listed.is_overdue(city.clock.now())) == ("listed", "open", True)
    assert [row.notice_id for row in questions.notices(CENTRE, NoticeWish(state="overdue")).items] == [listed.notice_id]
    assert city.engine.verify_audit(sample=None).ok


def test_case_asks_for_a_notice_and_is_told_the_answer(city: House) -> None:
    city.release(LETTER)
    case_id = city.start("asks")
    city.engine.pump()
    (row,) = city.engine.queries.supervision.notices_of_case(case_id, CENTRE)
    assert (row.rung, row.from_case, row.skipped, row.escalates) == ("supervise", True, 1, False)
    _do(city, AnswerNotice, row.notice_id, WATER, text="今日办结")
    city.engine.pump()
    assert [task.element_id for task in city.tasks(case_id)] == ["after"]
    assert city.variables(case_id)["text"] == "今日办结"
    _do(city, WithdrawNotice, row.notice_id, CENTRE, reason="误发")
    city.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="演练"), OPERATOR)
    with pytest.raises(InvalidStateError):
        _do(city, WithdrawNotice, row.notice_id, CENTRE, reason="再发一次")
    assert city.engine.verify_audit(sample=None).ok
