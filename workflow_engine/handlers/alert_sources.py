"""Sources of alerts: set, paused, removed by administrators; taken under a lease and settled by pollers."""

from __future__ import annotations

from datetime import timedelta

from workflow_engine.domain.alert_source_commands import (
    AlertSourceCommand,
    PauseAlertSource,
    PollAlertSource,
    RemoveAlertSource,
    ResumeAlertSource,
    SetAlertSource,
    SettleAlertPoll,
    TakeAlertSources,
)
from workflow_engine.domain.alert_sources import (
    CATEGORIES,
    LEASE_SECONDS,
    LONGEST_NAME,
    LONGEST_SECONDS,
    MOST_SOURCES,
    SEVERITIES,
    SHORTEST_SECONDS,
    SIGNATURES,
    read_box,
)
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, RejectedError
from workflow_engine.domain.events_alert_sources import (
    AlertSourcePaused,
    AlertSourceRemoved,
    AlertSourceResumed,
    AlertSourceSet,
)
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.telling import url_problem
from workflow_engine.handlers.handling import Handling
from workflow_engine.interchange.cap_signature import read_certificates
from workflow_engine.storage import alert_sources as store
from workflow_engine.storage.work import is_group

STREAM = "alert_sources:all"
VERB = "settings.change"
_LONGEST_PAUSE_SECONDS = 3600
_LONGEST_ERROR = 1_000
_LONGEST_REASON = 500
_REMEMBERED = timedelta(days=90)


def set_alert_source(work: Handling, command: SetAlertSource) -> Receipt:
    """Alerts are fetched from there from now on; everything that is there is read anew."""
    require_permission(work.actor, VERB, "set a source of alerts")
    if problems := _problems(work, command):
        raise InvalidVariablesError("Expected a source of alerts that can be, but some fields do not fit.", problems)
    state = store.find_state(work.unit, command.source_id)
    event = AlertSourceSet(
        source_id=command.source_id, name=command.name.strip(), url=command.url, every_seconds=command.every_seconds,
        categories=sorted(set(command.categories)), least_severity=command.least_severity,
        codes=sorted(set(command.codes)), words=sorted({word.strip() for word in command.words if word.strip()}),
        box=command.box.strip(), signature=command.signature, certificates=command.certificates.strip(),
        exercise=command.exercise, unit_id=command.unit_id or None,
    )  # fmt: skip
    row = {
        "source_id": event.source_id, "name": event.name, "url": event.url, "every_seconds": event.every_seconds,
        "categories": " ".join(event.categories), "least_severity": event.least_severity,
        "codes": " ".join(event.codes), "words": "\n".join(event.words), "box": event.box,
        "signature": event.signature, "certificates": event.certificates, "exercise": event.exercise,
        "unit_id": event.unit_id, "set_at": work.now, "set_by": work.actor.actor_id, "next_at": work.now,
        "etag": "", "modified": "",
    }  # fmt: skip
    if state is not None:
        store.change_source(work.unit, command.source_id, row)
    elif store.count_sources(work.unit) >= MOST_SOURCES:
        raise InvalidStateError(f"Expected at most {MOST_SOURCES} sources of alerts: remove one that is not needed.")
    else:
        store.add_source(work.unit, row)
    return work.record_in_stream(STREAM, [event], {"source_id": command.source_id})


def pause_alert_source(work: Handling, command: PauseAlertSource) -> Receipt:
    """It is not asked until it is resumed."""
    _require(work, command, "pause", "active")
    store.move_source(work.unit, command.source_id, "paused", work.now)
    return work.record_in_stream(STREAM, [AlertSourcePaused(source_id=command.source_id)])


def resume_alert_source(work: Handling, command: ResumeAlertSource) -> Receipt:
    """It is asked at once."""
    _require(work, command, "resume", "paused")
    store.move_source(work.unit, command.source_id, "active", work.now)
    return work.record_in_stream(STREAM, [AlertSourceResumed(source_id=command.source_id)])


def remove_alert_source(work: Handling, command: RemoveAlertSource) -> Receipt:
    """It is never asked again; the alerts that came from there stay."""
    _require(work, command, "remove", None)
    store.remove_source(work.unit, command.source_id)
    return work.record_in_stream(STREAM, [AlertSourceRemoved(source_id=command.source_id)])


def poll_alert_source(work: Handling, command: PollAlertSource) -> Receipt:
    """It is asked next; nothing of the record changes by that."""
    require_permission(work.actor, "alert.import", "ask a source for alerts")
    _require_there(work, command, "ask", "active")
    store.make_due(work.unit, command.source_id, work.now)
    return Receipt(command_id=command.command_id)


def take_alert_sources(work: Handling, command: TakeAlertSources) -> Receipt:
    """Sources that are due, for one poller; when it dies they are due again as the lease ends."""
    require_permission(work.actor, "job.work", "take sources of alerts")
    found = store.take_due(work.unit, work.now, work.now + timedelta(seconds=LEASE_SECONDS), command.most)
    work.unchanged = not found
    return Receipt(command_id=command.command_id, result={"sources": found})


def settle_alert_poll(work: Handling, command: SettleAlertPoll) -> Receipt:
    """What asking gave; after a failure the pause doubles up to an hour, and is never shorter than usual."""
    require_permission(work.actor, "job.work", "settle asking for alerts")
    found = store.find_failures(work.unit, command.source_id)
    if found is None:
        work.unchanged = True
        return Receipt(command_id=command.command_id)
    failures, every = found
    store.note_entries(
        work.unit,
        (
            {
                "source_id": command.source_id, "digest": entry["digest"], "entry_id": entry["entry_id"][:500],
                "title": str(entry.get("title") or "")[:_LONGEST_REASON],
                "alert_key": entry.get("alert_key"), "outcome": entry["outcome"],
                "reason": str(entry.get("reason") or "")[:_LONGEST_REASON], "case_id": entry.get("case_id"),
                "seen_at": work.now,
            }
            for entry in command.entries
        ),
    )  # fmt: skip
    if command.error is None:
        pause = every if command.again_in_seconds is None else command.again_in_seconds
        at = work.now + timedelta(seconds=pause)
        store.note_answer(work.unit, command.source_id, work.now, at, command.etag, command.modified)
        store.forget_entries(work.unit, command.source_id, work.now - _REMEMBERED)
    else:
        pause = min(max(every, every * 2**failures), max(every, _LONGEST_PAUSE_SECONDS))
        at = work.now + timedelta(seconds=max(pause, command.again_in_seconds or 0))
        error = command.error[:_LONGEST_ERROR]
        store.note_failure(work.unit, command.source_id, work.now, at, failures + 1, error)
    return Receipt(command_id=command.command_id)


def _require(work: Handling, command: AlertSourceCommand, what: str, state: str | None) -> None:
    require_permission(work.actor, VERB, f"{what} a source of alerts")
    _require_there(work, command, what, state)


def _require_there(work: Handling, command: AlertSourceCommand, what: str, state: str | None) -> None:
    found = store.find_state(work.unit, command.source_id)
    if found is None:
        raise NotFoundError(f"Expected to {what} a source of alerts, but there is no such one.")
    if state is not None and found != state:
        raise InvalidStateError(f"Expected to {what} a source of alerts that is {state}, but it is {found}.")


def _problems(work: Handling, command: SetAlertSource) -> dict[str, str]:
    found = {}
    if not 0 < len(command.name.strip()) <= LONGEST_NAME:
        found["name"] = f"Expected a name of up to {LONGEST_NAME} characters."
    if problem := url_problem(command.url):
        found["url"] = problem
    if not SHORTEST_SECONDS <= command.every_seconds <= LONGEST_SECONDS:
        found["every_seconds"] = f"Expected from {SHORTEST_SECONDS} to {LONGEST_SECONDS} seconds."
    if unknown := sorted(set(command.categories) - set(CATEGORIES)):
        found["categories"] = f"Expected categories of CAP ({', '.join(CATEGORIES)}), but {unknown[0][:40]!r} is none."
    if command.least_severity not in SEVERITIES:
        found["least_severity"] = f"Expected one of {', '.join(SEVERITIES)}."
    if any(not code.isalnum() for code in command.codes):
        found["codes"] = "Expected codes of digits and letters."
    if command.signature not in SIGNATURES:
        found["signature"] = f"Expected one of {', '.join(SIGNATURES)}."
    if command.unit_id and not is_group(work.unit, f"unit:{command.unit_id}"):
        found["unit_id"] = "Expected a unit that exists."
    return found | _unread(command)


def _unread(command: SetAlertSource) -> dict[str, str]:
    found = {}
    try:
        read_box(command.box)
    except RejectedError as error:
        found["box"] = error.message
    try:
        if not read_certificates(command.certificates) and command.signature == "required":
            found["certificates"] = "Expected the certificates whose signatures count, since one is required."
    except RejectedError as error:
        found["certificates"] = error.message
    return found
