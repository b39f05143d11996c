"""Whether something waits in a lane: asked by workers all the time, so each is one step in an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import select

from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.queries.snapshot import Look
from workflow_engine.storage import outgoing
from workflow_engine.storage.jobs import COULD_BE_DONE
from workflow_engine.storage.schema import process_instance
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.telling import IS_DUE

_LANE = Statement(select(process_instance.c.lane).where(process_instance.c.case_id == param("case")))


class LaneQueries:
    """Questions that workers ask about one lane; nobody has to say who asks."""

    def __init__(self, look: Callable[[], AbstractContextManager[Look]]) -> None:
        self._look = look

    def has_job(self, topics: Iterable[str], lane: int, now: datetime) -> bool:
        """Whether a job of these topics could be done now."""
        values = {"lane": lane, "now": now, "most": 1}
        with self._look() as look:
            return any(look.unit.one(COULD_BE_DONE, {**values, "topic": topic}) is not None for topic in topics)

    def has_outgoing(self, lane: int, now: datetime) -> bool:
        """Whether a message or a signal waits to be delivered."""
        with self._look() as look:
            waits = look.unit.one(outgoing.PENDING, {"lane": lane, "now": now, "most": 1})
            return waits is not None or look.unit.one(outgoing.IS_ON_ITS_WAY, {"lane": lane}) is not None

    def is_emergency(self, case_id: str) -> bool:
        """Whether this case is of the emergency lane; False also where there is no such case."""
        with self._look() as look:
            return look.unit.one(_LANE, {"case": case_id}) == (EMERGENCY,)

    def has_delivery(self, lane: int, now: datetime) -> bool:
        """Whether a mail or a call of a webhook is due."""
        with self._look() as look:
            return look.unit.one(IS_DUE, {"lane": lane, "now": now}) is not None
