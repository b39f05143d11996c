"""Deadlines in working time: provisional until the notice is out, reckoned again, standing while the clock stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.house import ADMIN, ANNE, BO, NOON, OPERATOR, STRANGER, House, chain, user_task
from workflow_engine import (
    CLOCK,
    ChangeCalendar,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    ReckonDeadlines,
    StartClock,
    StopClock,
    new_id,
)
from workflow_engine.domain.lanes import ORDINARY
from workflow_engine.workers.deadlines import reckon_outdated

DUE = 'camunda:dueDate="=working days after(now(), 2)" camunda:candidateGroups="role:duty_room"'
SCRIPT = (
    '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="until"><bpmn:script>working days after(now(), '
    "5)</bpmn:script></bpmn:scriptTask>"
)
FROM_VARIABLE = chain(
    SCRIPT,
    user_task("A", 'camunda:dueDate="=until" camunda:candidateGroups="role:duty_room"'),
    more='<bpmn:boundaryEvent id="late" attachedToRef="A" cancelActivity="false"><bpmn:timerEventDefinition id="t">'
    '<bpmn:timeDate>=working days after(now(), 3) - duration("PT1H")</bpmn:timeDate></bpmn:timerEventDefinition>'
    '</bpmn:boundaryEvent><bpmn:sequenceFlow id="late_end" sourceRef="late" targetRef="end"/>',
)


def at(day: int, hour: int = 0, *, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def end_of(day: int, *, month: int = 5) -> datetime:
    """The last moment of a day in Shanghai."""
    return datetime(2026, month, day, 15, 59, 59, 999999, tzinfo=UTC)


def change(house: House, days: Mapping[str, str], *published: str) -> None:
    version = house.engine.queries.organisation.calendar()[1].version
    told = {day: {"kind": kind, "name": ""} for day, kind in days.items()}
    years = dict.fromkeys(published, True)
    command = ChangeCalendar(command_id=new_id(), base_version=version, reason="notice", days=told, years=years)
    house.engine.handle(command, ADMIN)


def reckon(house: House, case_id: str) -> None:
    house.engine.handle(ReckonDeadlines(command_id=new_id(), case_id=case_id, calendar=0), CLOCK)


def stop(house: House, case_id: str, actor: object = ANNE, **fields: object) -> None:
    command = StopClock(command_id=new_id(), case_id=case_id, **{"cause": "applicant", "reason": "papers", **fields})
    house.engine.handle(command, actor)  # type: ignore[arg-type]


def start(house: House, case_id: str, actor: object = ANNE, **fields: object) -> None:
    house.engine.handle(StartClock(command_id=new_id(), case_id=case_id, **fields), actor)  # type: ignore[arg-type]


def timers(house: House, case_id: str) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for timer in house.engine.queries.get_case(case_id, OPERATOR).timers:
        if timer.state == "scheduled":
            found.setdefault(timer.element_id, []).append(timer.due_at)
    return found


def verified(house: House) -> None:
    report = house.engine.verify_audit(sample=None)
    assert report.ok, report.findings


def test_provisional_deadline_moves_when_the_notice_comes_and_is_final_then(house: House) -> None:
    house.release(FROM_VARIABLE)
    case_id = house.start()  # Tuesday
    task_id = house.task(case_id)
    assert house.tasks(case_id)[0].due_at == end_of(19)
    deadlines = house.engine.queries.deadlines
    assert {row.provisional for row in deadlines.of_case(case_id)} == {True}
    change(house, {"2026-05-13": "off", "2026-05-16": "work"}, "2026")
    assert deadlines.outdated(ORDINARY) == [(0, case_id)]
    assert (reckon_outdated(house.engine), reckon_outdated(house.engine)) == (1, 0)
    reckon(house, case_id)  # again: no change
    assert deadlines.outdated(ORDINARY) == []
    assert house.tasks(case_id)[0].due_at == end_of(19)
    assert timers(house, case_id) == {"late": [end_of(16) - timedelta(hours=1)]}
    assert [row.provisional for row in deadlines.of_case(case_id)] == [False, False]
    change(house, {"2026-05-18": "off"})
    reckon(house, case_id)
    assert house.tasks(case_id)[0].due_at == end_of(20)
    assert house.rows("SELECT substr(sort_key, 6, 19) FROM offer") == [("2026-05-20T15:59:59",)]
    house.complete(task_id, ANNE)
    assert house.rows("SELECT count(*) FROM reckoned_case") == [(0,)]
    verified(house)


def test_clock_that_stands_moves_the_due_date_and_attached_timers(house: House) -> None:
    house.release(FROM_VARIABLE)
    case_id = house.start()
    task_id = house.task(case_id)
    house.claim(task_id, ANNE)
    stop(house, case_id, user_task_id=task_id)
    assert timers(house, case_id) == {}
    (row,) = [row for row in house.engine.queries.deadlines.of_task(task_id) if row.position is None]
    assert (row.held_at, row.held_by, row.cause, row.reason) == (NOON, "user:anne", "applicant", "papers")
    with pytest.raises(InvalidStateError, match="none to stop"):
        stop(house, case_id, user_task_id=task_id)
    house.clock.advance(3 * 86_400)  # Friday: three working days
    start(house, case_id, user_task_id=task_id)
    assert house.tasks(case_id)[0].due_at == end_of(22)
    assert timers(house, case_id) == {"late": [end_of(20) - timedelta(hours=1)]}
    with pytest.raises(InvalidStateError, match="it runs"):
        start(house, case_id, user_task_id=task_id)
    change(house, {"2026-05-14": "off"})  # in the span that it stood, and before the deadlines
    reckon(house, case_id)
    assert house.tasks(case_id)[0].due_at == end_of(22)
    house.clock.advance(7 * 86_400)
    house.engine.handle(house.timer_command(case_id), CLOCK)
    verified(house)


def test_clock_of_a_case_holds_every_task_and_timers_in_working_time_only(house: House) -> None:
    plain = 'camunda:dueDate="P2D"'
    tomorrow = "=now() + duration(&quot;P1D&quot;)"
    waits = "".join(
        f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:timerEventDefinition id="{name}_t"><bpmn:timeDate>'
        f"{when}</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
        for name, when in (("worked", "=working hours after(now(), 8)"), ("plain", tomorrow))
    )
    flows = "".join(
        f'<bpmn:sequenceFlow id="to_{name}" sourceRef="fork" targetRef="{name}"/><bpmn:sequenceFlow id="from_{name}" '
        f'sourceRef="{name}" targetRef="end_{name}"/><bpmn:endEvent id="end_{name}"/>'
        for name in ("B", "worked", "plain")
    )
    fork = '<bpmn:parallelGateway id="fork"/>'
    house.release(chain(fork, user_task("A", DUE), more=user_task("B", plain) + waits + flows))
    case_id = house.start()
    before = timers(house, case_id)
    stop(house, case_id, ADMIN)
    assert timers(house, case_id) == {"plain": before["plain"]}
    house.clock.advance(86_400)
    start(house, case_id, ADMIN, reason="they came")
    due = {task.element_id: task.due_at for task in house.tasks(case_id)}
    assert due == {"A": end_of(15), "B": NOON + timedelta(days=3)}
    assert timers(house, case_id) == {"plain": before["plain"], "worked": [before["worked"][0] + timedelta(days=1)]}
    verified(house)


def test_clock_is_stopped_by_its_people_for_a_reason(house: House) -> None:
    house.release(chain(user_task("A", DUE)))
    case_id = house.start()
    task_id = house.task(case_id)
    house.claim(task_id, ANNE)
    for actor, error in ((BO, NotPermittedError), (STRANGER, NotFoundError)):
        with pytest.raises(error):
            stop(house, case_id, actor, user_task_id=task_id)
    with pytest.raises(NotPermittedError):
        stop(house, case_id)
    with pytest.raises(InvalidVariablesError):
        stop(house, case_id, user_task_id=task_id, reason=" ")
    with pytest.raises(InvalidVariablesError):
        stop(house, case_id, user_task_id=task_id, cause="weather")
    stop(house, case_id, ADMIN, user_task_id=task_id, cause="other_body")
    house.complete(task_id, ANNE)
    verified(house)


def test_vote_ends_later_when_the_calendar_says_so_and_its_clock_is_not_stopped(house: House) -> None:
    properties = {"ballot": "result", "ballot.voters": "person:user:anne, person:user:bo"}
    told = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in properties.items())
    vote = (
        '<bpmn:userTask id="V" camunda:dueDate="=working days after(now(), 2)"><bpmn:extensionElements>'
        f"<camunda:properties>{told}</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
    )
    house.release(chain(vote))
    case_id = house.start()
    with pytest.raises(InvalidStateError, match="none to stop"):
        stop(house, case_id, ADMIN)
    change(house, {"2026-05-14": "off"})
    reckon(house, case_id)
    assert house.tasks(case_id)[0].due_at == end_of(15)
    assert timers(house, case_id) == {"V": [end_of(15)]}
    assert house.rows("SELECT substr(sort_key, 1, 10) FROM ballot")[0] == ("2026-05-15",)
    verified(house)
