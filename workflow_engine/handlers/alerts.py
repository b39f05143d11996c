"""Alerts (CAP 1.2): a new one starts a case, an update or cancellation goes to the case of the alert it refers to.

Whatever is not Actual is an exercise for ever: it never touches a real case, nor a real alert an exercise. System and
Draft messages are kept on file only, as the standard says they are not for action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.commands import PublishMessage, Receipt, StartCase
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.stream_events import AlertImported
from workflow_engine.domain.variables import clean_value
from workflow_engine.handlers.advancing import begin
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.messages import bring_to_case
from workflow_engine.interchange.cap_case import (
    cancel_variables,
    main_info,
    start_variables,
    title_of,
    update_variables,
)
from workflow_engine.storage import alerts as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.work import is_group

UPDATED, CANCELLED = "alert.updated", "alert.cancelled"
WAITS_FOR = timedelta(days=7)
_ON_FILE = ("System", "Draft")
_REQUIRED = ("identifier", "sender", "sent", "status", "msg_type")


@dataclass(frozen=True, slots=True)
class _Alert:
    """The parts of an alert that decide what becomes of it."""

    content: Mapping[str, Any]
    key: str
    sent_at: datetime
    exercise: bool
    digest: str

    @property
    def case_id(self) -> str:
        """Of the case it starts, the same whenever it is imported."""
        return sha256(f"alert\x1f{self.key}".encode()).hexdigest()[:32]

    @property
    def references(self) -> list[str]:
        """Keys of the alerts it refers to, the latest first."""
        listed = [_key(ref["sender"], ref["identifier"], ref["sent"]) for ref in self.content.get("references") or ()]
        return listed[::-1]


def import_alert(work: Handling, command: ImportAlert) -> Receipt:
    """Take in one alert; the same one again changes nothing."""
    require_permission(work.actor, "alert.import", "import an alert")
    if command.unit_id is not None and not is_group(work.unit, f"unit:{command.unit_id}"):
        raise RejectedError(f"Expected a unit, but there is none of the id {command.unit_id[:80]!r}.", field="unit_id")
    alert = _read(command)
    known = store.find_alert(work.unit, alert.key)
    if known is not None:
        result = {
            "duplicate": True, "changed": known.digest != alert.digest, "disposition": known.disposition,
            "case_id": known.case_id, "alert_key": alert.key,
        }  # fmt: skip
        receipt = work.record_in_stream(_stream(alert), [], result)
        return _with_case(receipt, known.case_id)
    if alert.content["status"] in _ON_FILE or alert.content["msg_type"] in ("Ack", "Error"):
        return _keep(work, command, alert, "on_file", None)
    if alert.content["msg_type"] == "Alert":
        return _start(work, command, alert, "started")
    return _follow(work, command, alert)


def _follow(work: Handling, command: ImportAlert, alert: _Alert) -> Receipt:
    """An update or cancellation: to the case of what it refers to."""
    is_update = alert.content["msg_type"] == "Update"
    case_id = _referenced_case(work, alert)
    case = None if case_id is None else find_case(work.unit, case_id)
    if case is None or case.state in ENDED_CASE:
        ended = "after_end" if case is not None else "unknown_reference"
        if is_update:
            return _start(work, command, alert, f"started_{ended}")
        return _keep(work, command, alert, f"cancel_{ended}", None if case is None else case.case_id)
    message = PublishMessage(
        command_id=command.command_id,
        name=UPDATED if is_update else CANCELLED,
        message_id=f"alert:{alert.case_id}",
        payload=clean_value((update_variables if is_update else cancel_variables)(alert.content, alert.key)),
        case_id=case.case_id,
        time_to_live_seconds=int(WAITS_FOR.total_seconds()),
    )
    caught = bring_to_case(work, message)
    disposition = (
        ("updated" if is_update else "cancelled") if caught else ("update" if is_update else "cancel") + "_waits"
    )
    _add(work, command, alert, disposition, case.case_id)
    for key in alert.references:
        store.supersede(work.unit, key, alert.key)
    if caught is None:
        return _with_case(_record(work, command, alert, disposition, case.case_id), case.case_id)
    result = {**caught.result, "disposition": disposition, "alert_key": alert.key}
    return replace(caught, result=result)


def _start(work: Handling, command: ImportAlert, alert: _Alert, disposition: str) -> Receipt:
    variables = clean_value(start_variables(alert.content, alert.key, exercise=alert.exercise))
    bound = require_released(work, command.process_id, None)
    start = StartCase(
        command_id=command.command_id,
        case_id=alert.case_id,
        process_id=command.process_id,
        version=bound.version,
        business_key=alert.key,
        variables=variables,
        title=title_of(variables),
        unit_id=command.unit_id,
    )
    receipt = begin(
        work,
        alert.case_id,
        bound,
        start,
        {"case_id": alert.case_id, "disposition": disposition, "alert_key": alert.key},
        business_key=alert.key,
        title=start.title,
        exercise=alert.exercise,
        unit_id=command.unit_id,
    )
    _add(work, command, alert, disposition, alert.case_id)
    for key in alert.references:
        store.supersede(work.unit, key, alert.key)
    return receipt


def _keep(work: Handling, command: ImportAlert, alert: _Alert, disposition: str, case_id: str | None) -> Receipt:
    """On file, without touching any case."""
    _add(work, command, alert, disposition, case_id)
    return _with_case(_record(work, command, alert, disposition, case_id), case_id)


def _record(work: Handling, command: ImportAlert, alert: _Alert, disposition: str, case_id: str | None) -> Receipt:
    event = AlertImported(alert_key=alert.key, disposition=disposition, case_id=case_id)
    result = {"disposition": disposition, "case_id": case_id, "alert_key": alert.key}
    return work.record_in_stream(_stream(alert), [event], result)


def _add(work: Handling, command: ImportAlert, alert: _Alert, disposition: str, case_id: str | None) -> None:
    content, info = alert.content, main_info(alert.content)
    store.add_alert(
        work.unit,
        {
            "alert_key": alert.key, "identifier": content["identifier"], "sender": content["sender"],
            "sent_at": alert.sent_at, "status": content["status"], "msg_type": content["msg_type"],
            "event": info.get("event") or "", "severity": info.get("severity"), "exercise": alert.exercise,
            "source": command.source, "case_id": case_id, "superseded_by": None, "digest": alert.digest,
            "content": orjson.dumps(content).decode(), "imported_at": work.now, "imported_by": work.actor.actor_id,
            "disposition": disposition,
        },
    )  # fmt: skip


def _referenced_case(work: Handling, alert: _Alert) -> str | None:
    for key in alert.references:
        known = store.find_alert(work.unit, key)
        if known is not None and known.case_id is not None and known.exercise == alert.exercise:
            return known.case_id
    return None


def _read(command: ImportAlert) -> _Alert:
    content = command.alert
    missing = [name for name in _REQUIRED if not isinstance(content.get(name), str)]
    if missing:
        raise RejectedError(f"Expected an alert with {', '.join(missing)}, but it has none.", missing=missing)
    sent_at = _instant(content["sent"])
    exercise = command.exercise or content["status"] != "Actual"
    digest = sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    key = _key(content["sender"], content["identifier"], content["sent"])
    if len(key) > 500:
        raise RejectedError("Expected an alert whose sender and identifier are shorter than 500 characters together.")
    return _Alert(content, key, sent_at, exercise, digest)


def _key(sender: str, identifier: str, sent: str) -> str:
    """``interchange.cap.alert_key`` of the JSON form."""
    return f"{sender},{identifier},{_instant(sent).astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise RejectedError(f"Expected the alert's instant to be ISO 8601, but it is {text[:40]!r}.") from error
    if instant.tzinfo is None:
        raise RejectedError(f"Expected the alert's instant to have an offset, but it is {text[:40]!r}.")
    return instant


def _stream(alert: _Alert) -> str:
    return f"alert:{alert.case_id}"


def _with_case(receipt: Receipt, case_id: str | None) -> Receipt:
    return replace(receipt, case_id=case_id)
