"""The inbox: what I have, what my units could take, what is late, what I wait for, what I started and have done."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.presenters.inbox_page import fingerprint, inbox_page
from web.ui.requests import cursor, is_partial, unless_known
from web.ui.wishes import my_views, read_wish

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
def home() -> Answer:
    """The inbox is home."""
    return redirect(url_for("inbox.page"), 302)


@blueprint.get("/inbox")
def page() -> Answer:
    """One queue. Asked by htmx, only what changes, and nothing (304) while it is what the page has."""
    views = my_views("inbox")
    wish = read_wish("inbox", views)
    values = inbox_page(current_actor(), wish, cursor())
    if not is_partial():
        waiting = engine().queries.supervision.waiting_for(current_actor())
        return make_response(render_template("pages/inbox.html", views=views, waiting=waiting, **values))
    return unless_known("fragments/inbox_list.html", fingerprint(values), values)
