"""The doors of enterprises: their people have rooms of their own, and every other one is not there for them.

Utilities, owners of components and contractors act in the city's cases without being of its administration. The list
below names what they may open; whatever is new stays shut for them until it is put here.
"""

from __future__ import annotations

from flask import Flask, g, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from web.auth import OPEN_ENDPOINTS
from web.security import is_api_request

ENTERPRISE = "enterprise"
HOME = frozenset({"inbox.home", "inbox.page"})
"""Leads to their own desk."""
ROOMS = frozenset({
    "enterprise.desk", "enterprise.task", "enterprise.claim", "enterprise.complete", "enterprise.attach",
    "enterprise.file", "supervision_notices.index", "supervision_notices.page", "supervision_notices.document",
    "supervision_notices.answer", "supervision_notices.file", "account.page", "account.change_password",
    "sign_in.leave", "live.stream", "resources.index", "resources.page", "resources.stand", "resources.move",
    "resource_requests.offers", "resource_requests.answer", "places.shapes", "places.at", "resource_register.new",
    "resource_register.add", "resource_register.edit", "resource_register.change", "resource_register.place",
    "resource_register.move", "resources.reserve", "resources.release",
})  # fmt: skip


def is_enterprise() -> bool:
    """Whether the person signed in belongs to an enterprise."""
    person = g.get("person")
    return person is not None and person.subject_class == ENTERPRISE


def init_app(app: Flask) -> None:
    """Stand at every door; after ``auth``, which says who it is."""
    app.before_request(keep_to_own_rooms)
    app.jinja_env.globals["is_enterprise"] = is_enterprise


def keep_to_own_rooms() -> Response | None:
    """Lead home, or say that there is nothing here."""
    if is_api_request() or not is_enterprise() or request.endpoint is None:
        return None
    if request.endpoint in HOME:
        return redirect(url_for("enterprise.desk"), 303)
    if request.endpoint in ROOMS or request.endpoint in OPEN_ENDPOINTS:
        return None
    raise NotFound
