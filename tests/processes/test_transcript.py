"""The commands in ``docs/emergency.md``, run again: what they print must be what the page says."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from workflow_engine import OPERATOR, Engine, Settings, open_engine
from workflow_engine.cli.program import liandong
from workflow_engine.workers.clock import AlarmClock

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "emergency.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TASK = re.compile(r"\$\(task (\w+)(?: (\S+))?\)")
_OFFSET = "LIANDONG_CLOCK_OFFSET_SECONDS"


def _commands() -> list[tuple[str, str]]:
    """(command, expected output) of every line that begins with ``$``."""
    found: list[tuple[str, str]] = []
    for block in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def test_transcript_prints_what_the_page_says(database_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LIANDONG_DATABASE_URL", f"sqlite:///{database_path}")
    commands = _commands()
    assert len(commands) > 30
    for command, expected in commands:
        printed = _run(command, monkeypatch)
        assert _left_over(_lines(expected), _lines(printed)) == ([], []), f"$ {command}\n{printed}"


def _run(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv(_OFFSET, raising=False)
    words = shlex.split(_TASK.sub(lambda match: _find_task(match[1], match[2]), command))
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        monkeypatch.setenv(name, value)
    if words == ["liandong", "worker"]:
        return _work_until_nothing_is_due()
    assert words[0] == "liandong"
    result = CliRunner().invoke(liandong, words[1:])
    refusals = [line for line in result.stderr.splitlines() if line.startswith("liandong: ")]
    return result.stdout + "\n".join(refusals)


def _work_until_nothing_is_due() -> str:
    """What ``liandong worker`` does at its first look, after which somebody ends it."""
    with _opened() as engine:
        AlarmClock(engine, worker_id="transcript").tick()
    return "^C"


def _find_task(element_id: str, group: str | None) -> str:
    """The page's shell function ``task``."""
    with _opened() as engine:
        for row in engine.queries.inbox(OPERATOR, queue="all_open", limit=200).items:
            if row.element_id == element_id and (group is None or group in row.candidate_groups):
                return row.user_task_id
    raise AssertionError(f"no open task {element_id} {group or ''}")


class _opened:  # noqa: N801 - reads as a word in ``with _opened()``
    def __enter__(self) -> Engine:
        offset = float(os.environ.get(_OFFSET, "0"))
        self._engine = open_engine(
            Settings(database_url=os.environ["LIANDONG_DATABASE_URL"], clock_offset_seconds=offset)
        )
        return self._engine

    def __exit__(self, *_: object) -> None:
        self._engine.close()


def _lines(text: str) -> list[str]:
    """Without the widths of columns, which follow from the longest value."""
    return [re.sub(r"\s+", " ", line).strip() for line in text.strip().splitlines()]


def _left_over(expected: list[str], printed: list[str]) -> tuple[list[str], list[str]]:
    """Lines without a partner on the other side. Tasks that are due in the same second may come in any order."""
    rest = list(printed)
    missing = []
    for line in expected:
        pattern = re.compile(".*?".join(re.escape(part) for part in line.split("…")))
        found = next((one for one in rest if pattern.fullmatch(one)), None)
        if found is None:
            missing.append(line)
        else:
            rest.remove(found)
    return missing, rest
