"""Whether the product works, for machines: database, clock and its lag."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from web.context import engine

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show() -> tuple[Response, int]:
    """200 while everything works, 503 otherwise; JSON says what does not."""
    health = engine().health()
    return jsonify(health), 200 if health["ok"] else 503
