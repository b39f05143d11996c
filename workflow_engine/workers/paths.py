"""Reads the records of cases into the rows that analysis walks, a few cases at a time, beside everything else."""

from __future__ import annotations

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.analysis_commands import ReadPaths
from workflow_engine.domain.clock import new_id
from workflow_engine.engine import Engine

CASES_AT_ONCE = 20
"""Small, because SQLite lets nobody else write meanwhile."""
LOOK_AHEAD = 500
ROUNDS_BETWEEN_FULL_LOOKS = 240


class PathReader:
    """Catches up with cases never read, then with those whose record has grown."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._newest = ""
        """Cases up to this id were read once; ids rise with time, but for those that a caller chose."""
        self._rounds = 0

    def run_once(self) -> int:
        """Read what is new; returns how many cases had something."""
        self._rounds += 1
        if self._rounds % ROUNDS_BETWEEN_FULL_LOOKS == 0:
            self._newest = ""
        return self._unread() + self._grown()

    def _unread(self) -> int:
        case_ids = self._engine.queries.analysis.find_unread(self._newest, LOOK_AHEAD)
        self._read(case_ids)
        if case_ids:
            self._newest = case_ids[-1]
        return len(case_ids)

    def _grown(self) -> int:
        read, after = 0, ""
        while case_ids := self._engine.queries.analysis.find_grown(after, LOOK_AHEAD):
            self._read(case_ids)
            read, after = read + len(case_ids), case_ids[-1]
        return read

    def _read(self, case_ids: list[str]) -> None:
        for at in range(0, len(case_ids), CASES_AT_ONCE):
            some = tuple(case_ids[at : at + CASES_AT_ONCE])
            self._engine.handle(ReadPaths(command_id=new_id(), case_ids=some), WORKER)
