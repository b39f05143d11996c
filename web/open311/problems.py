"""What went wrong, as the standard's error document: 404 what does not exist, 403 the key, 400 nearly all else."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, request
from werkzeug.exceptions import HTTPException

from workflow_engine import (
    CONTENT_TYPES,
    JSON,
    XML,
    EngineError,
    GeoError,
    GeoReportRefusedError,
    InvalidVariablesError,
    write_errors,
)

_KEPT = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS})
_HEADERS = ("Allow", "Retry-After")


def of_refusal(error: EngineError, status: int) -> Response:
    """A refusal of the engine, or of what was asked."""
    if isinstance(error, GeoReportRefusedError):
        return document(error.status, error.errors)
    if status >= 500:
        return of_fault() if status != HTTPStatus.SERVICE_UNAVAILABLE else _one(503, "Busy; nothing was changed.")
    if isinstance(error, InvalidVariablesError):
        return document(400, [GeoError(400, f"{name}: {what}") for name, what in error.problems.items()])
    return _one(status if status in _KEPT else 400, error.message)


def of_http(error: HTTPException) -> Response:
    """An error of HTTP itself."""
    status = error.code or 500
    answer = _one(status if status in _KEPT or status >= 500 else 400, error.description or "")
    for name, value in error.get_headers():
        if name in _HEADERS:
            answer.headers[name] = value
    return answer


def of_fault() -> Response:
    """Our own fault; the caller learns no internals."""
    return _one(500, "Nothing was half saved. Send the same request again in a moment; if it stays, tell us.")


def document(status: int, errors: Sequence[GeoError]) -> Response:
    """The error document in the format that was asked for; XML where none was."""
    form = JSON if request.path.endswith(".json") else XML
    return Response(write_errors(errors, form), status, content_type=CONTENT_TYPES[form])


def _one(status: int, description: str) -> Response:
    return document(status, [GeoError(status, description)])
