"""A case told again entry by entry, with what each entry changed in the variables of the case.

The record holds commands and events. What scripts and mappings left in the variables follows from them: the case is run
again in memory, and what it knows is compared before and after each entry. Where it cannot be run again (values were
erased, another build recorded it) the values that people and services gave are all there is to tell.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.audit.chain import Entry
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import EngineError
from workflow_engine.handlers.handling import Parts
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.chains import count_values, read_chain, read_redacted
from workflow_engine.queries.door import Queries
from workflow_engine.queries.record import get_history
from workflow_engine.queries.rows import CaseRow, HistoryRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.replaying import CannotReplayError, Rerun, SlotValues
from workflow_engine.storage.unit_of_work import UnitOfWork

MOST_ENTRIES = 500
_MOST_WALKS = 16
_DEEPEST = 3
_GIVEN = ("variables", "payload", "outputs")
"""Keys of events under which values enter a case."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; ``None`` with ``was`` or ``is_there`` False: there was, or is, none."""

    path: str
    """Dotted where the value lies inside an object."""
    before: Any
    after: Any
    was: bool
    is_there: bool


@dataclass(frozen=True, slots=True)
class RetoldEntry:
    """An entry of the record and what it changed."""

    row: HistoryRow
    changes: Sequence[Change]
    exact: bool
    """Whether the changes come from running the case again; else only given values are known."""
    why_not: str | None = None
    """Why not all of it could be compared: ``erased``, ``build``, or ``different`` when something else came out."""


@dataclass(frozen=True, slots=True)
class Retold:
    """Some entries of a case, in their order."""

    case: CaseRow
    entries: Sequence[RetoldEntry]
    next_seq: int | None
    """The number after which the rest begins; None at the end."""


class Retelling:
    """Tells cases in pieces; what was run again for one piece is kept for the next."""

    def __init__(self, queries: Queries, parts: Parts) -> None:
        self._queries = queries
        self._parts = parts
        self._lock = threading.Lock()
        self._walks: OrderedDict[tuple[str, str, int], _Walk] = OrderedDict()

    def tell(self, case_id: str, actor: Actor, after_seq: int = 0, most: int = MOST_ENTRIES) -> Retold:
        """Entries of a case from the one after ``after_seq`` on.

        Raises:
            NotFoundError: there is no such case within the actor's reach.
        """
        most = max(1, min(most, MOST_ENTRIES))
        with self._queries.snapshot() as snapshot:
            case = require_visible_case(snapshot, case_id, actor)
            history = get_history(snapshot, case_id, after_seq, most + 1)
            more, history = len(history) > most, history[:most]
            walk = self._take(case_id, history[0].prev, snapshot, after_seq) if history else _Walk(Rerun(self._parts))
            chain = read_chain(snapshot, case_id, walk.seq, after_seq + most - walk.seq)
            redacted = read_redacted(snapshot, case_id)
            values = {seq: content for seq, (_, content) in chain.contents.items()} | redacted
            walk.redacted_from = min(redacted, default=None)
            rows = {row.seq: row for row in history}
            told = []
            for entry in chain.entries:
                changes = walk.step(snapshot.unit, entry, values.get(entry.seq, {}))
                if entry.seq in rows:
                    told.append(RetoldEntry(rows[entry.seq], tuple(changes), walk.exact, walk.told_why_not))
            if more:
                self._keep(case_id, history[-1].hash, walk, count_values(snapshot, case_id, history[-1].seq))
        return Retold(case, told, history[-1].seq if more else None)

    def _take(self, case_id: str, at_hash: str, snapshot: Snapshot, seq: int) -> _Walk:
        """The walk that stands where this entry's predecessor ended, now ours alone; else one from the start.

        Never one that remembers what has been erased meanwhile.
        """
        values = count_values(snapshot, case_id, seq) if seq else 0
        with self._lock:
            return self._walks.pop((case_id, at_hash, values), None) or _Walk(Rerun(self._parts))

    def _keep(self, case_id: str, at_hash: str, walk: _Walk, values: int) -> None:
        with self._lock:
            self._walks[case_id, at_hash, values] = walk
            while len(self._walks) > _MOST_WALKS:
                self._walks.popitem(last=False)


@dataclass(slots=True)
class _Walk:
    """A case on its way through its record."""

    rerun: Rerun
    seq: int = 0
    redacted_from: int | None = None
    """The first entry out of whose values personal data was taken."""
    exact: bool = True
    why_not: str | None = None
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def told_why_not(self) -> str | None:
        """Also where it ran again, but without the people: then nothing is proved of what was entered."""
        redacted = self.redacted_from is not None and self.seq >= self.redacted_from
        return self.why_not or ("erased" if redacted else None)

    def step(self, unit: UnitOfWork, entry: Entry, own: SlotValues) -> list[Change]:
        """Go on by one entry; what it changed."""
        self.seq = entry.seq
        before, after = self.known, None
        if self.exact:
            after = self._run(unit, entry, own)
        if after is None:
            after = {**before, **_given(own)}
        self.known = after
        return list(_differences(before, after, ""))

    def _run(self, unit: UnitOfWork, entry: Entry, own: SlotValues) -> dict[str, Any] | None:
        redacted = self.redacted_from is not None and entry.seq >= self.redacted_from
        other = "erased" if redacted else "different"
        try:
            self.why_not = None if self.rerun.step(unit, entry, own, redacted=redacted) is None else other
        except CannotReplayError as error:
            self.why_not = "erased" if "erased" in error.message else "build"
        except (EngineError, KeyError):  # the record is not what was recorded
            self.why_not = other
        self.exact = self.why_not is None
        return self.rerun.variables() if self.exact else None


def _given(own: SlotValues) -> dict[str, Any]:
    """The values that came in with an entry."""
    found: dict[str, Any] = {}
    for slot in sorted((slot for slot in own if slot.isdigit()), key=int):
        for key in _GIVEN:
            values = own[slot].get(key) if isinstance(own[slot], Mapping) else None
            if isinstance(values, Mapping):
                found.update(values)
    return found


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new and (name in before) == (name in after):
            continue
        path = prefix + name
        inside = [value for value in (old, new) if value is not None]
        if inside and all(isinstance(value, Mapping) for value in inside) and path.count(".") < _DEEPEST - 1:
            yield from _differences(old or {}, new or {}, path + ".")
        else:
            yield Change(path, old, new, name in before, name in after)
