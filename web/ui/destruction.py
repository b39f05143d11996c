"""The proof that the personal data of a response was destroyed."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.auth import current_actor
from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.case_lines import case_line

WORDS = {
    "destruction.ordered": marked("Ordered by two persons"), "destruction.begun": marked("What goes was established"),
    "destruction.advanced": marked("A part was destroyed"), "destruction.finished": marked("Everything was destroyed"),
    "destruction.checked": marked("Everything was searched"),
    "destruction.traces_forgotten": marked("The hashes of the values were destroyed too"),
}  # fmt: skip
blueprint = Blueprint("destruction", __name__, url_prefix="/emergency")


@blueprint.get("/<case_id>/destruction")
def page(case_id: str) -> str:
    """What was ordered, by whom, what went, what a search found, and that the record still holds."""
    actor = current_actor()
    rows = engine().queries.destructions.of_case(case_id, actor)
    return render_template(
        "pages/destruction.html", case_id=case_id, line=case_line(engine().queries.get_case(case_id, actor).case),
        proofs=[engine().queries.destructions.proof(row.destruction_id, actor) for row in rows],
        proved=engine().prove_case(case_id, actor) if rows else None,
        words={event: _(words) for event, words in WORDS.items()}, keeping=engine().queries.keeping.of_case(case_id),
    )  # fmt: skip
