"""What changes, told to open pages as it happens: server-sent events.

Pages get ids of cases and look for themselves; the board of the duty room, which many look at, gets its cards. A stream
ends after five minutes and is asked for anew, so that sessions and rights that have ended end here too. Under waitress
as ``liandong serve`` starts it, a stream holds no thread; under any other server it does, and never more than half of
them do. Who gets none looks again now and then by itself.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator

from flask import Blueprint, Flask, Response, current_app, request

from web.auth import current_actor
from web.context import engine, settings
from web.held import KEY
from web.i18n import current_language
from web.live_board import CARD, ROOM, ROOM_OF_CALLERS, Board, Seen
from web.live_hub import LOOK_SECONDS, LiveHub, Sink, Viewer
from web.permissions import may
from web.presenters.emergency_cards import draw_with

blueprint = Blueprint("live", __name__)
RETRY_MILLISECONDS = 3_000
MOST_OF_ONE = 8
MOST_HELD = 2_000
REFUSED_SECONDS = 120
MOST_UNSENT = 200
_ANSWER = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class ThreadSink:
    """A stream that its own thread of the server writes out, under servers that cannot hold an answer."""

    def __init__(self, is_gone: Callable[[], bool]) -> None:
        self._parts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._is_gone = is_gone
        self._is_closed = False

    @property
    def is_open(self) -> bool:
        """Whether somebody reads."""
        return not self._is_closed and not self._is_gone()

    def send(self, text: str) -> None:
        """Hand it to the thread; who reads too slowly is let go."""
        if self._parts.qsize() > MOST_UNSENT:
            self._is_closed = True
            self._parts.put(None)
        self._parts.put(text)

    def end(self) -> None:
        """Let the thread go."""
        self._parts.put(None)

    def __iter__(self) -> Iterator[str]:
        yield _beginning()
        while not self._is_gone():
            try:
                part = self._parts.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if part is None:
                return
            yield part

    def close(self) -> None:
        """The server is done with it."""
        self._is_closed = True


@blueprint.get("/live")
def stream() -> Response:
    """Changes within the visitor's reach; with ``board``, what the page does not show yet of the emergencies.

    Of all of them their cards, or, with ``room``, the room of one.
    """
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream", headers=_ANSWER)
    hold = request.environ.get(KEY)
    gone = request.environ.get("waitress.client_disconnected", lambda: False)
    hub = _hub(can_hold=hold is not None)
    sink: Sink
    body: Iterator[str] | ThreadSink
    if hold is not None:
        sink, body = hold(), iter((_beginning(),))
    else:
        sink = body = ThreadSink(gone)
    viewer = Viewer(current_actor(), sink, _is_signed_in(request.cookies.get(_cookie(), "")), _board_wish())
    if not hub.join(viewer):
        return Response(status=503, headers={"Retry-After": str(REFUSED_SECONDS)})
    return Response(body, mimetype="text/event-stream", headers=_ANSWER)


def _board_wish() -> Seen | None:
    """What the page shows of the emergencies: what it heard last, or else what it was drawn with."""
    if "board" not in request.args:
        return None
    tag, room = request.headers.get("Last-Event-ID") or request.args["board"], request.args.get("room")
    form = CARD if room is None else ROOM_OF_CALLERS if may("emergency.call") else ROOM
    return Seen(current_language().tag, tag[:64], form, room)


def _beginning() -> str:
    return f"retry: {RETRY_MILLISECONDS}\n\n"


def _is_signed_in(session_id: str) -> Callable[[], bool]:
    """Whether the session behind the stream is still this person's, asked without a request."""
    store = current_app.session_interface.store  # type: ignore[attr-defined]
    person_id = current_actor().actor_id
    return lambda: (store.find(session_id, time.time()) or {}).get("person_id") == person_id


def _cookie() -> str:
    return str(current_app.config["SESSION_COOKIE_NAME"])


def _hub(*, can_hold: bool) -> LiveHub:
    found: LiveHub | None = current_app.extensions.get("live_hub")
    if found is None:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        most = MOST_HELD if can_hold else max(4, settings().threads // 2)
        made = LiveHub(engine(), Board(engine(), draw_with(app)), most, MOST_OF_ONE)
        found = current_app.extensions.setdefault("live_hub", made)
    return found
