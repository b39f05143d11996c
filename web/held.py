"""Answers that go on without a thread: waitress keeps the connection, whoever holds it writes when there is news.

A view asks its environ for ``liandong.hold``. The server writes the head and what the view returned, frees the thread
and leaves the connection open; from then on ``HeldStream.send`` adds to it from any thread and never waits for a slow
reader. Under another server the key is missing.
"""

from __future__ import annotations

import threading
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel  # type: ignore[import-untyped]
from waitress.server import MultiSocketServer  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]

KEY = "liandong.hold"
MOST_UNSENT_BYTES = 1024 * 1024
"""A reader this far behind is let go; its page asks again and gets everything anew."""


class HeldStream:
    """An open answer, written to from outside the request."""

    def __init__(self, task: _Task) -> None:
        self._task = task
        self._channel = task.channel
        self._early: list[bytes] = []
        self._is_ready = False
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether somebody is still there to read."""
        return bool(self._channel.connected) and not self._channel.will_close

    def send(self, text: str) -> None:
        """Add to the answer; kept back until the head has been written."""
        with self._lock:
            if not self._is_ready:
                self._early.append(text.encode())
                return
        self._write(text.encode())

    def end(self) -> None:
        """Close the answer in order."""
        channel = self._channel
        try:
            if self._task.chunked_response:
                channel.write_soon(b"0\r\n\r\n")
        except ClientDisconnected:
            return
        with channel.requests_lock:
            channel.close_when_flushed = True
            for request in channel.requests:
                request.close()
            channel.requests = []
        channel.server.pull_trigger()

    def open(self) -> None:
        """The head is written: from now on at once."""
        with self._lock:
            self._is_ready = True
            early, self._early = self._early, []
        for part in early:
            self._write(part)

    def _write(self, data: bytes) -> None:
        channel = self._channel
        if channel.total_outbufs_len > MOST_UNSENT_BYTES:
            channel.will_close = True
            channel.server.pull_trigger()
            return
        part = b"%X\r\n%b\r\n" % (len(data), data) if self._task.chunked_response else data
        try:
            channel.write_soon(part)
        except ClientDisconnected:
            return


class _Held(BaseException):
    """The request's thread is done, its answer is not; passes through everything that catches errors."""

    def __init__(self, stream: HeldStream) -> None:
        super().__init__()
        self.stream = stream


class _Task(WSGITask):  # type: ignore[misc]
    """A request whose answer may be held."""

    held: HeldStream | None = None

    def get_environment(self) -> dict[str, Any]:
        """The environ with the key in it."""
        environ: dict[str, Any] = super().get_environment()
        environ[KEY] = self._hold
        return environ

    def finish(self) -> None:
        """Unless the answer is held, as ever."""
        if self.held is None or not self.status.startswith("200"):
            super().finish()
            return
        raise _Held(self.held)

    def _hold(self) -> HeldStream:
        self.held = HeldStream(self)
        return self.held


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that seems busy with its request as long as its answer is held.

    So nobody times it out, and the server's own loop writes to it only under the lock that ``write_soon`` takes.
    """

    task_class = _Task

    def service(self) -> None:
        """Run the request; one that is held stays the connection's first."""
        try:
            super().service()
        except _Held as held:
            held.stream.open()


def hold_streams(server: Any) -> Any:
    """Let the views of this waitress server hold their answers; returns the server."""
    parts = server.map.values() if isinstance(server, MultiSocketServer) else [server]
    for part in parts:
        if hasattr(part, "channel_class"):
            part.channel_class = _Channel
    return server
