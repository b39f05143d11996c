"""The emergencies of the city as the duty room sees them. Reached as ``engine.queries.emergencies``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import select, text

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.emergency_facts import CaseFacts, EmergencyFacts
from workflow_engine.domain.emergency_view import EmergencyView, in_order, view_of
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.emergency_rows import CASE_COLUMNS, FactsReader
from workflow_engine.queries.reach import Reach, reaches
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import definition_process, process_instance
from workflow_engine.storage.visibility import visible_to

_c, _p = process_instance.c, definition_process.c
MECHANISM, EMERGENCY = "liandong:mechanism", "emergency"
EMERGENCY_LANE = 0
MOST_RUNNING = 1_000
MOST_ENDED = 20
# Written out, not bound, so that the planner takes the partial index.
_RUNNING = text("process_instance.state IN ('active', 'suspended')")


@dataclass(frozen=True, slots=True)
class WatchedEmergency:
    """A running emergency, and who may see it."""

    view: EmergencyView
    reach: Reach


class EmergencyQueries:
    """An emergency is a case of a process whose mechanism is ``emergency``; exercises are such cases too."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]], clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._reader = FactsReader()
        self._kinds: dict[tuple[str, str], bool] = {}

    def list(
        self, actor: Actor, *, include_ended: bool = False, exercises: bool | None = None
    ) -> Sequence[EmergencyView]:
        """The running ones within the actor's reach, the worst first; ``include_ended``: the newest that are over too.

        ``exercises``: True asks for exercises alone, False for none.
        """
        with self._snapshot() as snapshot:
            cases = self._cases(snapshot, actor, exercises, include_ended=include_ended)
            facts = self._reader.read(snapshot, cases, self._clock.now())
        return in_order(map(view_of, facts))

    def get(self, case_id: str, actor: Actor) -> EmergencyView:
        """One of them, running or over. Raises NotFoundError, also where it is out of reach or no emergency."""
        return view_of(self.facts(case_id, actor))

    def facts(self, case_id: str, actor: Actor) -> EmergencyFacts:
        """From what the view of one is made. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            columns = select(*CASE_COLUMNS, _c.definition_id).where(_c.case_id == case_id)
            *values, definition_id = snapshot.connection.execute(columns).one()
            case = CaseFacts(*values)
            if not self._is_emergency(snapshot, definition_id, case.process_id):
                raise NotFoundError(f"Expected {case_id[:64]!r} to be an emergency, but it is none.", case_id=case_id)
            return self._reader.read(snapshot, [case], self._clock.now())[0]

    def watched(self) -> Sequence[WatchedEmergency]:
        """Every running one with who may see it: asked once for a board that many look at."""
        with self._snapshot() as snapshot:
            cases = self._cases(snapshot, None, None, include_ended=False)
            facts = self._reader.read(snapshot, cases, self._clock.now())
            found = reaches(snapshot, [case.case_id for case in cases])
        return [WatchedEmergency(view, found[view.case.case_id]) for view in in_order(map(view_of, facts))]

    def is_emergency(self, definition_id: str, process_id: str) -> bool:
        """Whether cases of this version of the process are emergencies."""
        known = self._kinds.get((definition_id, process_id))
        if known is not None:
            return known
        with self._snapshot() as snapshot:
            return self._is_emergency(snapshot, definition_id, process_id)

    def _cases(
        self, snapshot: Snapshot, actor: Actor | None, exercises: bool | None, *, include_ended: bool
    ) -> tuple[CaseFacts, ...]:
        """Rows of cases; ``actor`` None: of all."""
        definitions, processes = self._definitions(snapshot)
        wanted = select(*CASE_COLUMNS).order_by(_c.started_at.desc(), _c.case_id.desc())
        if actor is not None and (reach := visible_to(actor)) is not None:
            wanted = wanted.where(reach)
        if exercises is not None:
            wanted = wanted.where(_c.exercise == exercises)
        execute = snapshot.connection.execute
        running = wanted.where(_c.definition_id.in_(definitions), _RUNNING).limit(MOST_RUNNING)
        found = [CaseFacts(**row._mapping) for row in execute(running)]
        if include_ended:
            ended = wanted.where(_c.process_id.in_(processes), _c.state.in_(ENDED_CASE)).limit(MOST_ENDED)
            found += [CaseFacts(**row._mapping) for row in execute(ended)]
        return tuple(found)

    def _definitions(self, snapshot: Snapshot) -> tuple[Sequence[str], Sequence[str]]:
        """Versions of processes that are emergencies, and their processes."""
        rows = snapshot.connection.execute(
            select(_p.definition_id, _p.process_id).where(_p.lane == EMERGENCY_LANE)
        ).all()
        found = [row for row in rows if self._is_emergency(snapshot, *row)]
        return sorted({row[0] for row in found}), sorted({row[1] for row in found})

    def _is_emergency(self, snapshot: Snapshot, definition_id: str, process_id: str) -> bool:
        """Versions never change, so each is looked at once."""
        key = (definition_id, process_id)
        if key not in self._kinds:
            process = snapshot.library.get(snapshot.unit, definition_id).process(process_id)
            self._kinds[key] = (MECHANISM, EMERGENCY) in process.properties
        return self._kinds[key]
