"""Working copies of models: their owner's alone, bounded, never recorded, and gone when discarded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMIN, SECOND, STRANGER, TWO_STEPS, House
from workflow_engine import (
    Actor,
    DefinitionError,
    DiscardModelWork,
    InvalidStateError,
    KeepModelWork,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    StaleVersionError,
    new_id,
)


def keep(house: House, work_id: str, actor: Actor = ADMIN, **fields: Any) -> int:
    command = KeepModelWork(command_id=new_id(), work_id=work_id, **fields)
    return int(house.engine.handle(command, actor).result["revision"])


def test_working_copy_keeps_files_until_it_is_discarded(house: House) -> None:
    base = house.deploy(TWO_STEPS)
    work_id = new_id()
    assert keep(house, work_id, files={"a.bpmn": b"<a/>", "b.json": b"{}"}, base_definition_id=base) == 1
    assert keep(house, work_id, files={"a.bpmn": b"<b/>"}, removed=("b.json",), revision=1) == 2
    work = house.engine.queries.models.get_work(work_id, ADMIN)
    assert (dict(work.files), work.base_definition_id, work.base_version) == ({"a.bpmn": b"<b/>"}, base, 1)
    assert [row.file_names for row in house.engine.queries.models.list_work(ADMIN)] == [("a.bpmn",)]
    house.engine.handle(DiscardModelWork(command_id=new_id(), work_id=work_id), ADMIN)
    with pytest.raises(NotFoundError):
        house.engine.queries.models.get_work(work_id, ADMIN)
    assert house.rows("SELECT 1 FROM model_work_file") == []


def test_working_copy_is_not_recorded_and_not_verified(house: House) -> None:
    before = house.rows("SELECT count(*) FROM audit_entry")
    keep(house, new_id(), files={"a.bpmn": b"<a/>"})
    assert house.rows("SELECT count(*) FROM audit_entry") == before
    assert house.engine.verify_audit().ok


def test_same_command_again_changes_nothing(house: House) -> None:
    command = KeepModelWork(command_id=new_id(), work_id=new_id(), files={"a.bpmn": b"<a/>"})
    house.engine.handle(command, ADMIN)
    assert house.engine.handle(command, ADMIN).replayed
    assert house.engine.queries.models.get_work(command.work_id, ADMIN).revision == 1


def test_older_revision_is_refused(house: House) -> None:
    work_id = new_id()
    keep(house, work_id, files={"a.bpmn": b"1"})
    keep(house, work_id, files={"a.bpmn": b"2"}, revision=1)
    with pytest.raises(StaleVersionError, match="at 2"):
        keep(house, work_id, files={"a.bpmn": b"3"}, revision=1)


def test_working_copy_of_another_is_not_found(house: House) -> None:
    work_id = new_id()
    keep(house, work_id, files={"a.bpmn": b"1"})
    with pytest.raises(NotFoundError):
        keep(house, work_id, SECOND, files={"a.bpmn": b"2"})
    with pytest.raises(NotFoundError):
        house.engine.handle(DiscardModelWork(command_id=new_id(), work_id=work_id), SECOND)
    assert house.engine.queries.models.list_work(SECOND) == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"files": {"../a.bpmn": b""}}, DefinitionError),
        ({"files": {"a\x00.bpmn": b""}}, DefinitionError),
        ({"files": {f"{n}.json": b"{}" for n in range(51)}}, RejectedError),
        ({"files": {"a.bpmn": b" " * (8 * 1024 * 1024 + 1)}}, RejectedError),
        ({"base_definition_id": "none"}, NotFoundError),
    ],
)
def test_working_copy_that_cannot_be_is_refused(house: House, fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        keep(house, new_id(), **fields)
    assert house.rows("SELECT 1 FROM model_work") == []


def test_number_of_working_copies_is_bounded(house: House) -> None:
    for _ in range(20):
        keep(house, new_id())
    with pytest.raises(InvalidStateError, match="20"):
        keep(house, new_id())
    assert keep(house, new_id(), SECOND) == 1


def test_who_may_not_deploy_keeps_none(house: House) -> None:
    with pytest.raises(NotPermittedError):
        keep(house, new_id(), STRANGER)
    with pytest.raises(NotPermittedError):
        house.engine.handle(DiscardModelWork(command_id=new_id(), work_id=new_id()), STRANGER)
    with pytest.raises(NotFoundError):
        house.engine.handle(DiscardModelWork(command_id=new_id(), work_id=new_id()), ADMIN)
