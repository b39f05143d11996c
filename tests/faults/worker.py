"""A worker process under fault: ``python -m tests.faults.worker``. It serves commands over its standard streams.

The first line of input configures it, each further line is one request; each answer is one line of output, written
whole. Settings and failpoints come from the environment, as in production. One failpoint is the worker's own:
``after_ack``, passed when an answer was written.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from tests.faults import planted
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import SystemClock
from workflow_engine.domain.commands import Receipt, command_names
from workflow_engine.domain.errors import EngineError
from workflow_engine.engine import Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.settings import Settings
from workflow_engine.workers.clock import AlarmClock
from workflow_engine.workers.destruction import Destroyer
from workflow_engine.workers.loop import Loop
from workflow_engine.workers.outbox import OutboxRunner
from workflow_engine.workers.sequencer import Sequencer

_OPEN = ("ready", "claimed")


class Server:
    """An engine and what serves it."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._engine: Engine = open_engine(Settings.load(), migrate=bool(config.get("migrate")))
        self._lease_seconds = int(config.get("lease_seconds", 30))
        self._clock = AlarmClock(
            self._engine, worker_id=f"clock:{os.getpid()}", tick_seconds=0.05, lease_seconds=self._lease_seconds,
            batch=int(config.get("batch", 10)),
        )  # fmt: skip
        self._outbox = Loop("outbox", OutboxRunner(self._engine).run_once, 0.2)
        self._runs_by_itself = bool(config.get("by_itself"))
        threads = int(config.get("threads", 1))
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._writing = threading.Lock()
        self._answering = threading.local()
        planted.plant(config.get("planted", ""), self._engine, self._answer_early)
        if self._runs_by_itself:
            self._clock.start()
            self._outbox.start()

    def take(self, request: dict[str, Any]) -> None:
        """Serve one request, in a thread of the pool if there is one."""
        if self._pool is None:
            self._serve(request)
        else:
            self._pool.submit(self._serve, request)

    def close(self) -> None:
        """Let what runs end, then close the engine."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        if self._runs_by_itself:
            self._clock.stop()
            self._outbox.stop()
        self._engine.close()

    def write(self, answer: dict[str, Any]) -> None:
        """One line of output, whole or not at all."""
        line = json.dumps(answer).encode() + b"\n"
        with self._writing:
            while line:
                line = line[os.write(1, line) :]

    # ---- inside
    def _serve(self, request: dict[str, Any]) -> None:
        self._answering.number, self._answering.done = request["number"], False
        _wait_until(request.get("at"))
        try:
            answer = {"value": getattr(self, f"_do_{request['do']}")(request)}
        except EngineError as error:
            details = {key: value for key, value in error.details.items() if isinstance(value, str | int | None)}
            answer = {"error": error.code, "message": error.message, "details": details}
        except Exception as error:
            logging.getLogger(__name__).exception("request failed")
            answer = {"error": "crash", "message": repr(error)}
        if not self._answering.done:
            self.write({"number": request["number"], **answer})
        failpoint("after_ack")

    def _answer_early(self, receipt: Receipt) -> None:
        """For a planted fault only: acknowledge before the commit."""
        if getattr(self._answering, "number", None) is not None and not self._answering.done:
            self._answering.done = True
            self.write({"number": self._answering.number, "value": _receipt(receipt)})

    def _do_command(self, request: dict[str, Any]) -> Any:
        command = command_names()[request["name"]](**request["fields"])
        return _receipt(self._engine.handle(command, _actor(request.get("actor"))))

    def _do_tasks(self, request: dict[str, Any]) -> Any:
        """[user task id, element id, assignee] of every open task of a case."""
        found = self._engine.queries.get_case(request["case_id"], OPERATOR).user_tasks
        return [[task.user_task_id, task.element_id, task.assignee] for task in found if task.state in _OPEN]

    def _do_case(self, request: dict[str, Any]) -> Any:
        """State, variables and version of a case."""
        found = self._engine.queries.get_case(request["case_id"], OPERATOR)
        return {"state": found.case.state, "variables": dict(found.variables)}

    def _do_timers(self, request: dict[str, Any]) -> Any:
        """[element id, due instant, state] of every timer of a case."""
        found = self._engine.queries.get_case(request["case_id"], OPERATOR).timers
        return [[timer.element_id, timer.due_at.isoformat(), timer.state] for timer in found]

    def _do_tick(self, _request: dict[str, Any]) -> Any:
        """One look of the clock: [fired, refused]."""
        tick = self._clock.tick()
        return [tick.fired, tick.refused]

    def _do_settle(self, _request: dict[str, Any]) -> Any:
        """Deliver and fire whatever waits, until nothing is left to do; returns how much that was."""
        total = 0
        while done := self._engine.pump() + self._clock.tick().fired:
            total += done
        return total

    def _do_destroy(self, _request: dict[str, Any]) -> Any:
        """Carry out what is ordered to be destroyed; how many pieces that was."""
        destroyer, total = Destroyer(self._engine), 0
        while done := destroyer.run_once():
            total += done
        return total

    def _do_sequence(self, _request: dict[str, Any]) -> Any:
        """Bring everything into the log; how many entries it has then."""
        sequencer = Sequencer(self._engine, 0)
        while sequencer.run_once():
            pass
        return self._engine.queries.log.size()

    def _do_set_clock(self, request: dict[str, Any]) -> Any:
        """The machine's clock is set while the worker runs."""
        self._engine.clock = SystemClock(request["offset_seconds"])
        return self._do_now(request)

    def _do_limit(self, request: dict[str, Any]) -> Any:
        """From now on no file may grow beyond this many bytes: a full disk for this process alone."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["bytes"], resource.RLIM_INFINITY))
        return request["bytes"]

    def _do_expire(self, _request: dict[str, Any]) -> Any:
        return OutboxRunner(self._engine).expire()

    def _do_now(self, _request: dict[str, Any]) -> Any:
        return self._engine.clock.now().isoformat()

    def _do_health(self, _request: dict[str, Any]) -> Any:
        return bool(self._engine.health()["ok"])


def _receipt(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = asdict(receipt)
    return {**found, "result": dict(receipt.result)}


def _actor(text: str | None) -> Actor:
    return OPERATOR if text is None else Actor(text)


def _wait_until(at: float | None) -> None:
    """Wait for an instant of the machine's monotonic clock, which all processes share: a start gun."""
    while at is not None and (left := at - time.monotonic()) > 0:
        time.sleep(left - 0.001 if left > 0.002 else 0)


def main() -> int:
    """Serve until the input ends."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    with os.fdopen(0, "rb", closefd=False) as lines:
        config = json.loads(lines.readline())
        server = Server(config)
        server.write({"number": 0, "value": "ready"})
        for line in lines:
            server.take(json.loads(line))
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
