"""The threads of waitress, shared out: ordinary requests run a few at a time, and emergencies pass them.

Python runs one thread at a time, so dozens of requests at once are answered no sooner than a few, and each of them
delays whoever comes next. Ordinary requests therefore wait for one of a few places. One that has run for long waits for
something else (a lock, a directory) and gives its place back; some threads are left to emergencies whatever happens.
Where too many wait, pages are refused at once, with when to come back; a form that somebody sent is never refused.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from waitress.task import ThreadedTaskDispatcher  # type: ignore[import-untyped]

from workflow_engine import EMERGENCY, ORDINARY, in_lane

PLACES = 4
SLOW_SECONDS = 1.0
"""Whoever runs longer is taken to wait, not to work."""
KEPT_THREADS = 8
MOST_WAITING = 256
"""About five seconds of work; browsers would give up on what comes behind."""
RETRY_SECONDS = 5


class Refusal:
    """What is answered without asking the application; waitress writes it like any error of its own."""

    def __init__(self, content_type: str, body: bytes, headers: dict[str, str]) -> None:
        self._answer = [("Content-Type", content_type), *headers.items()]
        self._body = body

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status, headers and body."""
        return "503 Service Unavailable", self._answer, self._body


class LaneDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """``is_first`` and ``refusal`` are asked in the server's own loop: they must not wait for anything.

    ``queue``, waitress's own, holds whatever goes first.
    """

    def __init__(
        self, is_first: Callable[[Any], bool], refusal: Callable[[Any], Refusal | None], *, places: int = PLACES
    ) -> None:
        super().__init__()
        self._is_first = is_first
        self._refusal = refusal
        self._places = places
        self._ordinary: deque[Any] = deque()
        self._begun_at: dict[int, float] = {}
        """Of the ordinary requests that run, by thread."""

    def add_task(self, task: Any) -> None:
        """A request has come in whole."""
        request = task.requests[0]
        with self.lock:
            if request.error is not None or self._is_first(request):
                self.queue.append(task)
            elif len(self._ordinary) >= MOST_WAITING and (refusal := self._refusal(request)) is not None:
                request.error = refusal
                self.queue.append(task)
            else:
                self._ordinary.append(task)
            self.queue_cv.notify()

    def handler_thread(self, thread_no: int) -> None:
        """As waitress's own, from two queues."""
        while (task := self._take(thread_no)) is not None:
            lane = ORDINARY if thread_no in self._begun_at else EMERGENCY
            try:
                with in_lane(lane):
                    task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Whoever still waits is let go with the others."""
        with self.lock:
            self.queue.extend(self._ordinary)
            self._ordinary.clear()
        return bool(super().shutdown(cancel_pending, timeout))

    # ---- inside
    def _take(self, thread_no: int) -> Any:
        """The next request for this thread, once there is one; None: the thread is to end."""
        with self.lock:
            self._begun_at.pop(thread_no, None)
            while self.stop_count == 0:
                if self.queue:
                    return self.queue.popleft()
                if self._ordinary and self._has_place():
                    self._begun_at[thread_no] = time.monotonic()
                    if len(self._ordinary) > 1:
                        self.queue_cv.notify()
                    return self._ordinary.popleft()
                self.active_count -= 1
                # One that waits may give its place back meanwhile, and tells nobody.
                self.queue_cv.wait(SLOW_SECONDS / 4 if self._ordinary else None)
                self.active_count += 1
            self.active_count -= 1
            self.stop_count -= 1
            self.threads.discard(thread_no)
            self.thread_exit_cv.notify()
            return None

    def _has_place(self) -> bool:
        if len(self._begun_at) >= max(1, len(self.threads) - KEPT_THREADS):
            return False
        young = time.monotonic() - SLOW_SECONDS
        return sum(begun_at > young for begun_at in self._begun_at.values()) < self._places
