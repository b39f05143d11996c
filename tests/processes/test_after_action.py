"""Findings: what a response showed becomes somebody's task, with a date, evidence and another person's acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.processes.conftest import PROCESS
from workflow_engine import (
    OPERATOR,
    Actor,
    AddFinding,
    CompleteUserTask,
    Engine,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    Settings,
    StartCase,
    VirtualClock,
    new_id,
    open_engine,
)
from workflow_engine.demo.load import release_process

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
DUE = "2026-07-11T00:00:00Z"
FIRE = Actor("user:ma_xiao", frozenset({"unit:fire"}))
HEAD = Actor("user:chen_jing", frozenset({"role:bureau_head", "unit:fire"}))
STRANGER = Actor("user:he_lan", frozenset({"unit:red_cross"}))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
def engine(database_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    """The demo city with both processes."""
    opened = open_engine(Settings(database_url=f"sqlite:///{database_path}"), clock=clock)
    release_process(opened, PROCESS.with_name("after_action"))
    yield opened
    opened.close()


def finding(engine: Engine, **changed: str) -> AddFinding:
    case_id = new_id()
    start = StartCase(
        command_id=new_id(), case_id=case_id, process_id="emergency_response", title="仓库火灾", variables={}
    )
    engine.handle(start, OPERATOR)
    fields = {"what": "清理消防通道", "owner": "unit:fire", "due_at": DUE, **changed}
    return AddFinding(command_id=new_id(), source_case_id=case_id, finding_case_id=new_id(), **fields)


def complete(engine: Engine, case_id: str, actor: Actor, **variables: object) -> None:
    (task,) = [t for t in engine.queries.get_case(case_id, OPERATOR).user_tasks if t.state in ("ready", "claimed")]
    engine.handle(
        CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=variables), actor
    )


def test_a_finding_goes_from_its_owner_to_another_person_and_closes(engine: Engine, clock: VirtualClock) -> None:
    command = finding(engine)
    engine.handle(command, OPERATOR)
    (row,) = engine.queries.findings.of_case(command.source_case_id, OPERATOR)
    assert (row.what, row.state, row.owner, row.source_title) == ("清理消防通道", "open", ("unit:fire",), "仓库火灾")
    clock.advance(timedelta(days=11).total_seconds())
    (row,) = engine.queries.findings.page(FIRE).items
    assert row.state == "overdue" and engine.queries.findings.figures(FIRE).overdue == 1
    assert engine.queries.findings.page(STRANGER).items == []
    complete(engine, row.case_id, HEAD, finding_result="已清理")
    with pytest.raises(NotPermittedError):
        complete(engine, row.case_id, HEAD, finding_accepted=True)
    (row,) = engine.queries.findings.of_case(command.source_case_id, OPERATOR)
    assert row.state == "to_accept"
    complete(engine, row.case_id, OPERATOR, finding_accepted=True)
    (row,) = engine.queries.findings.of_case(command.source_case_id, OPERATOR)
    assert row.state == "closed" and engine.queries.findings.page(OPERATOR).items == []
    assert engine.queries.findings.figures(OPERATOR).closed == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"what": " "}, "what"), ({"owner": "unit:nowhere"}, "owner"), ({"due_at": "2026-06-30T00:00:00Z"}, "due_at"),
     ({"due_at": "soon"}, "due_at"), ({"accepts": "user:ma_xiao"}, "accepts")],
)  # fmt: skip
def test_a_finding_without_owner_or_date_is_refused(engine: Engine, changed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidVariablesError) as refused:
        engine.handle(finding(engine, **changed), OPERATOR)
    assert list(refused.value.details["problems"]) == [field]


def test_who_cannot_see_the_emergency_adds_nothing_to_it(engine: Engine) -> None:
    with pytest.raises(NotFoundError):
        engine.handle(finding(engine), STRANGER)
