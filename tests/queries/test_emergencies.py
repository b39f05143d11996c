"""Emergencies as rows: what each may see, the same after a restart, with as many statements for many as for one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as Database

from tests.support.house import House
from workflow_engine import (
    OPERATOR,
    Actor,
    CallNext,
    DutyLine,
    InvalidStateError,
    InvalidVariablesError,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    StartCase,
    new_id,
    open_engine,
)
from workflow_engine.demo.load import load_organisation, read_organisation, release_process
from workflow_engine.rehearsal.runner import run_scenario
from workflow_engine.rehearsal.scenario import read_scenario
from workflow_engine.workers.clock import AlarmClock
from workflow_engine.workers.connectors import Work
from workflow_engine.workers.mailing import MailSender
from workflow_engine.workers.telling import TellingRunner

PROCESS = Path(__file__).parents[2] / "processes" / "emergency_response"
RAISED = PROCESS / "scenarios" / "raised_by_update.json"
NOON = datetime(2026, 7, 2, 0, tzinfo=UTC)


@pytest.fixture
def city(database_url: str) -> Iterator[House]:
    """Yunxi with a gas leak that was just raised to level II: the first units acknowledged, five more were called."""
    house = House(database_url, now=NOON)
    load_organisation(house.engine)
    release_process(house.engine, PROCESS)
    scenario = read_scenario(RAISED)
    second_alert = next(n for n, step in enumerate(scenario.steps) if step.kind == "alert")
    scenario = dataclasses.replace(scenario, steps=scenario.steps[: second_alert + 1])
    house.engine.close()
    played = run_scenario(lambda clock: open_engine(house.settings, clock=clock), scenario)
    assert played.findings == ()
    house.clock.set(datetime(2026, 7, 2, 2, 7, 30, tzinfo=UTC))
    house.engine = open_engine(house.settings, clock=house.clock)
    yield house
    house.close()


def person(house: House, person_id: str) -> Actor:
    """A person of the demo city."""
    found = house.engine.queries.organisation.find_actor(person_id)
    assert found is not None
    return found


def the_next_in_line_is_called_before_the_clock_runs_out(city: House) -> None:
    """By the duty room, with a reason, twice at most; on record, and the case runs again from it."""
    emergencies = city.engine.queries.emergencies
    case_id = emergencies.list(OPERATOR)[0].case.case_id

    def power() -> DutyLine:
        return next(line for line in emergencies.get(case_id, OPERATOR).duties if line.unit == "power_utility")

    def call(who: str, reason: str = "no answer by phone") -> None:
        command = CallNext(command_id=new_id(), case_id=case_id, user_task_id=power().call_id or "", reason=reason)
        city.engine.handle(command, person(city, who))

    called = len(emergencies.get(case_id, OPERATOR).duties)
    assert (power().status, power().rung) == ("called", 0)
    for who, reason, refused in (
        ("user:ma_xiao", "late", NotPermittedError), ("user:lin_yue", " ", InvalidVariablesError),
    ):  # fmt: skip
        with pytest.raises(refused):
            call(who, reason)
    call("user:lin_yue")
    assert (power().status, power().rung) == ("overdue", 1)
    assert len(emergencies.get(case_id, OPERATOR).duties) == called
    call("user:lin_yue")
    assert (power().rung, power().user_task_id) == (2, power().call_id)
    with pytest.raises(InvalidStateError):
        call("user:lin_yue")
    assert city.engine.verify_audit(sample=None).ok


def whoever_does_not_answer_is_called_again(city: House) -> None:
    """At half of the time: a note and a mail to each of the unit, a line on the board; the call itself stays."""
    emergencies = city.engine.queries.emergencies
    case_id = emergencies.list(OPERATOR)[0].case.case_id
    people = [one for one in read_organisation()["people"] if one["person_id"] == "user:deng_kai"]
    told = [{**people[0], "email": "deng@power.example"}]
    city.engine.handle(LoadOrganisation(command_id=new_id(), people=told), OPERATOR)
    sent: list[Mapping[str, Any]] = []

    def send(work: Work) -> Mapping[str, Any]:
        sent.append(work.parameters)
        return {}

    zone = ZoneInfo("UTC")
    mail = MailSender(city.engine, send, "https://l.example", zone)
    teller = TellingRunner(city.engine, lambda _delivery: None, mail, zone)
    teller.run_once()

    def power() -> DutyLine:
        return next(line for line in emergencies.get(case_id, OPERATOR).duties if line.unit == "power_utility")

    assert (power().calls, power().called_again_at) == (1, None)
    AlarmClock(city.engine, worker_id="one").tick()
    assert (power().calls, power().called_again_at, power().rung) == (2, city.clock.now(), 0)
    while city.engine.pump():
        pass
    (note,) = city.engine.queries.work.notes(person(city, "user:deng_kai"), limit=5)
    assert (note.kind, note.user_task_id) == ("urge", power().user_task_id)
    city.engine.extend_log(city.engine.chains_behind(everything=True))
    while teller.run_once():
        pass
    assert [one["to"] for one in sent] == ["deng@power.example"]
    assert "再次呼叫 Called again: 2026-07-02 02:07" in sent[0]["body"]
    assert city.engine.verify_audit(sample=None).ok


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent through SQLAlchemy."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Database, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Database, "before_cursor_execute", note)


def test_board_tells_level_units_and_clocks(city: House) -> None:
    (view,) = city.engine.queries.emergencies.list(person(city, "user:lin_yue"))
    assert (view.phase, view.rank, view.exercise) == ("responding", 2, False)
    states = {line.unit: line.state for line in view.duties}
    assert states["fire"] == "acknowledged"
    assert states["power_utility"] == states["red_cross"] == "called"
    assert view.command is not None
    assert view.command.commander == "郑和平"
    assert {"report_by_phone", "pre_response", "draft_warning"} <= {line.task.element_id for line in view.tasks}
    assert (view.reports.next_kind, view.reports.is_late) == ("report_by_phone", True)
    task = next(line.user_task_id for line in view.duties if line.unit == "fire")
    assert task is not None
    city.claim(task, person(city, "user:ma_xiao"))
    (view,) = city.engine.queries.emergencies.list(OPERATOR)
    assert next(line for line in view.duties if line.unit == "fire").state == "working"
    before = view
    city.reopen()
    (view,) = city.engine.queries.emergencies.list(OPERATOR)
    assert view == before, "what is kept in memory is what the rows say"
    only_those_concerned_see_it(city)
    whoever_does_not_answer_is_called_again(city)
    the_next_in_line_is_called_before_the_clock_runs_out(city)


def only_those_concerned_see_it(city: House) -> None:
    """A unit that was called does, a stranger does not."""
    emergencies = city.engine.queries.emergencies
    case_id = emergencies.list(OPERATOR)[0].case.case_id
    called, stranger = person(city, "user:ma_xiao"), Actor("user:nobody")
    assert [view.case.case_id for view in emergencies.list(called)] == [case_id]
    assert emergencies.get(case_id, called).rank == 2
    assert emergencies.list(stranger) == []
    with pytest.raises(NotFoundError):
        emergencies.get(case_id, stranger)
    (watched,) = emergencies.watched()
    assert (watched.reach.includes(called), watched.reach.includes(stranger)) == (True, False)
    assert emergencies.list(OPERATOR, exercises=True) == []


def test_many_cost_as_many_statements_as_one(city: House) -> None:
    def look() -> int:
        with counted() as sent:
            assert len(city.engine.queries.emergencies.list(OPERATOR, include_ended=True)) == expected
        return len(sent)

    expected = 1
    city.reopen()
    first = look()
    for _more in range(12):
        command = StartCase(command_id=new_id(), case_id=new_id(), process_id="emergency_response", title="Fire")
        city.engine.handle(command, OPERATOR)
    expected = 13
    city.reopen()
    assert look() == first
    assert look() < first, "cases that did not move are not read again"
