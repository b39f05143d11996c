"""A process is really killed while it books: the claim counts once when it is sent again, and nothing stays held."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.faults.processes import Nursery
from tests.support.house import House
from tests.support.resourcing import LEADER, asked, assign, detail, free, settle_in
from workflow_engine import AssignResource, InvalidStateError, new_id


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    yield opened
    opened.close()


def book_and_die(
    nursery: Nursery, url: str, point: str, request_id: str, resource_id: str, quantity: int, command_id: str
) -> None:
    """Another process books, and kills itself at a point on the way."""
    words = (request_id, resource_id, str(quantity), command_id)
    ended = nursery.run("tests.faults.booking_worker", url, *words, failpoint=f"{point}:1:kill")
    assert ended == -signal.SIGKILL


def test_killed_booking_counts_once_or_not_at_all(house: House, database_url: str, nursery: Nursery) -> None:
    settle_in(house)
    for point, counts in (("after_event", False), ("before_commit", False), ("after_commit", True)):
        _, request_id = asked(house, ("supplies", "tent", 9))
        before, command_id = free(house)["tents"], new_id()
        book_and_die(nursery, database_url, point, request_id, "tents", 9, command_id)
        assert free(house)["tents"] == before - (9 if counts else 0)
        again = AssignResource(
            command_id=command_id, request_id=request_id, line_no=1, resource_id="tents", quantity=9
        )  # fmt: skip
        assert house.engine.handle(again, LEADER).replayed is counts
        assert free(house)["tents"] == before - 9
        assert len(detail(house, request_id).bookings) == 1
    _, first = asked(house, ("vehicle", "fire_engine", 1))
    book_and_die(nursery, database_url, "after_commit", first, "engine-1", 1, new_id())
    _, second = asked(house, ("vehicle", "fire_engine", 1))
    with pytest.raises(InvalidStateError):
        assign(house, second, "engine-1")
    assert house.engine.verify_audit(sample=0).findings == []
