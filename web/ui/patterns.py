"""The pattern page: every component of the pages with its states, for those who build and judge them."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from web.context import settings
from web.permissions import may
from web.presenters.patterns import samples
from workflow_engine import new_id

blueprint = Blueprint("patterns", __name__)


@blueprint.get("/patterns")
def page() -> str:
    """In a demo for everybody, else for administrators."""
    if not settings().demo and not may("settings.change"):
        abort(404)
    return render_template("pages/patterns.html", new=new_id, **samples())
