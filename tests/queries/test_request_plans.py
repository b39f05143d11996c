"""Lists of service requests walk indexes: the planners say so themselves, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from tests.queries.test_queue_plans import Planner
from tests.support.house import NOON, House
from tests.support.requesting import MODEL, submit
from workflow_engine import Actor, RequestWish
from workflow_engine.domain.actors import Held
from workflow_engine.domain.service_requests import CLOSED, OPEN, cell_of
from workflow_engine.queries.nearness import around
from workflow_engine.queries.paging import encode
from workflow_engine.queries.service_request_rows import SELECT_PUBLIC, SELECT_STAFF
from workflow_engine.queries.service_request_wishes import page_statement
from workflow_engine.queries.service_requests import IS_PUBLIC
from workflow_engine.storage.schema import process_instance, service_request

REQUESTS = 3_000
_s = service_request.c
SHOWN = SELECT_PUBLIC.where(IS_PUBLIC)
_STATUSES = (*OPEN, *CLOSED[:3])


@pytest.fixture
def planner(house: House) -> Iterator[Planner]:
    """Many requests all over a city, written beside the engine after the pattern of one."""
    house.release(MODEL)
    submit(house)
    made = Planner(house)
    _fill(made.engine)
    yield made
    made.engine.dispose()


def _fill(engine: Engine) -> None:
    with engine.begin() as connection:
        case = dict(connection.execute(select(process_instance)).mappings().one())
        row = dict(connection.execute(select(service_request)).mappings().one())
        cases: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for number in range(REQUESTS):
            status, at = _STATUSES[number % len(_STATUSES)], NOON - timedelta(minutes=number)
            lat, lon = 28.0 + number % 60 / 200, 112.8 + number % 50 / 200
            cell = cell_of(lat, lon) or (0, 0)
            new = f"{number:032d}"
            cases.append({**case, "case_id": new, "started_at": at})
            rows.append({
                **row, "request_id": new, "case_id": new, "tracking_number": f"T{number}", "status": status,
                "received_at": at, "changed_at": at, "category": f"c{number % 30}", "unit_id": f"u{number % 20}",
                "closed_at": at if status in CLOSED else None, "lat": lat, "lon": lon, "cell_row": cell[0],
                "cell_column": cell[1], "place_code": f"4301{number % 90:02d}",
                "moderation": "waiting" if number % 100 == 0 else "shown", "external_id": None,
            })  # fmt: skip
        connection.execute(insert(process_instance), cases)
        connection.execute(insert(service_request), rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


WISHES = (
    (SHOWN, RequestWish()), (SHOWN, RequestWish(category="c3")), (SHOWN, RequestWish(since=NOON - timedelta(hours=5))),
    (SELECT_STAFF, RequestWish()), (SELECT_STAFF, RequestWish(category="c3")),
    (SELECT_STAFF, RequestWish(status="replied")), (SELECT_STAFF, RequestWish(unit_id="u7")),
    (SELECT_STAFF, RequestWish(moderation="waiting")), (SELECT_STAFF, RequestWish(number="SR-2222-2222-2")),
)  # fmt: skip


def test_lists_of_requests_read_ranges_of_indexes_and_sort_nothing(house: House, planner: Planner) -> None:
    """First pages and later ones alike; who sees two units gets theirs; what is near is found by its cells."""
    questions = house.engine.queries.service_requests
    for base, wish in WISHES:
        for after in (None, encode(NOON - timedelta(hours=30), "0" * 32)):
            with house.engine.queries.snapshot() as snapshot:
                statement = page_statement(snapshot, base, wish, [], _s.received_at, after, 5)
            steps = planner.nodes(statement)
            assert not any(map(_is_scan, steps)), (wish, after, steps)
            assert planner.sorts(statement) == [], (wish, after, steps)

    near = SELECT_PUBLIC.where(IS_PUBLIC, *around(28.1, 112.9, 300)).limit(50)
    assert any("ix_service_request_cell" in step or "ix_service_request_near" in step for step in planner.nodes(near))

    seer = Actor("user:seer", held=(Held("service_request.see", frozenset({"u3", "u4"})),))
    found = questions.list(seer, limit=200).items
    assert {row.unit_id for row in found} == {"u3", "u4"}
    assert [row.received_at for row in found] == sorted((row.received_at for row in found), reverse=True)


def _is_scan(step: str) -> bool:
    """Whether a whole table is read: a walk along an index from where the page begins is none."""
    if step.startswith("Seq Scan service_request"):
        return True
    return step.startswith("SCAN service_request") and "INDEX" not in step
