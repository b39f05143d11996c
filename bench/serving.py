"""Sixteen clients complete tasks over HTTP, beside a bare durable step with group commit served the same way."""

from __future__ import annotations

import http.client
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from pathlib import Path

from bench.measuring import Report, Row

CLIENTS = 16
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def run(report: Report, *, quick: bool) -> None:
    """Item 4 of the list of targets; both are served in turn, and the ratio is the median of the rounds' ratios."""
    rounds, requests = (2, 320) if quick else (3, 800)
    pairs = []
    for _ in range(rounds):
        figures = {}
        for kind in ("ceiling", "product"):
            with tempfile.TemporaryDirectory() as folder:
                figures[kind] = _load(kind, Path(folder), requests)
        pairs.append((figures["product"], figures["ceiling"]))
    rate = statistics.median(product[0] for product, _ in pairs)
    limit = rate / statistics.median(product[0] / ceiling[0] for product, ceiling in pairs)
    report.add(
        Row(f"HTTP, {CLIENTS} clients, completions per second", rate, limit, unit="1/s wall", target="≥ 0.5×",
            met=rate >= limit / 2, note="beside: one bare insert per request, group commit; clients share the cores")
    )  # fmt: skip
    p50, p99 = (statistics.median(product[place] for product, _ in pairs) for place in (1, 2))
    report.add(Row("HTTP: p99 against p50", p99, p50, unit="ms wall", target="≤ 10×", met=p99 <= 10 * p50))


def _load(kind: str, folder: Path, requests: int) -> tuple[float, float, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.serving_host", kind, str(folder), str(port), str(requests)],
        stderr=(folder / "server.log").open("w"),
    )
    try:
        _wait(port, server, folder / "server.log")
        tasks = (
            (folder / "tasks.txt").read_text().split() if kind == "product" else [str(n) for n in range(requests)]
        )
        return _clients(port, tasks, signed_in=kind == "product")
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not come up")


def _clients(port: int, tasks: list[str], *, signed_in: bool) -> tuple[float, float, float]:
    waits: list[float] = []
    ready, go = threading.Barrier(CLIENTS + 1), threading.Event()
    share = [tasks[number::CLIENTS] for number in range(CLIENTS)]
    threads = [threading.Thread(target=_client, args=(port, part, signed_in, waits, ready, go)) for part in share]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    go.set()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    ordered = sorted(waits)
    return len(tasks) / took, statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000


def _client(
    port: int, tasks: list[str], signed_in: bool, waits: list[float], ready: threading.Barrier, go: threading.Event
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers, token = _sign_in(connection) if signed_in else ({}, "")
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    ready.wait()
    go.wait()
    for task in tasks:
        body = urllib.parse.urlencode({"csrf_token": token, "command_id": uuid.uuid4().hex})
        began = time.perf_counter()
        connection.request("POST", f"/tasks/{task}/complete", body, headers)
        answer = connection.getresponse()
        answer.read()
        waits.append(time.perf_counter() - began)
        if answer.status != 303:
            raise RuntimeError(f"expected 303 for {task}, but got {answer.status}")


def _sign_in(connection: http.client.HTTPConnection) -> tuple[dict[str, str], str]:
    """The cookie of a session and its form token."""
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    page, cookie = answer.read().decode(), _cookies(answer)
    token = _TOKEN.search(page)
    body = urllib.parse.urlencode({"csrf_token": token[1] if token else "", "person_id": "user:clerk"})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in/demo", body, headers)
    answer = connection.getresponse()
    answer.read()
    cookie = _cookies(answer) or cookie
    connection.request("GET", "/inbox", headers={"Cookie": cookie})
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = _cookies(answer) or cookie
    token = _TOKEN.search(page)
    return {"Cookie": cookie}, token[1] if token else ""


def _cookies(answer: http.client.HTTPResponse) -> str:
    return "; ".join(value.split(";")[0] for key, value in answer.getheaders() if key.lower() == "set-cookie")
