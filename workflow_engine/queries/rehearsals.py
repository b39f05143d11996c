"""Questions about rehearsals that are kept: which there are, what came of one, and with which it can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.rehearsals import AGAINST, PLAN, season_cases
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import rehearsal

SEE = "exercise.see"
MOST_LIKE = 30
_r = rehearsal.c


@dataclass(frozen=True, slots=True)
class RehearsalRow:
    """A rehearsal in a list."""

    rehearsal_id: str
    process_id: str
    definition_id: str
    version: int
    name: str
    against: str
    cases: int
    seed: int
    what_if_cases: int
    precision: float
    asked_by: str
    asked_at: datetime
    state: str
    begun_at: datetime | None
    ended_at: datetime | None
    error: str
    answers: Mapping[str, str]
    """What it answers, in a sentence, by language."""
    result_digest: str | None


@dataclass(frozen=True, slots=True)
class RehearsalStory:
    """One with everything."""

    row: RehearsalRow
    files: Mapping[str, bytes]
    """The plans as they are played."""
    result: Mapping[str, Any] | None
    intact: bool
    """The result is the one whose digest stands in the row, and so in the record."""


class RehearsalQueries:
    """``engine.queries.rehearsals``; raises NotPermittedError for those who may not see them."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, actor: Actor, after: str | None = None, limit: int = 20) -> Page[RehearsalRow]:
        """The last asked for first."""
        require_permission(actor, SEE, "see rehearsals")
        limit, key = clamp(limit), decode(after, 2)
        wanted = select(*_ROW).order_by(_r.asked_at.desc(), _r.rehearsal_id.desc()).limit(limit + 1)
        if key is not None:
            wanted = wanted.where(tuple_(_r.asked_at, _r.rehearsal_id) < tuple_(*key))
        with self._snapshot() as snapshot:
            rows = [_row(row) for row in snapshot.connection.execute(wanted)]
        return page_of(rows, limit, lambda row: (row.asked_at, row.rehearsal_id))

    def get(self, rehearsal_id: str, actor: Actor) -> RehearsalStory:
        """One with its plans and its result. Raises NotFoundError."""
        require_permission(actor, SEE, "see a rehearsal")
        wanted = select(*_ROW, _r.plan, _r.against_plan, _r.result).where(_r.rehearsal_id == rehearsal_id)
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(wanted).one_or_none()
        if row is None:
            raise NotFoundError("Expected a rehearsal, but there is none: it was taken away, or never asked for.")
        files = {PLAN: row.plan.encode()}
        if row.against_plan is not None:
            files[AGAINST] = row.against_plan.encode()
        return RehearsalStory(
            _row(row), files, None if row.result is None else orjson.loads(row.result),
            row.result is None or sha256(row.result.encode()).hexdigest() == row.result_digest,
        )  # fmt: skip

    def like(self, story: RehearsalStory, actor: Actor) -> list[RehearsalRow]:
        """Others of the same process under the same luck, which can be compared with it; the newest first."""
        require_permission(actor, SEE, "see rehearsals")
        row, size = story.row, season_cases(orjson.loads(story.files[PLAN]), story.row.cases)
        wanted = (
            select(*_ROW, _r.plan)
            .where(
                _r.process_id == row.process_id, _r.seed == row.seed, _r.state == "done",
                _r.rehearsal_id != row.rehearsal_id,
            )
            .order_by(_r.asked_at.desc())
            .limit(MOST_LIKE)
        )  # fmt: skip
        with self._snapshot() as snapshot:
            found = list(snapshot.connection.execute(wanted))
        return [_row(one) for one in found if season_cases(orjson.loads(one.plan), one.cases) == size]

    # ---- for whoever plays
    def to_play(self) -> list[str]:
        """Those that wait or were begun, the oldest first."""
        wanted = select(_r.rehearsal_id).where(_r.state.in_(("waiting", "running"))).order_by(_r.asked_at)
        with self._snapshot() as snapshot:
            return list(snapshot.connection.execute(wanted).scalars())

    def state(self, rehearsal_id: str) -> str | None:
        """Its state; None where it was taken away."""
        with self._snapshot() as snapshot:
            found: str | None = snapshot.connection.execute(
                select(_r.state).where(_r.rehearsal_id == rehearsal_id)
            ).scalar_one_or_none()
        return found


_ROW = tuple(_r[name] for name in RehearsalRow.__dataclass_fields__)


def _row(row: Any) -> RehearsalRow:
    values = {name: getattr(row, name) for name in RehearsalRow.__dataclass_fields__}
    return RehearsalRow(**{**values, "answers": orjson.loads(row.answers)})
