"""Questions about who takes no part in what: conflicts of interest with parties, and with single cases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import orjson
from sqlalchemy import select

from workflow_engine.bpmn.barring import CONFLICTS
from workflow_engine.bpmn.model import Model
from workflow_engine.city_checks import problems_in_city
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError, Problem
from workflow_engine.domain.permissions import may_somewhere
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.schema import conflict_of_interest

_c = conflict_of_interest.c
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A person takes no part in what concerns a party."""

    conflict_id: str
    person_id: str
    party: str
    reason: str


class AssigningQueries:
    """Reached as ``engine.queries.assigning``."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def list_conflicts(self, actor: Actor) -> list[ConflictRow]:
        """Those of everybody for whoever sees the organisation, else the actor's own; by party."""
        wanted = select(_c.conflict_id, _c.person_id, _c.party, _c.reason).order_by(_c.party, _c.person_id)
        if not may_somewhere(actor, "organisation.see"):
            wanted = wanted.where(_c.person_id == actor.actor_id)
        with self._snapshot() as snapshot:
            return [ConflictRow(*row) for row in snapshot.connection.execute(wanted.limit(_MOST))]

    def problems_in_city(self, model: Model) -> list[Problem]:
        """Warnings where a model names what the organisation does not have."""
        with self._snapshot() as snapshot:
            return problems_in_city(snapshot.unit, model)

    def case_conflicts(self, case_id: str, actor: Actor) -> list[str]:
        """The people who take no part in a case, by id. Raises NotFoundError outside the actor's reach."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            case = find_case(snapshot.unit, case_id, lock=False)
            if case is None:
                raise NotFoundError(f"Expected a case {case_id[:64]!r}, but there is none.")
            return list(orjson.loads(case.header).get(CONFLICTS, ()))
