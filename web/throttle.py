"""Slows down guessing of passwords: counts failures per name and address, never says whose account exists."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``failures`` within ``seconds``."""

    failures: int
    seconds: float


PER_NAME_AND_ADDRESS = Limit(5, 15 * 60)
PER_NAME = Limit(30, 15 * 60)
PER_ADDRESS = Limit(60, 15 * 60)
MOST_KEYS = 20_000


@dataclass(slots=True)
class SignInThrottle:
    """Remembers recent failures in memory; the oldest keys are forgotten first when there are too many."""

    now: Callable[[], float] = time.monotonic
    _failures: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_open(self, name: str, address: str) -> bool:
        """Whether another attempt may be checked now."""
        now = self.now()
        with self._lock:
            return all(self._count(key, now, limit) < limit.failures for key, limit in _keys(name, address))

    def record_failure(self, name: str, address: str) -> None:
        """Count one wrong attempt."""
        now = self.now()
        with self._lock:
            for key, limit in _keys(name, address):
                self._failures.setdefault(key, deque(maxlen=limit.failures)).append(now)
            while len(self._failures) > MOST_KEYS:
                self._failures.pop(next(iter(self._failures)))

    def record_success(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address."""
        with self._lock:
            self._failures.pop(("both", f"{name.casefold()}\n{address}"), None)

    def _count(self, key: tuple[str, str], now: float, limit: Limit) -> int:
        recent = self._failures.get(key)
        while recent and now - recent[0] > limit.seconds:
            recent.popleft()
        return len(recent or ())


def _keys(name: str, address: str) -> list[tuple[tuple[str, str], Limit]]:
    name = name.casefold()
    return [
        (("both", f"{name}\n{address}"), PER_NAME_AND_ADDRESS),
        (("name", name), PER_NAME),
        (("address", address), PER_ADDRESS),
    ]
