"""What changes, told to open pages as it happens: server-sent events that carry ids only.

Each open stream holds a thread of the server. There are never more than half the threads, and few for one person; who
gets none looks again now and then by itself. A stream ends after five minutes and is asked for anew, so that sessions
and rights that have ended end here too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, current_app, request

from web.auth import current_actor
from web.context import engine, settings
from workflow_engine import Actor, CaseChange, Engine

Question = Callable[[], bool]
blueprint = Blueprint("live", __name__)
LONGEST_SECONDS = 300
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
RETRY_MILLISECONDS = 3_000
MOST_OF_ONE = 4
REFUSED_SECONDS = 120


class Streams:
    """Those that are open. Of one person the oldest makes room for a new one; beyond ``most`` there is none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: list[_Told] = []
        self._lock = threading.Lock()

    def enter(self, stream: _Told) -> bool:
        """Whether one more may be opened; if so, it counts until it leaves."""
        with self._lock:
            own = [other for other in self._open if other.actor.actor_id == stream.actor.actor_id]
            if len(own) >= MOST_OF_ONE:
                own[0].is_wanted = False
                self._open.remove(own[0])
            if len(self._open) >= self._most:
                return False
            self._open.append(stream)
            return True

    def leave(self, stream: _Told) -> None:
        """One less."""
        with self._lock:
            if stream in self._open:
                self._open.remove(stream)


@blueprint.get("/live")
def stream() -> Response:
    """Changes within the visitor's reach, until five minutes are over."""
    is_gone = request.environ.get("waitress.client_disconnected", lambda: False)
    told = _Told(engine(), current_actor(), _streams(), _is_signed_in(request.cookies.get(_cookie(), "")), is_gone)
    if not _streams().enter(told):
        return Response(status=503, headers={"Retry-After": str(REFUSED_SECONDS)})
    return Response(
        told,
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class _Told:
    """The stream's text; closed by the server when the page is gone."""

    def __init__(
        self, engine: Engine, actor: Actor, streams: Streams, is_signed_in: Question, is_gone: Question
    ) -> None:
        self.actor = actor
        self.is_wanted = True
        self._engine = engine
        self._streams = streams
        self._is_signed_in = is_signed_in
        self._is_gone = is_gone

    def __iter__(self) -> Iterator[str]:
        """Looks every second whether somebody still listens; says so every few when there is nothing else to say."""
        now = time.monotonic()
        ends_at, quiet_until = now + LONGEST_SECONDS, now + HEARTBEAT_SECONDS
        with self._engine.live.follow(self.actor) as follower:
            yield f"retry: {RETRY_MILLISECONDS}\n\n"
            while self.is_wanted and not self._is_gone() and (now := time.monotonic()) < ends_at:
                changes = follower.wait(LOOK_SECONDS)
                if not changes and now < quiet_until:
                    continue
                if not self._may_go_on():
                    return
                quiet_until = now + HEARTBEAT_SECONDS
                yield "".join(map(_event, changes)) or ": still here\n\n"

    def close(self) -> None:
        """Give the place back."""
        self._streams.leave(self)

    def _may_go_on(self) -> bool:
        """Whether the person is signed in still, with the same rights."""
        return self._is_signed_in() and self._engine.queries.organisation.find_actor(self.actor.actor_id) == self.actor


def _event(change: CaseChange) -> str:
    return f"event: {'tasks' if change.tasks else 'case'}\ndata: {change.case_id}\n\n"


def _is_signed_in(session_id: str) -> Question:
    """Whether the session behind the stream is still this person's, asked without a request."""
    store = current_app.session_interface.store  # type: ignore[attr-defined]
    person_id = current_actor().actor_id
    return lambda: (store.find(session_id, time.time()) or {}).get("person_id") == person_id


def _cookie() -> str:
    return str(current_app.config["SESSION_COOKIE_NAME"])


def _streams() -> Streams:
    return current_app.extensions.setdefault("live_streams", Streams(max(4, settings().threads // 2)))  # type: ignore[no-any-return]
