"""What an enterprise sees of its own work: how much of it was on time, came back, and how residents rated it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Integer, func, select

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.queries.supervision import own_units
from workflow_engine.storage.schema import service_request, supervised_day, visit_day

_d, _v, _r = supervised_day.c, visit_day.c, service_request.c
_OFFERED_AS = ("unit", "head", "duty")


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """Counts behind each figure; a figure is None where nothing was counted."""

    days: int
    in_time: int
    late: int
    done: int
    returned: int
    rated: int
    rating_sum: int
    asked: int
    satisfied: int

    @property
    def on_time(self) -> float | None:
        """Settled in time of all settled, as the supervision board counts them."""
        settled = self.in_time + self.late
        return self.in_time / settled if settled else None

    @property
    def return_rate(self) -> float | None:
        """Tasks that came back of all done."""
        return self.returned / self.done if self.done else None

    @property
    def rating(self) -> float | None:
        """The mean of residents' ratings, one to five."""
        return self.rating_sum / self.rated if self.rated else None

    @property
    def satisfaction(self) -> float | None:
        """Satisfied of those called back."""
        return self.satisfied / self.asked if self.asked else None


class EnterpriseQueries:
    """``engine.queries.enterprise``; each question is about the units of who asks, and no other."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def service_levels(self, actor: Actor, until: date, days: int = 90) -> ServiceLevels:
        """Of the last days; cheap however much there is, since all of it is counted by unit already."""
        units = sorted(own_units(actor))
        first = until - timedelta(days=days - 1)
        since = datetime(first.year, first.month, first.day, tzinfo=UTC)
        groups = [f"{kind}:{unit_id}" for kind in _OFFERED_AS for unit_id in units]
        matters = select(func.sum(_d.in_time), func.sum(_d.late)).where(
            _d.unit_id.in_(units), _d.day >= first.isoformat()
        )
        tasks = select(func.sum(_v.count) - func.sum(_v.cancelled), func.sum(_v.returned)).where(
            _v.unit.in_(groups), _v.day >= first.isoformat()
        )
        answers = select(
            func.count(_r.rating), func.sum(_r.rating), func.count(_r.satisfied), func.sum(_r.satisfied.cast(Integer))
        ).where(_r.unit_id.in_(units), _r.received_at >= since, ~_r.exercise)
        with self._snapshot() as snapshot:
            found = [snapshot.connection.execute(each).one() for each in (matters, tasks, answers)]
        return ServiceLevels(days, *(int(value or 0) for row in found for value in row))
