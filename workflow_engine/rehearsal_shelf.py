"""Rehearsals asked for on pages: kept in a folder, played one at a time by a process of their own, within bounds.

Like tries of drafts they are nobody's record. What was asked for survives a restart: whoever looks next sees to it that
it is played.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from workflow_engine.domain.clock import new_id
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.engine import Engine
from workflow_engine.rehearsal.plan import PlanError
from workflow_engine.rehearsal.plan_files import settle
from workflow_engine.rehearsing import plan_in

MOST_CASES = 500
MOST_TRIED = 20
"""Cases of each try with one person more or fewer."""
MOST_WAITING = 5
MOST_KEPT = 60
"""The oldest goes when a further one is asked for."""
LONGEST_SECONDS = 1_800
_NICE = 10
_ID = re.compile(r"[0-9a-f]{32}")
_PROGRAM = "from workflow_engine.cli import main; main()"
_ERROR_CHARACTERS = 2_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One that was asked for."""

    rehearsal_id: str
    process_id: str
    definition_id: str
    name: str
    against: str
    """Name of the plan it is compared with; empty: none."""
    cases: int
    seed: int
    asked_by: str
    asked_at: str
    state: str = "waiting"
    """``waiting``, ``running``, ``done`` or ``failed``."""
    ended_at: str | None = None
    error: str = ""


class RehearsalShelf:
    """All of them, below one folder."""

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self._player: threading.Thread | None = None
        self._guard = threading.Lock()

    # ---- asking
    def ask(
        self,
        engine: Engine,
        asked_by: str,
        definition_id: str,
        plans: Sequence[tuple[str, Any]],
        *,
        cases: int,
        seed: int,
        folder: Path | None,
    ) -> str:
        """Keep what is to be played; returns its id.

        ``plans``: one or two, each with the name of its file; what they refer to lies in ``folder``, the process's own.

        Raises:
            PlanError: a plan cannot be read, or is for another process.
            InvalidStateError: too many wait already.
            NotFoundError: there is no such version.
        """
        definition = engine.queries.get_definition(definition_id)
        documents = []
        for file, content in plans:
            place = self._root if folder is None else folder / "rehearsals"
            document = settle(content, file, place, place if folder is None else folder)
            plan = plan_in(engine, document, file)
            if plan.process_id != definition.process_id:
                wanted = definition.process_id
                raise PlanError(
                    f"{file}, process_id: expected {wanted}, which is rehearsed, but got {plan.process_id}."
                )
            documents.append((plan.name, document))
        self._make_room()
        rehearsal = Rehearsal(
            rehearsal_id=new_id(), process_id=definition.process_id, definition_id=definition_id,
            name=documents[0][0], against=documents[1][0] if len(documents) > 1 else "",
            cases=min(cases, MOST_CASES), seed=seed, asked_by=asked_by, asked_at=engine.clock.now().isoformat(),
        )  # fmt: skip
        place = self._root / rehearsal.rehearsal_id
        place.mkdir(mode=0o700, parents=True)
        for name, (_plan_name, document) in zip(("plan.json", "against.json"), documents, strict=False):
            (place / name).write_bytes(orjson.dumps(document))
        (place / "model.bpmn").write_bytes(definition.bpmn_xml)
        _save(place, rehearsal)
        return rehearsal.rehearsal_id

    def _make_room(self) -> None:
        kept = self.list()
        if sum(one.state == "waiting" for one in kept) >= MOST_WAITING:
            raise InvalidStateError("Expected to ask for a rehearsal, but too many wait already; try again later.")
        for one in kept[MOST_KEPT - 1 :]:
            shutil.rmtree(self._root / one.rehearsal_id, ignore_errors=True)

    # ---- looking
    def list(self) -> list[Rehearsal]:
        """The newest first."""
        with suppress(FileNotFoundError):
            names = sorted((path.name for path in self._root.iterdir() if _ID.fullmatch(path.name)), reverse=True)
            return [found for name in names if (found := _load(self._root / name)) is not None]
        return []

    def get(self, rehearsal_id: str) -> Rehearsal:
        """One. Raises NotFoundError."""
        found = _load(self._root / rehearsal_id) if _ID.fullmatch(rehearsal_id) else None
        if found is None:
            raise NotFoundError("Expected a rehearsal, but there is none: it was taken away, or never asked for.")
        return found

    def result(self, rehearsal_id: str) -> dict[str, Any] | None:
        """What came of it; None until it is done. Raises NotFoundError."""
        if self.get(rehearsal_id).state != "done":
            return None
        found: dict[str, Any] = orjson.loads((self._root / rehearsal_id / "result.json").read_bytes())
        return found

    def model(self, rehearsal_id: str) -> bytes:
        """The diagram of the version it plays. Raises NotFoundError."""
        return (self._root / self.get(rehearsal_id).rehearsal_id / "model.bpmn").read_bytes()

    def remove(self, rehearsal_id: str) -> None:
        """Take one away that is not being played. Raises NotFoundError, InvalidStateError."""
        if self.get(rehearsal_id).state == "running":
            raise InvalidStateError("Expected a rehearsal that is not being played; wait until it is over.")
        shutil.rmtree(self._root / rehearsal_id, ignore_errors=True)

    # ---- playing
    def see_to_it(self, database_url: str) -> None:
        """Have what waits played in the background, unless somebody does already."""
        with self._guard:
            if self._player is None or not self._player.is_alive():
                self._player = threading.Thread(target=self.play_all, args=(database_url,), daemon=True)
                self._player.start()

    def play_all(self, database_url: str) -> None:
        """Play what waits, the oldest first; returns at once where another process does."""
        with self._alone() as alone:
            while alone and (waiting := [one for one in self.list() if one.state in ("waiting", "running")]):
                self._play(waiting[-1], database_url)

    def _play(self, rehearsal: Rehearsal, database_url: str) -> None:
        """In a process of its own; one that was interrupted is played again from the start."""
        place = self._root / rehearsal.rehearsal_id
        _save(place, replace(rehearsal, state="running"))
        words = [
            sys.executable, "-c", _PROGRAM, "rehearse", rehearsal.process_id, "--scenario", "plan.json",
            "--cases", str(rehearsal.cases), "--seed", str(rehearsal.seed), "--processes", "1", "--json", "result.json",
            *(("--compare", "against.json") if rehearsal.against else ()), "--what-if", "all",
            "--what-if-cases", str(min(rehearsal.cases, MOST_TRIED)),
        ]  # fmt: skip
        try:
            error = _run(words, place, {**os.environ, "LIANDONG_DATABASE_URL": database_url})
        except OSError as problem:
            error = f"the program could not be started: {problem}"
        if not place.is_dir():
            return
        ended = datetime.fromtimestamp(time.time()).astimezone().isoformat()
        done = not error and (place / "result.json").exists()
        state = "done" if done else "failed"
        _save(place, replace(rehearsal, state=state, ended_at=ended, error=error[-_ERROR_CHARACTERS:]))

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether nobody else on this machine plays; for as long as the block lasts."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._root / "playing").open("wb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _run(words: Sequence[str], place: Path, environment: Mapping[str, str]) -> str:
    """Run it with little priority and not for ever; what it complained of, empty when it went well."""
    with subprocess.Popen(
        words, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as program:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, program.pid, _NICE)
        try:
            _out, said = program.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            return f"it took longer than {LONGEST_SECONDS // 60} minutes; ask for fewer cases"
    if program.returncode:
        log.info("a rehearsal failed: %s", said.decode(errors="replace"))
        return said.decode(errors="replace").strip() or f"exit code {program.returncode}"
    return ""


def _save(place: Path, rehearsal: Rehearsal) -> None:
    """Whole or not at all."""
    fresh = place / ".rehearsal.json"
    fresh.write_bytes(orjson.dumps(asdict(rehearsal)))
    os.replace(fresh, place / "rehearsal.json")


def _load(place: Path) -> Rehearsal | None:
    try:
        return Rehearsal(**orjson.loads((place / "rehearsal.json").read_bytes()))
    except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
        return None
