"""One thread that tells every open page what changes, however many there are.

It looks once and tells all: the reach of a change, the state of the emergencies and their cards in each language are
worked out once, not once for each page. Whether a person is still signed in, with the same rights, is asked again every
few seconds for each of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol

from web.live_board import Board, Seen
from workflow_engine import Actor, CaseChange, Engine, EngineError

log = logging.getLogger(__name__)
LONGEST_SECONDS = 300
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
CHECK_SECONDS = 10.0
BOARD_SECONDS = 10.0
"""What nobody told (another process over SQLite changed it) reaches the board no later than this."""
SOONEST_SECONDS = 0.4
"""Two looks at the board lie at least so far apart, however much happens."""


class Sink(Protocol):
    """Where a page's stream is written to; never waits."""

    @property
    def is_open(self) -> bool:
        """Whether somebody reads."""

    def send(self, text: str) -> None:
        """Add to it."""

    def end(self) -> None:
        """Close it."""


@dataclass(eq=False, slots=True)
class Viewer:
    """One open page."""

    actor: Actor
    sink: Sink
    is_signed_in: Callable[[], bool]
    board: Seen | None = None
    """What it shows of the emergencies, when it is a board."""
    is_wanted: bool = True
    ends_at: float = 0.0
    quiet_until: float = 0.0
    checked_at: float = 0.0
    closing: ExitStack = field(default_factory=ExitStack)
    take: Callable[[], list[CaseChange]] = list


class LiveHub:
    """The pages that are open. Of one person the oldest makes room for a new one; beyond ``most`` there is none."""

    def __init__(self, engine: Engine, board: Board, most: int, most_of_one: int) -> None:
        self._engine = engine
        self._board = board
        self._most = most
        self._most_of_one = most_of_one
        self._viewers: list[Viewer] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._looked_at = 0.0
        self._is_behind = False
        """Something happened since the last look at the board."""

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Viewer) -> bool:
        """Tell this page from now on; False when there is no room."""
        now = time.monotonic()
        viewer.ends_at = now + LONGEST_SECONDS
        viewer.quiet_until, viewer.checked_at = now + HEARTBEAT_SECONDS, now
        with self._lock:
            wanted = [other for other in self._viewers if other.is_wanted]
            own = [other for other in wanted if other.actor.actor_id == viewer.actor.actor_id]
            if len(own) >= self._most_of_one:
                own[0].is_wanted = False
            elif len(wanted) >= self._most:
                return False
            follower = viewer.closing.enter_context(self._engine.live.follow(viewer.actor, self._wake.set))
            viewer.take = follower.take
            self._viewers.append(viewer)
            self._is_behind |= viewer.board is not None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
        self._wake.set()
        return True

    # ---- inside: one thread, as long as somebody looks
    def _run(self) -> None:
        while True:
            self._wake.wait(SOONEST_SECONDS if self._is_behind else LOOK_SECONDS)
            self._wake.clear()
            with self._lock:
                if not self._viewers:
                    self._thread = None
                    return
                viewers = list(self._viewers)
            try:
                self._tell(viewers, time.monotonic())
            except EngineError:
                log.warning("open pages could not be told; they are told at the next look", exc_info=True)
                time.sleep(LOOK_SECONDS)
            except Exception:
                # Nobody else can end this thread or would notice; pages that are let go ask for a new stream.
                log.exception("telling open pages failed; they are let go")
                self._leave(viewers)

    def _tell(self, viewers: list[Viewer], now: float) -> None:
        gone = [viewer for viewer in viewers if not self._is_to_stay(viewer, now)]
        self._leave(gone)
        left = [viewer for viewer in viewers if viewer not in gone] if gone else viewers
        words = {id(viewer): "".join(map(_event, viewer.take())) for viewer in left}
        self._tell_boards([viewer for viewer in left if viewer.board is not None], words, now)
        for viewer in left:
            text = words[id(viewer)]
            if not text and now < viewer.quiet_until:
                continue
            viewer.quiet_until = now + HEARTBEAT_SECONDS
            viewer.sink.send(text or (self._board.beat() if viewer.board is not None else ": still here\n\n"))

    def _tell_boards(self, boards: list[Viewer], words: dict[int, str], now: float) -> None:
        """Add what is new on the boards; asked for when something happened, and every few seconds."""
        if not boards:
            return
        self._is_behind |= any(words[id(one)] for one in boards)
        since = now - self._looked_at
        if since < (SOONEST_SECONDS if self._is_behind else BOARD_SECONDS):
            return
        self._is_behind = False
        self._looked_at = now
        self._board.look()
        for viewer in boards:
            if viewer.board is not None:
                words[id(viewer)] += self._board.news(viewer.actor, viewer.board)

    def _is_to_stay(self, viewer: Viewer, now: float) -> bool:
        """Whether the page is there, its time is not over, and the person is signed in still, with the same rights."""
        if not (viewer.is_wanted and viewer.sink.is_open and now < viewer.ends_at):
            return False
        if now - viewer.checked_at < CHECK_SECONDS:
            return True
        viewer.checked_at = now
        actor = viewer.actor
        return viewer.is_signed_in() and self._engine.queries.organisation.find_actor(actor.actor_id) == actor

    def _leave(self, gone: Iterable[Viewer]) -> None:
        for viewer in gone:
            viewer.closing.close()
            viewer.sink.end()
            with self._lock:
                if viewer in self._viewers:
                    self._viewers.remove(viewer)


def _event(change: CaseChange) -> str:
    return f"event: {'tasks' if change.tasks else 'case'}\ndata: {change.case_id}\n\n"
