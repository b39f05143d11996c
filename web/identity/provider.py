"""Signing in by OpenID Connect: authorization code with PKCE, state and nonce; addresses by discovery."""

from __future__ import annotations

import logging
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, url_for
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from web.identity.accounts import Account
from workflow_engine import Settings, SettingsError

log = logging.getLogger(__name__)

_SECONDS = 10
_MATCHES = ("subject", "email", "name")


class SignInRefusedError(Exception):
    """The provider could not be asked, or what it said cannot be trusted; the visitor is told no more than that."""


def init_app(app: Flask, settings: Settings) -> None:
    """Register the provider of the settings, where one is set. Raises SettingsError."""
    app.extensions["provider"] = None
    if not settings.oidc_issuer:
        return
    if settings.oidc_match not in _MATCHES:
        raise SettingsError(f"Expected setting oidc_match to be one of {', '.join(_MATCHES)}.")
    secret = settings.oidc_client_secret_file
    app.extensions["provider"] = OAuth(app).register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=secret.read_text(encoding="utf-8").strip() if secret else None,
        server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": _SECONDS,
            "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
        },
    )


def is_there() -> bool:
    """Whether people may sign in by a provider."""
    return current_app.extensions["provider"] is not None


def send_there() -> Response:
    """Send the visitor to the provider; state, nonce and verifier stay in the session. Raises SignInRefusedError."""
    client = _client()
    try:
        _check_issuer(client)
        answer: Response = client.authorize_redirect(url_for("provider.answer", _external=True))
    except (RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        raise _refused(error) from error
    return answer


def account_from_answer() -> Account:
    """Whom the provider vouches for in the request that came back. Raises SignInRefusedError."""
    client = _client()
    settings: Settings = current_app.extensions["settings"]
    try:
        token = client.authorize_access_token()
        claims = dict(token["userinfo"])
    except (RequestException, AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError) as error:
        raise _refused(error) from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise _refused(ValueError("no subject"))
    email = claims.get("email") if claims.get("email_verified") is True else None
    return Account(
        external_id=f"oidc:{settings.oidc_issuer.rstrip('/')}|{subject}",
        email=_text(email) if settings.oidc_match == "email" else None,
        sign_in_name=_text(claims.get("preferred_username")) if settings.oidc_match == "name" else None,
    )


def _client() -> Any:
    client = current_app.extensions["provider"]
    if client is None:
        raise NotFound
    return client


def _check_issuer(client: Any) -> None:
    """What discovery says must be what was asked: else another provider could speak for this one."""
    settings: Settings = current_app.extensions["settings"]
    said = client.load_server_metadata().get("issuer", "")
    if said.rstrip("/") != settings.oidc_issuer.rstrip("/"):
        raise ValueError(f"the provider calls itself {said[:100]!r}")


def _refused(error: Exception) -> SignInRefusedError:
    log.warning("signing in by the provider failed: %s: %s", type(error).__name__, str(error)[:200])
    return SignInRefusedError()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 200 else None
