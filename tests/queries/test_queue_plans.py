"""Every queue of the inbox, each way it can be sorted, and the case list walk indexes: the planners say so themselves.

No scan of a table, no sort of a queue: only what one person has taken on or waits for may be sorted, as it is little.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, create_engine

from bench.storing import BUSY_UNIT, CLERK, store
from tests.support.house import NOON, TWO_STEPS, House
from workflow_engine import SORTS, Actor, TaskWish
from workflow_engine.queries.case_walks import CaseFilter, walks_of_cases
from workflow_engine.queries.queues import Walk, walks_of
from workflow_engine.queries.task_lists import counting, done, merged

CLERK_ACTOR = Actor(CLERK, frozenset({BUSY_UNIT, "unit:17", "role:clerk"}))
OVERSEER = Actor("user:overseer", frozenset({"administrators"}))
TASKS = 4_000
PAGE = 41
QUEUES = ("mine", "offered", "due_today", "overdue", "waiting", "all_open")


class Planner:
    """Asks the database how it would do something, after it has looked at its tables."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.engine = create_engine(house.settings.database_url)

    def nodes(self, statement: Select[Any]) -> list[str]:
        """One text per step of the plan."""
        sql = str(statement.compile(self.engine, compile_kwargs={"literal_binds": True}))
        if self.engine.dialect.name == "sqlite":
            return [row[3] for row in self.house.rows(f"EXPLAIN QUERY PLAN {sql}")]
        with self.engine.connect() as connection:
            # Of few rows PostgreSQL rather reads and sorts all; what counts is where it goes when there are many.
            connection.exec_driver_sql("SET enable_seqscan = off")
            connection.exec_driver_sql("SET enable_bitmapscan = off")
            connection.exec_driver_sql("SET enable_sort = off")  # one that no index spares is in the plan all the same
            found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%")).scalar_one()
        return list(_steps((found if isinstance(found, list) else json.loads(found))[0]["Plan"]))

    def scans(self, statement: Select[Any]) -> list[str]:
        """Steps that read a whole table, or a whole index that is not of open tasks only."""
        return [
            step
            for step in self.nodes(statement)
            if step.startswith(("SCAN of", "SCAN user_task", "SCAN process_instance", "Seq Scan"))
            and "ix_user_task_open" not in step
            and "USING INDEX ix_process_instance_started" not in step
            and "USING COVERING INDEX ix_process_instance_started" not in step
        ]

    def sorts(self, statement: Select[Any]) -> list[str]:
        """Steps that sort."""
        return [step for step in self.nodes(statement) if "TEMP B-TREE" in step or "Sort" in step]


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    yield f"{plan['Node Type']} {plan.get('Relation Name', '')} {plan.get('Index Name', '')}"
    for inner in plan.get("Plans", ()):
        yield from _steps(inner)


@pytest.fixture
def planner(house: House) -> Iterator[Planner]:
    house.release(TWO_STEPS)
    case_id = house.start()
    made = Planner(house)
    with made.engine.connect() as connection:
        store(connection, case_id, TASKS)
    yield made
    made.engine.dispose()


def wish(queue: str, sort: str = "priority", **filters: Any) -> TaskWish:
    return TaskWish(queue, sort=sort, now=NOON, day_ends=NOON + timedelta(hours=12), **filters)


def holds_own_rows(walk: Walk) -> bool:
    return any("assignee" in str(part) or "started_by" in str(part) for part in walk.conditions)


def test_every_queue_walks_indexes(planner: Planner) -> None:
    for actor in (CLERK_ACTOR, OVERSEER):
        for queue in QUEUES:
            for sort in SORTS:
                wanted = wish(queue, sort)
                for walk in walks_of(actor, wanted):
                    with planner.engine.connect() as connection:
                        row = connection.execute(walk.page(wanted, None, None, 2)).first()
                    after = None if row is None else tuple(row)
                    for start in (None, after):
                        statement = walk.page(wanted, start, None, PAGE)
                        told = (actor.actor_id, queue, sort, planner.nodes(statement))
                        assert planner.scans(statement) == [], told
                        if not holds_own_rows(walk):
                            assert planner.sorts(statement) == [], told


def test_counts_and_merged_pages_read_no_table(planner: Planner) -> None:
    wishes = {queue: wish(queue) for queue in QUEUES[:-1]}
    assert planner.scans(counting(CLERK_ACTOR, wishes)) == []
    for queue in QUEUES:
        wanted = wish(queue)
        assert planner.scans(merged(walks_of(CLERK_ACTOR, wanted), wanted, None, None, PAGE)) == []


def test_done_tasks_come_in_the_order_of_an_index(planner: Planner) -> None:
    statement = done(CLERK_ACTOR, None, None, "").limit(PAGE)
    assert planner.scans(statement) == []
    assert planner.sorts(statement) == []


def test_filtered_queues_look_no_further_than_their_horizon(planner: Planner) -> None:
    wanted = wish("offered", search="nothing that is there", exercise=False)
    queries = planner.house.engine.queries.tasks
    assert queries.page(CLERK_ACTOR, wanted).items == []
    by_process = wish("offered", process_id="p")
    for walk in walks_of(CLERK_ACTOR, by_process):
        assert planner.scans(walk.page(by_process, None, None, PAGE)) == []
        assert planner.sorts(walk.page(by_process, None, None, PAGE)) == []


def test_the_case_list_walks_indexes(planner: Planner) -> None:
    for actor in (CLERK_ACTOR, OVERSEER):
        for fields in ({}, {"process_id": "p"}, {"state": "active"}, {"unit": BUSY_UNIT}, {"business_key": "B-7"}):
            wanted = CaseFilter(**fields)
            for walk in walks_of_cases(actor, wanted, None, PAGE):
                told = (actor.actor_id, wanted, planner.nodes(walk))
                assert planner.scans(walk) == [], told
                # A business key names a handful of cases, and a person holds a handful of tasks.
                if "user_task.assignee" not in str(walk) and not wanted.business_key:
                    assert planner.sorts(walk) == [], told
