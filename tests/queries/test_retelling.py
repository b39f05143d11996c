"""What each entry changed: from running the case again, in pieces of any size, and without it from given values."""

from __future__ import annotations

import pytest

from tests.support.house import ANNE, AUDITOR, OFFERED, STRANGER, House, chain, user_task
from workflow_engine import Change, NotFoundError

COUNTING = chain(
    user_task("A", OFFERED),
    '<bpmn:scriptTask id="S"><bpmn:script>'
    'total = price * 2; inner = {"a": {"b": total}}</bpmn:script></bpmn:scriptTask>',
    user_task("B", OFFERED),
)


@pytest.fixture
def counted(house: House) -> str:
    house.release(COUNTING)
    case_id = house.start(price=1)
    house.complete(house.task(case_id), ANNE, price=4)
    house.complete(house.task(case_id), ANNE, price=4, note="n")
    return case_id


def told(house: House, case_id: str, most: int) -> list[tuple[int, list[Change], bool]]:
    found: list[tuple[int, list[Change], bool]] = []
    after: int | None = 0
    while after is not None:
        piece = house.engine.retelling.tell(case_id, AUDITOR, after, most)
        found += [(entry.row.seq, list(entry.changes), entry.exact) for entry in piece.entries]
        after = piece.next_seq
    return found


def test_changes_of_scripts_are_found_by_running_the_case_again(house: House, counted: str) -> None:
    _, second, third = told(house, counted, 500)
    assert second == (
        2,
        [
            Change("price", 1, 4, True, True),
            Change("total", None, 8, False, True),
            Change("inner.a.b", None, 8, False, True),
        ],
        True,
    )
    assert third[1] == [Change("note", None, "n", False, True)]


def test_pieces_of_any_size_tell_the_same(house: House, counted: str) -> None:
    assert told(house, counted, 1) == told(house, counted, 2) == told(house, counted, 500)
    assert house.engine.retelling.tell(counted, AUDITOR, 2).entries[0].row.seq == 3  # without what came before


def test_erased_values_leave_what_people_gave(house: House, counted: str) -> None:
    with house.engine._database.write() as unit:
        unit._cursor.execute(f"DELETE FROM entry_payload WHERE stream_id = '{counted}' AND seq = 2")
        unit.commit()
    entries = told(house, counted, 500)
    assert [exact for _seq, _changes, exact in entries] == [True, False, False]
    assert entries[1][1] == []
    assert Change("price", 1, 4, True, True) in entries[2][1]


def test_a_case_outside_ones_reach_is_not_told(house: House, counted: str) -> None:
    with pytest.raises(NotFoundError):
        house.engine.retelling.tell(counted, STRANGER)
