"""CPU time of this process, medians of alternating rounds, and rows for the report."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Row:
    """One line of the report: what, the two figures, their ratio, and the target it is held against."""

    name: str
    product: float
    naive: float | None = None
    unit: str = "ms CPU"
    target: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.naive else self.product / self.naive

    def text(self) -> str:
        naive = "" if self.naive is None else f"{self.naive:.3f}"
        ratio = "" if self.ratio is None else f"{self.ratio:.3f}"
        met = {True: "met", False: "NOT met", None: ""}[self.met]
        cells = (self.name, f"{self.product:.3f}", naive, ratio, self.unit, self.target, met, self.note)
        return f"| {' | '.join(cells)} |"


@dataclass
class Report:
    """Rows in the order in which they were measured; printed as they come."""

    rows: list[Row] = field(default_factory=list)

    HEAD = "| workload | product | beside it | ratio | unit | target | | note |\n|---|---|---|---|---|---|---|---|"

    def add(self, row: Row) -> Row:
        self.rows.append(row)
        print(row.text(), flush=True)
        return row

    def compare(self, name: str, product: float, naive: float, at_most: float, note: str = "") -> Row:
        """The product's figure against the yardstick's; the target is a ratio not to be exceeded."""
        ratio = product / naive
        return self.add(Row(name, product, naive, target=f"≤ {at_most:g}×", met=ratio <= at_most, note=note))


@contextmanager
def cpu(into: list[float], per: int = 1) -> Iterator[None]:
    """Append the milliseconds of CPU that the block took, divided by ``per``."""
    began = time.process_time()
    yield
    into.append((time.process_time() - began) * 1000 / per)


def alternate(rounds: int, product: Callable[[], float], naive: Callable[[], float]) -> tuple[float, float]:
    """Run both in turn, A B A B …; the product's median, and the yardstick's by the median of the rounds' ratios.

    What disturbs one round disturbs both of its halves, so that the ratio of a round says more than either figure.
    """
    pairs = [(product(), naive()) for _ in range(rounds)]
    ours = statistics.median(pair[0] for pair in pairs)
    return ours, ours / statistics.median(pair[0] / pair[1] for pair in pairs)
