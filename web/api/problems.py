"""What went wrong, as problem details (RFC 9457): one shape for every answer that is none.

``code`` is stable and what programs should look at; ``errors`` names the fields of a body that does not fit.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from web.api.bodies import InvalidBodyError
from workflow_engine import EngineError, InvalidVariablesError

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:liandong:problem:"
RETRY_SECONDS = 1
_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")
_HTTP_CODES = {
    400: "bad_request", 401: "not_authenticated", 403: "not_permitted", 404: "not_found", 405: "method_not_allowed",
    413: "too_large", 415: "not_json",
}  # fmt: skip


def of_refusal(error: EngineError, status: int) -> Response:
    """A refusal of the engine, or of a body."""
    if status >= 500 and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return of_fault()
    more: dict[str, Any] = {}
    if isinstance(error, InvalidVariablesError):
        more["errors"] = [{"field": _field(error, name), "problem": what} for name, what in error.problems.items()]
    answer = _problem(status, error.code, error.message, **more)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def of_http(error: HTTPException) -> Response:
    """An error of HTTP itself: an unknown address, a method that is none, no token."""
    status = error.code or 500
    answer = _problem(status, _HTTP_CODES.get(status, f"http_{status}"), error.description or "")
    for name, value in error.get_headers():
        if name in _HEADERS:
            answer.headers[name] = value
    return answer


def of_fault() -> Response:
    """Our own fault; the caller learns no internals."""
    detail = "Nothing was half saved. Send the same request again in a moment; if it stays, tell an administrator."
    return _problem(500, "unexpected", detail)


def _field(error: InvalidVariablesError, name: str) -> str:
    """The place in the body; the engine tells places within the variables."""
    if isinstance(error, InvalidBodyError):
        return name
    return "variables" if name in ("", "$") else f"variables.{name}"


def _problem(status: int, code: str, detail: str, **more: Any) -> Response:
    body = {
        "type": TYPE + code, "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
        "instance": request.path, "code": code, **more,
    }  # fmt: skip
    return Response(json.dumps(body), status, mimetype=MEDIA_TYPE)
