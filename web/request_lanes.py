"""Which requests go first when there are more than can be answered: those of whoever works on an emergency.

It has to be known before a request gets a thread, so nobody is asked: what counts is what was seen of its credential
when it was answered before. A cookie or token that nobody signed in with goes first nowhere, so that no flood from
outside can say of itself that it is an emergency.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b

from flask import Flask, Response, g, request

from web.permissions import may
from workflow_engine import Actor, Engine

FIRST_SECONDS = 600.0
"""So long after the last sign of it whoever works on an emergency goes first, on every page."""
MOST_KNOWN = 50_000
_ROOMS = "/emergency"
_PROBE = "/healthz"
_CASE = re.compile(r"/([0-9a-f]{32})(?=[./?]|$)")


class RequestLanes:
    """What is remembered of credentials and cases; of this process, in memory, the oldest forgotten first."""

    def __init__(self, engine: Engine, cookie: str, now: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._cookie = cookie
        self._now = now
        self._lock = threading.Lock()
        self._first_until: OrderedDict[bytes, float] = OrderedDict()
        """By credential of somebody who is signed in; 0: nothing of an emergency was seen of them."""
        self._is_emergency: OrderedDict[str, bool] = OrderedDict()

    def is_first(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether this request waits behind no ordinary one; ``headers`` as waitress names them."""
        if path == _PROBE:
            return True
        credential = self._credential(headers.get("COOKIE", ""), headers.get("AUTHORIZATION", ""))
        if credential is None:
            return False
        with self._lock:
            until = self._first_until.get(credential)
            if until is None:
                return False
            return until > self._now() or path.startswith(_ROOMS) or self._is_emergency.get(_case_in(path), False)

    def note(self, actor: Actor, path: str, cookies: str, authorization: str, *, answered: bool) -> None:
        """Somebody was let in with this credential; ``answered``: they got what they asked for."""
        credential = self._credential(cookies, authorization)
        if credential is None:
            return
        # Asked of everybody: the case is known then to whoever comes after them.
        names_emergency = answered and self._names_emergency(path)
        of_emergency = names_emergency or is_on_duty(actor)
        with self._lock:
            known = self._first_until.pop(credential, 0.0)
            self._first_until[credential] = self._now() + FIRST_SECONDS if of_emergency else known
            while len(self._first_until) > MOST_KNOWN:
                self._first_until.popitem(last=False)

    def _names_emergency(self, path: str) -> bool:
        case_id = _case_in(path)
        if not case_id:
            return False
        with self._lock:
            known = self._is_emergency.get(case_id)
        if known is None:
            known = self._engine.queries.lanes.is_emergency(case_id)
            with self._lock:
                self._is_emergency[case_id] = known
                while len(self._is_emergency) > MOST_KNOWN:
                    self._is_emergency.popitem(last=False)
        return known

    def _credential(self, cookies: str, authorization: str) -> bytes | None:
        """What proves who asks, as its digest; None: nobody said."""
        if authorization:
            return _digest(authorization)
        for part in cookies.split(";"):
            name, _, value = part.strip().partition("=")
            if name == self._cookie and value:
                return _digest(value)
        return None


def is_on_duty(actor: Actor) -> bool:
    """Whether this person leads or stands by: the duty room, commanders and their deputies, whoever is on duty."""
    return may("emergency.call", actor) or any(group.startswith("duty:") for group in actor.groups)


def init_app(app: Flask, engine: Engine) -> None:
    """Remember, after each answer, who goes first from now on."""
    lanes = app.extensions["request_lanes"] = RequestLanes(engine, app.config["SESSION_COOKIE_NAME"])

    @app.after_request
    def note(answer: Response) -> Response:
        actor = g.get("actor")
        if actor is not None:
            cookies, authorization = request.headers.get("Cookie", ""), request.headers.get("Authorization", "")
            lanes.note(actor, request.path, cookies, authorization, answered=answer.status_code < 400)
        return answer


def _case_in(path: str) -> str:
    found = _CASE.search(path)
    return found[1] if found else ""


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).digest()
