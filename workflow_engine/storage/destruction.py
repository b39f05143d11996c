"""Rows of destructions: orders, cases, traces, files; and the values that entries commit to, read and erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, exists, func, insert, null, or_, select, update

from workflow_engine.domain.traces import Trace, Traces
from workflow_engine.storage.schema import (
    attachment,
    case_hold,
    comment,
    destruction,
    destruction_case,
    destruction_file,
    destruction_trace,
    entry_payload,
    message,
    note,
    redacted_values,
    service_request_photo,
    token,
    user_task,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

STREAM_PREFIXES = ("message", "signal", "situation_report", "resource_request")
"""Chains beside a case whose ids are made of those of rows that belong to the case."""
_d, _c, _y, _m, _a = destruction.c, destruction_case.c, entry_payload.c, message.c, attachment.c
_COLUMNS = (_d.destruction_id, _d.case_id, _d.state, _d.names, _d.files, _d.comments, _d.salt)
_ADD = Statement(insert(destruction))
_FIND = Statement(select(*_COLUMNS).where(_d.destruction_id == param("destruction")).with_for_update())
_HELD = Statement(
    select(case_hold.c.case_id).where(
        case_hold.c.case_id == _d.case_id, _d.destruction_id == param("destruction")
    )
)
_DID = Statement(
    select(user_task.c.user_task_id)
    .where(user_task.c.case_id == param("case"), user_task.c.completed_by == param("person"))
    .limit(1)
)
_BEGIN = Statement(
    update(destruction)
    .where(_d.destruction_id == param("destruction"), _d.state == "ordered")
    .values(
        state="running", begun_at=param("at", _d.begun_at), salt=param("salt", _d.salt), value_count=param("values"),
        too_short=param("too_short"),
    )
)  # fmt: skip
_ADD_CASE = Statement(insert(destruction_case))
_ADD_TRACE = Statement(insert(destruction_trace))
_TRACES = Statement(
    select(destruction_trace.c.length, destruction_trace.c.start, destruction_trace.c.digest).where(
        destruction_trace.c.destruction_id == param("destruction")
    )
)
_NEXT_CASE = Statement(
    select(_c.case_id, _c.is_own, _c.state, _c.after_seq)
    .where(_c.destruction_id == param("destruction"), _c.state != "done")
    .order_by(_c.is_own.desc(), _c.case_id)
    .limit(1)
)
_KNOWN = Statement(
    update(destruction_case)
    .where(_c.destruction_id == param("destruction"), _c.case_id == param("case"), _c.state == "pending")
    .values(state="known")
)
_ADVANCE = Statement(
    update(destruction_case)
    .where(_c.destruction_id == param("destruction"), _c.case_id == param("case"), _c.state != "done")
    .values(
        state=param("state"), after_seq=param("after"), entries=_c.entries + param("erased"),
        row_count=_c.row_count + param("changed"),
    )
)  # fmt: skip
_TOTALS = Statement(
    select(func.count(), func.coalesce(func.sum(_c.entries), 0), func.coalesce(func.sum(_c.row_count), 0)).where(
        _c.destruction_id == param("destruction")
    )
)
_ADD_FILE = Statement(insert(destruction_file))
_FILES = Statement(
    select(destruction_file.c.digest).where(destruction_file.c.destruction_id == param("destruction"))
)
_FINISH = Statement(
    update(destruction)
    .where(_d.destruction_id == param("destruction"), _d.state == "running")
    .values(state="finished", finished_at=param("at", _d.finished_at), storage=param("storage"))
)
_CHECKED = Statement(
    update(destruction)
    .where(_d.destruction_id == param("destruction"))
    .values(
        checked_at=param("at", _d.checked_at), looked_at=param("looked_at"), left_over=param("left"),
        elsewhere=param("elsewhere"),
    )
)  # fmt: skip
_FORGET = Statement(
    delete(destruction_trace).where(destruction_trace.c.destruction_id == param("destruction"))
)
_FORGET_SALT = Statement(
    update(destruction).where(_d.destruction_id == param("destruction")).values(salt=null())
)
_PAYLOADS = Statement(
    select(_y.seq, _y.content)
    .where(_y.stream_id == param("stream"), _y.seq > param("after"))
    .order_by(_y.seq)
    .limit(param("most"))
)
_ERASE = Statement(delete(entry_payload).where(_y.stream_id == param("stream"), _y.seq == param("seq")))
_KEEP_REDACTED = Statement(insert(redacted_values), ("case_id", "seq", "content"))
_TOKENS = Statement(select(token.c.data, token.c.internal).where(token.c.case_id == param("case")))
_COMMENTS = Statement(select(comment.c.content).where(comment.c.case_id == param("case")))
_NOTES = Statement(select(note.c.content).where(note.c.case_id == param("case")))
_ATTACHED = Statement(select(_a.digest, _a.name).where(_a.case_id == param("case")))
_touches = or_(_m.case_id == param("case"), _m.origin_case_id == param("case"), _m.target_case_id == param("case"))
_MESSAGES = Statement(select(_m.message_id, _m.payload).where(_touches))
_TOLD_CASES = Statement(
    select(_m.case_id)
    .where(_m.origin_case_id == param("case"), _m.case_id.is_not(None), _m.case_id != param("case"))
    .distinct()
    .order_by(_m.case_id)
)
_NAMED_ELSEWHERE = Statement(
    select(
        exists().where(_a.digest == param("digest"), _a.case_id != param("case"), _a.removed_at.is_(None))
        | exists().where(
            or_(
                service_request_photo.c.digest == param("digest"),
                service_request_photo.c.public_digest == param("digest"),
            )
        )
    )
)


@dataclass(frozen=True, slots=True)
class Destruction:
    """An order, locked."""

    destruction_id: str
    case_id: str
    state: str
    names: frozenset[str]
    files: bool
    comments: bool
    salt: bytes | None


@dataclass(frozen=True, slots=True)
class CaseLeft:
    """The case that is gone through now."""

    case_id: str
    is_own: bool
    state: str
    after_seq: int


def order(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Keep an order."""
    nothing: dict[str, Any] = {
        "state": "ordered", "begun_at": None, "finished_at": None, "salt": None, "value_count": 0, "too_short": 0,
        "storage": "", "checked_at": None, "looked_at": 0, "left_over": 0, "elsewhere": 0,
    }  # fmt: skip
    unit.run(_ADD, {**nothing, **row})


def find(unit: UnitOfWork, destruction_id: str) -> Destruction | None:
    """The order, locked."""
    row = unit.one(_FIND, {"destruction": destruction_id})
    if row is None:
        return None
    salt = None if row[6] is None else bytes(row[6])
    return Destruction(row[0], row[1], row[2], frozenset(orjson.loads(row[3])), bool(row[4]), bool(row[5]), salt)


def is_held(unit: UnitOfWork, destruction_id: str) -> bool:
    """Whether somebody holds the case for a lawful reason."""
    return unit.one(_HELD, {"destruction": destruction_id}) is not None


def has_done_a_task(unit: UnitOfWork, case_id: str, person_id: str) -> bool:
    """Whether this person completed a task of the case."""
    return unit.one(_DID, {"case": case_id, "person": person_id}) is not None


def begin(
    unit: UnitOfWork, found: Destruction, cases: Sequence[str], salt: bytes, traces: Sequence[Trace],
    too_short: int, at: datetime,
) -> None:  # fmt: skip
    """From now on it is known what goes, by its traces only."""
    name = found.destruction_id
    unit.run(_BEGIN, {"destruction": name, "at": at, "salt": salt, "values": len(traces), "too_short": too_short})
    nothing = {"state": "pending", "after_seq": 0, "entries": 0, "row_count": 0}
    unit.many(
        _ADD_CASE,
        [{"destruction_id": name, "case_id": each, "is_own": each == found.case_id, **nothing} for each in cases],
    )
    unit.many(
        _ADD_TRACE,
        [{"destruction_id": name, "digest": t.digest, "length": t.length, "start": t.start} for t in traces],
    )


def traces_of(unit: UnitOfWork, found: Destruction) -> Traces:
    """What to look for."""
    rows = unit.all(_TRACES, {"destruction": found.destruction_id})
    return Traces(found.salt or b"", (Trace(*row) for row in rows))


def next_case(unit: UnitOfWork, destruction_id: str) -> CaseLeft | None:
    """The case that is to be gone through next, the response itself first."""
    row = unit.one(_NEXT_CASE, {"destruction": destruction_id})
    return None if row is None else CaseLeft(row[0], bool(row[1]), row[2], row[3])


def note_known(unit: UnitOfWork, destruction_id: str, case_id: str) -> bool:
    """The running case knows nothing personal any more."""
    return unit.run(_KNOWN, {"destruction": destruction_id, "case": case_id}) == 1


def advance(
    unit: UnitOfWork, destruction_id: str, left: CaseLeft, *, state: str, after: int, erased: int, changed: int
) -> None:
    """How far the case is."""
    values = {"state": state, "after": after, "erased": erased, "changed": changed}
    unit.run(_ADVANCE, {"destruction": destruction_id, "case": left.case_id, **values})


def totals(unit: UnitOfWork, destruction_id: str) -> tuple[int, int, int]:
    """(cases, entries, rows) that were done."""
    row = unit.one(_TOTALS, {"destruction": destruction_id}) or (0, 0, 0)
    return int(row[0]), int(row[1]), int(row[2])


def finish(unit: UnitOfWork, destruction_id: str, storage: str, at: datetime) -> None:
    """All is gone."""
    unit.run(_FINISH, {"destruction": destruction_id, "storage": storage, "at": at})


def note_check(unit: UnitOfWork, destruction_id: str, looked_at: int, left: int, elsewhere: int, at: datetime) -> None:
    """What the last search found."""
    values = {"looked_at": looked_at, "left": left, "elsewhere": elsewhere, "at": at}
    unit.run(_CHECKED, {"destruction": destruction_id, **values})


def forget_traces(unit: UnitOfWork, destruction_id: str) -> None:
    """Nothing can be looked for any more."""
    unit.run(_FORGET, {"destruction": destruction_id})
    unit.run(_FORGET_SALT, {"destruction": destruction_id})


def told_cases(unit: UnitOfWork, case_id: str) -> list[str]:
    """Cases that caught what this one sent."""
    return [str(row[0]) for row in unit.all(_TOLD_CASES, {"case": case_id})]


def payloads(unit: UnitOfWork, stream_id: str, after: int, most: int) -> list[tuple[int, str]]:
    """(number, values) of entries whose values are not erased."""
    rows = unit.all(_PAYLOADS, {"stream": stream_id, "after": after, "most": most})
    return [(int(seq), str(content)) for seq, content in rows]


def erase_payloads(unit: UnitOfWork, stream_id: str, numbers: Iterable[int]) -> None:
    """Erase the values of these entries with their salts."""
    unit.many(_ERASE, [{"stream": stream_id, "seq": seq} for seq in numbers])


def keep_redacted(unit: UnitOfWork, case_id: str, contents: Mapping[int, str]) -> None:
    """Keep what is left of the values of these entries."""
    unit.many(
        _KEEP_REDACTED, [{"case_id": case_id, "seq": seq, "content": content} for seq, content in contents.items()]
    )


def streams_beside(unit: UnitOfWork, case_id: str, row_ids: Iterable[str]) -> list[str]:
    """Chains that may hold values of the case beside its own."""
    ids = {str(row[0]) for row in unit.all(_MESSAGES, {"case": case_id})} | set(row_ids) | {case_id}
    return sorted(f"{prefix}:{one}" for prefix in STREAM_PREFIXES for one in ids)


def known_values(unit: UnitOfWork, case_id: str) -> Iterator[Any]:
    """Everything the case knows or was told, as JSON: values of entries, variables, messages."""
    for _, content in payloads(unit, case_id, 0, 1_000_000_000):
        yield orjson.loads(content)
    for row in unit.all(_TOKENS, {"case": case_id}):
        yield from (orjson.loads(bytes(part)) for part in row)
    for _, payload in unit.all(_MESSAGES, {"case": case_id}):
        yield orjson.loads(payload)


def said_by_people(unit: UnitOfWork, case_id: str) -> list[str]:
    """Comments and notes of the case."""
    return [str(row[0]) for each in (_COMMENTS, _NOTES) for row in unit.all(each, {"case": case_id})]


def attached(unit: UnitOfWork, case_id: str) -> list[tuple[str, str]]:
    """(digest, name) of every file that was ever attached to the case."""
    return [(str(digest), str(name)) for digest, name in unit.all(_ATTACHED, {"case": case_id})]


def give_up_files(unit: UnitOfWork, destruction_id: str, case_id: str) -> list[str]:
    """Note the contents that only this case names; they are deleted before the destruction is finished."""
    noted = set(files_of(unit, destruction_id))
    found = sorted({digest for digest, _ in attached(unit, case_id)} - noted)
    going = []
    for digest in found:
        row = unit.one(_NAMED_ELSEWHERE, {"digest": digest, "case": case_id})
        if row is None or not row[0]:
            going.append(digest)
    unit.many(_ADD_FILE, [{"destruction_id": destruction_id, "digest": digest} for digest in going])
    return going


def files_of(unit: UnitOfWork, destruction_id: str) -> list[str]:
    """Contents that go."""
    return [str(row[0]) for row in unit.all(_FILES, {"destruction": destruction_id})]
