"""The addresses of GeoReport v2: discovery, services, posting, tokens, and requests with their filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.exceptions import NotFound

from web import city
from web.config import WebSettings
from web.context import engine
from web.i18n import gettext as _
from web.open311.posting import post_request, request_id_of
from web.open311.requests import found_requests, listed_requests
from web.open311.services import attributes_of, require_category, service_types
from web.security import MOST_FILE_BYTES
from workflow_engine import (
    CONTENT_TYPES,
    GeoDiscovery,
    GeoEndpoint,
    georeport_refused,
    read_asked,
    wants_extensions,
    write_definition,
    write_discovery,
    write_receipt,
    write_requests,
    write_services,
    write_token,
)

blueprint = Blueprint("open311", __name__, url_prefix="/open311")
FORM = "<any(xml,json):form>"
KEPT_SECONDS = 60
"""How long others may keep what changes seldom."""
_PUBLIC = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Language",
}


@blueprint.before_request
def require_jurisdiction() -> None:
    """Refuse what is meant for another city. Raises GeoReportRefusedError."""
    if request.endpoint == "open311.create":
        request.max_content_length = MOST_FILE_BYTES  # with photos, which are spooled to the disk
    asked = request.values.get("jurisdiction_id", "").strip()
    ours = _settings().open311_jurisdiction
    if asked and ours and asked != ours:
        raise georeport_refused(404, f"jurisdiction_id {asked[:100]!r} was not found; this is {ours}.")


@blueprint.after_request
def let_others_read(answer: Response) -> Response:
    """Pages of other sites may read what is public anyway; what changes seldom may be kept for a moment."""
    answer.headers.update(_PUBLIC)
    return answer


@blueprint.get(f"/discovery.{FORM}")
@blueprint.get(f"/v2/discovery.{FORM}", endpoint="discovery_of_version")
def discovery(form: str) -> Response:
    """Where the endpoint is, and whom to ask for a key."""
    version, _catalogue = engine().queries.service_categories.catalogue()
    here = url_for("open311.discovery", form=form, _external=True).removesuffix(f"/discovery.{form}")
    changeset = f"{version:06}"
    name = city.city_name()
    administrators = _("The administrators of Liandong at %(city)s.", city=name) if name else _("The administrators.")
    found = GeoDiscovery(
        changeset=changeset,
        contact=_settings().open311_contact or administrators,
        key_service=_("Sign in, open Programs and mail, and make a token with the scope open311:write."),
        endpoints=[GeoEndpoint(f"{here}/v2", changeset)],
    )
    return _kept(_answer(write_discovery(found, form), form))


@blueprint.get(f"/v2/services.{FORM}")
def services(form: str) -> Response:
    """What can be reported."""
    return _kept(_answer(write_services(service_types(), form), form))


@blueprint.get(f"/v2/services/<code>.{FORM}")
def definition(code: str, form: str) -> Response:
    """What is asked of who reports it."""
    category = require_category(code)
    return _kept(_answer(write_definition(category.code, attributes_of(category), form), form))


@blueprint.post(f"/v2/requests.{FORM}")
def create(form: str) -> Response:
    """Take a request in."""
    return _answer(write_receipt(post_request(), form), form, 201)


@blueprint.get(f"/v2/tokens/<token>.{FORM}")
def token(token: str, form: str) -> Response:
    """The id that a token became, once the request is public."""
    request_id = request_id_of(token)
    if not found_requests([request_id]):
        raise georeport_refused(404, "token was not found, or its request is not public yet.")
    return _answer(write_token(token, request_id, form), form)


@blueprint.get(f"/v2/requests.{FORM}")
def requests(form: str) -> Response:
    """Requests by ids, or by service, time and status; the newest first."""
    asked = read_asked(request.args, engine().clock.now())
    if asked.ids:
        found = found_requests(asked.ids, extensions=asked.extensions)
        return _requests(found, form, extensions=asked.extensions)
    found, following = listed_requests(asked)
    answer = _requests(found, form, extensions=asked.extensions)
    if following is not None:
        arguments: dict[str, Any] = {**request.args.to_dict(), "page": None, "after": following}
        address = url_for("open311.requests", form=form, _external=True, **arguments)
        answer.headers["Link"] = f'<{address}>; rel="next"'
    return answer


@blueprint.get(f"/v2/requests/<request_id>.{FORM}")
def single(request_id: str, form: str) -> Response:
    """One request."""
    extensions = wants_extensions(request.args)
    found = found_requests([request_id], extensions=extensions)
    if not found:
        raise georeport_refused(404, f"service_request_id {request_id[:64]!r} was not found.")
    return _requests(found, form, extensions=extensions)


@blueprint.route("/", defaults={"rest": ""}, methods=["GET", "POST"])
@blueprint.route("/<path:rest>", methods=["GET", "POST"])
def unknown(rest: str) -> Response:
    """Everything else here does not exist. Raises NotFound."""
    raise NotFound(f"There is no resource {rest[:100]!r}; formats are xml and json.")


def _requests(found: Sequence[Any], form: str, *, extensions: bool) -> Response:
    return _answer(write_requests(found, form, extensions=extensions), form)


def _answer(body: bytes, form: str, status: int = 200) -> Response:
    return Response(body, status, content_type=CONTENT_TYPES[form])


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


def _settings() -> WebSettings:
    settings: WebSettings = current_app.extensions["web_settings"]
    return settings
