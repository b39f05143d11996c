"""For administrators: what stopped, what reached nobody and what waits outside, over all cases."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.context import engine
from web.permissions import requires
from web.presenters.operations import overview
from web.ui.requests import cursor

blueprint = Blueprint("overview", __name__)
PAGE_ROWS = 50


@blueprint.get("/operations")
@requires("operate_cases")
def page() -> str:
    """Open stops, messages that reached nobody, failed work, and signs of life."""
    found = engine().queries.list_incidents(after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "pages/operations.html", incidents=found.items, next_cursor=found.next_cursor, after=cursor(), **overview()
    )
