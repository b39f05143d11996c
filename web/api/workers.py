"""Who calls: the worker whose bearer token the request carries (RFC 6750). Cookies open nothing here."""

from __future__ import annotations

import logging
import time
from typing import cast

from flask import current_app, g, request

from web.api.callers import bearer_token, unauthorized
from web.api.tokens import OutsideWorker, OutsideWorkers
from web.context import engine
from workflow_engine import NotPermittedError, SettingsError, UnavailableError

log = logging.getLogger(__name__)

ALIVE_SECONDS = 15.0
WORKER_ENDPOINTS = frozenset({"api.lock", "api.complete", "api.fail", "api.throw"})


def require_worker() -> None:
    """Put ``g.worker`` in place.

    Raises:
        Unauthorized: there is no token, or it is nobody's.
        UnavailableError: the file of tokens cannot be read now.
    """
    if request.endpoint not in WORKER_ENDPOINTS:
        return
    token = bearer_token("Expected the header Authorization: Bearer with the token of a worker.")
    try:
        found = cast(OutsideWorkers, current_app.extensions["outside_workers"]).find(token)
    except SettingsError as error:
        log.exception("The tokens of workers cannot be read")
        raise UnavailableError("The tokens of workers cannot be read now; an administrator has to look.") from error
    if found is None:
        raise unauthorized("Expected the token of a worker, but this one is nobody's.", error="invalid_token")
    g.worker = found


def current_worker() -> OutsideWorker:
    """The worker that calls."""
    return cast(OutsideWorker, g.worker)


def note_alive(name: str, topics: list[str]) -> None:
    """Leave a sign of life of a worker outside, at most every few seconds."""
    alive: dict[str, float] = current_app.extensions.setdefault("outside_alive", {})
    now = time.monotonic()
    if now - alive.get(name, float("-inf")) >= ALIVE_SECONDS:
        alive[name] = now
        engine().beat(f"outside/{name}", {"topics": sorted(topics)})


def require_topics(topics: list[str]) -> None:
    """Raise NotPermittedError unless the worker may do jobs of all these topics."""
    foreign = sorted(set(topics) - current_worker().topics)
    if foreign:
        raise NotPermittedError(f"Expected topics of the worker {current_worker().name}, but not {', '.join(foreign)}.")
