"""T30: the disk is full, then there is room again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg import sql

from tests.faults.figures import FIGURES
from tests.faults.load import Load
from tests.faults.preparing import prepare
from tests.faults.processes import Nursery, Worker
from tests.faults.rig import Site
from tests.support.postgres import PostgresServer, start_server, stop_server

_NO_LIMIT = -1


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory; skips where it cannot be made."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Use up the disk but for ``leave`` bytes; returns the file that does."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(bytes(max(free - leave, 0)))
    return filler


def work_until_full(load: Load, worker: Worker) -> int:
    """Work until nothing can be written for some time; returns how many commands were done before."""
    for client in load.clients:
        client.most_tries = 10**9
    for _ in range(400):
        before = load.ledger.count("acknowledged")
        load.work(worker, most=20 * len(load.clients))
        if load.ledger.count("acknowledged") == before:
            return before
    raise AssertionError("the disk never got full")


def go_through(site: Site, load: Load, worker: Worker, free_space: Path | None) -> None:
    """What has to hold while the disk is full, and when it is not any more."""
    done = work_until_full(load, worker)
    refused = sum(sent.unclear for sent in load.ledger)
    assert done > 0
    assert refused > 0
    for client in load.clients:
        assert worker.do("case", case_id=client.cases[0])["state"] in ("active", "completed"), "reading works"
    assert site.check(load.ledger).violations == []
    if free_space is None:
        worker.do("limit", bytes=_NO_LIMIT)
    else:
        free_space.unlink()
    load.work(worker, most=200)
    assert not load.settle_doubts(worker)
    again = load.ledger.count("acknowledged") - done
    assert again > 0, "writing resumes"
    worker.do("set_clock", offset_seconds=3600)  # Deliveries that failed are tried again after a while.
    worker.do("settle")
    assert site.check(load.ledger, settled=True, final=True).violations == []
    FIGURES.notes.append(
        f"disk full ({'SQLite' if site.is_sqlite else 'PostgreSQL'}): {done} acknowledged, {refused} clean refusals, "
        f"{again} more after space was freed"
    )


def test_full_disk_loses_nothing_on_sqlite(sqlite_site: Site, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 48) as disk:  # the log of writes alone grows to 16 MB before it is folded in
        shutil.copy(Path(sqlite_site.url[10:]), disk)
        sqlite_site.url = f"sqlite:///{disk / 'liandong.sqlite3'}"
        filler = fill(disk, leave=500_000)
        with sqlite_site.running(threads=2) as worker:
            go_through(sqlite_site, Load(30, clients=2), worker, filler)
        with sqlite_site.running() as worker:
            assert worker.do("health")


def test_limited_file_size_loses_nothing_on_sqlite(sqlite_site: Site) -> None:
    """Needs no rights: no file of the worker may grow beyond some bytes."""
    load = Load(31, clients=2)
    with sqlite_site.running(threads=2) as worker:
        load.work(worker, most=20)
        sizes = [path.stat().st_size for path in Path(sqlite_site.url[10:]).parent.glob("liandong.sqlite3*")]
        worker.do("limit", bytes=max(sizes) + 100_000)
        go_through(sqlite_site, load, worker, None)


@pytest.fixture
def own_server(postgres_server: object) -> Iterator[PostgresServer]:
    """A server of this test's own: a disk that is full under one database disturbs the checkpoints of all."""
    server = start_server()
    yield server
    stop_server(server)


def test_full_disk_loses_nothing_on_postgresql(own_server: PostgresServer, nursery: Nursery, tmp_path: Path) -> None:
    with small_disk(Path(own_server.folder) / "disk", 32) as disk, database_on(disk, own_server) as url:
        prepare(url)
        site = Site(url, tmp_path, nursery, str)
        filler = fill(disk, leave=1_000_000)
        try:
            with site.running(threads=2) as worker:
                go_through(site, Load(32, clients=2), worker, filler)
        finally:
            filler.unlink(missing_ok=True)
            site.close()


@contextmanager
def database_on(disk: Path, server: PostgresServer) -> Iterator[str]:
    """The URL of a new database whose tables lie on ``disk``; the server's log of writes does not."""
    space = disk / "space"
    space.mkdir(mode=0o700)
    owner = Path(server.folder).stat()
    os.chown(space, owner.st_uid, owner.st_gid)
    with server.connect() as connection:
        connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(space))))
        connection.execute("CREATE DATABASE small TABLESPACE small")
    yield server.url("small")
