"""Decisions for everybody, without a sign-in: a list, one decision, and both as data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, url_for
from werkzeug.wrappers import Response

from web.context import engine
from web.presenters.public_decisions import decision_view
from web.ui.requests import cursor
from workflow_engine import PublishedDecision

blueprint = Blueprint("public_decisions", __name__)
PAGE_ROWS = 20
MOST_DATA = 100


@blueprint.get("/decisions/public")
def index() -> str:
    """What has been decided and published, the newest first."""
    found = engine().queries.publications.page(cursor(), PAGE_ROWS)
    return render_template(
        "pages/public_decisions.html", views=[decision_view(row) for row in found.items],
        next_cursor=found.next_cursor, after=cursor(),
    )  # fmt: skip


@blueprint.get("/decisions/public.json")
def data() -> Response:
    """The same for programs; ``next`` is the address of what follows."""
    found = engine().queries.publications.page(cursor(), MOST_DATA)
    following = found.next_cursor and url_for("public_decisions.data", after=found.next_cursor, _external=True)
    return jsonify({"decisions": [_brief(row) for row in found.items], "next": following})


@blueprint.get("/decisions/public/<public_id>")
def page(public_id: str) -> str:
    """One decision: what, by whom, how opinions were used, and which floors were lowered why."""
    return render_template(
        "pages/public_decision.html", view=decision_view(engine().queries.publications.get(public_id))
    )


@blueprint.get("/decisions/public/<public_id>.json")
def document(public_id: str) -> Response:
    """The same as data, with the digest that the record holds."""
    found = engine().queries.publications.get(public_id)
    return jsonify({**_brief(found), "document": dict(found.document), "sha256": found.digest})


def _brief(row: PublishedDecision) -> dict[str, Any]:
    return {
        "id": row.public_id, "title": row.title, "outcome": row.document.get("outcome"),
        "decided_by": row.document.get("decided_by"), "published_at": row.published_at.isoformat(),
        "page": url_for("public_decisions.page", public_id=row.public_id, _external=True),
        "data": url_for("public_decisions.document", public_id=row.public_id, _external=True),
    }  # fmt: skip
