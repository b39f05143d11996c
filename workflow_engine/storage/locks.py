"""Who may write to an SQLite file now: emergencies, then first come, first served; one process at a time."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path

from workflow_engine.domain.lanes import EMERGENCY, ORDINARY

_FIRST_PAUSE_SECONDS = 0.0005
_LONGEST_PAUSE_SECONDS = 0.02


MOST_IN_FRONT = 20
"""So many emergencies in a row; then one of the others has its turn."""


class FairLock:
    """A lock that is handed to whoever has waited longest, emergencies first.

    SQLite's own busy handler lets waiters starve.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._held = False
        self._waiting: tuple[deque[threading.Lock], deque[threading.Lock]] = (deque(), deque())
        """By lane."""
        self._in_front = 0

    def acquire(self, timeout_seconds: float, lane: int = ORDINARY) -> bool:
        """Wait for the lock; False when the time is over."""
        with self._mutex:
            if not self._held:
                self._held = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting[lane].append(mine)
        if mine.acquire(timeout=timeout_seconds):
            return True
        with self._mutex:
            try:
                self._waiting[lane].remove(mine)
            except ValueError:  # It was handed over in this very moment.
                return True
        return False

    def release(self) -> None:
        """Hand the lock to the next in line."""
        with self._mutex:
            first, others = self._waiting[EMERGENCY], self._waiting[ORDINARY]
            if first and not (others and self._in_front >= MOST_IN_FRONT):
                self._in_front += 1
                first.popleft().release()
            elif others:
                self._in_front = 0
                others.popleft().release()
            else:
                self._held = False


class WriterFile:
    """A lock file beside the database: only the process that holds it writes or checkpoints.

    Two connections that write or checkpoint at the same moment can corrupt a WAL database in SQLite before 3.51.3
    (fixed also in 3.44.6 and 3.50.7). The operating system releases the lock when its process dies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self, timeout_seconds: float) -> bool:
        """Wait for the file lock; False when the time is over."""
        if self._try():
            return True
        deadline = time.monotonic() + timeout_seconds
        pause = _FIRST_PAUSE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(pause)
            if self._try():
                return True
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        return False

    def release(self) -> None:
        """Let another process write."""
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Forget the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        if self._handle is None:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._handle

    def _try(self) -> bool:
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
