"""What is told when more come than can be answered: made once when the server starts, so that telling costs nothing."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, render_template

from web import i18n
from web.lane_dispatcher import RETRY_SECONDS, LaneDispatcher, Refusal
from web.request_lanes import RequestLanes
from web.security import API_PREFIX, OPEN311_PREFIX

_NEVER_REFUSED = "/static/"
"""Small, and a page without them is none."""
_TITLE = "Too much at once"
_DETAIL = "More requests are waiting than can be answered soon. Nothing was done; send it again in a few seconds."


class Refusals:
    """The answer to each request that is refused."""

    def __init__(self, app: Flask) -> None:
        headers = {**app.config["SECURITY_HEADERS"], "Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
        self._pages = {}
        for tag in i18n.LANGUAGES:
            with app.test_request_context(headers={"Cookie": f"{i18n.COOKIE}={tag}"}):
                page = render_template("pages/busy.html").encode()
            self._pages[tag] = Refusal("text/html; charset=utf-8", page, headers)
        with app.test_request_context():
            self._otherwise = self._pages[i18n.current_language().tag]
        problem = {"type": "about:blank", "title": _TITLE, "status": 503, "detail": _DETAIL, "code": "unavailable"}
        self._problem = Refusal("application/problem+json", json.dumps(problem).encode(), headers)
        errors = [{"code": 503, "description": _DETAIL}]
        self._open311 = Refusal("application/json", json.dumps(errors).encode(), headers)

    def of(self, request: Any) -> Refusal | None:
        """For a request as waitress read it; None where it is to wait instead: it brings something, or is small."""
        if request.command not in ("GET", "HEAD") or request.path.startswith(_NEVER_REFUSED):
            return None
        if request.path.startswith(API_PREFIX):
            return self._problem
        if request.path.startswith(OPEN311_PREFIX):
            return self._open311
        cookies, wished = request.headers.get("COOKIE", ""), request.headers.get("ACCEPT_LANGUAGE", "").lower()
        for tag, page in self._pages.items():
            if f"{i18n.COOKIE}={tag}" in cookies:
                return page
        first = {tag: wished.find(tag[:2]) for tag in self._pages}
        asked = [tag for tag, place in sorted(first.items(), key=lambda one: one[1]) if place >= 0]
        return self._pages[asked[0]] if asked else self._otherwise


def dispatcher_of(app: Flask, threads: int) -> LaneDispatcher:
    """The threads for a server of this application."""
    lanes: RequestLanes = app.extensions["request_lanes"]
    dispatcher = LaneDispatcher(lambda request: lanes.is_first(request.path, request.headers), Refusals(app).of)
    dispatcher.set_thread_count(threads)
    return dispatcher
