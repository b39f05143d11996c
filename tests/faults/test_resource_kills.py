"""A process is really killed while it books: the claim counts once when it is sent again, and nothing stays held."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import House
from tests.support.resourcing import LEADER, asked, assign, detail, free, settle_in
from workflow_engine import AssignResource, InvalidStateError, new_id

BOOK = """
import sys
from tests.support.resourcing import LEADER
from workflow_engine import AssignResource, Settings, open_engine
url, request_id, resource_id, quantity, command_id = sys.argv[1:]
engine = open_engine(Settings(database_url=url))
engine.handle(AssignResource(command_id=command_id, request_id=request_id, line_no=1, resource_id=resource_id,
                             quantity=int(quantity)), LEADER)
"""


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    yield opened
    opened.close()


def book_and_die(url: str, point: str, request_id: str, resource_id: str, quantity: int, command_id: str) -> None:
    """Another process books, and kills itself at a point on the way."""
    done = subprocess.run(
        [sys.executable, "-c", BOOK, url, request_id, resource_id, str(quantity), command_id],
        env={**os.environ, "LIANDONG_FAILPOINT": f"{point}:1:kill"}, capture_output=True, check=False, timeout=120,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.slow
def test_killed_booking_counts_once_or_not_at_all(house: House, database_url: str) -> None:
    settle_in(house)
    for point, counts in (("after_event", False), ("before_commit", False), ("after_commit", True)):
        _, request_id = asked(house, ("supplies", "tent", 9))
        before, command_id = free(house)["tents"], new_id()
        book_and_die(database_url, point, request_id, "tents", 9, command_id)
        assert free(house)["tents"] == before - (9 if counts else 0)
        again = AssignResource(
            command_id=command_id, request_id=request_id, line_no=1, resource_id="tents", quantity=9
        )  # fmt: skip
        assert house.engine.handle(again, LEADER).replayed is counts
        assert free(house)["tents"] == before - 9
        assert len(detail(house, request_id).bookings) == 1
    _, first = asked(house, ("vehicle", "fire_engine", 1))
    book_and_die(database_url, "after_commit", first, "engine-1", 1, new_id())
    _, second = asked(house, ("vehicle", "fire_engine", 1))
    with pytest.raises(InvalidStateError):
        assign(house, second, "engine-1")
    assert house.engine.verify_audit(sample=0).findings == []
