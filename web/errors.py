"""One table from what went wrong to what the visitor sees. Views catch nothing. Programs that
use the API get problem details with the same status.

A view that holds what a person typed says beforehand how to show its page again (``keep_input``); when the engine
refuses, that page comes back with a banner and with everything still in its fields.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from web.api import problems
from web.i18n import gettext as _
from web.i18n import marked
from web.open311 import problems as open311_problems
from web.security import CsrfError, is_api_request, is_open311_request
from workflow_engine import (
    DefinitionError,
    DuplicateCommandError,
    EngineError,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    StaleVersionError,
    UnavailableError,
)

log = logging.getLogger(__name__)

STATUS: list[tuple[type[Exception], int]] = [
    (NotFoundError, 404),
    (NotPermittedError, 403),
    (InvalidVariablesError, 422),
    (DefinitionError, 422),
    (InvalidStateError, 409),
    (StaleVersionError, 409),
    (DuplicateCommandError, 422),
    (UnavailableError, 503),
    (RejectedError, 409),
]
"""First match counts; everything else is 500."""
STATUS_BY_CODE = {"cap_refused": 422}
"""Refusals of special kinds, by their code."""

TITLES = {
    400: marked("This request could not be read"),
    403: marked("You may not do this"),
    404: marked("Nothing here"),
    405: marked("This cannot be done here"),
    409: marked("Something changed in the meantime"),
    413: marked("This is too large"),
    422: marked("This cannot be accepted as it is"),
    500: marked("Something broke on our side"),
    503: marked("Too much at once"),
}
HINTS = {
    400: marked("Go back, load the page again and repeat your step."),
    403: marked("Your role does not include this step. If it should, ask an administrator."),
    404: marked("The page does not exist, or it belongs to a case outside your reach."),
    405: marked("Go back and use the buttons of the page."),
    409: marked("Somebody else was quicker, or the case has moved on. Load the page again to see where it stands."),
    413: marked("Send a smaller file: models up to 2 MB, alerts up to 1 MB."),
    422: marked("Check what you entered and send it again."),
    503: marked("The database is busy. Nothing was changed; send it again in a moment."),
    500: marked("Nothing you entered was half saved. Try again in a moment; if it stays, tell an administrator."),
}
BY_CODE = {
    "not_found": marked("This does not exist, or it lies outside your reach."),
    "not_permitted": marked("You may see this, but not do this to it."),
    "invalid_state": marked("This can no longer be done: the case has moved on."),
    "stale_version": marked("Somebody else changed this while you were looking at it."),
    "duplicate_command": marked("This form was already sent with other content. Load the page again."),
    "cap_refused": marked("The alert was refused. Every reason is listed."),
    "unavailable": marked("The database is busy. Nothing was changed; send it again in a moment."),
    "invalid_variables": marked("Some values do not fit."),
    "definition_refused": marked("The model was refused. Every problem found is listed."),
}

ShowAgain = Callable[[EngineError], "str | Response"]


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(EngineError, refuse)
    app.register_error_handler(CsrfError, expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)
    app.jinja_env.globals["error_text"] = text_of


def keep_input(show_again: ShowAgain) -> None:
    """Say how this view shows its page again, with what was typed, should the engine refuse."""
    g.show_again = show_again


def text_of(error: EngineError) -> str:
    """The refusal in the visitor's language."""
    known = BY_CODE.get(error.code)
    return _(known) if known else error.message


def status_of(error: EngineError) -> int:
    """The HTTP status of a refusal."""
    by_kind = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    return STATUS_BY_CODE.get(error.code, by_kind)


def refuse(error: EngineError) -> Response:
    """Answer a refusal: the view's own page again where it said how, else an error page."""
    status = status_of(error)
    if status == 500:
        log.error("The engine failed with %s at %s", error.code, request.path, exc_info=error)
    if status == 403:
        log.warning("%s refused at %s: %s", _actor(), request.path, error.code)
    if is_open311_request():
        return open311_problems.of_refusal(error, status)
    if is_api_request():
        return problems.of_refusal(error, status)
    show_again: ShowAgain | None = g.pop("show_again", None)
    if show_again is not None and status in (403, 409, 422, 503):
        return _shown_again(show_again, error, status)
    return page(status, detail=error.message if status != 404 else None)


def _actor() -> str:
    actor = g.get("actor")
    return "a visitor" if actor is None else str(actor.actor_id)


def _shown_again(show_again: ShowAgain, error: EngineError, status: int) -> Response:
    """The view's own page with the refusal; where that page cannot be had, its own refusal counts."""
    try:
        return make_response(show_again(error), status)
    except EngineError as other:
        return refuse(other)


def expired(error: CsrfError) -> Response:
    """The session behind a form has ended: say so, and show what was typed so that it is not lost."""
    return page(400, title=_("Your session has ended"), hint=_("Sign in again and repeat your step."), typed=_typed())


def http_error(error: HTTPException) -> Response:
    """Errors of HTTP itself, and redirects that Werkzeug raises."""
    if isinstance(error, SecurityError):  # a foreign host name: our pages have no addresses there
        return Response(_(TITLES[400]), 400, mimetype="text/plain")
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    if is_open311_request():
        return open311_problems.of_http(error)
    if is_api_request():
        return problems.of_http(error)
    answer = page(error.code)
    if error.code == 405:
        answer.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
    return answer


def unexpected(error: Exception) -> Response:
    """Anything else is our fault; the visitor learns no internals."""
    log.error("A view failed at %s", request.path, exc_info=error)
    if is_open311_request():
        return open311_problems.of_fault()
    if is_api_request():
        return problems.of_fault()
    return page(500, typed=_typed())


def page(status: int, **values: Any) -> Response:
    """The error page of this status."""
    title = values.pop("title", None) or _(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    hint = values.pop("hint", None) or _(HINTS.get(status, HINTS[500 if status >= 500 else 400]))
    g.drill_case = None  # a refusal does not tell what the case is
    html = render_template("pages/error.html", status=status, title=title, hint=hint, **values)
    return make_response(html, status)


def _typed() -> list[tuple[str, str]]:
    hidden = {"csrf_token", "command_id", "password"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in hidden and value.strip()]
