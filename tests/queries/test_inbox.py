"""Inbox queues: who sees which tasks, in which order, page by page, out of indexes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ANNE, AUDITOR, BO, OPERATOR, STRANGER, TWO_STEPS, House, chain
from workflow_engine import Actor, RejectedError

MIXED = chain(
    '<bpmn:userTask id="A" name="Plain" camunda:candidateGroups="role:duty_room,unit:fire" '
    'camunda:priority="${p}" camunda:dueDate="${due}"/>'
)


def ids(house: House, actor: Actor, queue: str = "offered", **options: Any) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        page = house.engine.queries.inbox(actor, queue, after=after, **options)
        found += [row.case_id for row in page.items]
        after = page.next_cursor
        if after is None:
            return found


def test_pages_follow_each_other_without_gap_or_repetition(house: House) -> None:
    house.release(TWO_STEPS)
    cases = []
    for _ in range(11):
        cases.append(house.start())
        house.clock.advance(1)
    assert ids(house, ANNE, limit=3) == cases
    assert ids(house, ANNE, limit=11) == cases
    assert ids(house, OPERATOR, "all_open", limit=4) == cases


def test_a_task_offered_to_two_of_my_groups_comes_once(house: House) -> None:
    house.release(MIXED)
    cases = [house.start(p=50, due=None) for _ in range(7)]
    assert sorted(ids(house, ANNE, limit=2)) == sorted(cases)


def test_urgent_comes_before_late_before_old(house: House) -> None:
    house.release(MIXED)
    plain = house.start(p=50, due=None)
    house.clock.advance(60)
    late = house.start(p=50, due="2026-05-12T18:00:00Z")
    soon = house.start(p=50, due="2026-05-12T13:00:00Z")
    urgent = house.start(p=90, due=None)
    assert ids(house, ANNE) == [urgent, soon, late, plain]


def test_emergency_cases_come_first(house: House) -> None:
    house.release(TWO_STEPS)
    ordinary = house.start()
    with house.engine._database.write() as unit:
        unit._cursor.execute("UPDATE definition_process SET lane = 0")
        unit.commit()
    emergency = house.start()
    assert ids(house, ANNE) == [emergency, ordinary]


def test_queues_by_person(house: House) -> None:
    house.release(TWO_STEPS)
    first, second, third = house.start(), house.start(), house.start()
    house.claim(house.task(first), ANNE)
    house.complete(house.task(second), ANNE)
    assert ids(house, ANNE, "mine") == [first]
    assert ids(house, ANNE, "done") == [second]
    assert sorted(ids(house, ANNE)) == sorted([second, third])
    assert sorted(ids(house, BO, "all_open")) == sorted([first, second, third])
    assert sorted(ids(house, AUDITOR, "all_open")) == sorted([first, second, third])
    assert ids(house, STRANGER, "all_open") == []


def test_search_by_words_in_name_title_and_key(house: House) -> None:
    from workflow_engine import StartCase, new_id

    house.release(TWO_STEPS)
    for title, key in (("Flood 100%", "K-1"), ("Fire", "K-2")):
        command = StartCase(command_id=new_id(), case_id=new_id(), process_id="p", title=title, business_key=key)
        house.engine.handle(command, OPERATOR)
    titles = lambda words: [row.case_title for row in house.engine.queries.inbox(ANNE, "offered", search=words).items]  # noqa: E731
    assert titles("flood") == ["Flood 100%"]
    assert titles("100%") == ["Flood 100%"]
    assert titles("do k-2") == ["Fire"]
    assert titles("100_") == []


@pytest.mark.parametrize("after", ["x", "e30", "W10", "bm90aGluZw"])
def test_a_cursor_of_another_origin_is_refused(house: House, after: str) -> None:
    with pytest.raises(RejectedError, match="cursor"):
        house.engine.queries.inbox(ANNE, "offered", after=after)


def test_unknown_queues_and_empty_pages_are_refused(house: House) -> None:
    with pytest.raises(RejectedError, match="queues"):
        house.engine.queries.inbox(ANNE, "all")
    with pytest.raises(RejectedError, match="at least one row"):
        house.engine.queries.inbox(ANNE, limit=0)
