"""What the program says when something cannot be done: to stderr, one exit code, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from workflow_engine import EngineError, Problem, SettingsError

REFUSED = 2
"""Exit code of everything that could not be done."""
INTERRUPTED = 130


class PartlyRefusedError(Exception):
    """The output is told already; some of it was refused."""


def tell_failure(error: BaseException, *, as_json: bool) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    if isinstance(error, PartlyRefusedError):
        return REFUSED
    if isinstance(error, KeyboardInterrupt | click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    body, lines = _described(error)
    if as_json:
        click.echo(orjson.dumps({"error": body}, option=orjson.OPT_INDENT_2).decode(), err=True)
    else:
        for line in lines:
            click.echo(line, err=True)
    return REFUSED


def _described(error: BaseException) -> tuple[dict[str, Any], list[str]]:
    if isinstance(error, click.UsageError):
        usage = [error.ctx.get_usage()] if error.ctx is not None else []
        message = error.format_message()
        return {"code": "usage", "message": message}, [*usage, f"liandong: {message}"]
    if isinstance(error, click.ClickException):
        return {"code": "usage", "message": error.format_message()}, [f"liandong: {error.format_message()}"]
    if isinstance(error, SettingsError):
        return {"code": "settings", "message": str(error)}, [f"liandong: {error}"]
    if isinstance(error, EngineError):
        return _engine_error(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    message = f"Unexpected error: {what}. {_log(error)}"
    return {"code": "unexpected", "message": message}, [f"liandong: {message}"]


def _engine_error(error: EngineError) -> tuple[dict[str, Any], list[str]]:
    body = {"code": error.code, "message": error.message, **_plain(error.details)}
    lines = [f"liandong: {error.message}"]
    problems: Any = getattr(error, "problems", None)
    if isinstance(problems, Mapping):
        lines += [f"  {name}: {what}" for name, what in problems.items()]
    elif isinstance(problems, tuple):
        lines += [f"  {problem}" for problem in problems if isinstance(problem, Problem)]
    return body, lines


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON; whatever is none is shown as text."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(dict(details), default=str, option=orjson.OPT_NON_STR_KEYS))
    return plain


def _log(error: BaseException) -> str:
    """Keep the traceback in a file; says where."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    path = Path(state) / "liandong" / "errors.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv)}\n")
            log.write("".join(traceback.format_exception(error)))
    except OSError as problem:
        return f"The details could not be written to {path}: {problem.strerror}."
    return f"The details are in {path}."
