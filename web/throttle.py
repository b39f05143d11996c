"""Slows down guessing of passwords: counts attempts per name and address, never says whose account exists.

An attempt counts from its beginning, so that many at once are no way around, and is forgiven when it succeeds.
"""

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

    def begin(self, name: str, address: str) -> bool:
        """Count an attempt; whether it may be checked at all."""
        now = self.now()
        with self._lock:
            is_open = all(self._count(key, now, limit) < limit.failures for key, limit in _keys(name, address))
            for key, limit in _keys(name, address):
                self._failures.setdefault(key, deque(maxlen=limit.failures)).append(now)
            while len(self._failures) > MOST_KEYS:
                self._failures.pop(next(iter(self._failures)))
        return is_open

    def forgive(self, name: str, address: str) -> None:
        """The attempt succeeded: it is no guess, nor were the slips before it from the same place."""
        both, *others = _keys(name, address)
        with self._lock:
            self._failures.pop(both[0], None)
            for key, _ in others:
                if recent := self._failures.get(key):
                    recent.pop()

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
