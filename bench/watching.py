"""Hundreds look at the board of the duty room, or at rooms: how soon each sees what happened, and what it costs."""

from __future__ import annotations

import http.client
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import Report, Row

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_READY_SECONDS = 300


def run(report: Report, *, quick: bool) -> None:
    """Viewers of the board, then of the rooms, each with a stream, while something happens every second."""
    people, seconds = (50, 10) if quick else (300, 30)
    for look in (_board, _rooms):
        with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
            folder = Path(name)
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            probe.close()
            server = subprocess.Popen(
                [sys.executable, "-m", "bench.watching_host", name, str(port), str(people)], stdout=subprocess.PIPE,
                stderr=(folder / "server.log").open("w"), text=True,
            )  # fmt: skip
            try:
                wait_for(port, server, folder / "server.log")
                look(report, server, folder, port, people, seconds)
            finally:
                server.kill()
                server.wait(20)


def _board(report: Report, server: subprocess.Popen[str], folder: Path, port: int, people: int, seconds: int) -> None:
    cookies = [signed_in(port, f"user:v{number}") for number in range(people)]
    quiet = _pages(port, cookies[0], 40)
    viewers = _Viewers(port, cookies, [""] * people)
    threads = len(os.listdir(f"/proc/{server.pid}/task"))
    pages: list[float] = []
    asking = threading.Thread(target=lambda: pages.extend(_pages(port, cookies[0], 40)))
    seen = _watch(server, folder, viewers, seconds, asking)
    told = [len(found) for found in seen.waits.values()]
    report.add(
        Row(f"Board, {people} viewers: a change is seen by all", min(told), people, unit="viewers", target="all",
            met=min(told) == people, note=f"{len(told)} changes")
    )  # fmt: skip
    _speed(report, "Board", seen)
    each = seen.spent * 1000 / max(1, seen.commits) / people
    report.add(Row("Board: server, each change and viewer", each, unit="ms CPU", note=f"{seen.cores:.2f} cores"))
    report.add(Row("Board: threads of the server", threads, unit="count", target="≤ 60", met=threads <= 60))
    report.add(
        Row("Pages beside the board, median", statistics.median(pages), statistics.median(quiet), unit="ms wall",
            note="second: nobody looks")
    )  # fmt: skip


def _rooms(report: Report, server: subprocess.Popen[str], folder: Path, port: int, people: int, seconds: int) -> None:
    while not (folder / "cases").exists():
        time.sleep(0.1)
    (folder / "rooms").touch()
    rooms = (folder / "cases").read_text(encoding="utf-8").split()
    cookies = [signed_in(port, f"user:v{number}") for number in range(people)]
    viewers = _Viewers(port, cookies, [rooms[number % len(rooms)] for number in range(people)])
    asked = _asking(server.pid, port, cookies[0], rooms)
    seen = _watch(server, folder, viewers, seconds, None)
    told = [len(found) for found in seen.waits.values()]
    share = people // len(rooms)
    report.add(
        Row(f"Rooms, {people} viewers over {len(rooms)}: a change is seen by all in its room", min(told), share,
            unit="viewers", target="all", met=min(told) == share, note=f"{len(told)} changes")
    )  # fmt: skip
    _speed(report, "Rooms", seen)
    each = seen.spent * 1000 / max(1, seen.commits) / share
    report.add(
        Row("Rooms: server, each change and viewer in its room", each, asked, unit="ms CPU", target="≤ 0.2×",
            met=each <= 0.2 * asked, note=f"second: a page that asks for it; {seen.cores:.2f} cores")
    )  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What came of a watch: by commit the waits of those concerned, and what the server spent."""

    waits: dict[float, list[float]]
    commits: int
    spent: float
    cores: float


def _watch(
    server: subprocess.Popen[str], folder: Path, viewers: _Viewers, seconds: int, beside: threading.Thread | None
) -> _Seen:
    viewers.read(3)
    viewers.seen.clear()
    (folder / "go").touch()
    before, began = _spent(server.pid), time.time()
    if beside is not None:
        beside.start()
    viewers.read(seconds)
    spent, passed = _spent(server.pid) - before, time.time() - began
    if beside is not None:
        beside.join()
    server.kill()
    commits = [(float(at), case_id) for at, case_id in (line.split() for line in server.stdout or ())]
    if len(commits) < seconds / 4:
        raise RuntimeError(f"only {len(commits)} changes: {(folder / 'server.log').read_text()[-2000:]}")
    return _Seen(_waits(commits, viewers, began + seconds - 2), len(commits), spent, spent / passed)


def _speed(report: Report, name: str, seen: _Seen) -> None:
    every = [wait for found in seen.waits.values() for wait in found]
    p95, worst = statistics.quantiles(every, n=20)[18], max(every)
    report.add(
        Row(f"{name}: commit to every screen, p95", p95 * 1000, unit="ms wall", target="≤ 2000", met=p95 <= 2,
            note=f"median {statistics.median(every) * 1000:.0f}, worst {worst * 1000:.0f}; readers share the cores")
    )  # fmt: skip


def _asking(pid: int, port: int, cookie: str, rooms: list[str]) -> float:
    """Processor milliseconds for one page that asks for its room by itself, the rooms in turn."""
    before, most = _spent(pid), 60
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(most):
        path = f"/emergency/{rooms[number % len(rooms)]}/live"
        connection.request("GET", path, headers={"Cookie": cookie, "HX-Request": "true"})
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise RuntimeError(f"{path} answered {answer.status}")
    connection.close()
    return (_spent(pid) - before) * 1000 / most


class _Viewers:
    """Sockets that read the streams of the board or of rooms, all in one thread."""

    def __init__(self, port: int, cookies: list[str], rooms: list[str]) -> None:
        self.rooms = rooms
        """In whose room each viewer is; empty: they look at the board."""
        self.seen: list[tuple[int, float]] = []
        """Which viewer saw a card, and when."""
        self._selector = selectors.DefaultSelector()
        self._rest: dict[int, bytes] = {}
        for number, cookie in enumerate(cookies):
            connection = socket.create_connection(("127.0.0.1", port), 60)
            room = f"room={rooms[number]}&" if rooms[number] else ""
            connection.sendall(
                f"GET /live?{room}board= HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
            )
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, number)

    def read(self, seconds: float) -> None:
        """Read for so long."""
        ends_at = time.time() + seconds
        while (left := ends_at - time.time()) > 0:
            for key, _ in self._selector.select(min(left, 0.5)):
                connection, number = key.fileobj, key.data
                assert isinstance(connection, socket.socket)
                part = connection.recv(1 << 20)
                if not part:
                    self._selector.unregister(connection)
                    continue
                told = self._rest.get(number, b"") + part
                self.seen += [(number, time.time())] * told.count(b"event: emergency\n")
                self._rest[number] = told[-16:].rpartition(b"event: emergency\n")[2]


def _waits(commits: list[tuple[float, str]], viewers: _Viewers, until: float) -> dict[float, list[float]]:
    """By commit, how long each viewer concerned waited for the first word after it."""
    found: dict[float, list[float]] = {}
    by_viewer: dict[int, list[float]] = {}
    for number, at in viewers.seen:
        by_viewer.setdefault(number, []).append(at)
    for commit, case_id in commits:
        if commit > until:
            break
        for number, times in by_viewer.items():
            after = next((at for at in times if at >= commit), None)
            if after is not None and viewers.rooms[number] in ("", case_id):
                found.setdefault(commit, []).append(after - commit)
    return found


def _pages(port: int, cookie: str, most: int) -> list[float]:
    waits = []
    for _ in range(most):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/inbox", headers={"Cookie": cookie})
        assert connection.getresponse().read()
        connection.close()
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(0.1)
    return waits


def signed_in(port: int, person_id: str) -> str:
    """The cookie of a demo person."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    cookie = str(answer.getheader("Set-Cookie")).split(";")[0]
    token = _TOKEN.search(answer.read().decode())
    assert token is not None
    form = urllib.parse.urlencode({"csrf_token": token[1], "person_id": person_id})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in/demo", form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.getheader("Set-Cookie")).split(";")[0]


def _spent(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(port: int, server: subprocess.Popen[str], log: Path) -> None:
    """Until the server listens. Raises RuntimeError when it ends or does not come up."""
    ends_at = time.time() + _READY_SECONDS
    while time.time() < ends_at:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not come up")
