"""How often one completion makes the disk flush: counted by ``strace``, on the product and on the yardstick.

    python -m bench.flushing product|naive FOLDER COMPLETIONS    (what strace watches)
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import models
from bench.measuring import Report, Row
from bench.naive import Naive
from bench.product import Product
from bench.workloads import VARIABLES, Side

_CALLS = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$", re.MULTILINE)


def run(report: Report, *, quick: bool) -> None:
    """Item 2 of the list of targets, as the kernel sees it."""
    completions = 50 if quick else 400
    if shutil.which("strace") is None:
        print("fsyncs per completion: not measured, strace is not installed", flush=True)
        return
    product, naive = (_per_completion(kind, completions) for kind in ("product", "naive"))
    report.add(
        Row("W1: fsyncs per completion", product, naive, unit="count", target="≤ 1.05", met=product <= 1.05,
            note="strace, SQLite FULL; checkpoints of the WAL included")
    )  # fmt: skip


def _per_completion(kind: str, completions: int) -> float:
    """From a run without completions and one with them: what lies between them is theirs."""
    return (_flushes(kind, completions) - _flushes(kind, 0)) / completions


def _flushes(kind: str, completions: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "strace.txt"
        words = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(summary), sys.executable]
        subprocess.run([*words, "-m", "bench.flushing", kind, folder, str(completions)], check=True)
        return sum(int(count) for count in _CALLS.findall(summary.read_text()))


def complete_some(side: Side, completions: int) -> None:
    """Start the same number of cases whatever is completed of them."""
    side.deploy(models.w1())
    started = [side.start("w1", VARIABLES) for _ in range(400)]
    for case in started[:completions]:
        side.complete(case, side.open_tasks(case)[0], {"v": 1})


if __name__ == "__main__":
    opened = Product(Path(sys.argv[2])) if sys.argv[1] == "product" else Naive(Path(sys.argv[2]))
    complete_some(opened, int(sys.argv[3]))
    opened.close()
