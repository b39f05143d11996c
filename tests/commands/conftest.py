"""An engine over each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import House
from tests.support.staff import Staff


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A new engine over a new database."""
    opened = House(database_url)
    yield opened
    opened.close()


@pytest.fixture
def staff(sqlite_url: str) -> Iterator[Staff]:
    """People at work over SQLite; whatever they did, the record holds afterwards and gives the same rows."""
    opened = House(sqlite_url)
    made = Staff(opened)
    yield made
    made.check()
    opened.close()
