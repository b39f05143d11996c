"""Reads the records of cases into the rows that analysis walks, a few cases at a time, beside everything else."""

from __future__ import annotations

import logging

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.analysis_commands import ReadPaths
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.errors import UnavailableError
from workflow_engine.engine import Engine

log = logging.getLogger(__name__)

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
        self._unreadable: set[str] = set()

    def run_once(self) -> int:
        """Read what is new; returns how many cases had something."""
        self._rounds += 1
        if self._rounds % ROUNDS_BETWEEN_FULL_LOOKS == 0:
            self._newest = ""
        return self._unread() + self._grown()

    def _unread(self) -> int:
        case_ids = self._engine.queries.analysis.find_unread(self._newest, LOOK_AHEAD)
        read = self._read(case_ids)
        if case_ids:
            self._newest = case_ids[-1]
        return read

    def _grown(self) -> int:
        read, after = 0, ""
        while case_ids := self._engine.queries.analysis.find_grown(after, LOOK_AHEAD):
            read, after = read + self._read(case_ids), case_ids[-1]
        return read

    def _read(self, case_ids: list[str]) -> int:
        wanted = [case_id for case_id in case_ids if case_id not in self._unreadable]
        for at in range(0, len(wanted), CASES_AT_ONCE):
            some = wanted[at : at + CASES_AT_ONCE]
            try:
                self._handle(some)
            except UnavailableError:
                raise
            except Exception:
                log.exception("paths: %d cases could not be read together; each by itself", len(some))
                self._each(some)
        return len(wanted)

    def _each(self, case_ids: list[str]) -> None:
        """One record that cannot be read keeps no other from being read; it is tried again after a restart."""
        for case_id in case_ids:
            try:
                self._handle([case_id])
            except UnavailableError:
                raise
            except Exception:
                log.exception("paths: the record of case %s cannot be read; its figures stay behind", case_id)
                self._unreadable.add(case_id)

    def _handle(self, case_ids: list[str]) -> None:
        self._engine.handle(ReadPaths(command_id=new_id(), case_ids=tuple(case_ids)), WORKER)
