"""Beside the limits of the parts: statements and commits per command, Core's own step, cold and hot, PostgreSQL."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, event, insert, select, text, update

from bench import models
from bench.measuring import Report, Row
from bench.naive import Naive
from bench.population import completing
from bench.product import Product
from bench.workloads import VARIABLES, spent
from tests.support.postgres import start_server, stop_server
from workflow_engine.storage.unit_of_work import UnitOfWork


def run(report: Report, *, quick: bool) -> None:
    """Items 2, 3 and 10 of the list of targets."""
    cases = 100 if quick else 400
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.deploy(models.w1())
        product.deploy(models.w2(200))
        _statements(report, product)
        _single_client(report, product, Path(folder), cases)
        hot = _completions(product, cases, forget=False)
        cold = _completions(product, cases, forget=True)
        report.add(Row("cold case against hot", cold, hot, target="≤ 2.5×", met=cold <= 2.5 * hot))
        product.close()
    _postgres(report, hot, cases)


def _completions(product: Product, cases: int, *, forget: bool) -> float:
    started = [product.start("w1", VARIABLES) for _ in range(cases)]
    figures = []
    for case in started:
        if forget:
            product.forget()
        figures.append(completing(product, case))
    return statistics.median(figures)


@contextmanager
def counting() -> Iterator[list[int]]:
    """Collects how many statements each write transaction sent."""
    counts: list[int] = []
    original = UnitOfWork.commit

    def commit(unit: UnitOfWork) -> None:
        counts.append(unit.statements)
        original(unit)

    UnitOfWork.commit = commit  # type: ignore[method-assign]  # only while counting
    try:
        yield counts
    finally:
        UnitOfWork.commit = original  # type: ignore[method-assign]


def _statements(report: Report, product: Product) -> None:
    for name, process in (("W1", "w1"), ("W2, N = 200", "w2_200")):
        case = product.start(process, VARIABLES)
        with counting() as counts:
            product.complete(case, product.open_tasks(case)[0], {"v": 1})
        report.add(
            Row(f"{name}: SQL statements", sum(counts), unit="count", target="≤ 12", met=sum(counts) <= 12)
        )
        report.add(Row(f"{name}: commits", len(counts), unit="count", target="≤ 1.05", met=len(counts) == 1))


def _single_client(report: Report, product: Product, folder: Path, cases: int) -> None:
    """Commits per second of one client, beside a bare Core step on the same disk, in turn."""
    step = core_step(folder)
    ours, bare = [], []
    for _ in range(5):
        started = [product.start("w1", VARIABLES) for _ in range(cases // 5)]
        began = time.perf_counter()
        for case in started:
            product.complete(case, product.open_tasks(case)[0], {"v": 1})
        ours.append(len(started) / (time.perf_counter() - began))
        began = time.perf_counter()
        for number in range(cases // 5):
            step(number)
        bare.append(cases // 5 / (time.perf_counter() - began))
    rate, limit = statistics.median(ours), statistics.median(bare)
    report.add(
        Row("single client, completions per second", rate, limit, unit="1/s wall", target="≥ 0.35×",
            met=rate >= 0.35 * limit, note="beside: one bare Core step per commit")
    )  # fmt: skip


def core_step(folder: Path) -> Callable[[int], None]:
    """The reference's Core step: a select, two updates, two inserts, one commit, SQLite FULL."""
    metadata = MetaData()
    table = Table("t", metadata, Column("id", Integer, primary_key=True), Column("v", Text))
    engine = create_engine(f"sqlite:///{folder / 'core.db'}")

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")

    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), [{"id": number, "v": "x" * 200} for number in range(1000)])

    def step(number: int) -> None:
        with engine.begin() as connection:
            connection.execute(select(table).where(table.c.id == number % 1000)).fetchone()
            connection.execute(update(table).where(table.c.id == number % 1000).values(v="y" * 200))
            connection.execute(update(table).where(table.c.id == (number + 7) % 1000).values(v="z" * 200))
            connection.execute(insert(table).values(v="n" * 200))
            connection.execute(insert(table).values(v="m" * 200))

    return step


def _flushed_completions(product: Product, url: str, cases: int) -> float:
    started = [product.start("w1", VARIABLES) for _ in range(cases)]
    before = _log_flushes(product, url)
    for case in started:
        product.complete(case, product.open_tasks(case)[0], {"v": 1})
    return (_log_flushes(product, url) - before - 1) / cases


def _log_flushes(product: Product, url: str) -> int:
    """A backend reports its counts when it ends a transaction a second after the last report: one more case does."""
    time.sleep(1.5)
    product.start("w1", VARIABLES)
    engine = create_engine(url)
    with engine.connect() as connection:
        moved = connection.execute(text("show server_version_num")).scalar_one() >= "180000"
        count = "sum(fsyncs) from pg_stat_io where object = 'wal'" if moved else "wal_sync from pg_stat_wal"
        flushes = connection.execute(text(f"select {count}")).scalar_one()
    engine.dispose()
    return int(flushes)


def _postgres(report: Report, sqlite_ms: float, cases: int) -> None:
    """W1 on PostgreSQL (fsync on), CPU of this process; and the yardstick's figure beside it."""
    server = start_server("fsync=on")
    try:
        url = server.url(server.create_database())
        product = Product(url)
        product.deploy(models.w1())
        flushes = _flushed_completions(product, url, cases // 4)
        ours = _completions(product, cases, forget=False)
        with counting() as counts:
            case = product.start("w1", VARIABLES)
            product.complete(case, product.open_tasks(case)[0], {"v": 1})
        product.close()
    finally:
        stop_server(server)
    report.add(
        Row("PostgreSQL, W1 per completion", ours, sqlite_ms, target="≤ 3×", met=ours <= 3 * sqlite_ms,
            note=f"beside: SQLite; {counts[-1]} statements")
    )  # fmt: skip
    report.add(
        Row("PostgreSQL, W1: fsyncs per completion", flushes, unit="count", target="≤ 1.05", met=flushes <= 1.05,
            note="the server's own count of flushes of its log")
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        naive = Naive(Path(folder))
        naive.deploy(models.w1())
        started = [naive.start("w1", VARIABLES) for _ in range(cases)]
        theirs = spent(lambda: [naive.complete(c, naive.open_tasks(c)[0], {}) for c in started] and None, cases)
        naive.close()
    report.add(Row("PostgreSQL, W1 against the yardstick on SQLite", ours, theirs))
