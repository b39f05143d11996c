"""Where the present instant comes from; the only place in the project that asks the machine."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the present instant in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, shifted by a fixed offset for rehearsals and fault tests (``LIANDONG_CLOCK_OFFSET``)."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Move forward (or back, to test that nothing minds) and return the new instant."""
        self._now += timedelta(seconds=seconds)
        return self._now

    def set(self, instant: datetime) -> None:
        self._now = instant.astimezone(UTC)


def new_id() -> str:
    """A fresh identifier that sorts by the time it was made (UUIDv7 layout, RFC 9562, 32 hex digits)."""
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    return f"{value | secrets.randbits(62):032x}"


def new_seed() -> int:
    """A fresh seed for everything random in one command."""
    return int.from_bytes(os.urandom(6), "big")


def new_salt() -> bytes:
    """Fresh salt for the commitments of one entry."""
    return os.urandom(32)


def new_nonce() -> str:
    """Fresh random text that tells nothing, not even when it was made."""
    return secrets.token_hex(16)
