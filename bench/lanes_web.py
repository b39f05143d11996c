"""Pages of an emergency beside a flood of ordinary requests, with lanes and in one line: a real server."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measuring import Report, Row
from bench.watching import signed_in, wait_for

_ORDINARY = ("user:yao_xin", "user:mi_duo", "user:shi_yu", "user:luo_wen", "user:gan_lin")
_OFFICER = "user:v0"
_PATHS = ("/emergency", "/inbox")


def run(report: Report, *, quick: bool) -> None:
    """The duty room's pages: quiet, in a flood, and in the same flood without lanes."""
    connections, seconds = (100, 8) if quick else (400, 20)
    found = {name: _measure(connections, seconds, *words) for name, words in (("lanes", ()), ("line", ("one-line",)))}
    quiet, flooded, flood = found["lanes"]
    _, in_line, flood_in_line = found["line"]
    answered, refused = flood["answered"] / seconds, flood["refused"] / seconds
    told = f"{connections} connections: {answered:.0f}/s answered, {refused:.0f}/s refused"
    _add(report, "the duty room in a flood of requests", flooded, quiet, told, "≤ 500 ms")
    told = f"{flood_in_line['answered'] / seconds:.0f}/s answered; second: with lanes"
    report.add(Row("web: the same in one line, median", statistics.median(in_line), statistics.median(flooded),
                   unit="ms wall", note=told))  # fmt: skip
    report.add(Row("web: ordinary pages in the flood, median", flood["median"], flood_in_line["median"], unit="ms wall",
                   note="second: in one line, where nobody is refused"))  # fmt: skip


def _add(report: Report, name: str, found: list[float], beside: list[float], note: str, target: str) -> None:
    median, worst = statistics.median(found), max(found)
    report.add(Row(f"web: {name}, median", median, statistics.median(beside), unit="ms wall", note=note, target=target,
                   met=median <= 500))  # fmt: skip
    report.add(Row(f"web: {name}, worst", worst, max(beside), unit="ms wall", note=f"of {len(found)}"))


def _measure(connections: int, seconds: int, *words: str) -> tuple[list[float], list[float], dict[str, Any]]:
    """(pages while it is quiet, pages in the flood, what the flood says)."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        host = [sys.executable, "-m", "bench.watching_host", name, str(port), "1", *words]
        server = subprocess.Popen(host, stdout=subprocess.DEVNULL, stderr=(folder / "server.log").open("w"),
                                  text=True)  # fmt: skip
        try:
            wait_for(port, server, folder / "server.log")
            officer, cookies = signed_in(port, _OFFICER), [signed_in(port, one) for one in _ORDINARY]
            _pages(port, officer, 2)
            quiet = _pages(port, officer, seconds / 2)
            flood = subprocess.Popen(
                [sys.executable, "-m", "bench.flooding", str(port), str(connections), str(seconds), *cookies],
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            time.sleep(2)
            flooded = _pages(port, officer, seconds - 4)
            said, _ = flood.communicate(timeout=seconds * 4)
            return quiet, flooded, json.loads(said)
        finally:
            server.kill()
            server.wait(20)


def _pages(port: int, cookie: str, seconds: float) -> list[float]:
    """How long each page took, in ms, one after the other."""
    waits: list[float] = []
    ends_at = time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        began = time.perf_counter()
        connection.request("GET", _PATHS[len(waits) % len(_PATHS)], headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.read()
        assert answer.status == 200, answer.status
        connection.close()
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(0.1)
    return waits
