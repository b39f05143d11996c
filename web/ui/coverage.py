"""What the city's processes cover."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.context import engine
from web.presenters.coverage import coverage_page

blueprint = Blueprint("coverage", __name__)


@blueprint.get("/coverage")
def page() -> str:
    """Subjects, objects, stages and mechanisms against each other, with the processes of each cell."""
    return render_template("pages/coverage.html", **coverage_page(engine().queries.coverage.list_processes()))
