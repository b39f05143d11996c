"""Rows of consultations: every change of one locks its row first, so that numbers and counts have no gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, cast, func, insert, or_, select, update

from workflow_engine.domain.consultations import Counted
from workflow_engine.storage.schema import (
    consultation,
    consultation_notice,
    consultation_opinion,
)
from workflow_engine.storage.statement import Statement, among, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_c, _o = consultation.c, consultation_opinion.c
_LOCK = Statement(
    select(
        _c.consultation_id, _c.case_id, _c.process_id, _c.unit_id, _c.round, _c.title, _c.draft_digest, _c.state,
        _c.channels, _c.opened_at, _c.closes_at, _c.last_number, _c.last_notice,
    )
    .where(_c.consultation_id == param("consultation"))
    .with_for_update()
)  # fmt: skip
_ADD = Statement(insert(consultation))
_MOVE = Statement(
    update(consultation)
    .where(_c.consultation_id == param("consultation"))
    .values(
        state=param("state"), closes_at=param("closes", _c.closes_at), closed_at=param("closed", _c.closed_at),
        settled_at=param("settled", _c.settled_at), channels=param("channels"),
    )
)  # fmt: skip
_NEXT_OPINION = Statement(
    update(consultation).where(_c.consultation_id == param("consultation")).values(last_number=param("number"))
)
_NEXT_NOTICE = Statement(
    update(consultation).where(_c.consultation_id == param("consultation")).values(last_notice=param("number"))
)
_ADD_OPINION = Statement(insert(consultation_opinion))
_ADD_NOTICE = Statement(insert(consultation_notice))
_STATES = Statement(
    lambda dialect: select(_o.number, _o.moderation, _o.disposition).where(
        _o.consultation_id == param("consultation"), among(dialect, cast(_o.number, Text), "numbers")
    )
)
_MODERATE = Statement(
    update(consultation_opinion)
    .where(_o.consultation_id == param("consultation"), _o.number == param("number"))
    .values(
        moderation=param("moderation"), moderation_reason=param("reason"), moderated_by=param("by"),
        moderated_at=param("at", _o.moderated_at),
    )
)  # fmt: skip
_SORT = Statement(
    update(consultation_opinion)
    .where(_o.consultation_id == param("consultation"), _o.number == param("number"))
    .values(topic=param("topic"))
)
_REWORD = Statement(
    update(consultation_opinion)
    .where(_o.consultation_id == param("consultation"), _o.number == param("number"))
    .values(public_text=param("text"))
)
_ANSWER = Statement(
    update(consultation_opinion)
    .where(_o.consultation_id == param("consultation"), _o.number == param("number"))
    .values(
        disposition=param("disposition"), disposition_reason=param("reason"), answered_by=param("by"),
        answered_at=param("at", _o.answered_at),
    )
)  # fmt: skip
_FORGET = Statement(
    update(consultation_opinion)
    .where(_o.consultation_id == param("consultation"), or_(_o.name != "", _o.contact != ""))
    .values(name="", contact="")
)
_COUNTED = Statement(
    select(
        _o.moderation, _o.channel, _o.subject_class, _o.stance, _o.topic, _o.disposition, _o.wants_hearing,
        func.count().label("n"),
    )
    .where(_o.consultation_id == param("consultation"))
    .group_by(
        _o.moderation, _o.channel, _o.subject_class, _o.stance, _o.topic, _o.disposition, _o.wants_hearing
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation's row as commands need it, locked."""

    consultation_id: str
    case_id: str
    process_id: str
    unit_id: str | None
    round: int
    title: str
    draft_digest: str
    state: str
    channels: str
    opened_at: datetime
    closes_at: datetime
    last_number: int
    last_notice: int


def find_consultation(unit: UnitOfWork, consultation_id: str) -> Consultation | None:
    """The consultation, locked; None when there is none."""
    row = unit.one(_LOCK, {"consultation": consultation_id})
    return None if row is None else Consultation(*row)


def add_consultation(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A new consultation."""
    unit.run(_ADD, row)


def move(
    unit: UnitOfWork,
    found: Consultation,
    state: str,
    *,
    closes_at: datetime | None = None,
    closed_at: datetime | None = None,
    settled_at: datetime | None = None,
    channels: str | None = None,
) -> None:
    """Another state, or another end, of a locked consultation."""
    values = {
        "consultation": found.consultation_id, "state": state, "closes": closes_at or found.closes_at,
        "closed": closed_at, "settled": settled_at, "channels": channels or found.channels,
    }  # fmt: skip
    unit.run(_MOVE, values)


def add_opinion(unit: UnitOfWork, found: Consultation, row: Mapping[str, Any]) -> None:
    """The next opinion of a locked consultation."""
    unit.run(_NEXT_OPINION, {"consultation": found.consultation_id, "number": row["number"]})
    unit.run(_ADD_OPINION, row)


def add_notice(unit: UnitOfWork, found: Consultation, kind: str, title: str, text: str, at: datetime) -> int:
    """The next notice of a locked consultation; returns its number."""
    number = found.last_notice + 1
    unit.run(_NEXT_NOTICE, {"consultation": found.consultation_id, "number": number})
    unit.run(
        _ADD_NOTICE,
        {
            "consultation_id": found.consultation_id, "number": number, "kind": kind, "title": title, "text": text,
            "published_at": at,
        },
    )  # fmt: skip
    return number


def find_opinions(unit: UnitOfWork, consultation_id: str, numbers: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    """Number to (moderation, disposition) of those that there are."""
    wanted = orjson.dumps([str(number) for number in numbers]).decode()
    rows = unit.all(_STATES, {"consultation": consultation_id, "numbers": wanted})
    return {row[0]: (row[1], row[2]) for row in rows}


def moderate(
    unit: UnitOfWork, consultation_id: str, numbers: Iterable[int], moderation: str, reason: str, by: str, at: datetime
) -> None:
    """Accept or reject them."""
    same = {"consultation": consultation_id, "moderation": moderation, "reason": reason, "by": by, "at": at}
    unit.many(_MODERATE, ({**same, "number": number} for number in numbers))


def sort(unit: UnitOfWork, consultation_id: str, numbers: Iterable[int], topic: str) -> None:
    """Put them under a topic."""
    unit.many(_SORT, ({"consultation": consultation_id, "number": number, "topic": topic} for number in numbers))


def reword(unit: UnitOfWork, consultation_id: str, number: int, text: str) -> None:
    """What the public sees of it."""
    unit.run(_REWORD, {"consultation": consultation_id, "number": number, "text": text})


def answer(
    unit: UnitOfWork, consultation_id: str, numbers: Iterable[int], disposition: str, reason: str, by: str, at: datetime
) -> None:
    """Say whether they were adopted, and why."""
    same = {"consultation": consultation_id, "disposition": disposition, "reason": reason, "by": by, "at": at}
    unit.many(_ANSWER, ({**same, "number": number} for number in numbers))


def forget_people(unit: UnitOfWork, consultation_id: str) -> None:
    """Names and ways to reach people go; they stand nowhere else."""
    unit.run(_FORGET, {"consultation": consultation_id})


def count(unit: UnitOfWork, consultation_id: str) -> list[Counted]:
    """How many opinions agree in everything that is counted."""
    return [Counted(*row) for row in unit.all(_COUNTED, {"consultation": consultation_id})]
