"""What a run of a script is given beside the variables: the command's clock and chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True)
class ScriptContext:
    """``now`` (aware) is the script's clock, ``seed`` its chance, ``today`` its date (by default ``now``'s in UTC).

    In the script: ``now()``, ``today()``, ``random()``; the modules ``datetime``, ``time`` and ``random`` follow them.
    """

    now: datetime
    seed: int
    today: date | None = None

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("Expected an aware instant as the script's clock, but it has no offset.")
        object.__setattr__(self, "now", self.now.astimezone(UTC))

    @property
    def day(self) -> date:
        """The date that ``today()`` gives."""
        return self.today or self.now.date()
