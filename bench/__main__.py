"""Compare the product with the yardstick and print ratios: ``python -m bench [--quick] [--only NAME]``."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench import (
    ballots,
    flushing,
    indicators,
    lanes,
    lanes_outgoing,
    lanes_web,
    limits,
    population,
    rehearsing,
    replanning,
    replaying,
    serving,
    timers,
    watching,
    workloads,
)
from bench.measuring import Report
from bench.naive import Naive
from bench.product import Product


def machine() -> str:
    """What the figures come from, in one line."""
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, load {load}; "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _cpu_lines() -> list[str]:
    with suppress(OSError):
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return []


def compare(report: Report, *, quick: bool) -> None:
    """Product on SQLite (FULL) against the yardstick on SQLite (FULL), round by round."""
    with tempfile.TemporaryDirectory() as folder:
        product, naive = Product(Path(folder)), Naive(Path(folder))
        try:
            workloads.run_all(report, product, naive, rounds=3 if quick else 5, quick=quick)
        finally:
            product.close()
            naive.close()


PARTS: dict[str, Callable[..., None]] = {
    "workloads": compare,
    "ballots": ballots.run,
    "limits": limits.run,
    "fsyncs": flushing.run,
    "indicators": indicators.run,
    "timers": timers.run,
    "lanes": lanes.run,
    "lanes_outgoing": lanes_outgoing.run,
    "lanes_web": lanes_web.run,
    "replanning": replanning.run,
    "population": population.run,
    "serving": serving.run,
    "replaying": replaying.run,
    "watching": watching.run,
    "rehearsing": rehearsing.run,
}


def main() -> None:
    """Run the parts that were asked for and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, a few minutes")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="only this part; may be repeated")
    arguments = parser.parse_args()
    print(machine())
    print(Report.HEAD)
    report = Report()
    for name, part in PARTS.items():
        if not arguments.only or name in arguments.only:
            part(report, quick=arguments.quick)


if __name__ == "__main__":
    main()
