"""Which cases change, told as it happens to those who may see them: ids only, after the commit, in every process.

What belongs to a case and changes outside it (a booking, a warning, a report that arrived) is told as a change of it.

In one process with SQLite the engine's own listener feeds the followers. With PostgreSQL each process sends what it
committed as a notice and hears those of all, its own included. Nothing here is needed for anything to be right: a page
that hears nothing looks again by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.concerning import concerned
from workflow_engine.domain.errors import EngineError, UnavailableError
from workflow_engine.domain.events import Event
from workflow_engine.queries import Queries
from workflow_engine.queries.concerned import cases_of, is_thing
from workflow_engine.queries.reach import reaches
from workflow_engine.storage.notifying import Notices

log = logging.getLogger(__name__)

MOST_CASES = 200
"""In one look; when more change at once, followers are told to look at everything."""
EVERYTHING = "*"
_GATHER_SECONDS = 0.2
_RETRY_SECONDS = 5.0
_LISTEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case changed; ``tasks`` says whether its user tasks did. The case id ``*``: look at everything."""

    case_id: str
    tasks: bool


class Follower:
    """One page that wants to know; made by ``LiveChanges.follow``, used by one thread.

    ``wake`` is called, from another thread, whenever there is something to take.
    """

    def __init__(self, actor: Actor, wake: Callable[[], None] | None = None) -> None:
        self.actor = actor
        self._wake = wake
        self._changes: dict[str, CaseChange] = {}
        self._ready = threading.Condition()

    def put(self, change: CaseChange) -> None:
        """Remember it until it is asked for; several of one case count as one."""
        with self._ready:
            before = self._changes.get(change.case_id)
            self._changes[change.case_id] = CaseChange(change.case_id, change.tasks or bool(before and before.tasks))
            self._ready.notify()
        if self._wake is not None:
            self._wake()

    def take(self) -> list[CaseChange]:
        """What changed since the last time, without waiting."""
        return self.wait(0)

    def wait(self, seconds: float) -> list[CaseChange]:
        """What changed; nothing when this time has passed without a change."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._changes), seconds)
            found = list(self._changes.values())
            self._changes.clear()
            return found


class LiveChanges:
    """Hands the changes of cases to their followers. ``connect`` opens a connection for notices; None: one process."""

    def __init__(self, queries: Queries, connect: Callable[[], Notices] | None) -> None:
        self._queries = queries
        self._connect = connect
        self._followers: set[Follower] = set()
        self._pending: dict[str, bool] = {}
        self._outgoing: dict[str, bool] = {}
        self._wake = threading.Condition()
        self._threads: dict[str, threading.Thread] = {}
        self._closed = False
        self._ending = threading.Event()

    def note(self, case_id: str | None, events: Sequence[Event]) -> None:
        """A command of this process was committed, to a case or elsewhere. Quick: only remembers it."""
        if self._connect is None and not self._followers:
            return
        changed = dict.fromkeys(concerned(events), False)
        if case_id:
            changed[case_id] = any(event.KIND.startswith("user_task.") for event in events)
        if not changed:
            return
        with self._wake:
            gathers = self._pending if self._connect is None else self._outgoing
            for word, tasks in changed.items():
                gathers[word] = tasks or gathers.get(word, False)
            if self._connect is not None:
                self._run("send", self._send)
            self._wake.notify_all()

    @contextmanager
    def follow(self, actor: Actor, wake: Callable[[], None] | None = None) -> Iterator[Follower]:
        """Be told of every change within the actor's reach, as it is now; ``wake`` is called at each."""
        follower = Follower(actor, wake)
        with self._wake:
            self._followers.add(follower)
            self._run("tell", self._tell)
            if self._connect is not None:
                self._run("hear", self._hear)
        try:
            yield follower
        finally:
            with self._wake:
                self._followers.discard(follower)

    def close(self) -> None:
        """End the threads."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._ending.set()
        for thread in self._threads.values():
            thread.join(_LISTEN_SECONDS + 1)

    # ---- inside: three threads, begun when first needed
    def _run(self, name: str, loop: Callable[[], None]) -> None:
        if name not in self._threads and not self._closed:
            thread = threading.Thread(target=loop, name=f"live-{name}", daemon=True)
            self._threads[name] = thread
            thread.start()

    def _take(self, which: str) -> dict[str, bool]:
        """What has gathered, once something has; empty at the end."""
        with self._wake:
            self._wake.wait_for(lambda: bool(getattr(self, which)) or self._closed)
        self._ending.wait(_GATHER_SECONDS)
        with self._wake:
            found: dict[str, bool] = getattr(self, which)
            setattr(self, which, {})
        return found

    def _tell(self) -> None:
        while not self._closed:
            pending = self._take("_pending")
            with self._wake:
                followers = list(self._followers)
            if not pending or not followers:
                continue
            try:
                self._hand_out(pending, followers)
            except EngineError:
                log.warning("what changed could not be looked up; pages look again by themselves", exc_info=True)

    def _hand_out(self, pending: dict[str, bool], followers: list[Follower]) -> None:
        if EVERYTHING in pending or len(pending) > MOST_CASES:
            for follower in followers:
                follower.put(CaseChange(EVERYTHING, True))
            return
        with self._queries.snapshot() as snapshot:
            behind = cases_of(snapshot, filter(is_thing, pending))
            found = reaches(snapshot, {*pending, *behind})
        for case_id, reach in found.items():
            for follower in followers:
                if reach.includes(follower.actor):
                    follower.put(CaseChange(case_id, pending.get(case_id, False)))

    def _send(self) -> None:
        notices: Any = None
        while not self._closed:
            outgoing = self._take("_outgoing")
            if not outgoing or (notices is None and self._closed):
                continue
            try:
                notices = notices or self._opened()
                notices.send([f"{case_id}{'+' if tasks else ''}" for case_id, tasks in outgoing.items()])
            except UnavailableError:
                log.warning("what changed could not be told to other processes", exc_info=True)
                notices = self._dropped(notices)
        self._dropped(notices)

    def _hear(self) -> None:
        notices: Any = None
        while not self._closed:
            try:
                if notices is None:
                    notices = self._opened()
                    notices.listen()
                    heard = [EVERYTHING]  # Whatever was told before is not known.
                else:
                    heard = notices.hear(_LISTEN_SECONDS)
            except UnavailableError:
                log.warning("changes of other processes cannot be heard; trying again", exc_info=True)
                notices = self._dropped(notices)
                time.sleep(_RETRY_SECONDS)
                continue
            if heard:
                with self._wake:
                    for word in heard:
                        case_id = word.removesuffix("+")
                        self._pending[case_id] = word.endswith("+") or self._pending.get(case_id, False)
                    self._wake.notify_all()
        self._dropped(notices)

    def _opened(self) -> Notices:
        if self._connect is None:
            raise UnavailableError("Expected a database with notices, but this one has none.")
        return self._connect()

    @staticmethod
    def _dropped(notices: Notices | None) -> None:
        if notices is not None:
            notices.close()
