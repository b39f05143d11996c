"""The inbox: what I have, what my units could take, what I have done."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.i18n import marked
from web.presenters.tasks import rows_of
from web.ui.requests import cursor, is_partial, one_of, search_words

blueprint = Blueprint("inbox", __name__)
PAGE_ROWS = 40
QUEUES = {"mine": marked("Mine"), "offered": marked("For my units"), "done": marked("Done")}


@blueprint.get("/")
def home() -> Response:
    """The inbox is home."""
    return redirect(url_for("inbox.page"), 302)


@blueprint.get("/inbox")
def page() -> str:
    """One queue. Asked by htmx, only the list, so that it can be refreshed in place."""
    queue = one_of("queue", tuple(QUEUES), "mine")
    search = search_words()
    found = engine().queries.inbox(current_actor(), queue=queue, search=search or None, after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "fragments/inbox_list.html" if is_partial() else "pages/inbox.html",
        queues=QUEUES,
        queue=queue,
        search=search,
        after=cursor(),
        rows=rows_of(found.items),
        next_cursor=found.next_cursor,
    )
