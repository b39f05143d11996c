"""Emergencies wait behind nothing else: however long the line of other timers, jobs, messages and mails is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.workers.models import END, START, begin, chain, deploy, model, service_task, state_of, timer_event
from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.commands import FireTimer, LockJobs
from workflow_engine.domain.events import MessageThrown
from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.domain.telling_commands import TakeDeliveries
from workflow_engine.engine import Engine
from workflow_engine.storage.types import instant_text
from workflow_engine.workers.clock import AlarmClock
from workflow_engine.workers.connectors import Registry
from workflow_engine.workers.jobs import JobRunner

FLOOD = 50_000
BATCH = 25
_LANE = (
    '<extensionElements><properties xmlns="http://camunda.org/schema/1.0/bpmn">'
    '<property name="liandong:lane" value="emergency"/></properties></extensionElements>'
)
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"


class _EnoughError(BaseException):
    """Ends a tick that would go on for minutes."""


def _emergency(process_id: str, body: str) -> bytes:
    return model(process_id, _LANE + body)


def _write(engine: Engine, sql: str) -> None:
    with engine._database.write() as unit:
        unit._cursor.execute(sql)
        unit.commit()


def _is_sqlite(engine: Engine) -> bool:
    return engine._database.dialect == "sqlite"


def _instant(engine: Engine, at: datetime) -> str:
    return f"'{instant_text(at)}'" if _is_sqlite(engine) else f"timestamptz '{at.isoformat()}'"


def _flood_of_timers(engine: Engine, clock: VirtualClock, count: int) -> None:
    """Due timers of cases that are long gone: what a clock has to get through before it has an end."""
    false, at = ("0" if _is_sqlite(engine) else "false"), _instant(engine, clock.now() - timedelta(minutes=5))
    _write(
        engine,
        f"INSERT INTO timer (timer_id, due_at, case_id, token_id, position, element_id, interrupting, state, lane,"
        f" held, firing, armed_at, fence) {_NUMBERS.format(count)}"
        f" SELECT 'gone' || i || '.1.0', {at}, 'gone' || i, 1, 0, 'e', {false}, 'scheduled', 1, {false}, 0, {at}, 0"
        " FROM n",
    )


def test_due_emergency_waits_for_one_commit_of_a_flood_at_most(
    engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = chain(START, timer_event("pause", "timeDuration", "PT60S"), END)
    deploy(engine, _emergency("urgent", pause))
    cases = [begin(engine, "urgent") for _ in range(3)]
    _flood_of_timers(engine, clock, FLOOD)
    others = 0
    before: list[int] = []
    really = engine.handle_many

    def counting(commands: Sequence[Any]) -> list[Any]:
        nonlocal others
        fired = [command.case_id for command, _ in commands if isinstance(command, FireTimer)]
        if not set(cases).isdisjoint(fired):
            assert set(fired) <= set(cases), "an emergency shares no commit with anything else"
            before.append(others)
            others = 0
        elif (others := others + len(fired)) == 4 * BATCH and len(before) == 0:
            clock.advance(60)  # The emergencies fall due in the middle of the first claim.
            others = 0
        if len(before) == 1 and others > BATCH:
            raise _EnoughError
        return really(commands)

    monkeypatch.setattr(engine, "handle_many", counting)
    with pytest.raises(_EnoughError):
        AlarmClock(engine, worker_id="one", batch=BATCH).tick()
    assert before == [0], "nothing that was not in its commit already goes before"
    assert {state_of(engine, case_id) for case_id in cases} == {"completed"}


def test_clock_of_emergencies_leaves_a_flood_alone(engine: Engine, clock: VirtualClock) -> None:
    deploy(engine, _emergency("urgent", chain(START, timer_event("pause", "timeDuration", "PT60S"), END)))
    case_id = begin(engine, "urgent")
    _flood_of_timers(engine, clock, 500)
    alarm = AlarmClock(engine, worker_id="first", lane=EMERGENCY)
    assert alarm.tick().fired == 0
    clock.advance(60)
    assert (alarm.tick().fired, state_of(engine, case_id)) == (1, "completed")


def test_commits_of_slow_timers_get_smaller(
    engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _flood_of_timers(engine, clock, 100)
    seconds = iter(range(10_000))
    monkeypatch.setattr("workflow_engine.workers.clock.time.monotonic", lambda: float(next(seconds)))
    sizes: list[int] = []
    really = engine.handle_many

    def noting(commands: Sequence[Any]) -> list[Any]:
        sizes.append(len(commands))
        return really(commands)

    monkeypatch.setattr(engine, "handle_many", noting)
    AlarmClock(engine, worker_id="one", batch=BATCH).tick()
    assert sizes[:6] == [25, 12, 6, 3, 1, 1]


def test_emergency_jobs_of_every_topic_come_first_and_have_threads_of_their_own(engine: Engine) -> None:
    deploy(engine, model("plain", chain(START, service_task("call", "slow"), END)))
    deploy(engine, _emergency("urgent", chain(START, service_task("call", "page"), END)))
    for _ in range(5):
        begin(engine, "plain")
    case_id = begin(engine, "urgent")
    fetched = engine.handle(LockJobs(command_id=new_id(), topics=("slow", "page"), worker_id="one", most=2), WORKER)
    assert sorted(job["topic"] for job in fetched.result["jobs"]) == ["page", "slow"]
    again = begin(engine, "urgent")
    registry = Registry({"slow": lambda _work: {}, "page": lambda _work: {}})
    runner = JobRunner(engine, registry, worker_id="first", lane=EMERGENCY)
    assert runner.run_once() == 1
    runner.finish()
    assert runner.run_once() == 0
    runner.close()
    assert (state_of(engine, case_id), state_of(engine, again)) == ("active", "completed")


def test_message_of_an_emergency_is_brought_before_a_flood_of_others(
    engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = '<message id="m" name="asked"/>'
    throw = '<intermediateThrowEvent id="say"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    caught = '<startEvent id="begin"><messageEventDefinition messageRef="m"/></startEvent>'
    _flood_of_messages(engine, clock, 300)
    tried: list[str] = []
    route = engine._pump._route

    def noting(message_id: str) -> bool:
        tried.append(message_id)
        return route(message_id)

    monkeypatch.setattr(engine._pump, "_route", noting)
    deploy(engine, model("answering", chain(caught, END), sender))
    deploy(engine, model("urgent", _LANE + chain(START, throw, END), sender))
    thrown: list[str] = []
    engine.listen(
        lambda told: thrown.extend(event.message_id for event in told.events if isinstance(event, MessageThrown))
    )
    begin(engine, "urgent")
    assert tried[0] == thrown[0]
    assert len(tried) < 300, "the rest of the flood is left to the loop that has the time"
    assert engine.queries.count_cases() == {"completed": 2}
    assert engine.pump(EMERGENCY) == 0


def _flood_of_messages(engine: Engine, clock: VirtualClock, count: int) -> None:
    at, text = _instant(engine, clock.now()), "'{\"id\":\"none' || i || '\"}'"
    payload = f"CAST({text} AS BLOB)" if _is_sqlite(engine) else f"convert_to({text}, 'UTF8')"
    _write(
        engine,
        f"INSERT INTO outbox (outbox_id, kind, payload, state, attempts, created_at, next_at, lane)"
        f" {_NUMBERS.format(count)} SELECT 'a-none' || i, 'message', {payload}, 'pending', 0, {at}, {at}, 1 FROM n",
    )


def test_mail_about_an_emergency_is_taken_first(engine: Engine, clock: VirtualClock) -> None:
    at, false = _instant(engine, clock.now()), "0" if _is_sqlite(engine) else "false"
    _write(
        engine,
        "INSERT INTO person (person_id, sign_in_name, display_name_zh, display_name_en, disabled)"
        f" VALUES ('user:a', 'a', 'A', 'A', {false})",
    )
    _write(
        engine,
        f"INSERT INTO delivery (delivery_id, person_id, content, state, attempts, next_at, created_at, lane)"
        f" {_NUMBERS.format(200)} SELECT 'd' || i, 'user:a', '{{}}', 'pending', 0, {at}, {at},"
        " CASE WHEN i = 200 THEN 0 ELSE 1 END FROM n",
    )
    taken = engine.handle(TakeDeliveries(command_id=new_id(), most=5), WORKER).result["deliveries"]
    assert (taken[0]["delivery_id"], len(taken)) == ("d200", 5)
    assert engine.queries.lanes.has_delivery(EMERGENCY, clock.now()) is False
