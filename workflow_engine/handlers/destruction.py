"""Destroying the personal data of a response in bounded pieces, each of which may be the last before a power cut."""

from __future__ import annotations

from functools import partial
from hashlib import sha256

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.destruction import personal_in, stream_of, without_personal
from workflow_engine.domain.destruction_commands import (
    ContinueDestruction,
    ErasePersonalData,
    FinishDestruction,
    ForgetTraces,
    NoteDestructionCheck,
)
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.events import Event
from workflow_engine.domain.events_destruction import (
    DestructionAdvanced,
    DestructionBegun,
    DestructionChecked,
    DestructionFinished,
    TracesForgotten,
)
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.traces import Traces, values_to_trace
from workflow_engine.handlers.advancing import advance, require_case, require_unended_case
from workflow_engine.handlers.destruction_acts import act_erase
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import destruction as store
from workflow_engine.storage import scrubbing
from workflow_engine.storage.destruction import CaseLeft, Destruction
from workflow_engine.storage.scrubbing import REDACTED, document_key

WHAT = "destroy personal data"


def continue_destruction(work: Handling, command: ContinueDestruction) -> Receipt:
    """The next piece; ``next`` in the result says what is due then: more, a case to be erased in memory, the end."""
    found = _require(work, command.destruction_id, "ordered", "running")
    if store.is_held(work.unit, found.destruction_id):
        raise InvalidStateError(f"Expected to {WHAT}, but the case is held.")
    if found.state == "ordered":
        return _begin(work, found)
    left = store.next_case(work.unit, found.destruction_id)
    if left is None:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"next": "finish"})
    case = require_case(work, left.case_id, WHAT)
    if case.state not in ENDED_CASE and left.state == "pending":
        work.unchanged = True
        names = sorted(found.names) if left.is_own else []
        return Receipt(command_id=command.command_id, result={"next": "erase", "case": case.case_id, "names": names})
    traces = store.traces_of(work.unit, found)
    entries = store.payloads(work.unit, case.case_id, left.after_seq, command.most)
    if entries:
        return _erase_entries(work, found, left, traces, entries)
    return _erase_rows(work, found, left, traces)


def erase_personal_data(work: Handling, command: ErasePersonalData) -> Receipt:
    """A running case forgets; from then on nothing that it writes holds the values any more."""
    require_permission(work.actor, "job.work", WHAT)
    case = require_unended_case(work, command.case_id, WHAT)
    found = _require(work, command.destruction_id, "running")
    if not store.note_known(work.unit, found.destruction_id, case.case_id):
        raise InvalidStateError(f"Expected to {WHAT}, but case {case.case_id} is not waiting for it.")
    traces = store.traces_of(work.unit, found)
    return advance(work, case, command, act=partial(act_erase, traces=traces))


def finish_destruction(work: Handling, command: FinishDestruction) -> Receipt:
    """Everything is gone."""
    found = _require(work, command.destruction_id, "running")
    if store.next_case(work.unit, found.destruction_id) is not None:
        raise InvalidStateError(f"Expected to finish a destruction, but case {found.case_id} is not done.")
    store.finish(work.unit, found.destruction_id, command.storage, work.now)
    cases, entries, rows = store.totals(work.unit, found.destruction_id)
    totals = {"cases": cases, "entries": entries, "rows": rows, "files": command.file_count}
    return _record(work, found, DestructionFinished(destruction_id=found.destruction_id, totals=totals))


def note_check(work: Handling, command: NoteDestructionCheck) -> Receipt:
    """What a search for the values found."""
    found = _require(work, command.destruction_id, "finished")
    counts = {"looked_at": command.looked_at, "left": command.left, "elsewhere": command.elsewhere}
    store.note_check(work.unit, found.destruction_id, **counts, at=work.now)
    return _record(work, found, DestructionChecked(destruction_id=found.destruction_id, **counts))


def forget_traces(work: Handling, command: ForgetTraces) -> Receipt:
    """The hashes go too."""
    found = _require(work, command.destruction_id, "finished")
    store.forget_traces(work.unit, found.destruction_id)
    return _record(work, found, TracesForgotten(destruction_id=found.destruction_id))


def _begin(work: Handling, found: Destruction) -> Receipt:
    """Learn what goes, from everything that the case knows; only its traces are kept."""
    require_case(work, found.case_id, WHAT)
    values = {
        text
        for document in store.known_values(work.unit, found.case_id)
        for value in personal_in(document, found.names)
        for text in values_to_trace(value)
    }
    if found.files:
        values |= {name for _, name in store.attached(work.unit, found.case_id)}
    if found.comments:
        values |= set(store.said_by_people(work.unit, found.case_id))
    traces, too_short = Traces.of(work.envelope.salt, values)
    cases = [found.case_id, *store.told_cases(work.unit, found.case_id)]
    store.begin(work.unit, found, cases, work.envelope.salt, traces, too_short, work.now)
    event = DestructionBegun(
        destruction_id=found.destruction_id, cases=tuple(cases), value_count=len(traces), too_short=too_short
    )
    return _record(work, found, event)


def _erase_entries(
    work: Handling, found: Destruction, left: CaseLeft, traces: Traces, entries: list[tuple[int, str]]
) -> Receipt:
    """Of entries that tell of people, the values with their salts: their hashes stay, and say nothing any more.

    What is left without the people is kept, so that the case can still be told again: who led at which level.
    """
    names = found.names if left.is_own else frozenset()
    going = tuple(seq for seq, content in entries if _tells(content, names, traces))
    store.erase_payloads(work.unit, left.case_id, going)
    kept = {seq: _redacted(content, names, traces) for seq, content in entries if seq in set(going)}
    kept = {seq: content for seq, content in kept.items() if not traces.is_in(content)}
    store.keep_redacted(work.unit, left.case_id, kept)
    digests = {
        document_key(REDACTED, (left.case_id, seq)): sha256(content.encode()).hexdigest()
        for seq, content in kept.items()
    }
    store.advance(
        work.unit, found.destruction_id, left, state=left.state, after=entries[-1][0], erased=len(going), changed=0
    )
    return _record(work, found, _advanced(found, left, going, {}, (), digests, is_done=False))


def _erase_rows(work: Handling, found: Destruction, left: CaseLeft, traces: Traces) -> Receipt:
    """Rows of every table, chains beside the case, files: then the case is done."""
    unit, names = work.unit, found.names if left.is_own else frozenset()
    rows: dict[str, int] = {}
    if left.is_own and found.comments:
        rows |= scrubbing.empty_comments(unit, left.case_id)
    files: list[str] = []
    if left.is_own and found.files:
        files = store.give_up_files(unit, found.destruction_id, left.case_id)
        rows |= scrubbing.empty_files(unit, left.case_id, work.now, work.actor.actor_id)
    scrubbed = scrubbing.scrub(unit, left.case_id, names, traces)
    for table, count in scrubbed.changed.items():
        rows[table] = rows.get(table, 0) + count
    beside = 0
    for stream_id in store.streams_beside(unit, left.case_id, scrubbed.ids):
        entries = store.payloads(unit, stream_id, 0, 100_000)
        going = [seq for seq, content in entries if _tells(content, names, traces)]
        store.erase_payloads(unit, stream_id, going)
        beside += len(going)
    if beside:
        rows["entry_payload"] = beside
    store.advance(
        unit, found.destruction_id, left, state="done", after=left.after_seq, erased=beside, changed=sum(rows.values())
    )
    return _record(work, found, _advanced(found, left, (), rows, tuple(files), scrubbed.documents, is_done=True))


def _redacted(content: str, names: frozenset[str], traces: Traces) -> str:
    return orjson.dumps(without_personal(orjson.loads(content), names, traces)).decode()


def _tells(content: str, names: frozenset[str], traces: Traces) -> bool:
    """Whether what was recorded tells something personal: under one of the names, or anywhere in a text."""
    document = orjson.loads(content)
    if any(value is not None for value in personal_in(document, names)):
        return True
    return traces.is_in("\n".join(values_to_trace(document)))


def _advanced(
    found: Destruction, left: CaseLeft, entries: tuple[int, ...], rows: dict[str, int], files: tuple[str, ...],
    documents: dict[str, str], *, is_done: bool,
) -> Event:  # fmt: skip
    return DestructionAdvanced(
        destruction_id=found.destruction_id, case_id=left.case_id, entries=entries, rows=rows, files=files,
        documents=documents, is_done=is_done,
    )  # fmt: skip


def _record(work: Handling, found: Destruction, event: Event) -> Receipt:
    return work.record_in_stream(stream_of(found.destruction_id), [event], {"next": "more"})


def _require(work: Handling, destruction_id: str, *states: str) -> Destruction:
    """The destruction, locked, in one of these states. Raises NotFoundError or InvalidStateError."""
    require_permission(work.actor, "job.work", WHAT)
    found = store.find(work.unit, destruction_id)
    if found is None:
        raise NotFoundError(f"Expected to {WHAT}, but there is no such order.")
    if found.state not in states:
        raise InvalidStateError(f"Expected to {WHAT}, but the order is {found.state}.", state=found.state)
    return found
