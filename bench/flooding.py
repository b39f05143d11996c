"""A flood of ordinary requests from a process of its own: so many connections, each asking again once it is answered.

    python -m bench.flooding PORT CONNECTIONS SECONDS COOKIE…

Prints as JSON how many were answered, how many refused, and how long answers took.
"""

from __future__ import annotations

import json
import selectors
import socket
import statistics
import sys
import time

_PATHS = ("/inbox", "/cases", "/warnings", "/inbox?queue=offered")
_PAUSE_SECONDS = 1.0
"""Whoever was refused comes back after that; browsers are told to wait longer."""


class _Client:
    """One connection at a time, and when it asks next."""

    def __init__(self, port: int, number: int, cookie: str) -> None:
        self._port, self._number, self._cookie = port, number, cookie
        self.asked_at = self.next_at = 0.0
        self.answer = b""

    def ask(self) -> socket.socket:
        """Connect and ask; the answer ends with the connection."""
        self._number += 1
        self.asked_at, self.answer = time.perf_counter(), b""
        connection = socket.create_connection(("127.0.0.1", self._port), 60)
        path = _PATHS[self._number % len(_PATHS)]
        request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self._cookie}\r\n\r\n"
        connection.sendall(request.encode())
        connection.setblocking(False)
        return connection


def main(port: int, connections: int, seconds: float, cookies: list[str]) -> None:
    """Flood, and say what became of it."""
    selector = selectors.DefaultSelector()
    idle = [_Client(port, number, cookies[number % len(cookies)]) for number in range(connections)]
    waits, refused = list[float](), 0
    ends_at = time.perf_counter() + seconds
    while (now := time.perf_counter()) < ends_at:
        for client in [one for one in idle if one.next_at <= now]:
            idle.remove(client)
            selector.register(client.ask(), selectors.EVENT_READ, client)
        for key, _ in selector.select(0.1):
            connection, client = key.fileobj, key.data
            assert isinstance(connection, socket.socket)
            part = connection.recv(1 << 20)
            client.answer += part[: 16 - len(client.answer)]
            if part:
                continue
            selector.unregister(connection)
            connection.close()
            is_refused = b" 503" in client.answer
            refused += is_refused
            client.next_at = time.perf_counter() + (_PAUSE_SECONDS if is_refused else 0)
            if not is_refused:
                waits.append((time.perf_counter() - client.asked_at) * 1000)
            idle.append(client)
    median = statistics.median(waits) if waits else float("inf")
    print(json.dumps({"answered": len(waits), "refused": refused, "median": median, "worst": max(waits, default=0)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
