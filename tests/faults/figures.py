"""Counts everything over a whole run and prints it at its end."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.ledger import Ledger

SHORT_KILLS_PER_POINT = 3


def kills_wanted() -> int:
    """How many kills the run is to make; 0: the short version."""
    return int(os.environ.get("LIANDONG_FAULT_KILLS", "0"))


@dataclass
class Figures:
    """Sums of this process."""

    kills: int = 0
    checks: int = 0
    acknowledged: int = 0
    refused: int = 0
    unclear: int = 0
    """Commands that had no answer when their worker died."""
    replayed: int = 0
    """Answers that were given a second time."""
    violations: int = 0
    recovery_seconds: list[float] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
    """Bug and database: after how many kills it was found."""
    notes: list[str] = field(default_factory=list)

    def add_ledger(self, ledger: Ledger, left_open: int = 0) -> None:
        """Take in what the clients of one test know."""
        self.acknowledged += ledger.count("acknowledged")
        self.refused += ledger.count("refused")
        self.unclear += left_open
        self.replayed += sum(receipt["replayed"] for sent in ledger for receipt in sent.receipts)

    def lines(self) -> list[str]:
        """The figures as text."""
        machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, {platform.machine()}"
        upper = f" (below {300 / self.kills:.2f} % at 95 % confidence)" if self.kills and not self.violations else ""
        median, slow = (quantile(self.recovery_seconds, part) for part in (0.5, 0.99))
        lines = [
            f"machine: {machine}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
            f"kills {self.kills}, checks {self.checks}, violations {self.violations}{upper}",
            f"commands acknowledged {self.acknowledged}, refused {self.refused}, left unclear by a kill {self.unclear}",
            f"answers given again for a repeated command {self.replayed}",
            f"recovery seconds p50 {median:.3f}, p99 {slow:.3f} (from start to everything delivered; warm imports)",
        ]
        if self.points:
            lines.append("points: " + ", ".join(f"{name} {count}" for name, count in sorted(self.points.items())))
        if self.planted:
            found = ", ".join(f"{name} after {kills}" for name, kills in sorted(self.planted.items()))
            lines.append(f"planted bugs found {len(self.planted)} (kills until found: {found})")
        return lines + self.notes


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of the values lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0


FIGURES = Figures()
