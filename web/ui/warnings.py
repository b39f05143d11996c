"""The city's own warnings for everybody, without a sign-in: pages, CAP messages, and a feed in each language."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import current_language
from web.i18n import gettext as _
from web.permissions import may, requires
from web.presenters.warnings import feed_items, feed_title, view_of
from web.ui.requests import command_id, cursor
from workflow_engine import CAP_TYPE, EngineError, InvalidVariablesError, LiftWarning, new_id, warning_feed

blueprint = Blueprint("warnings", __name__, url_prefix="/warnings")
PAGE_ROWS = 20
FEED_ROWS = 50
LANGUAGES = ("zh-CN", "en-GB")
LIFT = "warning.lift"


@blueprint.get("")
def index() -> str:
    """What the city warns of now, and warned of before."""
    found = engine().queries.warnings.page(cursor(), PAGE_ROWS)
    now = engine().clock.now()
    views = [view_of(row, _language(), now) for row in found.items]
    held = [] if cursor() else [view_of(row, _language(), now) for row in engine().queries.warnings.in_force(now)]
    return render_template(
        "pages/warnings.html", now_views=held,
        views=[view for view in views if cursor() or not view.is_in_force], after=cursor(),
        next_cursor=found.next_cursor, feeds=LANGUAGES,
    )  # fmt: skip


@blueprint.get("/<warning_id>")
def page(warning_id: str) -> str:
    """One warning: what, where, what to do, until when."""
    return _page(warning_id)


@blueprint.get("/<warning_id>.cap")
def message(warning_id: str) -> Answer:
    """The CAP 1.2 message as it was published."""
    return _cap(engine().queries.warnings.get(warning_id).document)


@blueprint.get("/<warning_id>/end.cap")
def end_message(warning_id: str) -> Answer:
    """The CAP 1.2 message that lifted it."""
    return _cap(engine().queries.warnings.get(warning_id).end_document or abort(404))


@blueprint.get("/feed.<any('zh-CN', 'en-GB'):language>.atom")
def feed(language: str) -> Answer:
    """The newest messages as an Atom feed with the messages in it."""
    rows = engine().queries.warnings.page(None, FEED_ROWS).items
    address = url_for("warnings.feed", language=language, _external=True)
    content = warning_feed(feed_title(language), address, language, feed_items(rows, language), engine().clock.now())
    answer = Response(content, mimetype="application/atom+xml")
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post("/<warning_id>/lift")
@requires(LIFT)
def lift(warning_id: str) -> Answer:
    """Say to everybody that it no longer holds."""
    reason = request.form.get("reason", "").strip()
    keep_input(lambda error: _page(warning_id, error, reason))
    command = LiftWarning(command_id=command_id(), warning_id=warning_id, reason=reason)
    engine().handle(command, current_actor())
    flash(_("Everybody is told that it no longer holds."), "done")
    return redirect(url_for("warnings.page", warning_id=warning_id), 303)


def _page(warning_id: str, error: EngineError | None = None, reason: str = "") -> str:
    view = view_of(engine().queries.warnings.get(warning_id), _language(), engine().clock.now())
    problems = error.problems if isinstance(error, InvalidVariablesError) else {}
    return render_template(
        "pages/warning.html", view=view, may_lift=view.is_in_force and g.get("actor") is not None and may(LIFT),
        error=None if problems else error, problems=problems, reason=reason, command_id=new_id(),
    )  # fmt: skip


def _language() -> str:
    return "zh-CN" if current_language().tag.startswith("zh") else "en-GB"


def _cap(document: str) -> Answer:
    answer = Response(document, mimetype=CAP_TYPE)
    answer.add_etag()
    return answer.make_conditional(request)
