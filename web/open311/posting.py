"""A request posted by somebody's app: whose key it is, what it says, and what the app gets for it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from hashlib import sha256
from typing import Any

from flask import current_app, request

from web.api.tokens import LONGEST_TOKEN, token_sha256
from web.context import engine
from web.i18n import current_language
from web.i18n import gettext as _
from web.open311.services import attributes_of, moderated, name_of, require_category
from web.pace import Pace
from workflow_engine import (
    MOST_PHOTOS,
    Actor,
    Category,
    GeoReceipt,
    PostedRequest,
    SubmitServiceRequest,
    georeport_refused,
    new_id,
    read_posted,
    take_photo,
)

SCOPE = "open311:write"
MEDIA = "media"
SENDER = Actor("public:open311")
"""Residents report; whoever holds the key of their app only passes it on."""


def post_request() -> GeoReceipt:
    """Take the posted request in. Raises GeoReportRefusedError and whatever the engine refuses."""
    _require_key()
    form = {name: request.form.getlist(name) for name in request.form}
    code = (form.get("service_code") or [""])[0].strip()
    if not code:
        raise georeport_refused(400, "service_code was not provided.")
    category = require_category(code)
    posted = read_posted(form, attributes_of(category))
    token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
    request_id = request_id_of(token)
    command = replace(_command(posted, category, request_id, secret), photos=_photos())
    receipt = engine().handle(command, SENDER)
    notice = _(
        "Follow it under %(number)s with the code %(code)s.", number=receipt.result["tracking_number"], code=secret
    )
    if moderated():
        return GeoReceipt(token=token, service_notice=notice)
    return GeoReceipt(service_request_id=request_id, service_notice=notice)


def request_id_of(token: str) -> str:
    """The id that a token stands for: nobody can tell it without the token, and nothing has to be kept."""
    return sha256(f"open311\x1f{token}".encode()).hexdigest()[:32]


def _require_key() -> None:
    """Raise GeoReportRefusedError with 403 unless the key is one, and with 429 when it is used too often."""
    given = request.form.get("api_key", "").strip()
    if not given and request.authorization is not None and request.authorization.type == "bearer":
        given = request.authorization.token or ""
    if not given:
        raise georeport_refused(403, "api_key was not provided.")
    found = None
    if len(given) <= LONGEST_TOKEN:
        found = engine().queries.access.find_token(token_sha256(given), engine().clock.now())
    if found is None or SCOPE not in found.scopes:
        raise georeport_refused(403, f"api_key is none that opens this; it needs the scope {SCOPE}.")
    if engine().queries.organisation.find_acting(found.person_id) is None:
        raise georeport_refused(403, "api_key is of somebody who may not sign in any more.")
    pace: Pace = current_app.extensions["open311_pace"]
    if not pace.step(found.token_id):
        raise georeport_refused(429, "This api_key sends too much; wait a minute.")


def _photos() -> list[dict[str, Any]]:
    """The pictures that came with the form, kept. Raises GeoReportRefusedError and RejectedError."""
    sent = [one for one in request.files.getlist(MEDIA) if one.filename]
    if len(sent) > MOST_PHOTOS:
        raise georeport_refused(400, f"{MEDIA} holds {len(sent)} files; at most {MOST_PHOTOS}.")
    return [take_photo(engine().files, one.stream) for one in sent]


def _command(posted: PostedRequest, category: Category, request_id: str, secret: str) -> SubmitServiceRequest:
    contact = "; ".join(filter(None, (posted.email, posted.phone)))
    answers: dict[str, Any] = {}
    for one in category.attributes:
        values = posted.answers.get(one["code"])
        if values:
            answers[one["code"]] = list(values) if one["datatype"] == "multivaluelist" else values[0]
    if posted.media_url:
        answers["media_url"] = posted.media_url
    return SubmitServiceRequest(
        command_id=new_id(),
        request_id=request_id,
        category=category.code,
        description=posted.description or name_of(category),
        code=secret,
        source="open311",
        address=posted.address_string or posted.address_id,
        lat=posted.lat,
        lon=posted.long,
        reporter_name=" ".join(filter(None, (posted.first_name, posted.last_name))),
        reporter_contact=contact if len(contact) <= 80 else posted.email,
        language="zh_CN" if current_language().key == "zh" else "en",
        attributes=answers,
        proved=not moderated(),
    )
