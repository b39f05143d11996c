"""Processes as their client sees them: requests and answers over pipes, signals, and their end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0
"""After this long without an answer a worker counts as hanging; no test waits for it otherwise."""
Answer = dict[str, Any]


class WorkerDiedError(Exception):
    """The worker ended before it answered."""


class Worker:
    """One worker process. Requests carry numbers; answers may come in another order."""

    def __init__(
        self, process_id: int, to_worker: int, from_worker: int, log: Path,
        send_signal: Callable[[int], object], wait: Callable[[], int],
    ) -> None:  # fmt: skip
        self.process_id = process_id
        self._to_worker = to_worker
        self._from_worker = from_worker
        self._log = log
        self._send_signal = send_signal
        self._wait = wait
        self._rest = b""
        self._lines: list[bytes] = []
        self._next_number = 1
        self._early: dict[int, Answer] = {}
        self.exit_code: int | None = None

    def send(self, do: str, **fields: Any) -> int:
        """Send a request; returns its number. A dead worker takes it too: the reader will find out."""
        number = self._next_number
        self._next_number += 1
        with suppress(BrokenPipeError):
            os.write(self._to_worker, json.dumps({"number": number, "do": do, **fields}).encode() + b"\n")
        return number

    def receive(self, timeout_seconds: float = PATIENCE_SECONDS) -> Answer | None:
        """The next answer; None when the worker has ended and everything it said was read. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_seconds
        while not self._lines:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._from_worker], [], [], left)[0]:
                raise TimeoutError(f"worker {self.process_id} gives no answer\n{self.said()}")
            chunk = os.read(self._from_worker, 1 << 16)
            if not chunk:
                return None  # Half a line is no answer.
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self._lines.extend(lines)
        answer: Answer = json.loads(self._lines.pop(0))
        return answer

    def answer_to(self, number: int) -> Answer:
        """The answer to one request; others are kept. Raises WorkerDiedError."""
        while number not in self._early:
            answer = self.receive()
            if answer is None:
                raise WorkerDiedError(f"worker {self.process_id} ended before it answered\n{self.said()}")
            self._early[answer["number"]] = answer
        return self._early.pop(number)

    def ask(self, do: str, **fields: Any) -> Answer:
        """Send and wait for the answer. Raises WorkerDiedError."""
        return self.answer_to(self.send(do, **fields))

    def do(self, do: str, **fields: Any) -> Any:
        """What ``ask`` gives, when it is to succeed. Raises AssertionError with the worker's reason."""
        answer = self.ask(do, **fields)
        assert "error" not in answer, f"{do} {fields}: {answer}\n{self.said()}"
        return answer["value"]

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait for the end. What it said before can still be received."""
        self._send_signal(signal.SIGKILL)
        self.wait()

    def close(self) -> int:
        """Let it end by itself (its input is over), or what is left of it; returns the exit code."""
        if self._to_worker >= 0:
            os.close(self._to_worker)
            self._to_worker = -1
        code = self.wait()
        if self._from_worker >= 0:
            os.close(self._from_worker)
            self._from_worker = -1
        return code

    def wait(self) -> int:
        """Wait for the end; the exit code, or minus the signal."""
        if self.exit_code is None:
            self.exit_code = self._wait()
        return self.exit_code

    def said(self) -> str:
        """The end of what it wrote to its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:] if self._log.exists() else ""


class Nursery:
    """Starts workers and other programs: quickly, by a fork, or from cold as a new program. Ends all it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = mine
        self._log = (folder / "nursery.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery", str(theirs.fileno())],
            cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        theirs.close()

    def start(
        self, config: Mapping[str, Any], environment: Mapping[str, str], *, cold: bool = False
    ) -> Worker:
        """Start a worker with this first line of input and these environment variables; does not wait for it."""
        log = self._new_log()
        worker_in, to_worker = os.pipe()
        from_worker, worker_out = os.pipe()
        with log.open("wb") as errors:
            descriptors = [worker_in, worker_out, errors.fileno()]
            begin = self._start_cold if cold else self._fork_worker
            process_id, send_signal, wait = begin(environment, descriptors)
        os.close(worker_in)
        os.close(worker_out)
        worker = Worker(process_id, to_worker, from_worker, log, send_signal, wait)
        with suppress(BrokenPipeError):
            os.write(to_worker, json.dumps(config).encode() + b"\n")
        return worker

    def run(
        self, program: str, database_url: str, *words: str, failpoint: str = "", offset_seconds: int = 0
    ) -> int:
        """Run a program over a database, its clock ahead, to its end; its exit code, or minus the signal.

        ``failpoint`` is where it kills itself; empty: nowhere.
        """
        environment = {
            "LIANDONG_DATABASE_URL": database_url, "LIANDONG_FAILPOINT": failpoint,
            "LIANDONG_CLOCK_OFFSET_SECONDS": str(offset_seconds),
        }  # fmt: skip
        with self._new_log().open("wb") as said, Path(os.devnull).open("rb") as nothing:
            child = self._fork(program, words, environment, [nothing.fileno(), said.fileno(), said.fileno()])
        return self._call({"do": "wait", "process_id": child})

    def close(self) -> None:
        """End the nursery and every worker that is left."""
        self._control.close()
        self._process.wait()
        self._log.close()

    def _new_log(self) -> Path:
        self._count += 1
        return self._folder / f"program-{self._count}.log"

    def _fork(
        self, program: str, words: Sequence[str], environment: Mapping[str, str], descriptors: list[int]
    ) -> int:
        request = {"do": "spawn", "program": program, "words": list(words), "environment": dict(environment)}
        socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        return self._answer()

    def _fork_worker(
        self, environment: Mapping[str, str], descriptors: list[int]
    ) -> tuple[int, Callable[[int], object], Callable[[], int]]:
        child = self._fork("tests.faults.worker", (), environment, descriptors)
        return (
            child,
            lambda number: self._call({"do": "signal", "process_id": child, "number": number}),
            lambda: self._call({"do": "wait", "process_id": child}),
        )  # fmt: skip

    def _start_cold(
        self, environment: Mapping[str, str], descriptors: list[int]
    ) -> tuple[int, Callable[[int], object], Callable[[], int]]:
        stdin, stdout, stderr = descriptors
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            cwd=ROOT, env={**os.environ, **environment}, stdin=stdin, stdout=stdout, stderr=stderr,
        )  # fmt: skip
        return process.pid, process.send_signal, process.wait

    def _call(self, request: Mapping[str, Any]) -> int:
        self._control.send(json.dumps(request).encode())
        return self._answer()

    def _answer(self) -> int:
        message = self._control.recv(1 << 16)
        if not message:
            raise WorkerDiedError(f"the nursery ended\n{(self._folder / 'nursery.log').read_text()[-3000:]}")
        return int(json.loads(message))
