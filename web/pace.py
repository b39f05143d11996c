"""How often somebody without an account may send something in: so many from one address within a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_ADDRESSES = 20_000


@dataclass(slots=True)
class Pace:
    """Remembers in memory, of this process; the addresses seen first are forgotten first when there are too many."""

    most: int
    seconds: float
    now: Callable[[], float] = time.monotonic
    _sent: dict[str, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, address: str) -> bool:
        """Whether one more may be sent from there now; if so, it counts."""
        now = self.now()
        with self._lock:
            recent = self._sent.setdefault(address, deque(maxlen=self.most))
            if len(recent) == self.most and now - recent[0] < self.seconds:
                return False
            recent.append(now)
            while len(self._sent) > MOST_ADDRESSES:
                self._sent.pop(next(iter(self._sent)))
        return True
