"""Small questions every view asks of its request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from web.i18n import current_language
from web.i18n import gettext as _
from workflow_engine import InvalidVariablesError, new_id

_COMMAND_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
LONGEST_SEARCH = 100
LONGEST_REASON = 2_000


def command_id() -> str:
    """The idempotency key that our form carried; a fresh one when it is missing or malformed."""
    given = request.form.get("command_id", "")
    return given if _COMMAND_ID.fullmatch(given) else new_id()


def search_words() -> str:
    """What the visitor searches for, trimmed."""
    return request.args.get("q", "").strip()[:LONGEST_SEARCH]


def one_of(name: str, allowed: tuple[str, ...] | frozenset[str], otherwise: str) -> str:
    """A query parameter out of an enumeration."""
    value = request.args.get(name, otherwise)
    return value if value in allowed else otherwise


def cursor() -> str | None:
    """Where the page starts; opaque, made by the engine."""
    return request.args.get("after") or None


def is_partial() -> bool:
    """Whether htmx asks for a piece of the page only."""
    return request.headers.get("HX-Request") == "true"


def unless_known(template: str, fingerprint: str, values: Mapping[str, Any]) -> Response:
    """A piece of a page, or nothing (304) while it shows what the page has already; keys and ages of rows aside."""
    tag = sha256(f"{current_language().tag} {fingerprint}".encode()).hexdigest()[:24]
    known = request.if_none_match.contains(tag)
    answer = Response(status=304) if known else make_response(render_template(template, **values))
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


def optional_reason() -> str | None:
    """The reason typed into a form that does not insist on one."""
    return request.form.get("reason", "").strip()[:LONGEST_REASON] or None


def required_reason() -> str:
    """The reason typed into a form.

    Raises:
        InvalidVariablesError: it is empty.
    """
    reason = optional_reason()
    if reason is None:
        raise InvalidVariablesError(_("Give the reason; it stays in the record."), {"reason": _("This is needed.")})
    return reason
