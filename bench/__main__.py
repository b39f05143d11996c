"""Compare the product with the yardstick and print ratios: ``python -m bench [--quick] [--only NAME]``."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import limits, population, replaying, serving, timers, workloads
from bench.measuring import Report
from bench.naive import Naive
from bench.product import Product


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
    "limits": limits.run,
    "timers": timers.run,
    "population": population.run,
    "serving": serving.run,
    "replaying": replaying.run,
}


def main() -> None:
    """Run the parts that were asked for and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, a few minutes")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="only this part; may be repeated")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print(Report.HEAD)
    report = Report()
    for name, part in PARTS.items():
        if not arguments.only or name in arguments.only:
            part(report, quick=arguments.quick)


if __name__ == "__main__":
    main()
