"""Plays rehearsals that were asked for, one at a time on a machine, in a process of its own with little priority.

What was asked for, and what came of it, stands in the database. The folder holds only what is being played, and how far
it is. Whoever looks next sees to it that what waits is played; so a restart loses nothing but the part played so far.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import WORKER, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.rehearsal_commands import AskForRehearsal, BeginRehearsal, EndRehearsal
from workflow_engine.domain.rehearsals import AGAINST, PLAN, RESULT
from workflow_engine.engine import Engine
from workflow_engine.interchange.rehearsal_answers import answers
from workflow_engine.interchange.rehearsal_words import LANGUAGES, Words
from workflow_engine.queries.rehearsals import RehearsalStory
from workflow_engine.rehearsal.plan import PlanError
from workflow_engine.rehearsal.plan_files import settle
from workflow_engine.rehearsing import Wish, city_of, plan_in, rehearse
from workflow_engine.settings import Settings

LONGEST_SECONDS = 7_200
"""Shorter than a player is trusted to be alive (``handlers.rehearsals``)."""
_NICE = 10
_LOOK_SECONDS = 1.0
_PROGRAM = "from workflow_engine.rehearsal_playing import play_here; play_here()"
_WISH, _PROGRESS = "wish.json", "progress.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one is that is being played."""

    played: int
    most: int
    """Cases in all, at most."""
    seconds_left: int | None
    """At most, at the pace so far; None: it has only just begun."""


class RehearsalPlayer:
    """What is asked for is played below one folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._root = folder
        self._settings = settings
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()

    # ---- asking
    def ask(
        self, engine: Engine, actor: Actor, definition_id: str, plans: Sequence[tuple[str, Any]], *, cases: int,
        seed: int, what_if_cases: int, precision: float, folder: Path | None,
    ) -> str:  # fmt: skip
        """Keep what is to be played; returns its id.

        ``plans``: one or two, each with the name of its file; what they refer to lies in ``folder``, the process's own.

        Raises:
            PlanError: a plan cannot be read, or is for another process.
            InvalidStateError: too many wait already.
            NotFoundError: there is no such version.
        """
        definition = engine.queries.get_definition(definition_id)
        files, names = {}, []
        for kept, (file, content) in zip((PLAN, AGAINST), plans, strict=False):
            place = self._root if folder is None else folder / "rehearsals"
            document = settle(content, file, place, place if folder is None else folder)
            plan = plan_in(engine, document, file)
            if plan.process_id != definition.process_id:
                wanted = definition.process_id
                raise PlanError(
                    f"{file}, process_id: expected {wanted}, which is rehearsed, but got {plan.process_id}."
                )
            files[kept] = orjson.dumps(document)
            names.append(plan.name)
        rehearsal_id = new_id()
        command = AskForRehearsal(
            command_id=new_id(), rehearsal_id=rehearsal_id, definition_id=definition_id,
            process_id=definition.process_id, name=names[0], against=names[1] if len(names) > 1 else "", cases=cases,
            seed=seed, what_if_cases=what_if_cases, precision=precision, files=files,
        )  # fmt: skip
        engine.handle(command, actor)
        return rehearsal_id

    # ---- looking
    def progress(self, rehearsal_id: str) -> Progress | None:
        """How far it is; None where it is not being played on this machine."""
        try:
            said = orjson.loads((self._root / rehearsal_id / _PROGRESS).read_bytes())
        except (OSError, ValueError):
            return None
        played, most, seconds = said["played"], said["most"], said["seconds"]
        left = round(seconds * (most - played) / played) if played else None
        return Progress(played, most, left)

    # ---- playing
    def see_to_it(self, engine: Engine) -> None:
        """Have what waits played in the background, unless this process does already."""
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self.play_all, args=(engine,), daemon=True)
                self._thread.start()

    def play_all(self, engine: Engine) -> None:
        """Play what waits, the oldest first; returns at once where another process of this machine does."""
        with self._alone() as alone:
            left: set[str] = set()
            while alone and (ahead := [one for one in engine.queries.rehearsals.to_play() if one not in left]):
                if not self._play(engine, ahead[0]):
                    left.add(ahead[0])

    def _play(self, engine: Engine, rehearsal_id: str) -> bool:
        """From the start; False: another machine plays it, or it is gone."""
        try:
            engine.handle(
                BeginRehearsal(command_id=new_id(), rehearsal_id=rehearsal_id, player=socket.gethostname()), WORKER
            )
            story = engine.queries.rehearsals.get(rehearsal_id, WORKER)
        except RejectedError as refused:
            log.info("rehearsal %s is not begun here: %s", rehearsal_id, refused)
            return False
        place = self._root / rehearsal_id
        try:
            _lay_out(place, story)
            state = engine.queries.rehearsals.state
            surroundings = {**os.environ, "LIANDONG_DATABASE_URL": self._settings.database_url}
            error = _run(place, surroundings, lambda: state(rehearsal_id) == "running")
            if error is not None:
                self._end(engine, rehearsal_id, place, error)
        except RejectedError as refused:  # cancelled or taken away in the meantime
            log.info("rehearsal %s is not ended here: %s", rehearsal_id, refused)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return True

    def _end(self, engine: Engine, rehearsal_id: str, place: Path, error: str) -> None:
        files: dict[str, bytes] = {}
        told: dict[str, str] = {}
        if not error:
            files = {RESULT: (place / RESULT).read_bytes()}
            result = orjson.loads(files[RESULT])
            told = {language: answers(result, Words(language)).first for language in LANGUAGES}
        command = EndRehearsal(
            command_id=new_id(), rehearsal_id=rehearsal_id, error=error, answers=told, files=files
        )  # fmt: skip
        engine.handle(command, WORKER)

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


def play_here() -> None:
    """The process of its own: plays what is laid out in its folder, and leaves the result there."""
    said = orjson.loads(Path(_WISH).read_bytes())
    documents = {name: orjson.loads(Path(name).read_bytes()) for name in (PLAN, AGAINST) if Path(name).exists()}
    against = (documents[AGAINST], AGAINST) if AGAINST in documents else None
    begun = time.monotonic()

    def progress(played: int, most: int) -> None:
        seconds = time.monotonic() - begun
        _write(Path(_PROGRESS), orjson.dumps({"played": played, "most": most, "seconds": seconds}))

    product = open_engine(Settings.load())
    try:
        files = product.queries.get_definition(said["definition_id"]).files
        at = plan_in(product, documents[PLAN], PLAN).start_at
        with city_of(product.queries, files, at) as city:
            wish = Wish(
                document=documents[PLAN], file=PLAN, cases=said["cases"], seed=said["seed"], against=against,
                what_if_cases=said["what_if_cases"], precision=said["precision"], processes=said["processes"],
            )  # fmt: skip
            result = rehearse(city, wish, progress)
    except RejectedError as refused:
        sys.exit(str(refused))
    finally:
        product.close()
    _write(Path(RESULT), orjson.dumps(result))


def _lay_out(place: Path, story: RehearsalStory) -> None:
    """Everything that the process needs."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, parents=True)
    for name, content in story.files.items():
        (place / name).write_bytes(content)
    row = story.row
    wish: Mapping[str, Any] = {
        "definition_id": row.definition_id, "cases": row.cases, "seed": row.seed,
        "what_if_cases": row.what_if_cases, "precision": row.precision,
        "processes": max(1, (os.cpu_count() or 1) // 2),
    }  # fmt: skip
    (place / _WISH).write_bytes(orjson.dumps(wish))


def _run(place: Path, surroundings: Mapping[str, str], wanted: Callable[[], bool]) -> str | None:
    """Run the process while it is wanted, and not for ever; what it complained of, empty when it went well.

    None: it is wanted no longer.
    """
    said = place / "said.txt"
    with said.open("wb") as told, subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told,
        start_new_session=True, env=surroundings,
    ) as program:  # fmt: skip
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, program.pid, _NICE)
        ends = time.monotonic() + LONGEST_SECONDS
        while program.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                program.wait(_LOOK_SECONDS)
                break
            if not wanted():
                _stop(program)
                return None
            if time.monotonic() > ends:
                _stop(program)
                return f"it took longer than {LONGEST_SECONDS // 3600} hours; ask for fewer cases"
    if program.returncode:
        text = said.read_text(errors="replace").strip()
        log.info("a rehearsal failed: %s", text)
        return text or f"exit code {program.returncode}"
    return ""


def _stop(program: subprocess.Popen[bytes]) -> None:
    """With the processes that it shares its work with."""
    with suppress(OSError):
        os.killpg(program.pid, 9)
    program.wait()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_bytes(content)
    os.replace(fresh, path)
