"""What programs send and get as files rather than JSON: attachments of cases, and alerts."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from web.api.answering import MEDIA_TYPE
from web.api.bodies import WHOLE, InvalidBodyError
from web.api.callers import require_person
from web.api.keys import REPLAYED_HEADER, find_key, person_command_id
from web.attachments import given_out, plain_name
from web.context import engine
from workflow_engine import AddAttachment, ImportAlert, NotFoundError, Receipt, read_alert_file

LARGEST_ALERT = 1024 * 1024
MOST_ALERTS = 500
_ALERT_TYPES = frozenset({"application/cap+xml", "application/xml", "application/atom+xml", "text/xml"})
_FLAGS = {"true": True, "false": False}


def attach(case_id: str) -> Response:
    """Put a file to a case; kinds and sizes as on the pages."""
    actor = require_person("cases:write")
    engine().queries.work.attachments(case_id, actor)  # nothing is taken in for a case out of reach
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Expected a body of the type multipart/form-data.")
    upload = request.files.get("file")
    problems = dict.fromkeys(
        {*request.files, *request.form} - {"file", "user_task_id"}, "Expected only fields that are described."
    )
    if upload is None or not upload.filename:
        problems["file"] = "Expected a file with its name."
    if problems or upload is None:
        raise InvalidBodyError("Expected a body as /api/v1/openapi.json describes it.", problems)
    kept = engine().files.keep(upload.stream)
    command = AddAttachment(
        command_id=person_command_id(actor.actor_id, "attach_file", find_key({})), case_id=case_id,
        user_task_id=request.form.get("user_task_id") or None, digest=kept.digest, size=kept.size,
        media_type=kept.media_type, name=plain_name(upload.filename or ""),
    )  # fmt: skip
    return _told(engine().handle(command, actor))


def download(case_id: str, attachment_id: str) -> Response:
    """Give a file of a case out."""
    actor = require_person("cases:read")
    row = engine().queries.work.get_attachment(attachment_id, actor)
    if attachment_id.rpartition(".")[0] != case_id:
        raise NotFoundError(f"Expected a file {attachment_id[:80]!r} of this case, but there is none.")
    return given_out(row)


def bring_in_alerts() -> Response:
    """Take in one CAP 1.2 alert, or every alert of an Atom feed."""
    actor = require_person("cases:write")
    if request.mimetype not in _ALERT_TYPES:
        raise UnsupportedMediaType("Expected a body of the type application/cap+xml.")
    exercise, unit_id = _alert_parameters()
    request.max_content_length = LARGEST_ALERT
    found = read_alert_file(request.get_data(cache=False))
    if len(found.alerts) > MOST_ALERTS:
        raise InvalidBodyError("Expected a smaller feed.", {WHOLE: f"Expected at most {MOST_ALERTS} alerts."})
    key = person_command_id(actor.actor_id, "import_alerts", find_key({}))
    receipts = [
        engine().handle(
            ImportAlert(
                command_id=f"{key}-{number}", alert=alert, source="api", exercise=exercise, unit_id=unit_id
            ),
            actor,
        )
        for number, alert in enumerate(found.alerts, 1)
    ]
    return _json({"alerts": receipts, "refusals": list(found.refusals)})


def _alert_parameters() -> tuple[bool, str | None]:
    unknown = set(request.args) - {"exercise", "unit_id"}
    problems = dict.fromkeys(unknown, "Expected only parameters that are described.")
    flag = request.args.get("exercise", "false")
    if flag not in _FLAGS:
        problems["exercise"] = "Expected true or false."
    if problems:
        raise InvalidBodyError("Expected parameters as /api/v1/openapi.json describes them.", problems)
    return _FLAGS[flag], request.args.get("unit_id")


def _told(receipt: Receipt) -> Response:
    answer = _json(receipt)
    if receipt.replayed:
        answer.headers[REPLAYED_HEADER] = "true"
    return answer


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), mimetype=MEDIA_TYPE)
