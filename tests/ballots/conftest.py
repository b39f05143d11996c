"""Engines for ballots."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import House


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """A new engine over SQLite."""
    opened = House(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def any_house(database_url: str) -> Iterator[House]:
    """A new engine over each database."""
    opened = House(database_url)
    yield opened
    opened.close()
