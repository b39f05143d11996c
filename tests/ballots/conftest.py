"""An engine over each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import House


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A new engine over a new database."""
    opened = House(database_url)
    yield opened
    opened.close()
