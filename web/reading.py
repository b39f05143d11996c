"""Auditors read and change nothing, and that they read a case is itself on the record."""

from __future__ import annotations

from hashlib import sha256

from flask import Flask, Response, g, request

from web.context import engine
from web.security import SAFE_METHODS
from workflow_engine import NoteReading, NotPermittedError, is_reader

SPAN_SECONDS = 600
"""Within this time a case is noted once for a person, however often they turn its pages."""
OWN_ENDPOINTS = frozenset({"sign_in.leave", "account.change_password", "proof.export", "record.export"})
OWN_BLUEPRINTS = frozenset({"preferences", "analysis"})
"""Where readers may send forms: about themselves, to take out what they read (which goes on record), and the questions
that are their task; the engine decides again."""


def init_app(app: Flask) -> None:
    """Watch every page and program alike."""
    app.before_request(refuse_writing)
    app.after_request(note_reading)


def refuse_writing() -> None:
    """Raise NotPermittedError for a form that a reader sends, whatever page it is of."""
    if request.method in SAFE_METHODS or request.endpoint is None or request.endpoint in OWN_ENDPOINTS:
        return
    actor = g.get("actor")
    if actor is not None and request.blueprint not in OWN_BLUEPRINTS and is_reader(actor):
        raise NotPermittedError("Expected somebody who may change things, but auditors read and change nothing.")


def note_reading(response: Response) -> Response:
    """Note that a reader was shown a case, before the page leaves the house: where that fails, no page goes out."""
    actor = g.get("actor")
    case_id = _case_shown()
    if case_id is None or response.status_code >= 300 or actor is None or not is_reader(actor):
        return response
    span = int(engine().clock.now().timestamp()) // SPAN_SECONDS
    words = f"reading\x1f{actor.actor_id}\x1f{case_id}\x1f{span}"
    command_id = "reading-" + sha256(words.encode()).hexdigest()[:40]
    engine().handle(NoteReading(command_id=command_id, about_case_id=case_id), actor)
    return response


def _case_shown() -> str | None:
    """The case whose page this is; pages of a task are pages of its case."""
    named = request.view_args or {}
    if "case_id" in named:
        return str(named["case_id"])
    task_id = str(named.get("user_task_id") or named.get("task_id") or "")
    return task_id.rpartition(".")[0] or None
