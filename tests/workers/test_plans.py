"""What clocks and workers ask again and again takes an index, however much is stored; and asking writes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.workers.models import END, START, begin, chain, deploy, model, timer_event
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.clock import VirtualClock
from workflow_engine.queries import deadlines, operations
from workflow_engine.settings import Settings
from workflow_engine.storage import jobs, outgoing, timers
from workflow_engine.storage.statement import Statement
from workflow_engine.workers.clock import AlarmClock, Tick


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (operations._NEXT_DUE, "ix_timer_due (lane=?)"),
        (timers._CLAIMABLE, "ix_timer_due (lane=? AND due_at<?)"),
        (jobs._DOABLE, "ix_job_doable (topic=?"),
        (outgoing.PENDING, "ix_outbox_lane (lane=? AND next_at<?)"),
        (outgoing.DELIVERIES, "ix_signal_delivery_lane (lane=?"),
        (deadlines.OUTDATED, "ix_reckoned_case_calendar ((calendar,case_id)>"),
    ],
)
def test_statement_takes_its_index(tmp_path: Path, statement: Statement, index: str) -> None:
    path = tmp_path / "plans.db"
    open_engine(Settings(database_url=f"sqlite:///{path}"), migrate=True).close()
    sql = statement.compiled("sqlite").sql
    with sqlite3.connect(path) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", [0] * sql.count("?")).fetchall()
    connection.close()
    steps = [row[3] for row in plan]
    assert index in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)


def test_look_at_timers_that_are_not_due_writes_nothing(tmp_path: Path, clock: VirtualClock) -> None:
    path = tmp_path / "idle.db"
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=clock, migrate=True)
    deploy(engine, model("waiting", chain(START, timer_event("pause", "timeDuration", "PT1H"), END)))
    for _ in range(20):
        begin(engine, "waiting")
    log = path.with_name(path.name + "-wal")
    before = (log.stat().st_size, log.stat().st_mtime_ns, path.stat().st_mtime_ns)
    alarm = AlarmClock(engine, worker_id="idle")
    assert {alarm.tick() for _ in range(10)} == {Tick()}
    assert (log.stat().st_size, log.stat().st_mtime_ns, path.stat().st_mtime_ns) == before
    engine.close()
