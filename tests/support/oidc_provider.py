"""A real OpenID Connect provider as a program: ``python tests/support/oidc_provider.py PORT``.

It is the package ``oidc_provider_mock``, and before it a check that the package leaves out: whoever begins with a PKCE
challenge must prove it when the code is exchanged (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import make_server

import oidc_provider_mock  # type: ignore[import-untyped]

Start = Callable[..., Any]
USERS = {
    "anna": {"email": "Wang@City.example", "email_verified": True, "preferred_username": "wang"},
    "mallory": {"email": "chen@city.example", "email_verified": False, "preferred_username": "nobody"},
    "boss": {"email": "jiang@city.example", "email_verified": True, "preferred_username": "jiang"},
    "stranger": {"email": "stranger@elsewhere.example", "email_verified": True},
}


class WithPkce:
    """Remembers each code's challenge and refuses an exchange that does not prove it."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._challenges: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/by-another-name")
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if "code_challenge" in query and query.get("code_challenge_method") == ["S256"]:
            return self._app(environ, self._noting(query["code_challenge"][0], start))
        if environ["PATH_INFO"].endswith("/token") and not self._is_proven(environ):
            start("400 Bad Request", [("Content-Type", "application/json")])
            return [b'{"error": "invalid_grant", "error_description": "PKCE"}']
        return self._app(environ, start)

    def _noting(self, challenge: str, start: Start) -> Start:
        def noting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            location = dict(headers).get("Location", "")
            for code in parse_qs(urlsplit(location).query).get("code", ()):
                self._challenges[code] = challenge
            return start(status, headers, *rest)

        return noting

    def _is_proven(self, environ: dict[str, Any]) -> bool:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        form = parse_qs(body.decode())
        verifier = form.get("code_verifier", [""])[0]
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return self._challenges.pop(form.get("code", [""])[0], None) == made


def main() -> None:
    """Serve until ended."""
    users = [oidc_provider_mock.User(sub=sub, claims=dict(claims)) for sub, claims in USERS.items()]
    app = WithPkce(oidc_provider_mock.app(require_nonce=True, user_claims=users))
    with make_server("127.0.0.1", int(sys.argv[1]), app) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
