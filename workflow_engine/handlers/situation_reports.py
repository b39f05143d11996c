"""Situation reports: the desk that issues them, how they go up, how they are corrected, and kept briefings.

Nothing of a report is ever changed: a correction is another version, agreed to by another person, and all of it stands
in one chain for each emergency.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.events import Event
from workflow_engine.domain.events_situation_reports import (
    BriefingKept,
    ReportCorrectionDecided,
    ReportCorrectionProposed,
    SituationReportIssued,
    SituationReportReceived,
    SituationReportSent,
)
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.report_document import (
    briefing_content,
    corrected_content,
    digest_of,
    fields_of,
    report_content,
)
from workflow_engine.domain.report_facts import ReportFacts
from workflow_engine.domain.situation_report_commands import (
    CHANNELS,
    ConfirmReportReceived,
    CorrectSituationReport,
    DecideReportCorrection,
    KeepBriefing,
    SendSituationReport,
)
from workflow_engine.domain.situation_reports import (
    BRIEFING,
    FIELD,
    LONGEST_LINE,
    LONGEST_TEXT,
    MESSAGE,
    BriefingLetter,
    read_briefing,
    read_letter,
    read_values,
    report_id_of,
    stream_of,
)
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.advancing import require_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.library import BoundSource
from workflow_engine.storage import situation_reports as store
from workflow_engine.storage.cases import Case, find_case, get_tokens
from workflow_engine.storage.messages import Message
from workflow_engine.storage.report_facts import gather
from workflow_engine.storage.situation_reports import Issued, Version
from workflow_engine.storage.visibility import may_see_case
from workflow_engine.storage.work import is_person

SEND, CORRECT, APPROVE, KEEP = (
    "situation_report.send", "situation_report.correct", "situation_report.approve", "situation_report.brief",
)  # fmt: skip


def take_situation_report(work: Handling, message: Message) -> Receipt | None:
    """Issue the report, or keep the briefing, that a case sends; None when the message is not for this desk.

    Raises:
        RejectedError: no two persons stand behind it; the message goes on waiting, and is shown as undelivered.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id)
    if case is None:
        raise NotFoundError(f"Expected to issue a report of case {message.origin_case_id}, but there is none.")
    given = orjson.loads(message.payload)
    if given.get("kind") == BRIEFING:
        event = _keep(work, case, read_briefing(given), report_id_of(message.message_id))
        return work.record_in_stream(stream_of(case.case_id), [event], {"briefing_id": event.briefing_id})
    letter = read_letter(given)
    issued_at = store.published_at(work.unit, message.message_id) or work.now
    prepared_at = min(letter.prepared_at or issued_at, issued_at)
    report_id = report_id_of(message.message_id)
    number = store.next_number(work.unit, case.case_id)
    content = report_content(letter, _facts(work, case, issued_at), number, prepared_at, issued_at)
    head: Mapping[str, Any] = orjson.loads(content)["head"]
    digest = digest_of(content)
    row = {
        "report_id": report_id, "case_id": case.case_id, "number": number, "kind": letter.kind,
        "exercise": case.exercise, "level": letter.level[:8], "due_at": letter.due_at, "issued_at": issued_at,
        "next_due_at": letter.next_due_at, "prepared_by": letter.prepared_by, "prepared_at": prepared_at,
        "approved_by": letter.approved_by, "reports_to": head["reports_to"][:LONGEST_LINE],
    }  # fmt: skip
    version = {
        "report_id": report_id, "version": 1, "case_id": case.case_id, "state": "issued", "content": content,
        "digest": digest, "made_by": letter.prepared_by, "made_at": prepared_at, "reason": None,
        "decided_by": letter.approved_by, "decided_at": issued_at,
    }  # fmt: skip
    store.add_report(work.unit, row, version)
    issued = SituationReportIssued(
        report_id=report_id, origin_case_id=case.case_id, number=number, kind=letter.kind, level=letter.level[:8],
        due_at=None if letter.due_at is None else instant_text(letter.due_at), issued_at=instant_text(issued_at),
        prepared_by=letter.prepared_by, approved_by=letter.approved_by, digest=digest,
    )  # fmt: skip
    return work.record_in_stream(stream_of(case.case_id), [issued], {"report_id": report_id, "number": number})


def send_situation_report(work: Handling, command: SendSituationReport) -> Receipt:
    """It goes up now."""
    what = "note that a situation report goes up"
    report = _require_report(work, command.report_id, SEND, what)
    recipient = command.recipient.strip()
    problems = {}
    if not 0 < len(recipient) <= LONGEST_LINE:
        problems["recipient"] = f"Expected 1 to {LONGEST_LINE} characters."
    if command.channel not in CHANNELS:
        problems["channel"] = f"Expected one of {', '.join(CHANNELS)}."
    if problems:
        raise InvalidVariablesError(f"Expected to {what} with whom it goes to and how.", problems)
    version = store.find_in_state(work.unit, report.report_id, "issued")
    if version is None:
        raise InvalidStateError(f"Expected to {what}, but no version of it is issued.")
    transmission_id = report_id_of(command.command_id)
    row = {
        "transmission_id": transmission_id, "case_id": report.case_id, "report_id": report.report_id,
        "version": version.version, "recipient": recipient, "channel": command.channel,
        "sent_by": work.actor.actor_id, "sent_at": work.now, "received_by": None, "received_at": None,
        "noted_by": None,
    }  # fmt: skip
    store.add_transmission(work.unit, row)
    event = SituationReportSent(
        transmission_id=transmission_id, report_id=report.report_id, version=version.version, recipient=recipient,
        channel=command.channel, digest=version.digest,
    )  # fmt: skip
    return _recorded(work, report.case_id, event, {"transmission_id": transmission_id})


def confirm_report_received(work: Handling, command: ConfirmReportReceived) -> Receipt:
    """It arrived, and somebody took it."""
    what = "note that a situation report arrived"
    found = store.find_transmission(work.unit, command.transmission_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but it was never sent.")
    _require_seen(work, found.case_id, SEND, what)
    found = store.find_transmission(work.unit, command.transmission_id) or found  # now that its case is locked
    if found.received_at is not None:
        raise InvalidStateError(f"Expected to {what}, but that is noted already.")
    received_by = command.received_by.strip()
    if not 0 < len(received_by) <= LONGEST_LINE:
        raise InvalidVariablesError(f"Expected to {what} with who took it.", {"received_by": "Say who took it."})
    store.receive(work.unit, found.transmission_id, received_by, work.actor.actor_id, work.now)
    event = SituationReportReceived(
        transmission_id=found.transmission_id, report_id=found.report_id, received_by=received_by
    )
    return _recorded(work, found.case_id, event, {"transmission_id": found.transmission_id})


def correct_situation_report(work: Handling, command: CorrectSituationReport) -> Receipt:
    """Propose another version."""
    what = "correct a situation report"
    report = _require_report(work, command.report_id, CORRECT, what)
    issued = _require_content(work, report, what)
    if store.find_in_state(work.unit, report.report_id, "proposed") is not None:
        raise InvalidStateError(f"Expected to {what}, but another correction waits for its decision.")
    changes = _changes(command, fields_of(str(issued.content)), what)
    number = store.newest_version(work.unit, report.report_id) + 1
    content = corrected_content(str(issued.content), changes, number)
    digest = digest_of(content)
    row = {
        "report_id": report.report_id, "version": number, "case_id": report.case_id, "state": "proposed",
        "content": content, "digest": digest, "made_by": work.actor.actor_id, "made_at": work.now,
        "reason": command.reason.strip(), "decided_by": None, "decided_at": None,
    }  # fmt: skip
    store.add_version(work.unit, row)
    event = ReportCorrectionProposed(
        report_id=report.report_id, version=number, digest=digest, reason=command.reason.strip()
    )
    return _recorded(work, report.case_id, event, {"report_id": report.report_id, "version": number})


def decide_report_correction(work: Handling, command: DecideReportCorrection) -> Receipt:
    """Another person than who proposed it agrees, or does not."""
    what = "decide on the correction of a situation report"
    report = _require_report(work, command.report_id, APPROVE, what)
    version = store.find_version(work.unit, report.report_id, command.version)
    if version is None:
        raise NotFoundError(f"Expected to {what}, but there is no such version.")
    if version.state != "proposed":
        raise InvalidStateError(f"Expected to {what}, but it is {version.state} already.", state=version.state)
    if version.made_by == work.actor.actor_id:
        raise InvalidStateError(f"Expected to {what} of another person, but {version.made_by} proposed it.")
    store.decide(work.unit, version, agreed=command.agreed, by=work.actor.actor_id, at=work.now)
    event = ReportCorrectionDecided(
        report_id=report.report_id, version=version.version, agreed=command.agreed, digest=version.digest
    )
    return _recorded(work, report.case_id, event, {"report_id": report.report_id, "version": version.version})


def keep_briefing(work: Handling, command: KeepBriefing) -> Receipt:
    """Keep where things stand for whoever takes over."""
    what = f"keep a briefing of case {command.case_id}"
    case = require_case(work, command.case_id, what)
    _require_right(work, case, KEEP, what)
    incoming = command.incoming.strip()
    if incoming == work.actor.actor_id or not is_person(work.unit, incoming):
        raise InvalidVariablesError(
            f"Expected to {what} for another person.", {"incoming": "Say who takes over; not yourself."}
        )
    letter = BriefingLetter(work.actor.actor_id, incoming[:LONGEST_LINE], "", "", "", "", None,
                            command.note.strip()[:LONGEST_TEXT])  # fmt: skip
    event = _keep(work, case, letter, report_id_of(command.command_id))
    return _recorded(work, case.case_id, event, {"briefing_id": event.briefing_id, "number": event.number})


def _keep(work: Handling, case: Case, letter: BriefingLetter, briefing_id: str) -> BriefingKept:
    number = store.next_briefing_number(work.unit, case.case_id)
    content = briefing_content(letter, _facts(work, case, work.now), number)
    outgoing = "" if letter.outgoing == letter.incoming else letter.outgoing
    digest = digest_of(content)
    row = {
        "briefing_id": briefing_id, "case_id": case.case_id, "number": number, "exercise": case.exercise,
        "outgoing": outgoing, "incoming": letter.incoming, "kept_at": work.now, "content": content,
        "digest": digest,
    }  # fmt: skip
    store.add_briefing(work.unit, row)
    return BriefingKept(
        briefing_id=briefing_id, origin_case_id=case.case_id, number=number, outgoing=outgoing,
        incoming=letter.incoming, digest=digest,
    )  # fmt: skip


def _facts(work: Handling, case: Case, at: datetime) -> ReportFacts:
    """What the case knows; of one that has ended, what its rows still say."""
    variables: Mapping[str, Any] = {}
    if case.state not in ENDED_CASE:
        rows = [TokenRow(*row) for row in get_tokens(work.unit, case.case_id)]
        source = BoundSource(work.unit, work.parts.library)
        variables = Instance.restore(case.case_id, source, orjson.loads(case.header), rows).variables()
    return gather(work.unit, case.case_id, variables, at)


def _changes(command: CorrectSituationReport, known: Mapping[str, Any], what: str) -> dict[str, Any]:
    problems = {key: "There is no such field." for key in command.fields if key not in FIELD}
    reason = command.reason.strip()
    if not 0 < len(reason) <= LONGEST_TEXT:
        problems["reason"] = "Say why; it stays in the record."
    read = read_values(command.fields, problems)
    changes = {key: read.get(key) for key in command.fields if key in FIELD and read.get(key) != known.get(key)}
    if not problems and not changes:
        problems["fields"] = "Nothing would be different."
    if problems:
        raise InvalidVariablesError(f"Expected to {what} with what is to be different.", problems)
    return changes


def _require_content(work: Handling, report: Issued, what: str) -> Version:
    found = store.find_in_state(work.unit, report.report_id, "issued")
    if found is None or found.content is None:
        raise InvalidStateError(f"Expected to {what}, but what it said is erased.")
    return found


def _require_report(work: Handling, report_id: str, verb: str, what: str) -> Issued:
    found = store.find_report(work.unit, report_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such one.")
    _require_seen(work, found.case_id, verb, what)
    return found


def _require_seen(work: Handling, case_id: str, verb: str, what: str) -> None:
    _require_right(work, require_case(work, case_id, what), verb, what)


def _require_right(work: Handling, case: Case, verb: str, what: str) -> None:
    """What lies outside one's reach is not there."""
    if not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected to {what}, but there is no such one.")
    require_permission(work.actor, verb, what, case.unit_id, case.process_id)


def _recorded(work: Handling, case_id: str, event: Event, result: Mapping[str, Any]) -> Receipt:
    return work.record_in_stream(stream_of(case_id), [event], result)
