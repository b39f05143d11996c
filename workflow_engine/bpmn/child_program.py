"""How a child process is asked to read uploaded files: nothing of the caller's environment, and nothing to load.

The children are forked from a host (``child_host``) that is started for the first upload and kept.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from workflow_engine.bpmn.child_host import REQUEST_BYTES, STATUS

_ROOT = str(Path(__file__).resolve().parents[2])
# The package's own __init__ is the door to the whole engine; the child needs none of it and starts faster without.
_PROGRAM = """
import sys, types
from importlib import import_module
sys.path.insert(0, sys.argv[1])
sys.modules["workflow_engine"] = package = types.ModuleType("workflow_engine")
package.__path__ = [sys.argv[1] + "/workflow_engine"]
import_module(sys.argv[2]).main()
"""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}


_MOST_REMEMBERED = 64
_LARGEST_REMEMBERED = 128 * 1024
_GRACE_SECONDS = 5.0
"""The child is ended by a timer of its own; this much later nobody waits for it any more, whatever it did to that."""


def ask_child(module: str, given: bytes, seconds: float) -> bytes:
    """What ``main`` of this module of the package answers to ``given`` in a process of its own.

    What is checked, then tried, then stored is the same file thrice: small requests that were answered are remembered.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``seconds`` and was ended.
        subprocess.CalledProcessError: it ended with another status than 0, or by a signal (negative).
    """
    ask = _ask_once if len(given) <= _LARGEST_REMEMBERED else _ask
    return ask(module, given, seconds)


class _HostGoneError(Exception):
    """The host ended before it told how the child did."""


class _Host:
    """The host of this process, as its only client sees it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, _ROOT, "workflow_engine.bpmn.child_host"],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT, cwd="/",
            )  # fmt: skip

    def ask(self, module: str, given: bytes, seconds: float) -> bytes:
        """As ``ask_child``; raises _HostGoneError too."""
        mine, theirs = socket.socketpair()
        with mine:
            with theirs:
                request = f"{module} {seconds}".encode().ljust(REQUEST_BYTES)
                try:
                    socket.send_fds(self._control, [request], [theirs.fileno()])
                except OSError as gone:
                    raise _HostGoneError from gone
            said = _talk(mine, given, time.monotonic() + seconds + _GRACE_SECONDS)
        if said is None:
            self._process.kill()  # the child's own timer did not end it: no more of this host
            raise subprocess.TimeoutExpired(module, seconds)
        if len(said) < STATUS.size:
            raise _HostGoneError
        (status,) = STATUS.unpack(said[-STATUS.size :])
        if status == -signal.SIGALRM:
            raise subprocess.TimeoutExpired(module, seconds)
        if status:
            raise subprocess.CalledProcessError(status, module)
        return said[: -STATUS.size]

    def close(self) -> None:
        """Let the host end; it holds nothing that could be lost."""
        self._control.close()
        self._process.wait()

    def leave_behind(self) -> None:
        """In a fork of the process that started it: that one goes on using it, we do not."""
        self._control.close()
        self._process.returncode = 0  # it is no child of ours


class _Hosts:
    """The host of this process, if it has one: started when it is needed, and again when it is gone."""

    def __init__(self) -> None:
        self._host: _Host | None = None
        self._changing = threading.Lock()

    def ask(self, module: str, given: bytes, seconds: float) -> bytes:
        """As ``ask_child``; when the host is found dead, a new one is asked once."""
        for last in (False, True):
            host = self._get()
            try:
                return host.ask(module, given, seconds)
            except _HostGoneError as gone:
                self._drop(host)
                if last:
                    raise subprocess.CalledProcessError(-signal.SIGKILL, module) from gone
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the host, if there is one."""
        with self._changing:
            if self._host is not None:
                self._host.close()
            self._host = None

    def leave_behind(self) -> None:
        """In a fork: begin without a host."""
        if self._host is not None:
            self._host.leave_behind()
        self._host, self._changing = None, threading.Lock()

    def _get(self) -> _Host:
        with self._changing:
            if self._host is None:
                self._host = _Host()
            return self._host

    def _drop(self, host: _Host) -> None:
        with self._changing:
            if self._host is host:
                self._host = None
                host.close()


def _talk(mine: socket.socket, given: bytes, until: float) -> bytes | None:
    """Give everything and take everything that is said until nobody speaks any more; None when that took too long."""
    said = bytearray()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may end before it has read everything
            mine.settimeout(max(until - time.monotonic(), 0.001))
            mine.sendall(given)
            mine.shutdown(socket.SHUT_WR)
        while True:
            mine.settimeout(max(until - time.monotonic(), 0.001))
            part = mine.recv(1 << 16)
            if not part:
                return bytes(said)
            said += part
    except ConnectionResetError:  # it ended before it had read everything, and what it said has been taken
        return bytes(said)
    except TimeoutError:
        return None


def _ask(module: str, given: bytes, seconds: float) -> bytes:
    return _HOSTS.ask(module, given, seconds)


_HOSTS = _Hosts()
_ask_once = lru_cache(maxsize=_MOST_REMEMBERED)(_ask)
atexit.register(_HOSTS.close)
os.register_at_fork(after_in_child=_HOSTS.leave_behind)
