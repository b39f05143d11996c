"""A reservation of a resource as the read side gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """Kept for a unit from one instant to another."""

    reservation_id: str
    quantity: int
    starts_at: datetime
    ends_at: datetime
    purpose: str
    unit_id: str
    title: str | None
    state: str
    reason: str | None
    reserved_at: datetime
    reserved_by: str
    released_at: datetime | None
    released_by: str | None
    unit_name_zh: str | None
    unit_name_en: str | None

    def is_open(self, now: datetime) -> bool:
        """Whether it holds now or will."""
        return self.state == "reserved" and self.ends_at > now

    def is_running(self, now: datetime) -> bool:
        """Whether it holds now."""
        return self.is_open(now) and self.starts_at <= now
