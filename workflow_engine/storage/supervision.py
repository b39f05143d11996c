"""Rows of notices: each change locks the notice first; its number comes from a series that nobody shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow_engine.domain.lifecycle import may_move
from workflow_engine.domain.supervision import NOTICE, EvidenceFile
from workflow_engine.storage.schema import (
    person,
    supervision_answer,
    supervision_file,
    supervision_notice,
    supervision_series,
    unit,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

_n, _a = supervision_notice.c, supervision_answer.c
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice's row as commands need it, locked."""

    notice_id: str
    rung: str
    unit_id: str
    case_id: str | None
    from_case: bool
    state: str
    answer_by: datetime
    remind_at: datetime | None
    overdue_at: datetime | None
    answers: int


_COLUMNS = tuple(_n[item.name] for item in fields(Notice))
_LOCK = Statement(select(*_COLUMNS).where(_n.notice_id == param("notice")).with_for_update())
_LADDER = Statement(
    select(*_COLUMNS)
    .where(_n.case_id == param("case"), _n.unit_id == param("unit"), _n.state != "withdrawn")
    .order_by(_n.issued_at, _n.notice_id)
    .with_for_update()
)
_ADD = Statement(insert(supervision_notice))
_MOVE = Statement(
    update(supervision_notice)
    .where(_n.notice_id == param("notice"), _n.state == param("before"))
    .values(
        state=param("state"), answer_by=param("answer_by", _n.answer_by), remind_at=param("remind_at", _n.remind_at),
        overdue_at=param("overdue_at", _n.overdue_at), answers=param("answers"),
        settled_at=param("settled_at", _n.settled_at), settled_by=param("settled_by"),
        settled_reason=param("settled_reason"),
    )
)  # fmt: skip
_ADD_ANSWER = Statement(insert(supervision_answer))
_JUDGE = Statement(
    update(supervision_answer)
    .where(_a.notice_id == param("notice"), _a.answer_no == param("number"))
    .values(
        verdict=param("verdict"), verdict_reason=param("reason"), judged_at=param("at", _a.judged_at),
        judged_by=param("by"),
    )
)  # fmt: skip
_ANSWERED_BY = Statement(select(_a.answered_by).where(_a.notice_id == param("notice"), _a.answer_no == param("number")))
_ADD_FILE = Statement(insert(supervision_file))
_UNIT = Statement(select(unit.c.unit_id, unit.c.disabled).where(unit.c.unit_id == param("unit")))
_PEOPLE = Statement(
    select(person.c.person_id)
    .where(person.c.unit_id == param("unit"), ~person.c.disabled)
    .order_by(person.c.person_id)
    .limit(MOST_PEOPLE)
)
_FORGET = (
    Statement(
        update(supervision_answer)
        .where(_a.notice_id.in_(select(_n.notice_id).where(_n.case_id == param("case"))))
        .values(text=null(), verdict_reason=null())
    ),
    Statement(
        update(supervision_file)
        .where(supervision_file.c.notice_id.in_(select(_n.notice_id).where(_n.case_id == param("case"))))
        .values(name=null())
    ),
    Statement(
        update(supervision_notice)
        .where(_n.case_id == param("case"))
        .values(subject=null(), reason=null(), text=null(), skip_reason=null(), settled_reason=null())
    ),
)


def _count_on(dialect: str) -> Any:
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    s = supervision_series.c
    statement = kind(supervision_series).values(
        year=param("year"), rung=param("rung"), exercise=param("exercise", s.exercise), last_number=1
    )
    return statement.on_conflict_do_update(
        index_elements=["year", "rung", "exercise"], set_={"last_number": s.last_number + 1}
    ).returning(s.last_number)


_NEXT_NUMBER = Statement(_count_on)


def next_number(unit: UnitOfWork, year: int, rung: str, *, exercise: bool) -> int:
    """The next number of a series, kept for this transaction until its commit: none is given twice, none is lost."""
    row = unit.one(_NEXT_NUMBER, {"year": year, "rung": rung, "exercise": exercise})
    if row is None:
        raise LostRaceError("the series of numbers gave none")
    return int(row[0])


def find_notice(unit: UnitOfWork, notice_id: str) -> Notice | None:
    """The notice, locked; None when there is none."""
    row = unit.one(_LOCK, {"notice": notice_id})
    return None if row is None else Notice(*row)


def ladder(unit: UnitOfWork, unit_id: str, case_id: str) -> list[Notice]:
    """Every notice to the unit about the case that was not taken back, locked, the oldest first."""
    return [Notice(*row) for row in unit.all(_LADDER, {"unit": unit_id, "case": case_id})]


def add_notice(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A new notice."""
    unit.run(_ADD, row)


def move(
    unit: UnitOfWork,
    found: Notice,
    state: str,
    *,
    answer_by: datetime | None = None,
    remind_at: datetime | None = None,
    overdue_at: datetime | None = None,
    answers: int | None = None,
    settled_at: datetime | None = None,
    settled_by: str | None = None,
    settled_reason: str | None = None,
) -> None:
    """Another state of a locked notice, or another time in the same one."""
    if state != found.state and not may_move(NOTICE, found.state, state):
        raise AssertionError(f"{found.state} does not become {state}")
    unit.run(
        _MOVE,
        {
            "notice": found.notice_id, "before": found.state, "state": state,
            "answer_by": answer_by or found.answer_by, "remind_at": remind_at, "overdue_at": overdue_at,
            "answers": found.answers if answers is None else answers, "settled_at": settled_at,
            "settled_by": settled_by, "settled_reason": settled_reason,
        },
    )  # fmt: skip


def add_answer(unit: UnitOfWork, row: Mapping[str, Any], files: Iterable[EvidenceFile]) -> None:
    """The next answer to a locked notice, with its evidence."""
    unit.run(_ADD_ANSWER, row)
    key = {"notice_id": row["notice_id"], "answer_no": row["answer_no"]}
    unit.many(
        _ADD_FILE,
        (
            {**key, "file_no": number, "digest": file.digest, "size": file.size, "media_type": file.media_type,
             "name": file.name}
            for number, file in enumerate(files, 1)
        ),
    )  # fmt: skip


def answered_by(unit: UnitOfWork, notice_id: str, number: int) -> str | None:
    """Who gave this answer."""
    row = unit.one(_ANSWERED_BY, {"notice": notice_id, "number": number})
    return None if row is None else str(row[0])


def judge(unit: UnitOfWork, found: Notice, verdict: str, reason: str, by: str, at: datetime) -> None:
    """Say of the newest answer whether it will do."""
    values = {"verdict": verdict, "reason": reason, "by": by, "at": at}
    unit.run(_JUDGE, {"notice": found.notice_id, "number": found.answers, **values})


def is_open_unit(unit: UnitOfWork, unit_id: str) -> bool:
    """Whether there is such a unit, still."""
    row = unit.one(_UNIT, {"unit": unit_id})
    return row is not None and not row[1]


def people_of(unit: UnitOfWork, unit_id: str) -> list[str]:
    """Who belongs to the unit, to be told."""
    return [str(row[0]) for row in unit.all(_PEOPLE, {"unit": unit_id})]


def forget_words(unit: UnitOfWork, case_id: str) -> None:
    """What notices about a case say goes with the case; numbers, units and instants stay."""
    for statement in _FORGET:
        unit.run(statement, {"case": case_id})
