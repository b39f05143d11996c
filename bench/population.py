"""Many cases and many tasks: the hundred-thousandth case, the ten-thousandth step, the page out of a million tasks."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from bench import models
from bench.measuring import Report, Row
from bench.product import Product
from bench.workloads import VARIABLES, spent
from workflow_engine import Actor

_CLERK = Actor("user:clerk", groups=frozenset({"unit:busy", "role:clerk"}))


def run(report: Report, *, quick: bool) -> None:
    """Item 5 of the list of targets, and the long case."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.deploy(models.w1())
        _population(report, product, 1_000, 5_000 if quick else 100_000)
        _long_case(report, product, 2_000 if quick else 10_000)
        _inbox(report, product, Path(folder) / "product.db", 50_000 if quick else 1_000_000)
        product.close()


def _population(report: Report, product: Product, few: int, many: int) -> None:
    figures = {}
    started = 0
    for size in (few, many):
        while started < size:
            product.start("w1", VARIABLES)
            started += 1
        rounds = []
        for _ in range(200):
            case = product.start("w1", VARIABLES)
            rounds.append(completing(product, case))
        figures[size] = statistics.median(rounds)
    report.add(
        Row(f"W1 among {many:,} live cases against {few:,}", figures[many], figures[few], target="≤ 1.2×",
            met=figures[many] <= 1.2 * figures[few])
    )  # fmt: skip


def completing(product: Product, case: str) -> float:
    """Milliseconds of CPU for completing the first open task."""
    return spent(lambda: product.complete(case, product.open_tasks(case)[0], {"v": 1}))


def _long_case(report: Report, product: Product, turns: int) -> None:
    product.deploy(models.loop("long", "user", turns + 100))
    case = product.start("long", VARIABLES)
    figures = [completing(product, case) for _ in range(turns)]
    early, late = statistics.median(figures[5:105]), statistics.median(figures[-100:])
    report.add(
        Row(f"step {turns:,} of one case against step 10", late, early, target="≤ 1.2×", met=late <= 1.2 * early)
    )


def _inbox(report: Report, product: Product, file: Path, tasks: int) -> None:
    """Copy one task row many times by SQL, then ask for a page as a clerk of a busy unit."""
    _multiply(product, file, tasks)
    for queue in ("offered", "mine", "done"):
        looks = []
        for _ in range(30):
            began = time.perf_counter()
            page = product.engine.queries.inbox(_CLERK, queue=queue, limit=50)
            looks.append((time.perf_counter() - began) * 1000)
        report.add(
            Row(
                f"inbox {queue}, {tasks:,} tasks stored",
                statistics.median(looks),
                unit="ms wall",
                target="≤ 1 ms of SQL",
                note=f"{len(page.items)} rows; whole query with its transaction",
            )
        )


def _multiply(product: Product, file: Path, tasks: int) -> None:
    product.start("w1", VARIABLES)
    db = sqlite3.connect(file)
    columns = [row[1] for row in db.execute("pragma table_info(user_task)")]
    row = dict(zip(columns, db.execute("select * from user_task where state='ready' limit 1").fetchone(), strict=True))
    with db:
        for number in range(tasks):
            task_id = f"{row['case_id']}.{number + 1_000_000}"
            assignee = "user:clerk" if number % 1000 == 0 else None
            done = number % 3 == 0 and assignee is None
            copy = {
                **row, "user_task_id": task_id, "token_id": number + 1_000_000, "assignee": assignee,
                "sort_key": f"{row['sort_key'][:20]}{number:012}", "state": "completed" if done else "ready",
                "completed_by": f"user:{number % 100}" if done else None,
                "completed_at": row["created_at"] if done else None,
            }  # fmt: skip
            _insert(db, "user_task", copy)
            offer = {
                "user_task_id": task_id, "subject": "unit:busy" if number % 50 == 0 else f"unit:{number % 997}",
                "case_id": row["case_id"], "state": "closed" if done else "open", "sort_key": copy["sort_key"],
            }  # fmt: skip
            _insert(db, "offer", offer)
    db.close()


def _insert(db: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    marks = ",".join("?" * len(values))
    db.execute(f"insert into {table}({','.join(values)}) values({marks})", list(values.values()))
