"""Whether the product lives, is ready and keeps up: for machines."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from web.context import engine
from web.metrics import Metrics

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def live() -> Response:
    """200 as long as this process answers at all; it asks nobody else, so it says nothing about the database."""
    return jsonify({"ok": True})


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """200 while the database can be used, 503 otherwise; JSON says what is late. Of exercises it tells nothing."""
    health = {name: told for name, told in engine().health().items() if name != "exercises"}
    return jsonify(health), 200 if health["ok"] else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus: for who carries the token, or, where none is set, for this machine itself."""
    if not _may_scrape():
        abort(404)
    return Response(cast(Metrics, current_app.extensions["metrics"]).text(), content_type=CONTENT_TYPE_LATEST)


def _may_scrape() -> bool:
    file = cast("Path | None", current_app.extensions["web_settings"].metrics_token_file)
    if file is None:
        # Whatever comes through a proxy comes from this machine as well, but says for whom.
        return "X-Forwarded-For" not in request.headers and _is_this_machine(request.remote_addr)
    wanted, given = file.read_text(encoding="utf-8").strip(), request.headers.get("Authorization", "")
    return bool(wanted) and hmac.compare_digest(f"Bearer {wanted}".encode(), given.encode())


def _is_this_machine(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
