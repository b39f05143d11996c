"""W4: ten thousand cases that wait for a timer: what an idle look costs, and what firing them costs."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench import models
from bench.limits import counting
from bench.measuring import Report, Row
from bench.naive import Naive
from bench.population import completing
from bench.product import Product
from bench.workloads import VARIABLES, spent
from workflow_engine.domain.clock import SystemClock
from workflow_engine.workers.clock import AlarmClock


class ShiftedClock(SystemClock):
    """The machine's clock, moved forward when asked."""

    def move(self, hours: int) -> None:
        self._offset += timedelta(hours=hours)


def run(report: Report, *, quick: bool) -> None:
    """Item 8 of the list of targets."""
    waiting = 1_000 if quick else 10_000
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        clock = ShiftedClock()
        product.engine.clock = clock
        product.deploy(models.waiting())
        for _ in range(waiting):
            product.start("w4", VARIABLES)
        alarm = AlarmClock(product.engine, worker_id="bench", batch=100)
        looks = [spent(lambda: alarm.tick() and None) for _ in range(50)]
        with counting() as commits:
            alarm.tick()
        naive = _naive_look(Path(folder), min(waiting, 500)) * waiting / min(waiting, 500)
        idle = statistics.median(looks)
        report.add(
            Row(f"W4 idle look, {waiting:,} timers", idle, naive, target="≤ 1 ms", met=idle <= 1,
                note="yardstick extrapolated from 500")
        )  # fmt: skip
        report.add(Row("W4 idle look: commits", len(commits), unit="count", target="0", met=not commits))
        one = _one_completion(product)
        clock.move(2)
        began = time.process_time()
        with counting() as commits:
            fired = alarm.tick().fired
        each = (time.process_time() - began) * 1000 / max(fired, 1)
        report.add(
            Row(f"W4 firing, each of {fired:,}", each, one, target="≤ 3×", met=fired == waiting and each <= 3 * one)
        )
        report.add(
            Row("W4 firing: commits per timer", len(commits) / max(fired, 1), unit="count", target="≤ 0.1",
                met=len(commits) <= fired / 10)
        )  # fmt: skip
        product.close()


def _one_completion(product: Product) -> float:
    figures = []
    product.deploy(models.w1())
    for _ in range(50):
        case = product.start("w1", VARIABLES)
        figures.append(completing(product, case))
    return statistics.median(figures)


def _naive_look(folder: Path, waiting: int) -> float:
    naive = Naive(folder)
    naive.deploy(models.waiting())
    for _ in range(waiting):
        naive.start("w4", VARIABLES)
    looked = spent(lambda: naive.poll() and None)
    naive.close()
    return looked
