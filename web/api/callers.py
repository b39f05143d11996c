"""Who calls: a person's program or a worker outside, by the bearer token that the request carries (RFC 6750).

Cookies open nothing here.
"""

from __future__ import annotations

from typing import cast

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from web.api.tokens import LONGEST_TOKEN, token_sha256
from web.context import engine
from web.enterprise import ENTERPRISE
from workflow_engine import Actor, NotPermittedError


def require_person(scope: str) -> Actor:
    """The person in whose name the program acts; ``g.person`` is in place then.

    Raises:
        Unauthorized: there is no token, it is nobody's, or its person may not sign in.
        NotPermittedError: the token lacks the scope.
    """
    token = bearer_token("Expected the header Authorization: Bearer with the token of a person's program.")
    found = engine().queries.access.find_token(token_sha256(token), engine().clock.now())
    acting = None if found is None else engine().queries.organisation.find_acting(found.person_id)
    if found is None or acting is None:
        raise unauthorized("Expected a token that opens something, but this one does not.", error="invalid_token")
    if scope not in found.scopes:
        raise NotPermittedError(f"Expected a token with the scope {scope}, but this one lacks it.", scope=scope)
    if acting[0].subject_class == ENTERPRISE:
        raise NotPermittedError("Expected a program of the administration: enterprises have pages only.")
    g.person, g.actor = acting
    return cast(Actor, g.actor)


def bearer_token(expected: str) -> str:
    """The token that the request carries. Raises Unauthorized."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise unauthorized(expected)
    if len(given.token) > LONGEST_TOKEN:
        raise unauthorized("Expected a token that opens something, but this one does not.", error="invalid_token")
    return given.token


def unauthorized(why: str, **more: str | None) -> Unauthorized:
    """A refusal that says which kind of token is expected."""
    return Unauthorized(why, www_authenticate=WWWAuthenticate("bearer", {"realm": "liandong", **more}))
