"""The participation desk: cases write to it by messages, and it writes back by messages.

A model throws ``consultation.open`` and waits for ``consultation.opened``, and so on by ``ANSWERS``; how opinions come
in meanwhile costs the case nothing. Each message names a consultation of the sender's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.consultations import CHANNELS, NOTICES, adoption, tally, text_digest
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_consultation import (
    ConsultationAnswered,
    ConsultationClosed,
    ConsultationExtended,
    ConsultationOpened,
    ConsultationWithdrawn,
    NoticePublished,
)
from workflow_engine.domain.timing import parse_instant
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import consultations as store
from workflow_engine.storage import messages
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.consultations import Consultation
from workflow_engine.storage.correlations import VENDOR_KEY, fitting_digests
from workflow_engine.storage.messages import Message

WAITS_FOR = timedelta(days=60)
"""How long an answer waits for a case that is suspended or elsewhere."""
Did = tuple[list[Event], dict[str, Any]]
Letter = Mapping[str, Any]


def take_letter(work: Handling, message: Message) -> Receipt | None:
    """Do what a case asks of the desk, and write back; None when the message is not for the desk.

    Raises:
        RejectedError: it cannot be done; the message goes on waiting, and its delivery is tried again or given up.
    """
    if message.name not in ANSWERS or message.origin_case_id is None:
        return None
    act, reply = ANSWERS[message.name]
    letter = orjson.loads(message.payload)
    if message.name == "consultation.open":
        consultation_id = sha256(message.message_id.encode()).hexdigest()[:16]
        events, told = _open(work, message.origin_case_id, consultation_id, letter)
    else:
        found = _require_own(work, message, letter)
        consultation_id = found.consultation_id
        events, told = act(work, found, letter)
    receipt = work.record_in_stream(stream_of(consultation_id), events, {"consultation_id": consultation_id})
    if reply is not None:
        write(work, message.origin_case_id, reply, f"{reply}:{sha256(message.message_id.encode()).hexdigest()}", told)
    return receipt


def write(
    work: Handling, case_id: str, name: str, message_id: str, payload: Mapping[str, Any], key: str | None = None
) -> None:
    """Send a message to one case, which need not wait for it yet; ``key``: to that one of its branches that asks for
    this correlation key."""
    correlation = None if key is None else {VENDOR_KEY: key}
    row = {
        "message_id": message_id, "name": name,
        "correlation": None if correlation is None else orjson.dumps(correlation).decode(),
        "payload": orjson.dumps(payload).decode(),
        "state": "waiting", "published_at": work.now, "published_by": work.actor.actor_id, "origin_case_id": None,
        "target_case_id": case_id, "expires_at": work.now + WAITS_FOR, "case_id": None, "element_id": None,
        "settled_at": None,
    }  # fmt: skip
    messages.add_message(work.unit, row, fitting_digests([] if correlation is None else [correlation]))
    messages.add_to_outbox(work.unit, message_id, case_id, work.now)
    work.outgoing = True


def stream_of(consultation_id: str) -> str:
    """The chain of everything that happens to a consultation."""
    return f"consultation:{consultation_id}"


def _open(work: Handling, case_id: str, consultation_id: str, letter: Letter) -> Did:
    case = find_case(work.unit, case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected to open a consultation for case {case_id}, but there is no such case.")
    title, draft = _text(letter, "title"), _text(letter, "draft")
    closes_at = _instant(letter, "closes_at")
    if closes_at <= work.now:
        raise RejectedError("Expected a consultation that is open for a time, but it closes at once.")
    follows = str(letter.get("follows") or "") or None
    if follows is not None and store.find_consultation(work.unit, follows) is None:
        raise NotFoundError(f"Expected to follow consultation {follows}, but there is none.")
    digest = text_digest(title, draft)
    number = _number(letter, "round") or 1
    row = {
        "consultation_id": consultation_id, "case_id": case_id, "process_id": case.process_id, "unit_id": case.unit_id,
        "round": number, "follows": follows, "title": title, "summary": str(letter.get("summary") or ""),
        "draft": draft, "draft_digest": digest, "state": "open", "channels": " ".join(_channels(letter)),
        "short_reason": str(letter.get("short_reason") or ""), "min_responses": _number(letter, "min_responses"),
        "exercise": case.exercise, "opened_at": work.now, "closes_at": closes_at, "closed_at": None,
        "settled_at": None, "last_number": 0, "last_notice": 0,
    }  # fmt: skip
    store.add_consultation(work.unit, row)
    opened = ConsultationOpened(
        consultation_id=consultation_id, origin_case_id=case_id, round=number, draft_digest=digest,
        closes_at=closes_at.isoformat(),
    )  # fmt: skip
    told = {
        "id": consultation_id, "round": number, "draft_digest": digest, "opened_at": work.now.isoformat(),
        "closes_at": closes_at.isoformat(), "page": f"/consultations/{consultation_id}",
    }  # fmt: skip
    return [opened], {"consultation": told}


def _extend(work: Handling, found: Consultation, letter: Letter) -> Did:
    """Open until later; a closed one is open once more."""
    if found.state not in ("open", "closed"):
        raise InvalidStateError(f"Expected to extend consultation {found.consultation_id}, but it is {found.state}.")
    closes_at, reason = _instant(letter, "closes_at"), _text(letter, "reason")
    if closes_at <= work.now:
        raise RejectedError("Expected a consultation that is open for a time, but it closes at once.")
    channels = _channels(letter) if letter.get("channels") else found.channels.split()
    store.move(work.unit, found, "open", closes_at=closes_at, channels=" ".join(channels))
    kind = "widened" if letter.get("channels") else "extension"
    extended = ConsultationExtended(
        consultation_id=found.consultation_id, closes_at=closes_at.isoformat(), channels=channels, reason=reason
    )
    return [extended, publish_notice(work, found, kind, found.title, reason)], {}


def _close(work: Handling, found: Consultation, _letter: Letter) -> Did:
    if found.state == "open":
        store.move(work.unit, found, "closed", closed_at=work.now)
    closed = ConsultationClosed(consultation_id=found.consultation_id, received=found.last_number)
    events: list[Event] = [closed] if found.state == "open" else []
    told = {"received": found.last_number, "closed_at": work.now.isoformat()}
    return events, {"closing": told}


def _count(work: Handling, found: Consultation, _letter: Letter) -> Did:
    return [], {"tally": tally(store.count(work.unit, found.consultation_id))}


def _settle(work: Handling, found: Consultation, _letter: Letter) -> Did:
    """Publish the answers, once every accepted opinion has one; nobody needs to be reached any more then."""
    rows = store.count(work.unit, found.consultation_id)
    used, waiting = adoption(rows), tally(rows)["pending"]
    ready = found.state == "closed" and not used["missing"] and not waiting
    events: list[Event] = []
    if ready:
        store.move(work.unit, found, "answered", closed_at=work.now, settled_at=work.now)
        store.forget_people(work.unit, found.consultation_id)
        events.append(
            ConsultationAnswered(
                consultation_id=found.consultation_id, adopted=used["adopted"], partly=used["partly"],
                not_adopted=used["not_adopted"],
            )
        )  # fmt: skip
    return events, {"answers": {**used, "missing": used["missing"] + waiting, "ready": ready}}


def _withdraw(work: Handling, found: Consultation, letter: Letter) -> Did:
    if found.state not in ("open", "closed"):
        return [], {}
    return withdraw(work, found, _text(letter, "reason")), {}


def _notice(work: Handling, found: Consultation, letter: Letter) -> Did:
    kind = _text(letter, "kind")
    if kind not in NOTICES:
        raise RejectedError(f"Expected a notice that is one of {', '.join(NOTICES)}, but it is {kind!r}.")
    return [publish_notice(work, found, kind, _text(letter, "title"), _text(letter, "text"))], {}


def withdraw(work: Handling, found: Consultation, reason: str) -> list[Event]:
    """The draft is taken back, and everybody can read why."""
    store.move(work.unit, found, "withdrawn", closed_at=work.now, settled_at=work.now)
    store.forget_people(work.unit, found.consultation_id)
    withdrawn = ConsultationWithdrawn(consultation_id=found.consultation_id, reason=reason)
    return [withdrawn, publish_notice(work, found, "withdrawal", found.title, reason)]


def publish_notice(work: Handling, found: Consultation, kind: str, title: str, text: str) -> NoticePublished:
    """Make something public in the course of a consultation."""
    number = store.add_notice(work.unit, found, kind, title, text, work.now)
    return NoticePublished(consultation_id=found.consultation_id, number=number, notice_kind=kind)


def _require_own(work: Handling, message: Message, letter: Letter) -> Consultation:
    consultation_id = _text(letter, "consultation_id")
    found = store.find_consultation(work.unit, consultation_id)
    if found is None or found.case_id != message.origin_case_id:
        raise NotFoundError(f"Expected a consultation of case {message.origin_case_id}, but {consultation_id} is none.")
    return found


def _text(letter: Letter, name: str) -> str:
    value = letter.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RejectedError(f"Expected a letter to the participation desk to give {name} as text.")
    return value.strip()


def _number(letter: Letter, name: str) -> int:
    value = letter.get(name) or 0
    if not isinstance(value, int | float) or not 0 <= value < 1_000_000:
        raise RejectedError(f"Expected {name} in a letter to the participation desk to be a number.")
    return int(value)


def _instant(letter: Letter, name: str) -> datetime:
    try:
        return parse_instant(_text(letter, name))
    except ValueError as error:
        raise RejectedError(f"Expected {name} to be an instant with offset.") from error


def _channels(letter: Letter) -> list[str]:
    given = letter.get("channels") or ["web"]
    wanted = [str(word).strip() for word in (given.split(",") if isinstance(given, str) else given)]
    if unknown := [word for word in wanted if word not in CHANNELS]:
        raise RejectedError(f"Expected channels among {', '.join(CHANNELS)}, but got {', '.join(unknown)}.")
    return [channel for channel in CHANNELS if channel in wanted]


def _never(_work: Handling, _found: Consultation, _letter: Letter) -> Did:
    raise AssertionError("unreachable")


ANSWERS: Mapping[str, tuple[Callable[[Handling, Consultation, Letter], Did], str | None]] = {
    "consultation.open": (_never, "consultation.opened"),
    "consultation.extend": (_extend, None),
    "consultation.close": (_close, "consultation.closed"),
    "consultation.count": (_count, "consultation.counted"),
    "consultation.settle": (_settle, "consultation.settled"),
    "consultation.withdraw": (_withdraw, None),
    "consultation.notice": (_notice, None),
}
"""What a case may write to the desk: what is done then, and the message that comes back."""
