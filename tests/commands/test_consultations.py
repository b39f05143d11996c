"""Consultations: opened by a case, filled by the public, answered by the office; the record counts what pages count."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.consulting import CLOSES, MODEL, letter, messages
from tests.support.house import ANNE, NOON, SECOND, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    Actor,
    AnswerOpinions,
    CancelCase,
    ExtendConsultation,
    InvalidStateError,
    InvalidVariablesError,
    ModerateOpinions,
    NotFoundError,
    NotPermittedError,
    OpinionWish,
    SubmitOpinion,
    WithdrawConsultation,
    fingerprint,
    masked,
    new_id,
    said_in,
)
from workflow_engine.workers.keeping import Keeper

OFFICE = Actor("user:office", frozenset({"role:participation_office"}))
VISITOR = Actor("public:web")


def _open(house: House) -> tuple[str, str]:
    """A case whose consultation is open: (case, consultation)."""
    house.release(MODEL)
    case_id = house.start(title="停车办法", draft="第一条", closes_at=CLOSES)
    return case_id, house.variables(case_id)["consultation"]["id"]


@pytest.fixture
def opened(sqlite_url: str) -> Iterator[tuple[House, str, str]]:
    """The same over SQLite alone: (house, case, consultation)."""
    house = House(sqlite_url)
    yield house, *_open(house)
    house.close()


def _say(house: House, consultation_id: str, actor: Actor = VISITOR, **fields: Any) -> dict[str, Any]:
    given = {
        "channel": "web", "subject_class": "society", "stance": "support", "text": "很好", "code": new_id(), **fields,
    }  # fmt: skip
    command = SubmitOpinion(command_id=new_id(), consultation_id=consultation_id, **given)
    return dict(house.engine.handle(command, actor).result)


def _do(house: House, kind: Callable[..., Any], consultation_id: str, actor: Actor = OFFICE, **fields: Any) -> None:
    house.engine.handle(kind(command_id=new_id(), consultation_id=consultation_id, **fields), actor)


def test_consultation_runs_from_its_draft_to_its_answers(house: House) -> None:
    case_id, consultation_id = _open(house)
    questions = house.engine.queries.consultations
    for text, stance in (("可以", "support"), ("太贵", "oppose"), ("广告", "suggest"), ("再便宜些", "oppose")):
        _say(house, consultation_id, text=text, stance=stance)
    _say(house, consultation_id, OFFICE, channel="paper", subject_class="enterprise", text="来信")
    house.complete(house.task(case_id, "gather"))
    assert house.variables(case_id)["closing"]["received"] == 5
    with pytest.raises(InvalidStateError):
        _say(house, consultation_id)
    _do(house, ModerateOpinions, consultation_id, numbers=[3], accepted=False, reason="与草案无关")
    _do(house, ModerateOpinions, consultation_id, numbers=[1, 2, 4], accepted=True, topic="价格")
    house.complete(house.task(case_id, "moderate"))
    counted = house.variables(case_id)["tally"]
    assert (counted["n"], counted["pending"], counted["rejected"], counted["oppose_share"]) == (4, 1, 1, 50)
    assert counted["by_class"] == {"society": 3, "enterprise": 1, "government": 0}
    _do(house, ModerateOpinions, consultation_id, numbers=[5], accepted=True)
    _do(house, AnswerOpinions, consultation_id, numbers=[2, 4], disposition="partly", reason="夜间减半")
    house.complete(house.task(case_id, "answer"))
    told = house.variables(case_id)["answers"]
    assert (told["ready"], told["missing"]) == (False, 2)
    _do(house, AnswerOpinions, consultation_id, numbers=[1, 5], disposition="adopted", reason="写入第二条")
    detail = questions.get_public(consultation_id)
    assert detail.row.state == "closed" and detail.adoption["adopted"] == 2
    house.complete(house.task(case_id, "again"))
    assert house.variables(case_id)["answers"]["ready"] is True
    assert questions.get_public(consultation_id).row.state == "answered"
    with pytest.raises(InvalidStateError):
        _do(house, AnswerOpinions, consultation_id, numbers=[1], disposition="partly", reason="又改")
    assert questions.recorded_counts(consultation_id) == {"received": 5, "rejected": 1, "n": 4, "answered": 4}
    assert [row.number for row in questions.list_opinions(consultation_id).items] == [5, 4, 2, 1]
    assert house.engine.verify_audit(sample=None).ok


def test_receipt_can_be_made_again_from_what_everybody_reads(opened: tuple[House, str, str]) -> None:
    house, _, consultation_id = opened
    code = new_id()
    receipt = _say(house, consultation_id, text="请致电 13812345678 或 a.b@c.cn", name="李", contact="1", code=code)
    _do(house, ModerateOpinions, consultation_id, numbers=[1], accepted=True)
    _say(house, consultation_id, text="路灯太暗")
    questions = house.engine.queries.consultations
    (seen,) = questions.list_opinions(consultation_id).items
    assert "138" not in seen.text and "@" not in seen.text and not hasattr(seen, "name")
    assert seen.fingerprint == receipt["fingerprint"]
    mine = questions.find_by_code(consultation_id, code)
    assert mine is not None and mine.number == 1
    assert questions.find_by_code(consultation_id, "no such code") is None
    detail, at_work = (
        questions.get_public(consultation_id),
        questions.list_at_work(OFFICE, consultation_id, OpinionWish(moderation="waiting")).items,
    )
    (row,) = at_work
    said = {"channel": "web", "subject_class": "society", "stance": "support", "district": "", "text": "路灯太暗"}
    at = row.submitted_at.isoformat()
    assert fingerprint(said_in(consultation_id, detail.row.draft_digest, 2, at, said)) == row.fingerprint


def test_opinion_that_cannot_be_taken_says_why(opened: tuple[House, str, str]) -> None:
    house, _, consultation_id = opened
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("text", {"text": " "}), ("text", {"text": "长" * 4_001}), ("stance", {"stance": "maybe"}),
        ("subject_class", {"subject_class": "x"}), ("contact", {"wants_hearing": True}), ("code", {"code": "short"}),
    ]  # fmt: skip
    for field, fields in wrong:
        with pytest.raises(InvalidVariablesError) as refused:
            _say(house, consultation_id, **fields)
        assert set(refused.value.problems) == {field}


def test_what_the_office_does_is_refused_to_others(opened: tuple[House, str, str]) -> None:
    house, _, consultation_id = opened
    _say(house, consultation_id)
    with pytest.raises(NotPermittedError):
        _say(house, consultation_id, channel="paper")
    with pytest.raises(NotPermittedError):
        _do(house, ModerateOpinions, consultation_id, ANNE, numbers=[1], accepted=True)
    with pytest.raises(NotFoundError):
        house.engine.queries.consultations.get_for(ANNE, consultation_id)
    assert house.engine.queries.consultations.list_for(ANNE).items == []
    assert len(house.engine.queries.consultations.list_for(SECOND).items) == 1
    with pytest.raises(InvalidVariablesError):
        _do(house, ModerateOpinions, consultation_id, numbers=[1], accepted=False)
    with pytest.raises(InvalidStateError):
        _do(house, AnswerOpinions, consultation_id, numbers=[1], disposition="adopted", reason="好")
    with pytest.raises(NotFoundError):
        _do(house, ModerateOpinions, consultation_id, numbers=[2], accepted=True)


def test_opinion_after_the_end_or_of_an_ended_case_is_refused(opened: tuple[House, str, str]) -> None:
    house, case_id, consultation_id = opened
    house.clock.advance(30 * 86_400)
    with pytest.raises(InvalidStateError):
        _say(house, consultation_id)
    house.clock.advance(-86_400)
    _say(house, consultation_id)
    house.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="撤"), OPERATOR)
    with pytest.raises(InvalidStateError):
        _say(house, consultation_id)


def test_consultation_whose_case_was_cancelled_is_withdrawn_by_the_keeper(opened: tuple[House, str, str]) -> None:
    house, case_id, consultation_id = opened
    assert Keeper(house.engine).run_once() == 0
    house.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="撤"), OPERATOR)
    assert Keeper(house.engine).run_once() == 1
    detail = house.engine.queries.consultations.get_public(consultation_id)
    assert (detail.row.state, [notice.kind for notice in detail.notices]) == ("withdrawn", ["withdrawal"])
    assert not any(row.name == "consultation.withdrawn" for row in house.engine.queries.list_messages().items)
    assert Keeper(house.engine).run_once() == 0


def test_extension_and_withdrawal_are_public_and_reach_the_case(opened: tuple[House, str, str]) -> None:
    house, case_id, consultation_id = opened
    later = (NOON + timedelta(days=40)).isoformat()
    with pytest.raises(InvalidVariablesError):
        _do(house, ExtendConsultation, consultation_id, closes_at=CLOSES, reason="假期")
    _do(house, ExtendConsultation, consultation_id, closes_at=later, reason="假期")
    _do(house, WithdrawConsultation, consultation_id, reason="另行起草")
    detail = house.engine.queries.consultations.get_public(consultation_id)
    assert (detail.row.state, [notice.kind for notice in detail.notices]) == ("withdrawn", ["extension", "withdrawal"])
    messages = {row.name: row for row in house.engine.queries.list_messages().items}
    for name in ("consultation.extended", "consultation.withdrawn"):
        assert messages[name].state == "waiting"
    with pytest.raises(InvalidStateError):
        _say(house, consultation_id)
    assert house.tasks(case_id)[0].element_id == "gather"


def test_people_are_forgotten_with_the_end_and_stand_nowhere_in_the_record(opened: tuple[House, str, str]) -> None:
    house, _, consultation_id = opened
    questions = house.engine.queries.consultations
    _say(house, consultation_id, name="李四", contact="13900001111", wants_hearing=True)
    (row,) = questions.list_at_work(OFFICE, consultation_id, OpinionWish()).items
    assert (row.name, row.contact) == ("李四", "13900001111")
    _do(house, WithdrawConsultation, consultation_id, reason="另行起草")
    (row,) = questions.list_at_work(OFFICE, consultation_id, OpinionWish()).items
    assert (row.name, row.contact) == ("", "")
    stored = Path(house.settings.database_url.removeprefix("sqlite:///"))
    house.close()
    with sqlite3.connect(stored) as database:
        kept = [row for (row,) in database.execute("SELECT content FROM entry_payload")]
    assert kept and not any("李四" in str(text) for text in kept)


def test_letter_about_a_consultation_of_another_case_is_not_obeyed(opened: tuple[House, str, str]) -> None:
    house, _, consultation_id = opened
    model = messages(close="closed") + chain(
        letter("consultation.close", consultation_id=f"&quot;{consultation_id}&quot;"), user_task("B"), process="thief"
    )
    house.release(model)
    house.start("thief")
    assert house.engine.queries.consultations.get_public(consultation_id).row.state == "open"


def test_mask_covers_numbers_and_addresses_and_leaves_the_rest() -> None:
    assert masked("第 12 条 2026-07-01 起 500 元") == "第 12 条 2026-07-01 起 500 元"
    for private in ("13812345678", "+86 138 1234 5678", "0731-84123456", "430102199001011234", "a@b.cn"):
        assert masked(f"我是{private}。") == "我是▇▇▇。"


def test_opinions_at_the_same_time_get_numbers_without_gaps(house: House) -> None:
    case_id, consultation_id = _open(house)
    before = len(house.engine.queries.get_history(case_id, OPERATOR))
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: _say(house, consultation_id)["number"], range(24)))
    assert sorted(said) == list(range(1, 25))
    questions = house.engine.queries.consultations
    assert questions.get_public(consultation_id).figures["received"] == 24
    assert questions.recorded_counts(consultation_id)["received"] == 24
    assert len(house.engine.queries.get_history(case_id, OPERATOR)) == before
