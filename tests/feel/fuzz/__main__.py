"""Run the target: ``python -m tests.feel.fuzz [--programs N] [--seed N] [--interpret EVERY]``; 1 on failure."""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.feel.fuzz.target import Tally, generate, try_program


def main() -> int:
    """Generate, try, and print the figures."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--programs", type=int, default=1_000_000)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--interpret", type=int, default=10, help="compare every n-th program with the interpreter")
    asked = words.parse_args()
    source, tally, started = random.Random(asked.seed), Tally(), time.monotonic()
    for number in range(asked.programs):
        try_program(generate(source), tally, both_ways=number % asked.interpret == 0)
        if number and number % 50_000 == 0:
            print(f"{number} programs, {time.monotonic() - started:.0f} s, {tally.counts['failed']} failed", flush=True)
    for name, count in tally.counts.most_common():
        print(f"{count:>9}  {name}")
    print(f"slowest {tally.slowest_seconds:.2f} s: {tally.slowest}")
    print(f"seed {asked.seed}, {time.monotonic() - started:.0f} s")
    for failure in tally.failures:
        print("FAILED", failure)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
