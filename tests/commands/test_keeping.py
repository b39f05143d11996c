"""HoldCase, LiftHold and RemoveCase: ended cases beyond their end, and the proof that one was removed lawfully."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest

from tests.storage.test_verifying import tamper
from tests.support.house import ADMIN, ANNE, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    AddAttachment,
    AddComment,
    HoldCase,
    InvalidStateError,
    LiftHold,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    RemoveCase,
    new_id,
)
from workflow_engine.storage.keeping import KEPT
from workflow_engine.storage.schema import METADATA
from workflow_engine.workers.keeping import Keeper

MODEL = chain(user_task("A"), attributes='camunda:historyTimeToLive="30"')
TOLD = "Li Lei of 7 Dock Road"


@pytest.fixture
def case_id(house: House) -> str:
    """An ended case that tells of people in every way there is without a ballot."""
    house.release(MODEL)
    case_id = house.start(who=TOLD)
    task_id = house.task(case_id)
    house.engine.handle(AddComment(command_id=new_id(), case_id=case_id, text=TOLD), ANNE)
    kept = house.engine.files.keep(BytesIO(b"%PDF-1.7 " + TOLD.encode()))
    attach = AddAttachment(
        command_id=new_id(), case_id=case_id, digest=kept.digest, size=kept.size, media_type=kept.media_type, name=TOLD
    )
    house.engine.handle(attach, ANNE)
    house.complete(task_id, ANNE, note=TOLD)
    return case_id


def remove(case_id: str) -> RemoveCase:
    return RemoveCase(command_id=new_id(), case_id=case_id)


def over(house: House) -> None:
    house.clock.advance(timedelta(days=31).total_seconds())


def rows_of(house: House, case_id: str) -> set[str]:
    """Tables that still hold something of the case."""
    tables = [table.name for table in METADATA.sorted_tables if "case_id" in table.c]
    return {name for name in tables if house.rows(f"SELECT 1 FROM {name} WHERE case_id = '{case_id}'")}


def test_a_case_is_not_removed_before_its_time(house: House, case_id: str) -> None:
    with pytest.raises(InvalidStateError, match="kept until 2026-06-11"):
        house.engine.handle(remove(case_id), OPERATOR)
    assert Keeper(house.engine).run_once() == 0
    assert house.variables(case_id)["note"] == TOLD


def test_what_is_over_is_removed_and_the_proof_stays(house: House, case_id: str) -> None:
    other = house.start(who="somebody else")
    before = house.engine.queries.get_history(case_id, ADMIN)
    over(house)
    assert Keeper(house.engine).run_once() == 1
    assert rows_of(house, case_id) <= KEPT
    dumped = "".join(str(house.rows(f'SELECT * FROM "{table.name}"')) for table in METADATA.sorted_tables)
    assert TOLD not in dumped
    after = house.engine.queries.get_history(case_id, ADMIN)
    assert [row.hash for row in after] == [row.hash for row in before]
    assert all(row.erased for row in after if row.seq == 1)
    body = json.loads(house.rows("SELECT body FROM audit_entry WHERE stream_id = 'area:keeping'")[0][0])
    (event,) = body["events"]
    assert (event["case_id"], event["entries"], event["chain_head"]) == (case_id, len(before), before[-1].hash)
    assert house.engine.queries.keeping.of_case(case_id).removed_at == house.clock.now()
    assert house.engine.verify_audit(sample=None).ok
    assert house.variables(other) == {"who": "somebody else"}
    with pytest.raises(InvalidStateError, match="removed already"):
        house.engine.handle(remove(case_id), OPERATOR)


def test_rows_that_vanish_under_a_false_removal_are_found(house: House, case_id: str) -> None:
    over(house)
    head = house.rows(f"SELECT chain_head, version FROM process_instance WHERE case_id = '{case_id}'")[0]
    tamper(  # somebody with all rights in the database
        house,
        "DELETE FROM comment",
        f"INSERT INTO case_removal SELECT '{case_id}', removal_at, removal_at, {head[1]}, '{head[0]}' "
        f"FROM process_instance WHERE case_id = '{case_id}'",
    )
    report = house.engine.verify_audit(sample=None)
    assert [(finding.kind, finding.case_id) for finding in report.findings] == [("unproven_removal", case_id)]


def test_a_held_case_stays_until_the_hold_is_lifted(house: House, case_id: str) -> None:
    hold = HoldCase(command_id=new_id(), case_id=case_id, reason="an appeal")
    with pytest.raises(NotPermittedError):
        house.engine.handle(hold, ANNE)
    with pytest.raises(RejectedError, match="reason"):
        house.engine.handle(HoldCase(command_id=new_id(), case_id=case_id, reason=" "), ADMIN)
    house.engine.handle(hold, ADMIN)
    with pytest.raises(InvalidStateError, match="held already"):
        house.engine.handle(HoldCase(command_id=new_id(), case_id=case_id, reason="again"), ADMIN)
    over(house)
    assert Keeper(house.engine).run_once() == 0
    with pytest.raises(InvalidStateError, match="it is held"):
        house.engine.handle(remove(case_id), OPERATOR)
    house.engine.handle(LiftHold(command_id=new_id(), case_id=case_id, reason="decided"), ADMIN)
    with pytest.raises(InvalidStateError, match="nobody holds it"):
        house.engine.handle(LiftHold(command_id=new_id(), case_id=case_id, reason="twice"), ADMIN)
    assert Keeper(house.engine).run_once() == 1
    with pytest.raises(NotFoundError):
        house.engine.handle(remove("no-such-case"), OPERATOR)


def test_files_are_swept_once_a_day(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[int] = []
    monkeypatch.setattr(house.engine.files, "sweep", lambda wanted: swept.append(len(set(wanted))) or 0)
    keeper = Keeper(house.engine)
    for hours in (0, 1, 24, 1):
        house.clock.advance(hours * 3600.0)
        keeper.run_once()
    assert len(swept) == 2
