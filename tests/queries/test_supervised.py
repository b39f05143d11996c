"""The supervision board's counts: kept as things happen and as time passes, added up from the community to the city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.house import NOON, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    Actor,
    BoardWish,
    IssueNotice,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    StartCase,
    StopClock,
    new_id,
)
from workflow_engine.domain.actors import Held
from workflow_engine.workers.supervision import Supervisor

LEADER = Actor("user:leader", frozenset({"role:leader"}))
CENTRE = Actor("user:centre", frozenset({"role:supervision"}))
UNITS = [
    {"unit_id": "city", "level": "city", "name_zh": "市", "name_en": "City"},
    {"unit_id": "east", "parent_id": "city", "level": "district", "name_zh": "东区", "name_en": "East"},
    {"unit_id": "bridge", "parent_id": "east", "level": "subdistrict", "name_zh": "桥街道", "name_en": "Bridge"},
    {"unit_id": "orchard", "parent_id": "bridge", "level": "community", "name_zh": "果园", "name_en": "Orchard"},
    {"unit_id": "west", "parent_id": "city", "level": "district", "name_zh": "西区", "name_en": "West"},
]


def _model(unit_id: str) -> str:
    groups = f'camunda:candidateGroups="unit:{unit_id}" camunda:dueDate="=due"'
    return chain(user_task("act", groups), process=f"p_{unit_id}")


def _prepare(house: House) -> House:
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=UNITS), OPERATOR)
    for unit_id in ("orchard", "bridge", "west"):
        house.release(_model(unit_id))
    return house


@pytest.fixture
def city(sqlite_url: str) -> Iterator[House]:
    """A city of four levels, on SQLite alone."""
    house = House(sqlite_url)
    yield _prepare(house)
    house.close()


def _start(house: House, unit_id: str, hours: float, **fields: Any) -> str:
    due = (house.clock.now() + timedelta(hours=hours)).isoformat()
    case_id = new_id()
    command = StartCase(
        command_id=new_id(), case_id=case_id, process_id=f"p_{unit_id}", variables={"due": due, **fields}
    )
    house.engine.handle(command, OPERATOR)
    return case_id


def _follow(house: House) -> None:
    streams = [row[0] for row in house.rows("SELECT case_id FROM process_instance")]
    house.engine.extend_log(streams)
    while Supervisor(house.engine).run_once():
        pass


def _figures(house: House, unit_id: str = "", **wish: str) -> tuple[int, int, int, int]:
    whole = house.engine.queries.supervised.board(LEADER, BoardWish(unit_id=unit_id, **wish)).unit.whole
    return whole.overdue, whole.at_risk, whole.on_time, whole.stopped


def _recounted(house: House) -> bool:
    kept = "SELECT unit_id, process_id, state, matters FROM supervised_count ORDER BY 1, 2, 3"
    anew = "SELECT unit_id, process_id, state, count(*) FROM supervised_matter GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    return house.rows(kept) == house.rows(anew)


def test_matters_turn_with_time_and_add_up_from_community_to_city(house: House) -> None:
    _prepare(house)
    first = _start(house, "orchard", 3)
    _start(house, "bridge", 90)
    _start(house, "west", 90)
    _start(house, "west", 3, exercise=True)
    _follow(house)
    assert _figures(house) == (0, 0, 3, 0)
    house.clock.advance(2.5 * 3600)
    _follow(house)
    assert _figures(house) == (0, 1, 2, 0)
    house.clock.advance(3600)
    _follow(house)
    assert [_figures(house, unit) for unit in ("city", "east", "bridge", "orchard", "west")] == [
        (1, 0, 2, 0), (1, 0, 1, 0), (1, 0, 1, 0), (1, 0, 0, 0), (0, 0, 1, 0)
    ]  # fmt: skip
    board = house.engine.queries.supervised.board(LEADER, BoardWish())
    assert [one.unit_id for one in board.below] == ["east", "west"]
    assert [one.unit_id for one in board.worst] == ["orchard"]
    assert dict(board.levels)["community"].overdue == 1
    assert board.below[0].whole.overdue_rate == 0.5
    (row,) = house.engine.queries.supervised.matters(LEADER, BoardWish(state="overdue")).items
    assert (row.case_id, row.unit_id, row.step) == (first, "orchard", "Do act")
    house.complete(house.task(first))
    _follow(house)
    assert _figures(house) == (0, 0, 2, 0)
    today = house.clock.now().date()
    day = house.engine.queries.supervised.days(LEADER, BoardWish(), today, 3)[-1]
    assert (day.came, day.in_time, day.late) == (3, 0, 1)
    assert _recounted(house)


def test_page_of_matters_goes_on_where_it_ended(city: House) -> None:
    for hours in (30, 40, 50):
        for unit_id in ("orchard", "bridge", "west"):
            _start(city, unit_id, hours)
    _follow(city)
    questions, wish = city.engine.queries.supervised, BoardWish(unit_id="east")
    first = questions.matters(LEADER, wish, limit=4)
    rest = questions.matters(LEADER, wish, after=first.next_cursor, limit=4)
    assert [row.due_at for row in (*first.items, *rest.items)] == sorted(
        NOON + timedelta(hours=hours) for hours in (30, 40, 50) * 2
    )
    assert rest.next_cursor is None and len({row.case_id for row in (*first.items, *rest.items)}) == 6


def test_stopped_clock_is_counted_with_its_cause_and_notice_is_counted_where_it_went(city: House) -> None:
    case_id = _start(city, "west", 5)
    _follow(city)
    stop = StopClock(
        command_id=new_id(), case_id=case_id, user_task_id=city.task(case_id), cause="applicant", reason="等待材料"
    )
    city.engine.handle(stop, OPERATOR)
    city.engine.handle(
        IssueNotice(command_id=new_id(), rung="remind", unit_id="west", reason="逾期", case_id=case_id), CENTRE
    )
    city.clock.advance(9 * 3600)
    _follow(city)
    board = city.engine.queries.supervised.board(LEADER, BoardWish())
    assert (_figures(city), board.causes, board.unit.whole.notices) == ((0, 0, 0, 1), (("applicant", 1),), 1)
    (row,) = city.engine.queries.supervised.matters(LEADER, BoardWish(state="stopped")).items
    assert (row.reason, row.rung) == ("等待材料", "remind")
    assert _recounted(city)


def test_who_supervises_a_district_sees_that_district_alone(city: House) -> None:
    _start(city, "orchard", 3)
    _start(city, "west", 3)
    _follow(city)
    below = frozenset({"east", "bridge", "orchard"})
    head = Actor("user:head", held=(Held("supervision.see", below, None, "east"),))
    questions = city.engine.queries.supervised
    board = questions.board(head, BoardWish())
    assert (board.unit.unit_id, board.unit.whole.open, board.path) == ("east", 1, ())
    assert [one.unit_id for one in questions.board(head, BoardWish(unit_id="orchard")).path] == ["east", "bridge"]
    with pytest.raises(NotFoundError):
        questions.board(head, BoardWish(unit_id="city"))
    with pytest.raises(NotFoundError):
        questions.matters(head, BoardWish(unit_id="west"))
    with pytest.raises(NotPermittedError):
        questions.board(Actor("user:clerk", held=()), BoardWish())


def test_day_that_ends_keeps_what_was_overdue_then(city: House) -> None:
    _start(city, "west", 1)
    _follow(city)
    city.clock.advance(2 * 86400)
    _follow(city)
    city.clock.advance(86400)
    _follow(city)
    days = city.engine.queries.supervised.days(LEADER, BoardWish(), city.clock.now().date(), 4)
    assert [day.overdue for day in days] == [0, 0, 1, 0]
