"""What every answer and every changing request must satisfy, whatever the view does.

Content security policy without inline script or style, token against forged requests on every method but GET, limits
on sizes, known host names only, and relative addresses only after a redirect. The API is apart: no cookie counts there,
its callers prove themselves with each request, so nothing can be forged in their name.
"""

from __future__ import annotations

import hmac
import re
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, request, session
from werkzeug.exceptions import BadRequest

from workflow_engine import SettingsError

API_PREFIX = "/api/"
OPEN311_PREFIX = "/open311/"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BYTES = 4 * 1024 * 1024
MOST_FILE_BYTES = 21 * 1000 * 1000
FILES_ENDPOINTS = frozenset({"task_files.attach", "capture.send"})
MOST_FORM_BYTES = 2 * 1024 * 1024
MOST_FORM_PARTS = 1_000

CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'self'",
    "img-src 'self' data:",  # diagram-js draws its cursors and small icons as data: pictures
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
}


class CsrfError(BadRequest):
    """The form was not ours, or its session has ended."""


def init_app(app: Flask, *, trusted_hosts: list[str] | None, https: bool, tiles: str = "") -> None:
    """Switch everything on. ``tiles``: the address of a server from which pictures of maps may come."""
    app.config.update(
        # With this prefix a browser takes the cookie only over HTTPS and from this very host.
        SESSION_COOKIE_NAME="__Host-liandong" if https else "liandong",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        TRUSTED_HOSTS=trusted_hosts,
    )
    app.before_request(check_request)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.config["STRICT_TRANSPORT"] = https
    app.config["SECURITY_HEADERS"] = HEADERS | {"Content-Security-Policy": content_security_policy(tiles)}


def content_security_policy(tiles: str) -> str:
    """The policy of every page; a tile server is the only foreign place that anything may come from, and only pictures.

    Raises:
        SettingsError: the server's address cannot be one.
    """
    if not tiles:
        return CONTENT_SECURITY_POLICY
    parts = urlsplit(tiles.replace("{s}", "*"))
    if parts.scheme not in ("https", "http") or not re.fullmatch(r"[A-Za-z0-9.*-]+(:[0-9]+)?", parts.netloc):
        raise SettingsError(
            "Expected setting map_tiles to be an address like https://tiles.example.org/{z}/{x}/{y}.png."
        )
    return CONTENT_SECURITY_POLICY.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")


def is_api_request() -> bool:
    """Whether a program asks, not a browser: it is known by its token alone, and never answered with pages."""
    return request.path.startswith((API_PREFIX, OPEN311_PREFIX))


def is_open311_request() -> bool:
    """Whether that program speaks GeoReport v2."""
    return request.path.startswith(OPEN311_PREFIX)


def csrf_token() -> str:
    """The token of this session, made when first asked for."""
    token = session.get("csrf")
    if not token:
        token = session["csrf"] = secrets.token_urlsafe(24)
    return str(token)


def check_request() -> None:
    """Refuse a changing request that was not sent from one of our own pages.

    Raises:
        CsrfError: the token is missing or another's, or the browser says that a foreign page sent it.
    """
    if request.method in SAFE_METHODS or is_api_request():
        return
    if request.endpoint in FILES_ENDPOINTS:
        request.max_content_length = MOST_FILE_BYTES  # larger than other forms, and spooled to the disk
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise CsrfError("Expected a form sent from this site, but another site sent it.")
    expected = session.get("csrf")
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not expected or not hmac.compare_digest(str(expected).encode(), given.encode()):
        raise CsrfError("Expected the security token of your session, but it was missing or has expired.")


def add_headers(response: Response) -> Response:
    """Put the security headers on every answer; pages are never kept by caches."""
    from flask import current_app

    for name, value in current_app.config["SECURITY_HEADERS"].items():
        response.headers.setdefault(name, value)
    if current_app.config["STRICT_TRANSPORT"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def safe_next(target: str | None, otherwise: str) -> str:
    """``target`` if it is an address on this site, else ``otherwise``.

    Backslashes and control characters are refused: browsers read ``/\\evil`` as ``//evil``.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or any(ord(character) < 0x21 or ord(character) == 0x7F for character in target):
        return otherwise
    try:
        parts = urlsplit(target)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else target
