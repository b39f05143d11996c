"""Kills workers again and again over one database, and has the checker look after each recovery."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.faults.checker import Report, check
from tests.faults.checker_store import Store
from tests.faults.figures import FIGURES, Figures
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.processes import Nursery, Worker, WorkerDiedError

_MOST_REQUESTS = 600
_HOUR = 3600.0


@dataclass
class Site:
    """One database under fault: where it is, who starts workers over it, and what its clock says."""

    url: str
    folder: Path
    nursery: Nursery
    copier: Callable[[str], str]
    """Copies the database, while no worker runs, under a new name; returns the copy's URL."""
    offset_seconds: float = 0.0
    workers: list[Worker] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.startswith("sqlite")

    def begin(
        self, failpoint: str = "", *, offset_seconds: float | None = None, cold: bool = False, zone: str = "",
        **config: Any,
    ) -> Worker:  # fmt: skip
        """A new worker; does not wait until it is ready."""
        offset = self.offset_seconds if offset_seconds is None else offset_seconds
        environment = {
            "LIANDONG_DATABASE_URL": self.url, "LIANDONG_CLOCK_OFFSET_SECONDS": str(offset),
            "LIANDONG_FAILPOINT": failpoint, "TZ": zone or "UTC", **self.environment,
        }  # fmt: skip
        worker = self.nursery.start(config, environment, cold=cold)
        self.workers.append(worker)
        return worker

    def start(self, failpoint: str = "", **options: Any) -> Worker:
        """A new worker that is ready. Raises WorkerDiedError when it was killed before."""
        worker = self.begin(failpoint, **options)
        worker.answer_to(0)
        return worker

    @contextmanager
    def running(self, failpoint: str = "", **options: Any) -> Iterator[Worker]:
        """A worker that ends by itself after the block."""
        worker = self.start(failpoint, **options)
        yield worker
        assert worker.close() == 0, worker.said()

    def check(self, ledger: Ledger | None = None, *, settled: bool = False, final: bool = False) -> Report:
        """The checker's report."""
        path = None if ledger is None else ledger.write(self.folder / "ledger.jsonl", settled=settled, final=final)
        return check(self.url, path)

    def copy(self, name: str) -> Site:
        """The same database as it lies there now, while no worker runs."""
        return replace(self, url=self.copier(name), workers=[])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the database, read by the checker's own means."""
        with Store(self.url) as store:
            return store.rows(sql)

    def close(self) -> None:
        """Kill what is left."""
        for worker in self.workers:
            if worker.exit_code is None:
                worker.kill()
            worker.close()
        self.workers.clear()


class Rig:
    """A load over a site, through any number of kills."""

    def __init__(self, site: Site, *, seed: int, clients: int = 1, figures: Figures = FIGURES, **config: Any) -> None:
        self.site = site
        self.load = Load(seed, clients)
        self.figures = figures
        self.kills = 0
        self.violations: list[str] = []
        self._config = {"threads": clients, **config}

    @property
    def ledger(self) -> Ledger:
        """What the clients know."""
        return self.load.ledger

    def kill_at(self, failpoint: str, *, cold: bool = False) -> None:
        """Recover, check, work on, until the worker kills itself at this point."""
        self._life(failpoint, cold=cold, kill_after_seconds=None)

    def kill_after(self, seconds: float, *, cold: bool = False) -> None:
        """The same, but it is killed from outside, this long after its recovery."""
        self._life("", cold=cold, kill_after_seconds=seconds)

    def finish(self) -> Report:
        """A last recovery without a kill; everything has to be clear and delivered then."""
        worker = self._start("")
        assert self._recover(worker, time.monotonic())
        assert not self.load.work(worker, most=5 * len(self.load.clients))
        assert not self.load.settle_doubts(worker)
        worker.do("settle")
        report = self.site.check(self.ledger, settled=not self._config.get("by_itself"), final=True)
        assert worker.close() == 0, worker.said()
        self._note(report)
        self.figures.add_ledger(self.ledger, self.load.left_open)
        return report

    def _life(self, failpoint: str, *, cold: bool, kill_after_seconds: float | None) -> None:
        began = time.monotonic()
        worker = self._start(failpoint, cold=cold)
        try:
            if self._recover(worker, None if cold else began):
                self._note(self.site.check(self.ledger))
                died = self.load.work(worker, most=_MOST_REQUESTS, kill_after_seconds=kill_after_seconds)
                assert died, f"the worker never came to {failpoint}"
        except WorkerDiedError:
            pass
        code = worker.wait()
        assert code == -9, f"the worker ended with {code} instead of being killed\n{worker.said()}"
        worker.close()
        self.kills += 1
        self.figures.kills += 1

    def _start(self, failpoint: str, *, cold: bool = False) -> Worker:
        """Each life begins an hour later by the engine's clock: every timer and lease of the one before is over."""
        self.site.offset_seconds += _HOUR
        return self.site.begin(failpoint, cold=cold, **self._config)

    def _recover(self, worker: Worker, began: float | None) -> bool:
        """Wait until everything left over is delivered and every doubt is settled; False when it died over it."""
        worker.answer_to(0)
        worker.do("settle")
        if began is not None:
            self.figures.recovery_seconds.append(time.monotonic() - began)
        return not self.load.settle_doubts(worker)

    def _note(self, report: Report) -> None:
        self.figures.checks += 1
        new = [violation for violation in report.violations if violation not in self.violations]
        self.violations.extend(new)
        self.figures.violations += len(new)
