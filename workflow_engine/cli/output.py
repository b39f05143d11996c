"""How results are told: a person's text, or with ``--json`` one JSON document on stdout."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
import orjson
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

_WIDEST_CELL = 60

Advance = Callable[[], None]
"""Called once for each piece of work done."""
Reach = Callable[[int, int], None]
"""Called with how much is done and how much there is in all, at most."""


@dataclasses.dataclass(frozen=True, slots=True)
class Output:
    """Where and how one command tells its result."""

    as_json: bool = False

    def tell(self, data: Any, lines: Iterable[str]) -> None:
        """Print ``data`` for programs, or ``lines`` for people."""
        if self.as_json:
            click.echo(json_text(data))
        else:
            for line in lines:
                click.echo(line)

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Advance]:
        """Shows on a terminal that long work goes on; yields a function that notes one more done."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda: None
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task(what, total=total)
            yield lambda: shown.advance(task)


    @contextmanager
    def remaining(self, what: str) -> Iterator[Reach]:
        """As ``progress``, for work whose end may come nearer: also shows how long it still takes, at most."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _done, _all: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task(what, total=None)
            yield lambda done, all_: shown.update(task, completed=done, total=all_)


def json_text(data: Any) -> str:
    """``data`` as indented JSON: dataclasses by their fields, instants as ISO 8601, bytes as text, sets as lists."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
    return orjson.dumps(data, default=_as_json, option=options).decode()


def _as_json(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "_asdict"):
        return value._asdict()
    if hasattr(value, "keys"):
        return dict(value)
    return str(value)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of a table with aligned columns, wide characters counted as two."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(cell_len(text) for text in column) for column in zip(headers, *cells, strict=True)]
    for row in (list(headers), *cells):
        padded = [text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)]
        yield "  ".join(padded).rstrip()


def short_instant(instant: datetime | None) -> str:
    """An instant to the second, in UTC; a dash for none."""
    return "-" if instant is None else instant.strftime("%Y-%m-%d %H:%M:%SZ")


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return short_instant(value)
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDEST_CELL else text[: _WIDEST_CELL - 1] + "…"
