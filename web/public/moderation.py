"""What staff look at before others see it: reports that came without proof, and photos."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.portal import category_name, title_of
from web.public.portal import picture
from web.ui.requests import command_id, cursor, one_of
from workflow_engine import (
    EngineError,
    ModerateServiceRequest,
    RequestPhotoRow,
    RequestWish,
    ServiceRequestRow,
    new_id,
)

blueprint = Blueprint("moderation", __name__, url_prefix="/service-requests/moderation")
VERB = "service_request.moderate"
PAGE_ROWS = 10
STATES = ("waiting", "shown", "hidden")


@dataclass(frozen=True, slots=True)
class Looked:
    """A report with what has to be looked at."""

    row: ServiceRequestRow
    title: str
    category: str
    photos: tuple[RequestPhotoRow, ...]


@blueprint.get("")
@requires(VERB)
def page() -> str:
    """May others see these? The newest first."""
    return _page()


@blueprint.post("/<request_id>")
@requires(VERB)
def decide(request_id: str) -> Response:
    """Let others see it, in these words, or not."""
    keep_input(_page)
    row = engine().queries.service_requests.get(request_id, current_actor()).row
    shown = request.form.get("shown") == "yes"
    words = request.form.get("public_description", "").strip()
    command = ModerateServiceRequest(
        command_id=command_id(), request_id=request_id, shown=shown,
        public_description=words if words and words != row.public_description else None,
        photos_shown=shown and request.form.get("photos_shown") == "yes",
        reason=request.form.get("reason", "").strip()[:2_000],
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("Others can see it now.") if shown else _("It stays out of sight."), "done")
    return redirect(url_for("moderation.page", show=one_of("show", STATES, "waiting")), 303)


@blueprint.get("/photos/<photo_id>")
@requires(VERB)
def photo(photo_id: str) -> Response:
    """A photo as others would see it."""
    found = engine().queries.service_requests.find_photo(photo_id, current_actor())
    if found is None:
        abort(404)
    return picture(found.public_digest, "image/jpeg")


def _page(error: EngineError | None = None) -> str:
    show = one_of("show", STATES, "waiting")
    queries, actor = engine().queries.service_requests, current_actor()
    found = queries.list(actor, RequestWish(moderation=show), cursor(), PAGE_ROWS)
    rows = [
        Looked(row, title_of(row), category_name(row.category), queries.get(row.request_id, actor).photos)
        for row in found.items
    ]
    return render_template(
        "pages/portal_moderation.html", rows=rows, show=show, after=cursor(), next_cursor=found.next_cursor,
        error=error, new_key=new_id,
    )  # fmt: skip
