"""A server of waitress for as long as a test needs it: the one place that knows how one is ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def running(server: Any) -> Iterator[int]:
    """Answers on a thread of its own; its port. At the end every connection is closed, held streams too."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        with suppress(OSError):  # its thread was awake already, and has closed what would have woken it
            server.trigger.pull_trigger(lambda: _end(server))  # in the server's thread, which owns its connections
        thread.join(timeout=10)


def _end(server: Any) -> None:
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()
