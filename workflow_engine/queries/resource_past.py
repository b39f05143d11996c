"""What an emergency had asked for and been given at a past moment, from the instants of requests and bookings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from workflow_engine.domain.emergency_facts import ResourceFacts
from workflow_engine.queries.emergency_outside import resource_facts
from workflow_engine.queries.resource_reading import lines_of_cases
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import resource_booking

_b = resource_booking.c
_WITHDRAWN = "released"


@dataclass(frozen=True, slots=True)
class Given:
    """So much of a line was assigned from then on; until it was withdrawn, if it was."""

    at: datetime
    quantity: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line of a request with its history."""

    facts: ResourceFacts
    asked_at: datetime
    given: Sequence[Given]

    @property
    def filled_in(self) -> timedelta | None:
        """From the request until all of it was assigned; None while something is missing."""
        left = self.facts.requested
        for one in sorted(self.given, key=lambda given: given.at):
            left -= one.quantity if one.until is None else 0
            if left <= 0:
                return one.at - self.asked_at
        return None

    def as_of(self, at: datetime) -> ResourceFacts:
        """The line as it stood then."""
        there = [one for one in self.given if one.at <= at and (one.until is None or one.until > at)]
        return replace(self.facts, assigned=sum(one.quantity for one in there), out=0)


def past_lines(snapshot: Snapshot, case_id: str) -> list[PastLine]:
    """Everything that a case asked for, in the order in which it did."""
    lines = lines_of_cases(snapshot, [case_id]).get(case_id, [])
    if not lines:
        return []
    wanted = select(_b.request_id, _b.line_no, _b.booked_at, _b.quantity, _b.state, _b.ended_at).where(
        _b.request_id.in_(sorted({one.line.request_id for one in lines}))
    )
    given: dict[tuple[str, int], list[Given]] = {}
    for request_id, line_no, at, quantity, state, ended_at in snapshot.connection.execute(wanted):
        until = ended_at if state == _WITHDRAWN else None
        given.setdefault((request_id, line_no), []).append(Given(at, quantity, until))
    return [
        PastLine(resource_facts(one), one.requested_at, given.get((one.line.request_id, one.line.line_no), []))
        for one in lines
    ]
