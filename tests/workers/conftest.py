"""What tests of workers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workers.http_server import Outside, running_server


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A real HTTP server of the outside."""
    with running_server() as server:
        yield server
