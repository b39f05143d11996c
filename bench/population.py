"""Many cases and many tasks: the hundred-thousandth case, the ten-thousandth step, the page out of a million tasks."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bench import models
from bench.measuring import Report, Row, alternate
from bench.product import Product
from bench.workloads import VARIABLES, spent
from workflow_engine import Actor

_CLERK = Actor("user:clerk", groups=frozenset({"unit:busy", "role:clerk"}))


def run(report: Report, *, quick: bool) -> None:
    """Item 5 of the list of targets, and the long case."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        sides = [Product(Path(folder)) for folder in (few, many)]
        for side in sides:
            side.deploy(models.w1())
        _population(report, *sides, 1_000, 5_000 if quick else 100_000)
        _long_case(report, sides[0], 2_000 if quick else 10_000)
        _inbox(report, sides[0], Path(few) / "product.db", 50_000 if quick else 1_000_000)
        for side in sides:
            side.close()


def _population(report: Report, small: Product, large: Product, few: int, many: int) -> None:
    """Two databases, one with many cases; a case is started and its task completed in each, in turn."""
    for side, size in ((small, few), (large, many)):
        for _ in range(size):
            side.start("w1", VARIABLES)
    ours, beside = alternate(200, lambda: _one_more(large), lambda: _one_more(small))
    report.add(
        Row(f"W1 among {many:,} live cases against {few:,}", ours, beside, target="≤ 1.2×", met=ours <= 1.2 * beside)
    )


def _one_more(product: Product) -> float:
    return completing(product, product.start("w1", VARIABLES))


def completing(product: Product, case: str) -> float:
    """Milliseconds of CPU for completing the first open task."""
    return spent(lambda: product.complete(case, product.open_tasks(case)[0], {"v": 1}))


def _long_case(report: Report, product: Product, turns: int) -> None:
    """A case of many turns, and beside it young ones at their tenth: a turn of each, alternately."""
    product.deploy(models.loop("long", "user", turns + 500))
    old, young = (product.start("long", VARIABLES) for _ in range(2))
    for _ in range(turns):
        completing(product, old)
    for _ in range(9):
        completing(product, young)
    late, early = alternate(200, lambda: completing(product, old), lambda: completing(product, young))
    report.add(
        Row(f"step {turns:,} of one case against step 10", late, early, target="≤ 1.2×", met=late <= 1.2 * early,
            note="steps 10 to 210 of the young one")
    )  # fmt: skip


def _inbox(report: Report, product: Product, file: Path, tasks: int) -> None:
    """Copy one task row many times by SQL, then ask for a page as a clerk of a busy unit."""
    _multiply(product, file, tasks)
    for queue in ("offered", "mine", "done"):
        sent: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any, sent: Any = sent) -> None:
            sent.append((sql, values))

        event.listen(Engine, "before_cursor_execute", note)
        page = product.engine.queries.inbox(_CLERK, queue=queue, limit=50)
        event.remove(Engine, "before_cursor_execute", note)
        took = statistics.median(_sql_alone(file, sent) for _ in range(50))
        whole = statistics.median(
            spent(lambda queue=queue: product.engine.queries.inbox(_CLERK, queue=queue, limit=50) and None)
            for _ in range(50)
        )
        report.add(
            Row(f"inbox {queue}, {tasks:,} tasks stored", took, unit="ms CPU in SQL", target="≤ 1", met=took <= 1,
                note=f"{len(page.items)} rows; {whole:.2f} ms with everything in Python around it")
        )  # fmt: skip


def _sql_alone(file: Path, sent: list[tuple[str, Any]]) -> float:
    """The page's own statements again, straight to SQLite."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("select count(*) from sqlite_schema").fetchone()  # reading the schema is not the page's cost
        statements = [item for item in sent if item[0].startswith("SELECT")]
        for sql, values in statements:
            db.execute(sql, values).fetchall()
        return spent(lambda: [db.execute(sql, values).fetchall() for sql, values in statements] and None)


def _multiply(product: Product, file: Path, tasks: int) -> None:
    product.start("w1", VARIABLES)
    db = sqlite3.connect(file)
    columns = [row[1] for row in db.execute("pragma table_info(user_task)")]
    row = dict(zip(columns, db.execute("select * from user_task where state='ready' limit 1").fetchone(), strict=True))
    (started_at,) = db.execute("select started_at from process_instance where case_id=?", (row["case_id"],)).fetchone()
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
                "started_at": started_at,
            }  # fmt: skip
            _insert(db, "offer", offer)
    db.close()


def _insert(db: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    marks = ",".join("?" * len(values))
    db.execute(f"insert into {table}({','.join(values)}) values({marks})", list(values.values()))
