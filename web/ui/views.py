"""Saved views of lists: keep what a list shows under a name, rename it, open with it, forget it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.ui.requests import command_id
from web.ui.wishes import ALLOWED, Wish, clean, my_views
from workflow_engine import ChangeView, DeleteView, EngineError, InvalidVariablesError, SaveView, new_id

blueprint = Blueprint("views", __name__)
PAGES = {"inbox": "inbox.page", "cases": "cases.index"}


@blueprint.get("/views")
def index() -> str:
    """All one's views, to rename, choose the default, or delete."""
    return _index()


@blueprint.post("/views/<list_name>/save")
def save(list_name: str) -> Response:
    """Keep what the list shows now."""
    if list_name not in ALLOWED:
        abort(404)
    wanted = clean(list_name, request.form)
    keep_input(lambda error: _index(error, wanted=wanted, list_name=list_name))
    view_id = new_id()
    engine().handle(
        SaveView(
            command_id=command_id(), view_id=view_id, list_name=list_name, name=_name(), wanted=wanted,
            is_default=request.form.get("is_default") == "on",
        ),
        current_actor(),
    )  # fmt: skip
    flash(_("The view is saved."), "done")
    return redirect(url_for(PAGES[list_name], view=view_id), 303)


@blueprint.post("/views/<view_id>/change")
def change(view_id: str) -> Response:
    """Another name, or another default."""
    keep_input(lambda error: _index(error, view_id=view_id))
    engine().handle(
        ChangeView(
            command_id=command_id(), view_id=view_id, name=_name(), is_default=request.form.get("is_default") == "on"
        ),
        current_actor(),
    )
    flash(_("The view is saved."), "done")
    return redirect(url_for("views.index"), 303)


@blueprint.post("/views/<view_id>/delete")
def delete(view_id: str) -> Response:
    """Forget the view."""
    engine().handle(DeleteView(command_id=command_id(), view_id=view_id), current_actor())
    flash(_("The view is deleted."))
    return redirect(url_for("views.index"), 303)


def _name() -> str:
    name = request.form.get("name", "").strip()
    if not name:
        raise InvalidVariablesError(_("Give the view a name."), {"name": _("This is needed.")})
    return name[:150]


def _index(
    error: EngineError | None = None,
    view_id: str = "",
    wanted: dict[str, str] | None = None,
    list_name: str = "inbox",
) -> str:
    problem = ""
    if isinstance(error, InvalidVariablesError):
        problem = _("You have a view of this name already, or the name is too long.")
    if isinstance(error, InvalidVariablesError) and not request.form.get("name", "").strip():
        problem = _("This is needed.")
    return render_template(
        "pages/views.html",
        lists=[(name, [(view, Wish(name, clean(name, view.wanted))) for view in my_views(name)]) for name in ALLOWED],
        pages=PAGES, error=None if problem else error, problem=problem, refused=view_id, wanted=wanted,
        list_name=list_name, typed=request.form.get("name", ""), new_key=new_id,
    )  # fmt: skip
