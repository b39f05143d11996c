"""The sandbox: pydantic-monty workers, one pool per process, and the text in which values cross.

Values cross as JSON text in both directions. Objects that share parts on this side arrive unshared (JSON knows no
sharing), a result that shares parts is written out as a tree inside the sandbox's own memory limit, and what is no
JSON never gets out.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import pydantic_monty

from workflow_engine.bpmn.scripts_analysis import ScriptAnalysis
from workflow_engine.bpmn.scripts_context import ScriptContext
from workflow_engine.bpmn.scripts_export import export_code, pack_code
from workflow_engine.domain.errors import InvalidVariablesError, ScriptError
from workflow_engine.domain.json_text import parse_json
from workflow_engine.domain.json_values import VariableLimits

_PRELUDE_LINES: Final = 1
_runtime_owners: set[int] = set()  # the native runtime behind the workers lives in one process and hangs in its forks
_RESULTS: Final = VariableLimits(size=262_144, document_bytes=1_048_576)


@dataclass(frozen=True, slots=True)
class ScriptLimits:
    """What one script may use: execution time, heap bytes, depth of calls, printed bytes, calls to the host, results.

    ``processes`` workers run at once, and a run waits ``wait_seconds`` for a free one.
    """

    seconds: float = 2.0
    memory: int = 64 * 1024 * 1024
    recursion: int = 200
    printed: int = 262_144
    host_calls: int = 2_000
    results: VariableLimits = _RESULTS
    processes: int = 2
    wait_seconds: float = 30.0


class SandboxPool:
    """Workers for this process id, started when first needed; a forked child starts its own."""

    def __init__(self, limits: ScriptLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._pools: dict[int, pydantic_monty.Monty] = {}

    def run(self, analysis: ScriptAnalysis, variables: Mapping[str, Any], context: ScriptContext) -> dict[str, Any]:
        """Run the script on the variables it reads; the JSON values of the names it binds or may have changed.

        Raises ``ScriptError``: the script failed, or used up its time, memory or output.
        """
        inputs = {name: variables[name] for name in analysis.reads if name in variables}
        wanted = dict(analysis.binds)
        if analysis.mutates:
            wanted |= {name: True for name, value in inputs.items() if isinstance(value, list | dict)}
        for name in analysis.deletes:
            wanted.pop(name, None)
        code = _prelude(sorted(inputs)) + analysis.source + "\n" + export_code(wanted)
        lines = analysis.source.count("\n") + 1
        try:
            text = json.dumps(inputs, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise ScriptError(f"The script cannot be given its variables: {error}.") from error
        return self._results(self._feed(code, text, lines, wanted, context))

    def close(self) -> None:
        """End the workers of this process."""
        with self._lock:
            pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.__exit__(None, None, None)

    def _feed(self, code: str, text: str, lines: int, wanted: Mapping[str, bool], context: ScriptContext) -> Any:
        """Feed the code to a worker; once more if it died under it, since a script has no effect but its result."""
        for last in (False, True):
            try:
                return self._feed_once(code, text, lines, wanted, context)
            except pydantic_monty.MontyCrashedError as crash:
                if crash.timed_out or last:
                    why = "it ran longer than allowed" if crash.timed_out else "it used up its memory or stack"
                    raise ScriptError(f"The script was stopped: {why}.", exception="Crash") from crash
        return None

    def _feed_once(self, code: str, text: str, lines: int, wanted: Mapping[str, bool], context: ScriptContext) -> Any:
        printed = pydantic_monty.CollectString(max_bytes=self._limits.printed)
        try:
            with self._session(context) as session:
                try:
                    return session.feed_run(
                        code,
                        inputs={"__text": text},
                        print_callback=printed,
                        external_lookup=_host_functions(context),
                    )
                except pydantic_monty.MontyRuntimeError as error:
                    if not _is_no_json(error, lines):
                        raise
                    # Write dates and decimals as text, and name whatever else there is.
                    return session.feed_run(pack_code(wanted), print_callback=printed)
        except (pydantic_monty.MontyRuntimeError, pydantic_monty.MontySyntaxError) as error:
            _fail(error, lines, printed.output)
        except TimeoutError as error:
            raise ScriptError("The script could not start: all sandboxes are busy.", exception="Busy") from error

    def _session(self, context: ScriptContext) -> pydantic_monty.MontySession:
        limits = self._limits
        return self._pool().checkout(
            script_name="script",
            limits={
                "max_feed_duration_secs": limits.seconds,
                "max_memory": limits.memory,
                "max_recursion_depth": limits.recursion,
                "max_suspensions": limits.host_calls,
            },
            os_policy={
                "datetime": context.now,
                "timezone": "utc",
                "sleep": "zero",
                "process_time": "zero",
                "random_start": {"seed": context.seed},
            },
            assert_message_annotations=False,
        )

    def _pool(self) -> pydantic_monty.Monty:
        pid = os.getpid()
        pool = self._pools.get(pid)
        if pool is None:
            with self._lock:
                pool = self._pools.get(pid)
                if pool is None:
                    pool = self._start()
                    # A pool inherited by fork stays in the table, unused: its workers belong to its owner.
                    self._pools[pid] = pool
        return pool

    def _start(self) -> pydantic_monty.Monty:
        if not _runtime_owners <= {os.getpid()}:
            raise ScriptError(
                "The script could not start: this process was forked from one that had run scripts, whose sandbox "
                "cannot be carried over. Start worker processes before the first script, or by spawn.",
                exception="Forked",
            )
        _runtime_owners.add(os.getpid())
        pool = pydantic_monty.Monty(
            min_processes=1,
            max_processes=self._limits.processes,
            checkout_timeout=self._limits.wait_seconds,
            request_timeout=self._limits.seconds + 3,
        )
        return pool.__enter__()

    def _results(self, text: Any) -> dict[str, Any]:
        try:
            results: dict[str, Any] = parse_json(text, limits=self._limits.results)
        except InvalidVariablesError as error:
            raise ScriptError(f"The script's results cannot be kept: {error.message}") from error
        return results


def _prelude(names: list[str]) -> str:
    """One line that brings the variables in; it must not move the script's lines by more than ``_PRELUDE_LINES``."""
    binding = "".join(f'; {name} = __in["{name}"]' for name in names)
    return f"import json as __json; __in = __json.loads(__text){binding}\n"


def _host_functions(context: ScriptContext) -> dict[str, Callable[[], Any]]:
    drawn = 0

    def now() -> datetime.datetime:
        return context.now

    def today() -> datetime.date:
        return context.day

    def random() -> float:
        nonlocal drawn
        drawn += 1
        digest = hashlib.sha256(f"{context.seed}:{drawn}".encode()).digest()
        return (int.from_bytes(digest[:7], "big") >> 3) / 2**53

    return {"now": now, "today": today, "random": random}


def _is_no_json(error: pydantic_monty.MontyRuntimeError, lines: int) -> bool:
    """Whether the script itself came to its end, and only its results could not be written."""
    return _line_of(error) > lines + _PRELUDE_LINES and isinstance(error.exception(), TypeError | ValueError)


def _line_of(error: pydantic_monty.MontyRuntimeError | pydantic_monty.MontySyntaxError) -> int:
    frames = error.traceback()
    return frames[-1].line if frames else 0


def _fail(
    error: pydantic_monty.MontyRuntimeError | pydantic_monty.MontySyntaxError, lines: int, printed: str
) -> NoReturn:
    line = _line_of(error) - _PRELUDE_LINES
    kind = type(error.exception()).__name__
    message = error.display("type-msg")[:1000]
    details: dict[str, Any] = {"exception": kind}
    if printed:
        details["printed"] = printed[-2000:]
    if kind == "TimeoutError" and "time limit" in message:
        message = "it ran longer than allowed"
    elif kind == "MemoryError":
        message = "it used more memory, or printed more, than allowed"
    if 1 <= line <= lines:
        raise ScriptError(f"The script failed in line {line}: {message}.", line=line, **details) from error
    raise ScriptError(f"The script failed: {message}.", **details) from error
