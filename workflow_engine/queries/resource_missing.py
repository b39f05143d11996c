"""What is missing now, who could give it, how far away, and when it could be there: what a duty room asks first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import may
from workflow_engine.domain.resource_reach import SEE
from workflow_engine.domain.resources import PRIORITIES, SOUGHT
from workflow_engine.queries import resource_reading as reading
from workflow_engine.queries.resource_rows import RequestLineRow, ResourceRequestRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.resource_matching import ANYBODY, Candidate, Matching
from workflow_engine.storage.resource_supply import SupplyOfMany
from workflow_engine.storage.resources import Request
from workflow_engine.storage.schema import resource_request

_q = resource_request.c
MOST_REQUESTS = 200
MOST_GIVERS = 3


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A line that lacks something, and who could give it, the best first."""

    request: ResourceRequestRow
    line: RequestLineRow
    givers: tuple[Candidate, ...]
    others: int
    """How many more could."""
    covered: int
    """How much of what is missing all of them have together."""
    asked: int
    """Owners who were asked and have not answered yet."""

    def there_at(self, giver: Candidate, now: datetime) -> datetime:
        """When it could be there, were it sent now."""
        return now + timedelta(minutes=giver.fit.minutes)

    def is_late(self, giver: Candidate, now: datetime) -> bool:
        """Whether that is after it is needed."""
        return self.line.needed_by is not None and self.there_at(giver, now) > self.line.needed_by


def missing_lines(snapshot: Snapshot, actor: Actor, now: datetime) -> Sequence[MissingLine]:
    """The most urgent first; who could give something is told to those who see the city's resources."""
    wanted = reading.REQUESTS.where(_q.state.in_(sorted(SOUGHT)), *reading.requests_within(actor))
    rows = reading.with_lines(snapshot, wanted.order_by(_q.requested_at.desc()).limit(MOST_REQUESTS))
    if not rows:
        return ()
    supply = SupplyOfMany(snapshot.unit, now, [row.request_id for row in rows])
    found = []
    for row in rows:
        matching = Matching(snapshot.unit, request_of(row), now, supply)
        by_number = {line.line_no: line for line in matching.lines}
        for line in row.lines:
            if not line.missing:
                continue
            givers = matching.candidates(by_number[line.line_no], ANYBODY) if may(actor, SEE) else []
            asked = sum(1 for one in matching.offers if one.line_no == line.line_no and one.state == "asked")
            covered = min(sum(one.quantity for one in givers), line.missing)
            shown = tuple(givers[:MOST_GIVERS])
            found.append(MissingLine(row, line, shown, len(givers) - len(shown), covered, asked))
    return sorted(found, key=_urgency)


def request_of(row: ResourceRequestRow) -> Request:
    """As candidates are judged for it."""
    return Request(
        row.request_id, row.origin_case_id, row.case_id, row.unit_id, row.priority, row.exercise, row.weights,
        row.coordinator, row.state, row.handed_over_at,
    )  # fmt: skip


def _urgency(one: MissingLine) -> tuple[int, bool, float, datetime]:
    needed = one.line.needed_by
    return (
        PRIORITIES.index(one.line.priority), needed is None, 0.0 if needed is None else needed.timestamp(),
        one.request.requested_at,
    )  # fmt: skip
