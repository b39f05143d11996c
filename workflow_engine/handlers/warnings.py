"""The city's own warnings: a case that throws ``warning.publish`` has one published, a later one replaces it.

It ends when somebody lifts it, when its time is over, or with its case. What an exercise sends stays inside.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.events import Event
from workflow_engine.domain.events_warnings import WarningEnded, WarningPublished
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.profile import Profile
from workflow_engine.domain.warning_commands import LiftWarning, SettleWarning
from workflow_engine.domain.warnings import LIFT_MESSAGE, LONGEST_TEXT, MESSAGE, CityWarning, read_warning, stream_of
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.handling import Handling
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.interchange.cap_issue import Earlier, lifting_message, warning_message
from workflow_engine.interchange.cap_model import Point
from workflow_engine.storage import setting_versions
from workflow_engine.storage import warnings as store
from workflow_engine.storage.alerts import latest_of_case
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.messages import Message
from workflow_engine.storage.warnings import Published

LIFT = "warning.lift"
CASE_HAS_ENDED = "响应已结束。The response has ended."
_MOST_POINTS = 400


def take_warning(work: Handling, message: Message) -> Receipt | None:
    """Publish what a case sends; None when the message is not for this desk.

    Raises:
        RejectedError: what a warning has to say is missing; the message goes on waiting, and is shown as undelivered.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected to publish a warning of case {message.origin_case_id}, but there is none.")
    warning = read_warning(orjson.loads(message.payload), work.now)
    warning_id = _id_of(message)
    if case.exercise:
        return work.record_in_stream(stream_of(warning_id), [], {"warning_id": None})
    before = store.find_in_force(work.unit, case.case_id)
    sent_at = work.now.replace(microsecond=0)
    if before is not None and before.sent_at >= sent_at:
        sent_at = before.sent_at + timedelta(seconds=1)
    document = warning_message(
        warning, warning_id, sent_at, _issuers(work), _shapes(work, case.case_id), _earlier(before)
    ).decode()
    if before is not None:
        store.end(work.unit, before.warning_id, "replaced", work.now)
    titles = {language: said.headline for language, said in warning.wordings.items()}
    row = {
        "warning_id": warning_id, "case_id": case.case_id, "unit_id": case.unit_id, "identifier": warning_id,
        "sender": warning.sender, "colour": warning.colour, "titles": orjson.dumps(titles).decode(),
        "area": warning.area, "replaces": before.warning_id if before else None, "sent_at": sent_at,
        "expires_at": warning.expires_at, "document": document, "digest": _digest(document),
    }  # fmt: skip
    store.publish(work.unit, row)
    event = _published(warning_id, case.case_id, warning, before, document)
    return work.record_in_stream(stream_of(warning_id), [event], {"warning_id": warning_id})


def take_lifting(work: Handling, message: Message) -> Receipt | None:
    """Lift what a case has published, because it says that the danger is over; None when it is not for this desk."""
    if message.name != LIFT_MESSAGE or message.origin_case_id is None:
        return None
    found = store.find_in_force(work.unit, message.origin_case_id)
    if found is None:
        return work.record_in_stream(stream_of(_id_of(message)), [], {"warning_id": None})
    reason = str(orjson.loads(message.payload).get("reason") or "").strip()[:LONGEST_TEXT]
    return _lift(work, found, reason or CASE_HAS_ENDED)


def lift_warning(work: Handling, command: LiftWarning) -> Receipt:
    """It no longer holds from now on, and everybody is told why."""
    what = "lift the warning"
    found = _require(work, command.warning_id, what)
    require_permission(work.actor, LIFT, what, found.unit_id)
    reason = command.reason.strip()
    if not 0 < len(reason) <= LONGEST_TEXT:
        raise InvalidVariablesError(
            f"Expected to {what} with a reason.", {"reason": "Say why it no longer holds; everybody reads it."}
        )
    return _lift(work, found, reason)


def settle_warning(work: Handling, command: SettleWarning) -> Receipt:
    """Its time is over, or its case: then it is lifted in the feed too."""
    require_permission(work.actor, "job.work", "settle a warning")
    found = _require(work, command.warning_id, "settle the warning")
    if found.expires_at <= work.now:
        store.end(work.unit, found.warning_id, "expired", work.now)
        return _record_end(work, found, "expired", "", None)
    case = find_case(work.unit, found.case_id, lock=False)
    if case is None or case.state in ENDED_CASE:
        return _lift(work, found, CASE_HAS_ENDED)
    work.unchanged = True
    return Receipt(command_id=command.command_id)


def _lift(work: Handling, found: Published, reason: str) -> Receipt:
    sent_at = max(work.now.replace(microsecond=0), found.sent_at + timedelta(seconds=1))
    earlier = Earlier(found.sender, found.identifier, found.sent_at)
    identifier = f"{found.identifier}-end"
    document = lifting_message(earlier, parse_alert(found.document.encode()), identifier, sent_at, reason).decode()
    store.end(work.unit, found.warning_id, "lifted", work.now, reason, document)
    return _record_end(work, found, "lifted", reason, _digest(document))


def _record_end(work: Handling, found: Published, state: str, reason: str, digest: str | None) -> Receipt:
    events: list[Event] = [WarningEnded(warning_id=found.warning_id, state=state, reason=reason, digest=digest)]
    return work.record_in_stream(stream_of(found.warning_id), events, {"warning_id": found.warning_id})


def _id_of(message: Message) -> str:
    return sha256(message.message_id.encode()).hexdigest()[:16]


def _require(work: Handling, warning_id: str, what: str) -> Published:
    found = store.find_warning(work.unit, warning_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such one.")
    if found.state != "in_force":
        raise InvalidStateError(f"Expected to {what}, but it is {found.state} already.", state=found.state)
    return found


def _published(
    warning_id: str, case_id: str, warning: CityWarning, before: Published | None, document: str
) -> WarningPublished:
    return WarningPublished(
        warning_id=warning_id, origin_case_id=case_id, msg_type="Update" if before else "Alert",
        colour=warning.colour, replaces=before.warning_id if before else None,
        expires_at=instant_text(warning.expires_at), digest=_digest(document),
    )  # fmt: skip


def _shapes(work: Handling, case_id: str) -> list[list[Point]]:
    """The outlines that the alert behind the case gave, if it gave any; the words of the area always stand."""
    content = latest_of_case(work.unit, case_id)
    infos = content.get("infos") or () if content else ()
    found = [
        [(float(lat), float(lon)) for lat, lon in polygon]
        for info in infos[:1]
        for area in info.get("areas") or ()
        for polygon in area.get("polygons") or ()
    ]
    return [polygon for polygon in found if len(polygon) <= _MOST_POINTS]


def _issuers(work: Handling) -> dict[str, str]:
    profile = Profile.read(setting_versions.newest(work.unit, setting_versions.PROFILE).content)
    return {"zh-CN": profile.city_name_zh, "en-GB": profile.city_name_en}


def _earlier(before: Published | None) -> Earlier | None:
    return None if before is None else Earlier(before.sender, before.identifier, before.sent_at)


def _digest(document: str) -> str:
    return sha256(document.encode()).hexdigest()
